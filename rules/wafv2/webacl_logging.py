"""wafv2_webacl_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.wafv2 import CloudFrontWebACL, WebACL
from scanner.model.inventory import any_of
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


REDACTED = ("authorization", "cookie")


def _log(acl: WebACL | CloudFrontWebACL, _part: str) -> Iterator[Write]:
    """A log group of the ACL's own; WAF asks that its name begins so (AWS WAF Developer Guide, logging)."""
    partition, _, region, account = acl.arn.split(":")[1:5]
    group = f"aws-waf-logs-{acl.name}"
    yield Write("logs.CreateLogGroup", {"logGroupName": group}, region)
    yield Write("logs.PutRetentionPolicy", {"logGroupName": group, "retentionInDays": 2192}, region)
    configuration = {
        "ResourceArn": acl.arn,
        "LogDestinationConfigs": [f"arn:{partition}:logs:{region}:{account}:log-group:{group}"],
        "RedactedFields": [{"SingleHeader": {"Name": name}} for name in REDACTED],
    }
    yield Write("wafv2.PutLoggingConfiguration", {"LoggingConfiguration": configuration}, region)


class WebaclLogging(Rule):
    """Web ACLs log.

    What a web ACL let through and what it turned away is the record by which an attack on systems with ePHI is seen
    while it goes on, and understood after it. Logs that Amazon Security Lake collects count as well as those that the
    account has sent to a destination of its own. Web ACLs for CloudFront are judged with those of the Regions.
    """

    kind = WebACL
    also = (CloudFrontWebACL,)
    severity = "low"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(4)(ii)(A)", "164.312(b)")
    aliases = (
        "config:wafv2-logging-enabled",
        "security-hub:WAF.11",
        "prowler:wafv2_webacl_logging_enabled",
        "steampipe:wafv2_web_acl_logging_enabled",
    )
    related = ("alb_waf_associated",)
    remedy = Direct(
        "wafv2.PutLoggingConfiguration",
        why="Custodian's actions on web ACLs do not reach their logging.",
        by=_log,
        also=("logs.CreateLogGroup", "logs.PutRetentionPolicy"),
        effect=Effect(
            sets={"destinations": ("arn:aws:logs:us-east-1:123456789012:log-group:aws-waf-logs-claims",)},
            after="requests are logged for six years in a log group of their own, without the headers authorization"
            " and cookie",
            cost="CloudWatch Logs ingestion, about 0.50 USD for each GB, and storage",
            undo=(Write("wafv2.DeleteLoggingConfiguration", {"ResourceArn": "{arn}"}),),
            brings=("log_group_encrypted_all",),
            terraform={
                "aws_cloudwatch_log_group": {"name": "aws-waf-logs-{name}", "retention_in_days": 2192},
                "aws_wafv2_web_acl_logging_configuration": {
                    "resource_arn": "{arn}",
                    "log_destination_configs": ["LOG_GROUP"],
                    "redacted_fields": [{"single_header": {"name": name}} for name in REDACTED],
                },
            },
        ),
    )
    GOOD = (
        {},
        {"destinations": (), "in_security_lake": True},
        Case({}, kind=CloudFrontWebACL),
        Case({"destinations": (), "in_security_lake": True}, kind=CloudFrontWebACL),
    )
    BAD = ({"destinations": ()}, Case({"destinations": ()}, kind=CloudFrontWebACL))

    @staticmethod
    def check(acl: WebACL | CloudFrontWebACL) -> Iterator[Fail]:
        if not any_of([lambda: acl.destinations, lambda: acl.in_security_lake]):
            yield Fail("the web ACL has no logging configuration")
