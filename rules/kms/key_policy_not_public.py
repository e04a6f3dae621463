"""kms_key_policy_not_public."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rules._former import former, former_policy
from scanner.kinds.kms import KmsKey
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide


def _policy(principal: object = "*", condition: object = None, **different: object) -> PolicyDocument | None:
    """A policy for the examples: the owner's statement, and one more."""
    owner = {
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    more: dict[str, object] = {"Effect": "Allow", "Principal": principal, "Action": "kms:Decrypt", "Resource": "*"}
    more |= ({"Condition": condition} if condition else {}) | different
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [owner, more]})


def _own_account(key: KmsKey, _part: str) -> Iterator[Write]:
    """Give the account, and with it its own users and roles, what the statements give to everybody.

    Raises:
        NotByMachine: a statement says who is left out.
    """
    document = former_policy(key, "pol") or {}
    listed = document.get("Statement", [])
    statements = list(listed) if isinstance(listed, list) else [listed]
    root = f"arn:{key.partition}:iam::{key.account}:root"
    for place in {grant.statement.position for grant in key.policy.public(reading="effective")}:
        if "Principal" not in statements[place]:
            raise NotByMachine("a statement lets everybody in but those that it names: a person must say who is meant")
        statements[place] = {**statements[place], "Principal": {"AWS": root}}
    text = json.dumps({**document, "Statement": statements})
    yield Write("kms.PutKeyPolicy", {"KeyId": "{id}", "PolicyName": "default", "Policy": text})


def _former_key_policy(key: KmsKey, _part: str) -> Iterator[Write]:
    yield Write("kms.PutKeyPolicy", {"KeyId": "{id}", "PolicyName": "default", "Policy": former(key, "pol")})


class KeyPolicyNotPublic(Rule):
    """Key policies grant no public access.

    A key that anyone with an AWS account may use protects nothing. A statement for everyone is let pass only where its
    condition leaves fixed callers, such as kms:CallerAccount or aws:PrincipalOrgID; one that names a service alone
    (kms:ViaService) leaves every account. Keys that AWS manages are not judged: their policies are AWS's.
    """

    kind = KmsKey
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.312(a)(2)(iv)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(63),)
    aliases = (
        "config:kms-key-policy-no-public-access",
        "security-hub:KMS.5",
        "prowler:kms_key_not_publicly_accessible",
        "steampipe:kms_cmk_policy_prohibit_public_access",
        "cis:v7.0/2.21",
    )
    remedy = Direct(
        "kms.PutKeyPolicy",
        by=_own_account,
        why="Custodian takes the statement away, and with the last one that names the account nobody rules the key;"
        " AWS refuses that, and then the key stays public",
        effect=Effect(
            after="what everyone was allowed the account is: its own users and roles by their own policies, as by AWS's"
            " default; all other statements stay",
            risk="medium",
            undo=_former_key_policy,
            terraform={"aws_kms_key": {"policy": "POLICY"}},
        ),
    )
    GOOD = (
        {"policy": _policy({"AWS": "arn:aws:iam::123456789012:role/claims"})},
        {"policy": _policy("*", {"StringEquals": {"kms:CallerAccount": "123456789012"}})},
        {"policy": _policy({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-123"}})},
        {"policy": _policy(Effect="Deny")},
    )
    BAD = (
        {"policy": _policy()},
        {"policy": _policy({"AWS": "*"})},
        {"policy": _policy({"AWS": "*"}, {"StringLike": {"kms:CallerAccount": "*"}})},
        {"policy": _policy("*", {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}})},
    )
    SKIP = ({"manager": "AWS", "policy": _policy()},)

    @staticmethod
    def applies(key: KmsKey) -> bool:
        """Customer managed keys."""
        return key.manager == "CUSTOMER"

    @staticmethod
    def check(key: KmsKey) -> Iterator[Fail]:
        for grant in key.policy.public(reading="effective"):
            said = f"{grant.statement.label} of the key policy allows {', '.join(grant.statement.actions.values)}"
            why = f" ({'; '.join(grant.reasons)})" if grant.reasons else ""
            yield Fail(f"{said} to {grant.principal}{why}", part=f"policy {grant.statement.label}")
