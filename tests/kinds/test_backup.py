"""How plans, selections and recovery points of AWS Backup are read."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.backup import PlanRule, RecoveryPoint, kept_days, plan_rules
from scanner.kinds.backup_reading import Selection, TagTest, by_tags, holds, hours_between, matches, selection
from scanner.model.kind import derive
from scanner.model.resource import Resource, seen


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("", 24),
        ("cron(0 5 ? * * *)", 24),
        ("cron(0 5 * * ? *)", 24),
        ("cron(15 * ? * * *)", 1),
        ("cron(0/30 * * * ? *)", 0.5),
        ("cron(0 0/12 ? * * *)", 12),
        ("cron(0 1,3 ? * * *)", 22),
        ("cron(0 8-10 ? * * *)", 22),
        ("cron(0 5 ? * MON-FRI *)", 72),
        ("cron(0 5 ? * mon-fri *)", 72),
        ("cron(0 5 ? * 2-6 *)", 72),
        ("cron(0 5 ? * SUN *)", 168),
        ("cron(0 5 ? * 1/2 *)", 48),
        ("cron(0 5 1 * ? *)", 31 * 24),
        ("cron(0 5 1,15 * ? *)", 17 * 24),
        ("cron(0 5 L * ? *)", 31 * 24),
        ("cron(0 5 ? * 6L *)", 31 * 24),
        ("cron(0 5 ? * FRIL *)", 31 * 24),
        ("cron(0 5 ? * 2#1 *)", 31 * 24),
        ("cron(0 5 15W * ? *)", 31 * 24),
        ("cron(0 5 ? JAN,JUL ? *)", (183 - 30) * 24 + 24),
        ("cron(0 5 1 1 ? *)", 366 * 24),
        ("cron(0 5 1 1 ? 2030)", float("inf")),
        ("cron(0 5 31 2 ? *)", float("inf")),
        ("rate(1 day)", 24),
        ("rate(12 hours)", 12),
        ("rate(30 minutes)", 0.5),
    ],
)
def test_the_longest_time_between_two_runs(expression: str, hours: float) -> None:
    assert hours_between(expression) == pytest.approx(hours)


@pytest.mark.parametrize("expression", ["daily", "cron(0 5 * *)", "cron(a b c d e f)", "rate(soon)"])
def test_a_schedule_that_cannot_be_read_is_refused(expression: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        hours_between(expression)


@pytest.mark.parametrize(
    ("pattern", "arn", "expected"),
    [
        ("*", "arn:aws:rds:us-east-1:1:db:a", True),
        ("arn:aws:rds:*:*:db:*", "arn:aws:rds:us-east-1:1:db:a", True),
        ("arn:aws:rds:*:*:db:*", "arn:aws:rds:us-east-1:1:cluster:a", False),
        ("arn:aws:rds:us-east-1:1:db:a", "arn:aws:rds:us-east-1:1:db:a", True),
        ("arn:aws:rds:us-east-1:1:db:a", "arn:aws:rds:us-east-1:1:db:ab", False),
        ("arn:aws:s3:::a[b]?", "arn:aws:s3:::a[b]?", True),
        ("arn:aws:s3:::a[b]?", "arn:aws:s3:::abc", False),
    ],
)
def test_arns_are_matched_by_asterisks_alone(pattern: str, arn: str, expected: bool) -> None:
    assert matches((pattern,), arn) is expected


@pytest.mark.parametrize(
    ("how", "tags", "expected"),
    [
        ("equals", {"backup": "daily"}, True),
        ("equals", {"backup": "Daily"}, False),
        ("equals", {"Backup": "daily"}, False),
        ("equals", {}, False),
        ("not equals", {"backup": "daily"}, False),
        ("not equals", {"backup": "no"}, True),
        ("not equals", {}, None),
        ("like", {"backup": "daily"}, True),
        ("not like", {"backup": "daily"}, False),
        ("not like", {"backup": "no"}, True),
        ("not like", {}, None),
    ],
)
def test_a_test_of_a_tag(how: str, tags: dict[str, str], expected: bool | None) -> None:
    value = "dai*" if "like" in how else "daily"
    assert holds(TagTest(how, "backup", value), tags) is expected


def test_conditions_hold_together() -> None:
    said = Selection(all_tags=(TagTest("equals", "a", "1"), TagTest("not equals", "b", "2")))
    assert by_tags(said, {"a": "1", "b": "3"}) is True
    assert by_tags(said, {"a": "1"}) is None
    assert by_tags(said, {"a": "9"}) is False
    assert by_tags(Selection(), {}) is True


def test_a_selection_is_read() -> None:
    given = {
        "SelectionName": "x",
        "Resources": ["*"],
        "NotResources": ["arn:aws:s3:::logs"],
        "ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "yes"}],
        "Conditions": {
            "StringEquals": [{"ConditionKey": "aws:ResourceTag/stage", "ConditionValue": "prod"}],
            "StringNotLike": [{"ConditionKey": "aws:ResourceTag/name", "ConditionValue": "tmp*"}],
        },
    }
    assert selection(given) == Selection(
        ("*",),
        ("arn:aws:s3:::logs",),
        (TagTest("equals", "backup", "yes"),),
        (TagTest("equals", "stage", "prod"), TagTest("not like", "name", "tmp*")),
    )
    assert selection({}) == Selection()


@pytest.mark.parametrize(
    ("lifecycle", "days"), [({}, None), ({"DeleteAfterDays": -1}, None), ({"DeleteAfterDays": 35}, 35)]
)
def test_how_long_a_recovery_point_is_kept(lifecycle: dict[str, Any], days: int | None) -> None:
    assert kept_days(lifecycle) == days


def test_the_rules_of_a_plan_are_read() -> None:
    given: list[dict[str, Any]] = [
        {"RuleName": "daily", "Lifecycle": {"DeleteAfterDays": 35}, "TargetBackupVaultName": "v"},
        {"RuleName": "now", "ScheduleExpression": "cron(0 * ? * * *)", "EnableContinuousBackup": True},
    ]
    assert plan_rules(given) == (
        PlanRule("daily", 24.0, 35, continuous=False, vault="v"),
        PlanRule("now", 1.0, None, continuous=True, schedule="cron(0 * ? * * *)"),
    )


@pytest.mark.parametrize(("maker", "series"), [({"BackupRuleId": "r"}, "vault:r:arn:aws:x"), ({}, ""), (None, "")])
def test_what_a_rule_makes_of_one_resource_is_a_series(maker: dict[str, str] | None, series: str) -> None:
    point = {"BackupVaultName": "vault", "ResourceArn": "arn:aws:x"} | ({} if maker is None else {"CreatedBy": maker})
    resource = Resource(RecoveryPoint.cfn, "p", sections={"point": seen(point)})
    assert derive(resource, RecoveryPoint.facts["series"]) == series
