"""The role that phiward assumes in each account, as a CloudFormation template for a StackSet, from the declarations.

AWS CloudFormation User Guide, AWS::IAM::Role and AWS::IAM::ManagedPolicy; IAM and STS quotas: ten managed policies of
6,144 characters on a role.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.generate.policy import policy

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model.kind import Kind

MOST = 10
"""Managed policies that a role may have."""

PARAMETERS = {
    "ScannerArn": {
        "Type": "String",
        "Description": "The role or user that phiward runs as: the output TaskRoleArn of phiward.yaml.",
        "AllowedPattern": "^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/.+$",
        "ConstraintDescription": "the ARN of one role or user",
    },
    "ExternalId": {
        "Type": "String",
        "Description": "What phiward must say besides: [aws] external_id in config.toml.",
        "MinLength": 16,
        "AllowedPattern": "^[A-Za-z0-9+=,.@:/_-]+$",
    },
    "RoleName": {
        "Type": "String",
        "Description": "The same in every account: [aws] role in config.toml.",
        "Default": "PhiwardAudit",
        "AllowedPattern": "^[A-Za-z0-9+=,.@_-]{1,64}$",
    },
}
TAGS = [{"Key": "application", "Value": "phiward"}]


def audit_role(kinds: Iterable[type[Kind]]) -> dict[str, Any]:
    """Make the template: a role that may read what the kinds declare, and that one principal may assume.

    Raises:
        ValueError: the policy no longer fits the managed policies of one role.
    """
    documents = policy(kinds)
    if len(documents) > MOST:
        raise ValueError(f"the read policy takes {len(documents)} managed policies; a role takes {MOST}")
    policies = {
        f"Read{number}": {
            "Type": "AWS::IAM::ManagedPolicy",
            "Properties": {
                "Description": f"What phiward reads, part {number} of {len(documents)}; it writes nothing",
                "PolicyDocument": document,
            },
        }
        for number, document in enumerate(documents, 1)
    }
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "The role by which phiward looks at this account; it reads settings and writes nothing",
        "Parameters": PARAMETERS,
        "Resources": {**policies, "Role": _role([*policies])},
        "Outputs": {"RoleArn": {"Value": {"Fn::GetAtt": ["Role", "Arn"]}}},
    }


def _role(policies: list[str]) -> dict[str, Any]:
    trust = {
        "Effect": "Allow",
        "Principal": {"AWS": {"Ref": "ScannerArn"}},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}},
    }
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": {"Ref": "RoleName"},
            "Description": "phiward looks at this account",
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "ManagedPolicyArns": [{"Ref": name} for name in policies],
            "Tags": TAGS,
        },
    }
