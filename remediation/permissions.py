"""Which IAM actions a remedy needs: by a table that was read from Custodian, so that planning needs no Custodian.

`python -m remediation.permissions` writes the table anew.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from scanner.model.operation import permission_of
from scanner.model.plan import WriteCall
from scanner.model.remedy import Custodian

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.model.rule import Rule

TABLE = "data/permissions.json"
PASSING_A_ROLE = "iam:PassRole"

OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "s3.DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3.DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3.DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3.PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3.PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3.PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3.PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3control.DeletePublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
    "s3control.PutPublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
    "wafv2.PutLoggingConfiguration": ("wafv2:PutLoggingConfiguration", "iam:CreateServiceLinkedRole"),
}
"""Operations whose IAM action has another name (Service Authorization Reference)."""


def operation_permissions(calls: Iterable[WriteCall]) -> tuple[str, ...]:
    """Name the IAM actions that operations need; handing a role over needs iam:PassRole too."""
    found: list[str] = []
    for call in calls:
        found += OTHERWISE.get(call.operation, (permission_of(call.operation),))
        if not call.operation.startswith("iam.") and _names_role(call.parameters):
            found.append(PASSING_A_ROLE)
    return tuple(dict.fromkeys(found))


def _names_role(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any("Policy" not in str(name) and _names_role(item) for name, item in value.items())
    if isinstance(value, list | tuple):
        return any(map(_names_role, value))
    return isinstance(value, str) and value.startswith("arn:") and ":role/" in value and " " not in value


def custodian_permissions(remedy: Custodian) -> tuple[str, ...]:
    """Name the IAM actions that a policy needs, reading included; none are named for one that the table lacks."""
    return tuple(_table().get(signature(remedy), ()))


def signature(remedy: Custodian) -> str:
    """Name what of a policy decides on its permissions: the resource type, its filters and actions."""
    parts = (_name(each) for each in (*remedy.filters, *remedy.actions))
    return " ".join([remedy.resource, *sorted({part for part in parts if part})])


def _name(part: Any) -> str:
    if isinstance(part, str):
        return part
    if not isinstance(part, Mapping):
        return ""
    if "type" in part:
        return str(part["type"])
    inner = [item for name in ("not", "or", "and") for item in part.get(name, ())]
    return "+".join(sorted({name for name in map(_name, inner) if name and name != "value"}))


@cache
def _table() -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(files("remediation").joinpath(TABLE).read_text())
    return found


def asked(rules: Iterable[type[Rule]]) -> dict[str, list[str]]:
    """Ask Custodian which permissions the policies of the rules need."""
    from remediation.policies import loaded, policy

    found = {}
    for rule in rules:
        if isinstance(rule.remedy, Custodian):
            made = {**policy(rule.id, rule.remedy, ()), "max-resources": 1, "filters": list(rule.remedy.filters)}
            found[signature(rule.remedy)] = sorted(
                permission for each in loaded(made) for permission in each.get_permissions()
            )
    return dict(sorted(found.items()))


def main() -> None:
    """Write the table."""
    from pathlib import Path

    from scanner.engine.registry import rules

    text = json.dumps(asked(rules().values()), indent=1) + "\n"
    Path(__file__).with_name("data").joinpath("permissions.json").write_text(text)


if __name__ == "__main__":
    main()
