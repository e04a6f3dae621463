"""alb_waf_associated."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class WafAssociated(Rule):
    """Internet-facing load balancers have a WAF web ACL.

    What the whole internet may call, it tries: injected queries, stolen passwords by the thousand, floods of
    requests. A web ACL turns away what is known to be hostile before it comes to the programs that hold ePHI. Whether
    the rules of the web ACL are good ones is not judged here.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (EcsGuide(6),)
    remedy = Runbook(
        "Choose a web ACL of this Region: aws wafv2 list-web-acls --scope REGIONAL --region {region}",
        "Let it count for some days what it would block, so that no patient is shut out by mistake.",
        "Associate it: aws wafv2 associate-web-acl --web-acl-arn WEB_ACL --resource-arn {arn} --region {region}",
        effect=Effect(
            risk="medium",
            downtime="requests that the rules of the web ACL take for hostile are refused",
            cost="a web ACL, 5 USD a month, 1 USD for each rule, and 0.60 USD a million requests",
        ),
    )
    GOOD = ({},)
    BAD = ({"web_acl": ""},)
    SKIP = (
        {"web_acl": "", "scheme": "internal"},
        {"web_acl": "", "type": "network"},
        {"web_acl": "", "type": "gateway"},
    )

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Internet-facing Application Load Balancers."""
        return balancer.type == "application" and balancer.scheme == "internet-facing"

    @staticmethod
    def check(balancer: LoadBalancer) -> Iterator[Fail]:
        if not balancer.web_acl:
            yield Fail("no web ACL is associated with it")
