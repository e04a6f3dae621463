"""Backup plans and selections as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_backup_plan, aws_backup_selection); CloudFormation
(AWS::Backup::BackupPlan).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.backup_reading import PREFIX, Selection, TagTest
from scanner.kinds.containers import truth
from scanner.kinds.planned_reading import first, shaped
from scanner.model.planned import Known

_RULE = {
    "rule_name": "RuleName",
    "target_vault_name": "TargetBackupVaultName",
    "schedule": "ScheduleExpression",
    "enable_continuous_backup": "EnableContinuousBackup",
}


def planned_rules(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the rules of a plan in the API's words; a lifecycle of 0 days is none."""
    return [
        shaped(item, _RULE)
        | {"Lifecycle": {"DeleteAfterDays": first(item.get("lifecycle")).get("delete_after") or None}}
        for item in given
    ]


def template_rules(given: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give the rules of a plan in the API's words."""
    return [
        {
            **item,
            "TargetBackupVaultName": item.get("TargetBackupVault", ""),
            "EnableContinuousBackup": truth(item.get("EnableContinuousBackup")),
        }
        for item in given
    ]


_TESTS = {
    "string_equals": "equals",
    "string_not_equals": "not equals",
    "string_like": "like",
    "string_not_like": "not like",
}


def planned_selection(given: Known) -> Selection:
    """Read a selection in Terraform's words."""
    conditions = first(given.get("condition"))
    return Selection(
        tuple(given.get("resources") or ()),
        tuple(given.written("not_resources") or ()),
        tuple(_test("equals", item) for item in given.get("selection_tag") or ()),
        tuple(_test(how, item) for name, how in _TESTS.items() for item in conditions.get(name) or ()),
    )


def _test(how: str, item: Mapping[str, str]) -> TagTest:
    return TagTest(how, item["key"].removeprefix(PREFIX), item["value"])
