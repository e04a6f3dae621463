"""The least-privilege read policy: exactly the IAM actions that the declared calls need."""

from __future__ import annotations

import json
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.aws.publish import IMPORT, PUBLISH
from scanner.model.operation import permission_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model.kind import Kind

LIMIT = 6144
"""Characters of a managed policy, white space not counted (IAM and STS quotas, AWS IAM User Guide)."""

BASE = {
    "sts.GetCallerIdentity": "every scan: whose credentials these are",
    "ec2.DescribeRegions": "every scan: which Regions the account has enabled",
    "organizations.ListAccounts": "`phiward init`, `[aws] organization`: which accounts there are",
    "organizations.ListAccountsForParent": "`[organization]`: which accounts are in an OU",
    "organizations.ListOrganizationalUnitsForParent": "`[organization]`: which OUs there are",
    "organizations.ListRoots": "`[organization]`: where the OUs begin",
    "organizations.ListTagsForResource": "`[organization]`: which tags an account bears",
}
"""What a scan asks before any kind is looked at, and why."""

AFTER = {
    "cloudtrail.LookupEvents": "drift: who made a change, from where and how; may be denied, changes then have no actor"
}
"""What is asked after a scan, of no kind, and why."""

BESIDE = {
    "iam.SimulatePrincipalPolicy": "`phiward doctor`: whether all this is allowed; may be denied, it then makes calls"
}
"""What is asked beside scans, and why."""

PUBLISHED = {IMPORT: "arn:*:securityhub:*:*:product/*/default", PUBLISH: "*"}
"""What publishing calls, the scanner never, and the resources it is allowed on."""

Statement = dict[str, Any]


class Permission(msgspec.Struct, frozen=True, order=True):
    """An IAM action, and the calls that need it, each as `AWS::KMS::Key.meta kms.DescribeKey`."""

    action: str
    calls: tuple[str, ...]


def permissions(kinds: Iterable[type[Kind]]) -> list[Permission]:
    """Give every IAM action that scanning these kinds needs, sorted, with the calls that need it."""
    needed: dict[str, set[str]] = {
        permission_of(operation): {why} for operation, why in (BASE | AFTER | BESIDE).items()
    }
    for kind in kinds:
        for call in kind.calls.values():
            for action in call.permissions:
                needed.setdefault(action, set()).add(f"{kind.cfn}.{call.name} {call.operation}")
    return [Permission(action, tuple(sorted(calls))) for action, calls in sorted(needed.items())]


def policy(kinds: Iterable[type[Kind]]) -> list[dict[str, Any]]:
    """Make the policy documents that allow scanning these kinds and nothing else: one, or more where IAM's limit asks.

    Only exact actions, no wildcard. One statement to a service; the calls list and describe, so they name no resource.
    """
    documents: list[dict[str, Any]] = []
    for statement in _statements([one.action for one in permissions(kinds)]):
        if not documents or size(_document([*documents[-1]["Statement"], statement])) > LIMIT:
            documents.append(_document([]))
        documents[-1]["Statement"].append(statement)
    return documents


def publish_policy() -> dict[str, Any]:
    """Make the policy of who publishes, what `scanner/aws/publish.py` calls; the scanner's own has none of it."""
    allowed = [(operation.partition(".")[0].capitalize(), operation, at) for operation, at in PUBLISHED.items()]
    return _document([_statement(f"Publish{name}", [permission_of(operation)], at) for name, operation, at in allowed])


def size(document: dict[str, Any]) -> int:
    """Count the characters of a policy as IAM does, without white space."""
    return len(json.dumps(document, separators=(",", ":")))


def _document(statements: list[Statement]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": statements}


def _statements(actions: list[str]) -> Iterator[Statement]:
    for service, found in groupby(actions, key=lambda action: action.partition(":")[0]):
        name = "".join(word.capitalize() for word in service.split("-"))
        for number, part in enumerate(_parts(list(found)), 1):
            yield _statement(f"{name}Read{number if number > 1 else ''}", part)


def _statement(sid: str, actions: list[str], resource: str = "*") -> Statement:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}


def _parts(actions: list[str]) -> Iterator[list[str]]:
    """Cut a service's actions where they alone would fill a policy."""
    part: list[str] = []
    for action in actions:
        if part and size(_document([_statement("x" * 64, [*part, action])])) > LIMIT:
            yield part
            part = []
        part = [*part, action]
    yield part
