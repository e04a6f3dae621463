"""clb_cross_zone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.elb import ClassicLoadBalancer
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def spreading(*, on: bool) -> dict[str, Any]:
    """Give the parameters that turn cross-zone load balancing on or off."""
    return {"LoadBalancerName": "{id}", "LoadBalancerAttributes": {"CrossZoneLoadBalancing": {"Enabled": on}}}


class CrossZone(Rule):
    """Classic LB cross-zone load balancing is on.

    Without it every zone has only its own targets to send requests to: where those of one zone are few, slow or gone,
    the people whose requests come in there are served badly or not at all, while others stand idle.
    """

    kind = ClassicLoadBalancer
    severity = "medium"
    category = "resilience"
    hipaa = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    aliases = (
        "config:elb-cross-zone-load-balancing-enabled",
        "security-hub:ELB.9",
        "prowler:elb_cross_zone_load_balancing_enabled",
        "steampipe:elb_classic_lb_cross_zone_load_balancing_enabled",
    )
    remedy = Direct(
        "elb.ModifyLoadBalancerAttributes",
        spreading(on=True),
        why="Custodian has no action for the attributes of a Classic Load Balancer but those of its access log.",
        effect=Effect(
            sets={"cross_zone": True},
            undo=[Write("elb.ModifyLoadBalancerAttributes", spreading(on=False))],
            terraform={"aws_elb": {"cross_zone_load_balancing": True}},
        ),
    )
    GOOD = ({},)
    BAD = ({"cross_zone": False},)

    @staticmethod
    def check(balancer: ClassicLoadBalancer) -> Iterator[Fail]:
        if not balancer.cross_zone:
            yield Fail("cross-zone load balancing is off")
