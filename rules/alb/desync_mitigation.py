"""alb_desync_mitigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import attribute, with_attribute
from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


MODE = "routing.http.desync_mitigation_mode"


class DesyncMitigation(Rule):
    """Load balancers mitigate HTTP desync.

    Requests that two servers on the way take apart differently let an attacker slip one in that nobody checked, or
    read another patient's answer. A load balancer that is defensive, or strictest, closes the connection or refuses
    what is ambiguous; one that only monitors lets it pass.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.312(c)(1)")
    sources = (EcsGuide(6),)
    aliases = (
        "config:alb-desync-mode-check",
        "security-hub:ELB.12",
        "prowler:elbv2_desync_mitigation_mode",
        "steampipe:elb_application_lb_desync_mitigation_mode",
    )
    remedy = with_attribute(MODE, "defensive", "monitor", ("desync_mitigation_mode", "defensive"), "medium")
    GOOD = (
        {"attributes": {MODE: "defensive"}},
        {"attributes": {MODE: "strictest"}},
    )
    BAD = ({"attributes": {MODE: "monitor"}},)
    SKIP = (
        {"attributes": {MODE: "monitor"}, "type": "network"},
        {"attributes": {MODE: "monitor"}, "type": "gateway"},
    )
    UNKNOWN = ({"attributes": {}},)

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application Load Balancers."""
        return balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer) -> Iterator[Fail]:
        mode = attribute(balancer, MODE)
        if mode not in {"defensive", "strictest"}:
            yield Fail(f"the desync mitigation mode is {mode}")
