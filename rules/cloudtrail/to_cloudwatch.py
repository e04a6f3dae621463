"""cloudtrail_to_cloudwatch."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudtrail import Trail
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide


class ToCloudwatch(Rule):
    """Trails deliver to CloudWatch Logs.

    Log files in a bucket are read when all is over. Delivered to CloudWatch Logs too, the same events can be searched
    at once, and metric filters and alarms can speak up when a root user signs in or a key is scheduled for deletion.
    Whether such alarms stand is judged by rules of their own.
    """

    kind = Trail
    severity = "low"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(5)(ii)(C)",
        "164.308(a)(6)(ii)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    sources = (EcsGuide(59),)
    aliases = (
        "config:cloud-trail-cloud-watch-logs-enabled",
        "security-hub:CloudTrail.5",
        "prowler:cloudtrail_cloudwatch_logging_enabled",
        "steampipe:cloudtrail_multi_region_trail_integrated_with_logs",
        "steampipe:cloudtrail_trail_integrated_with_logs",
    )
    remedy = Runbook(
        "Make a log group, encrypted with a KMS key, and a role that lets cloudtrail.amazonaws.com write into it.",
        "aws cloudtrail update-trail --name {arn} --cloud-watch-logs-log-group-arn GROUP --cloud-watch-logs-role-arn"
        " ROLE",
        "See that events arrive: LatestCloudWatchLogsDeliveryTime of aws cloudtrail get-trail-status --name {arn}",
        effect=Effect(
            cost="CloudWatch Logs ingestion, about 0.50 USD for each GB",
            terraform={
                "aws_cloudtrail": {"cloud_watch_logs_group_arn": "GROUP:*", "cloud_watch_logs_role_arn": "ROLE"}
            },
        ),
    )
    GOOD = ({},)
    BAD = ({"log_group": ""},)

    @staticmethod
    def check(trail: Trail) -> Iterator[Fail]:
        if not trail.log_group:
            yield Fail("events are not delivered to CloudWatch Logs")
