"""alb_waf_associated_any_scheme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class WafAssociatedAnyScheme(Rule):
    """Every ALB, internal ones too, is associated with a WAF web ACL.

    An attacker who has come as far as the network, or a program there that was taken over, calls internal systems
    with the same hostile requests. A web ACL in front of internal load balancers too turns away what is known to be
    hostile. Whether the rules of the web ACL are good ones is not judged here.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    aliases = (
        "config:alb-waf-enabled",
        "security-hub:ELB.16",
        "prowler:elbv2_waf_acl_attached",
        "steampipe:elb_application_lb_waf_enabled",
    )
    related = ("alb_waf_associated",)
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
    GOOD = ({}, {"scheme": "internal"})
    BAD = ({"web_acl": "", "scheme": "internal"}, {"web_acl": ""})
    SKIP = ({"web_acl": "", "type": "network"}, {"web_acl": "", "type": "gateway"})

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application Load Balancers."""
        return balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer) -> Iterator[Fail]:
        if not balancer.web_acl:
            yield Fail("no web ACL is associated with it")
