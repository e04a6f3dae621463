"""rds_instance_log_export."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


SIGN_IN = "iam-db-auth-error"
"""The log of failed sign-ins by IAM."""


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
    remedy = Runbook(
        "Turn on what the engine writes only if told, by parameter and option groups: audit, general, slow queries.",
        "Send the logs: aws rds modify-db-instance --db-instance-identifier {id} --cloudwatch-logs-export-configuration"
        " EnableLogTypes=TYPE,TYPE",
        "Set the retention of the log groups /aws/rds/instance/{id}/TYPE.",
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
        missing = set(instance.exportable_logs) - set(instance.exported_logs) - set(settings.left_out)
        if SIGN_IN in missing and not instance.iam_authentication:
            missing.discard(SIGN_IN)
        if missing:
            yield Fail(f"these logs are not sent to CloudWatch Logs: {', '.join(sorted(missing))}")
