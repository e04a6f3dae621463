"""rds_instance_log_export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._databases import changed
from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Around, Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


SIGN_IN = "iam-db-auth-error"
"""The log of failed sign-ins by IAM."""


def _missing(instance: DBInstance, left_out: tuple[str, ...]) -> list[str]:
    """Name the types of log that are to be sent and are not; that of IAM only where IAM sign-in is on."""
    missing = set(instance.exportable_logs) - set(instance.exported_logs) - set(left_out)
    if SIGN_IN in missing and not instance.iam_authentication:
        missing.discard(SIGN_IN)
    return sorted(missing)


def _exporting(instance: DBInstance, around: Around | None, verb: str) -> Write:
    types = _missing(instance, around.settings.left_out if around else ())
    return changed(instance, CloudwatchLogsExportConfiguration={f"{verb}LogTypes": types})


def _sent(instance: DBInstance, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _exporting(instance, around, "Enable")


def _kept_back(instance: DBInstance, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield _exporting(instance, around, "Disable")


class InstanceLogExport(Rule):
    """RDS: instances export logs to CloudWatch.

    Who logged in, what failed and what was changed stands in the database's logs, which end with the instance and are
    rotated within days. In CloudWatch Logs they stay and can be watched. Which types of log there are is asked of AWS
    for each engine and version; the log of IAM sign-in errors is only asked for where IAM sign-in is on. Clusters send
    their logs themselves. The settings can leave out types, such as a general log that would hold ePHI.
    """

    kind = DBInstance
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(5)(ii)(C)",
        "164.312(b)",
    )
    aliases = (
        "config:rds-logging-enabled",
        "security-hub:RDS.9",
        "prowler:rds_instance_integration_cloudwatch_logs",
        "steampipe:rds_db_instance_cloudwatch_logs_enabled",
        "steampipe:rds_db_instance_logging_enabled",
    )
    remedy = Direct(
        "rds.ModifyDBInstance",
        by=_sent,
        across=True,
        why="which logs an engine has differs; Custodian knows them only by a list in the policy",
        effect=Effect(
            after="all types of log go to CloudWatch Logs that the engine has and the settings do not leave out",
            risk="medium",
            downtime="none; what the engine logs of statements may hold ePHI, and lies in the log groups from then on",
            cost="CloudWatch Logs ingestion, about 0.50 USD a GB",
            undo=_kept_back,
            terraform={"aws_db_instance": {"enabled_cloudwatch_logs_exports": ["error", "audit"]}},
            brings=("log_group_retention", "log_group_encrypted"),
        ),
    )
    GOOD = (
        {},
        {"exported_logs": ("postgresql", "upgrade"), "iam_authentication": False},
        Case({"exported_logs": ("postgresql", "iam-db-auth-error")}, settings={"left_out": ("upgrade",)}),
        {"exported_logs": ("agent", "error", "more"), "exportable_logs": ("agent", "error")},
    )
    BAD = (
        {"exported_logs": ()},
        {"exported_logs": ("postgresql", "iam-db-auth-error")},
        {"exported_logs": ("postgresql", "upgrade")},
        {"exported_logs": ("iam-db-auth-error",), "iam_authentication": False},
        Case({"exported_logs": ()}, settings={"left_out": ("upgrade",)}),
    )
    SKIP = (
        {"exported_logs": (), "cluster": "ehr"},
        {"exported_logs": (), "engine": "custom-oracle-ee"},
        {"exported_logs": (), "exportable_logs": ()},
    )

    class Settings(RuleSettings, frozen=True):
        """Which logs need not go."""

        left_out: Annotated[
            tuple[str, ...], msgspec.Meta(description="Types of log that need not be sent, such as `general`.")
        ] = ()

    @staticmethod
    def applies(instance: DBInstance) -> bool | str:
        """Instances that stand by themselves and can send logs."""
        if instance.cluster:
            return "its cluster sends the logs"
        if instance.custom:
            return "RDS Custom does not send logs"
        return bool(instance.exportable_logs)

    @staticmethod
    def check(instance: DBInstance, settings: Settings) -> Iterator[Fail]:
        missing = _missing(instance, settings.left_out)
        if missing:
            yield Fail(f"these logs are not sent to CloudWatch Logs: {', '.join(missing)}")
