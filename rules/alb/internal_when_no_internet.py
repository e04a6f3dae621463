"""alb_internal_when_no_internet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._balancers import balancers_of, groups_of
from scanner.kinds.ecs_service_parts import Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import TARGETS, LoadBalancer, TargetGroup
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule, Skip
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

INTERNAL = {"exposure": "internal"}
GROUP = Other(TargetGroup)


def _service(tags: dict[str, str], *, group: str = TARGETS, id: str = "arn:aws:ecs:one") -> Other:
    """Make a service for the examples."""
    return Other(Service, id=id, arn=id, tags=tags, targets=(Target(group),))


def _internal(balancer: LoadBalancer, world: World, tags: dict[str, str], gaps: Gaps) -> Iterator[str]:
    """Name what is tagged as internal: the load balancer, its target groups, the services behind them."""
    with gaps:
        if balancer.has_tags(tags):
            yield "the load balancer"
    groups: set[str] = set()
    with gaps:
        for group in world.candidates(TargetGroup, balancers_of, lambda: [balancer.id]):
            with gaps:
                if balancer.id in group.load_balancers:
                    groups.add(group.id)
                    if group.has_tags(tags):
                        yield f"the target group {group.name}"
    with gaps:
        for service in world.candidates(Service, groups_of, lambda: groups):
            with gaps:
                if groups.intersection(service.target_groups) and service.has_tags(tags):
                    yield f"the service {service.name}"


class InternalWhenNoInternet(Rule):
    """Load balancers of internal services are internal.

    A service that only other systems call has no business on the internet; a load balancer with public addresses puts
    it there, one wrong rule away from everybody. Services are known as internal by their tags, or by those of the
    load balancer or its target groups. A load balancer that internal services share with public ones fails: it should
    be two.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (PhiCluster(), EcsGuide(19))
    needs = (TargetGroup, Service)
    remedy = Runbook(
        "Make a load balancer with the scheme internal in private subnets: aws elbv2 create-load-balancer "
        "--scheme internal --name NAME --subnets SUBNETS --security-groups GROUPS --region {region}",
        "Give it the same listeners and point the private DNS name at it; the scheme of {name} cannot be changed.",
        "Delete the old one once no more requests come in by it.",
        effect=Effect(
            risk="high",
            downtime="clients that come from the internet, until they have moved over",
            cost="two load balancers until the old one is deleted",
            terraform={"aws_lb": {"internal": True}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """By which tags an internal service is known."""

        internal_tags: Annotated[
            dict[str, str], msgspec.Meta(description="Tags that an internal service carries, all of them.")
        ] = msgspec.field(default_factory=lambda: {"exposure": "internal"})

    GOOD = (
        Case({"scheme": "internal"}, others=[GROUP, _service(INTERNAL)]),
        Case({"scheme": "internal", "tags": INTERNAL}),
        Case({"scheme": "internal", "tags": INTERNAL}, lacking=[Service, TargetGroup]),
        Case({"scheme": "internal", "type": "network"}, others=[GROUP, _service(INTERNAL)]),
    )
    BAD = (
        Case({}, others=[GROUP, _service(INTERNAL)]),
        Case({"type": "network"}, others=[GROUP, _service(INTERNAL)]),
        Case({}, others=[GROUP, _service({}), _service(INTERNAL, id="arn:aws:ecs:two")]),
        Case({"tags": INTERNAL}),
        Case({"tags": INTERNAL}, lacking=[Service, TargetGroup]),
        Case({}, others=[Other(TargetGroup, tags=INTERNAL)]),
        Case({}, others=[GROUP, _service({"tier": "back"})], settings={"internal_tags": {"tier": "back"}}),
    )
    SKIP = (
        Case({}, others=[GROUP, _service({"exposure": "public"})]),
        Case({}, others=[GROUP, _service({})]),
        Case({}, others=[GROUP, _service(INTERNAL, group="arn:another")]),
        Case({}, others=[Other(TargetGroup, load_balancers=("arn:another",), tags=INTERNAL), _service(INTERNAL)]),
        Case({"type": "gateway", "tags": INTERNAL}),
        Case({}, others=[GROUP, _service(INTERNAL)], settings={"internal_tags": {"tier": "back"}}),
    )
    UNKNOWN = (
        Case({}, lacking=[TargetGroup]),
        Case({}, others=[GROUP], lacking=[Service]),
        Case({"scheme": "internal"}, others=[GROUP], lacking=[Service]),
    )

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application and Network Load Balancers of internal services."""
        return balancer.type in {"application", "network"}

    @staticmethod
    def check(balancer: LoadBalancer, world: World, settings: Settings) -> Iterator[Fail | Missing | Skip]:
        gaps = Gaps()
        internal = list(_internal(balancer, world, settings.internal_tags, gaps))
        if internal and balancer.scheme != "internal":
            yield Fail(f"the scheme is {balancer.scheme}, but {', '.join(internal)} is tagged as internal")
        elif not internal and not gaps.found:
            yield Skip("neither it nor what it sends requests to is tagged as internal")
        if not internal:
            yield from gaps
