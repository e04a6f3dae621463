"""What the rules on the use of all KMS keys share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.iam._policies import policy, where
from scanner.model.policy import Every
from scanner.model.rule import Fail
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from scanner.model.policy import PolicyDocument

EVERY_KEY = Every("kms", "key/*")
NAMING = ("aws:resourcetag/", "kms:requestalias", "kms:resourcealiases")
"""The condition keys by which a statement names keys, in lower case."""

SOUND = (
    policy(Action="kms:Decrypt", Resource="arn:aws:kms:us-east-1:123456789012:key/0a1b"),
    policy(Action=["kms:Encrypt", "kms:DescribeKey"], Resource="*"),
    policy(Action="kms:*", Resource="*", Condition={"StringEquals": {"aws:ResourceTag/team": "claims"}}),
    policy(Action="kms:*", Resource="*", Condition={"StringEquals": {"kms:RequestAlias": "alias/claims"}}),
    policy(
        Action="kms:*", Resource="*", Condition={"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/claims-*"}}
    ),
    policy({"Action": "kms:*", "Resource": "*"}, {"Effect": "Deny", "Action": "kms:*", "Resource": "*"}),
)
UNSOUND = (
    policy(Action="kms:Decrypt", Resource="*"),
    policy(Action="kms:ReEncryptFrom", Resource="*"),
    policy(Action="kms:De*", Resource="arn:aws:kms:*:*:key/*"),
    policy(Action="kms:*", Resource="arn:aws:kms:us-east-1:123456789012:key/*"),
    policy(Action="*", Resource="*"),
    policy(NotAction="iam:*", Resource="*"),
    policy(
        Action="kms:Decrypt", Resource="*", Condition={"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    ),
)
"""Policies for the examples."""


class BlockedActions(RuleSettings, frozen=True):
    """The parameters of these rules."""

    actions: Annotated[tuple[str, ...], msgspec.Meta(description="Actions not to be allowed on all keys.")] = (
        "kms:Decrypt",
        "kms:ReEncryptFrom",
    )


def on_every_key(document: PolicyDocument, actions: Sequence[str], name: str = "") -> Iterator[Fail]:
    """Say which of the actions a policy allows on all keys, of the account or of a Region in it.

    A condition on a key's tags or aliases names keys; others, such as the service in between, do not.
    """
    for action in actions:
        for statement in document.allows(action, EVERY_KEY):
            if not any(key.startswith(NAMING) for key in statement.demands):
                label = f"{name} {statement.label}".strip()
                yield Fail(f"{label} allows {action} on every key{where(statement)}", part=f"{label} {action}")
