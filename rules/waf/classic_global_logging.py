"""waf_classic_global_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.waf import ClassicWebACL
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class ClassicGlobalLogging(Rule):
    """Classic global web ACLs log.

    What a web ACL let through and what it turned away is the record by which an attack on systems with ePHI is seen
    while it goes on, and understood after it. AWS ended support for WAF Classic on 30 September 2025: web ACLs that
    are still there should be moved to AWS WAF.
    """

    kind = ClassicWebACL
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(4)(ii)(A)", "164.312(b)")
    aliases = (
        "config:waf-classic-logging-enabled",
        "security-hub:WAF.1",
        "prowler:waf_global_webacl_logging_enabled",
        "steampipe:waf_web_acl_logging_enabled",
    )
    related = ("alb_waf_associated",)
    remedy = Runbook(
        "Make a delivery stream of Amazon Data Firehose in us-east-1 whose name begins with aws-waf-logs-.",
        "Log there: aws waf put-logging-configuration --region us-east-1 --logging-configuration "
        "ResourceArn={arn},LogDestinationConfigs=STREAM_ARN",
        "Better still, move to AWS WAF: make a web ACL with aws wafv2 create-web-acl --scope CLOUDFRONT, associate it "
        "with the distributions in its stead, and log there.",
        effect=Effect(
            cost="delivery by Firehose, about 0.03 USD for each GB, and storage",
            terraform={"aws_waf_web_acl": {"logging_configuration": {"log_destination": "STREAM"}}},
        ),
    )
    GOOD = ({},)
    BAD = ({"destinations": ()},)

    @staticmethod
    def check(acl: ClassicWebACL) -> Iterator[Fail]:
        if not acl.destinations:
            yield Fail("the web ACL has no logging configuration")
