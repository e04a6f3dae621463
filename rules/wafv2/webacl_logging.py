"""wafv2_webacl_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.wafv2 import CloudFrontWebACL, WebACL
from scanner.model.inventory import any_of
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


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
    remedy = Runbook(
        "Make a log group whose name begins with aws-waf-logs-, encrypted and kept as long as your policy says.",
        "Log there: aws wafv2 put-logging-configuration --logging-configuration "
        "ResourceArn={arn},LogDestinationConfigs=LOG_GROUP_ARN (for CloudFront with --region us-east-1)",
        "Redact fields that hold ePHI or credentials: RedactedFields=[{SingleHeader={Name=authorization}}].",
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
