"""Documents of IAM and of policies and what they say: (plans, templates) of each parsed fact."""

from __future__ import annotations

import json
from typing import Any

from scanner.kinds.backup import BackupVault
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.kinds.ecr import Repository
from scanner.kinds.efs import FileSystem
from scanner.kinds.iam import Group, InstanceProfile, ManagedPolicy, Role, User
from scanner.kinds.iam_policies import IdentityPolicies
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.kinds.kms import KmsKey
from scanner.kinds.s3 import Bucket
from scanner.model.gap import Unknown

SAYS = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
OPEN = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "*", "Resource": "*"}],
}
READ, SHARED = document(SAYS), document(OPEN)
TEXT, SHARED_TEXT = json.dumps(SAYS), json.dumps(OPEN)
INLINE, OTHER = InlinePolicy("read", READ), InlinePolicy("other", READ)
ARN = "arn:aws:iam::123456789012:policy/claims-read"
AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ROLE = "arn:aws:iam::123456789012:role/host"


def _embedded(who: str) -> tuple[Any, Any]:
    part, kind = {"name": "read", "policy": TEXT}, who.capitalize()
    said = {"PolicyName": "read", "PolicyDocument": SAYS}
    apart = {"PolicyName": "other", "PolicyDocument": SAYS}
    plans: list[tuple[Any, Any]] = [({f"aws_iam_{who}_policy": [part]}, (INLINE,)), ({}, ())]
    if who == "role":
        inline = [{"name": "other", "policy": TEXT}, {"name": None, "policy": None}]
        plans.append(({"inline_policy": inline, "aws_iam_role_policy": [part]}, (OTHER, INLINE)))
    templates = [
        ({"Policies": [said], "AWS::IAM::Policy": [apart]}, (INLINE, OTHER)),
        ({f"AWS::IAM::{kind}Policy": [said]}, (INLINE,)),
    ]
    return plans, templates


def _attached(who: str) -> tuple[Any, Any]:
    parts = {
        f"aws_iam_{who}_policy_attachment": [{"policy_arn": ARN}],
        "aws_iam_policy_attachment": [{"policy_arn": AWS}],
    }
    return (
        [(parts, (ARN, AWS))],
        [({"ManagedPolicyArns": [AWS], "AWS::IAM::ManagedPolicy": [{"Ref": ARN}]}, (AWS, ARN))],
    )


def _active(number: int) -> tuple[Any, Any]:
    on, off = [{"status": "Active"}, {"id": "AKIA"}][:number], [{"status": "Inactive"}] * number
    said = [{"Status": "Active"}, {}][:number]
    return (
        [({"aws_iam_access_key": on}, True), ({"aws_iam_access_key": off}, False), ({}, False)],
        [({"AWS::IAM::AccessKey": said}, True), ({"AWS::IAM::AccessKey": [{"Status": "Inactive"}]}, False)],
    )


def _policy(plan: str, template: str) -> tuple[Any, Any]:
    def holding(path: str, policy: Any) -> dict[str, Any]:
        part, _, member = path.rpartition(".")
        return {part: [{member: policy}]} if part else {member: policy}

    return [(holding(plan, SHARED_TEXT), SHARED)], [(holding(template, OPEN), SHARED)]


RULES = {"rules": [{"rulePriority": 1, "action": {"type": "expire"}}]}

IDENTITY: dict[Any, Any] = {
    **{(kind, "inline"): _embedded(who) for kind, who in ((User, "user"), (Group, "group"), (Role, "role"))},
    **{(kind, "attached"): _attached(who) for kind, who in ((User, "user"), (Group, "group"), (Role, "role"))},
    (User, "console"): (
        [({"aws_iam_user_login_profile": [{"user": "x"}]}, True), ({}, False)],
        [({"LoginProfile": {"PasswordResetRequired": True}}, True), ({}, False)],
    ),
    (User, "key_1_active"): _active(1),
    (User, "key_2_active"): _active(2),
    (Role, "trust"): _policy("assume_role_policy", "AssumeRolePolicyDocument"),
    (ManagedPolicy, "document"): _policy("policy", "PolicyDocument"),
    (IdentityPolicies, "inline"): ([], [({"PolicyName": "read", "PolicyDocument": SAYS}, (INLINE,))]),
    (InstanceProfile, "roles"): (
        [
            ({"role": "${aws_iam_role.host}"}, ("${aws_iam_role.host}",)),
            ({"role": "host"}, Unknown),
            ({}, ()),
        ],
        [({"Roles": [ROLE]}, (ROLE,)), ({"Roles": ["host"]}, Unknown)],
    ),
    (KmsKey, "policy"): _policy("policy", "KeyPolicy"),
    (VPCEndpoint, "policy"): _policy("policy", "PolicyDocument"),
    (BackupVault, "policy"): _policy("aws_backup_vault_policy.policy", "AccessPolicy"),
    (Repository, "policy"): _policy("aws_ecr_repository_policy.policy", "RepositoryPolicyText"),
    (FileSystem, "policy"): _policy(str(FileSystem.facts["policy"].plan), str(FileSystem.facts["policy"].template)),
    (Bucket, "policy"): _policy("aws_s3_bucket_policy.policy", "AWS::S3::BucketPolicy.PolicyDocument"),
    (Repository, "lifecycle"): (
        [({"aws_ecr_lifecycle_policy": [{"policy": json.dumps(RULES)}]}, RULES)],
        [({"LifecyclePolicy": {"LifecyclePolicyText": json.dumps(RULES)}}, RULES)],
    ),
}
