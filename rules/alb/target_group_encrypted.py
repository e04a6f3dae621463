"""alb_target_group_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._balancers import groups_of
from rules.ecs.service_traffic_encrypted_in_transit import ServiceTrafficEncryptedInTransit, passes_through
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_service_parts import ConnectService, Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import TARGETS, Listener, LoadBalancer, TargetGroup
from scanner.kinds.elbv2_reading import Action
from scanner.model.gap import Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Missing, Other, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

HTTP = {"protocol": "HTTP"}


def _listener(protocol: str) -> Other:
    """Make a listener for the examples that forwards to the group."""
    return Other(Listener, protocol=protocol, default_actions=(Action("forward", target_groups=(TARGETS,)),))


def _service(name: str = "one", *, tls: bool = False, group: str = TARGETS, **facts: Any) -> Other:
    """Make a service behind the group for the examples; with `tls`, Service Connect encrypts."""
    offers = (ConnectService("http", tls=True),) if tls else ()
    arn = f"arn:aws:ecs:us-east-1:123456789012:service/phi/{name}"
    return Other(Service, id=arn, arn=arn, targets=(Target(group),), offers=offers, **facts)


def _services_encrypt(group: TargetGroup, world: World, settings: ServiceTrafficEncryptedInTransit.Settings) -> bool:
    """Say whether there are services behind a group, and the traffic to each of them is encrypted."""
    seen: list[str] = []

    def encrypted(service: Service) -> bool:
        if group.id not in service.target_groups or service.status != "ACTIVE":
            return True
        seen.append(service.id)
        outcomes = list(ServiceTrafficEncryptedInTransit.check(service, world, settings))
        if any(isinstance(outcome, Fail) for outcome in outcomes):
            return False
        gaps = [gap for outcome in outcomes if isinstance(outcome, Missing) for gap in outcome.gaps]
        if gaps:
            raise Unknown(*gaps)
        return True

    return all_of(world.candidates(Service, groups_of, lambda: [group.id]), encrypted) and bool(seen)


class TargetGroupEncrypted(Rule):
    """Traffic to targets is encrypted.

    Where TLS ends at the load balancer and plain HTTP goes on from there, ePHI crosses the VPC for whoever gets hold
    of an interface on the way. One of these must hold: the group speaks HTTPS or TLS with its targets; Network Load
    Balancers pass TCP through to it, so that the program itself can end TLS (whether it does cannot be seen); or
    every service of ECS that stands behind it is found encrypted by ecs_service_traffic_encrypted_in_transit. Groups
    of UDP, and those of appliances and Lambda functions, are not judged.
    """

    kind = TargetGroup
    severity = "medium"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(62), PhiCluster())
    needs = (Service, *ServiceTrafficEncryptedInTransit.needs)
    remedy = Runbook(
        "Make a target group with the protocol HTTPS: aws elbv2 create-target-group --protocol HTTPS --port 443 "
        "--name NAME --vpc-id VPC --region {region}; the protocol of {name} cannot be changed.",
        "Give the targets a certificate (the load balancer takes any, a self-signed one too) and serve HTTPS.",
        "Point the listener's rules, and the service, at the new group; then delete the old one.",
        effect=Effect(
            risk="high",
            downtime="none where both groups have healthy targets until the rules point to the new one",
            terraform={"aws_lb_target_group": {"protocol": "HTTPS", "port": 443}},
        ),
    )

    class Settings(ServiceTrafficEncryptedInTransit.Settings, frozen=True):
        """Which network encrypts by itself."""

    GOOD = (
        {},
        {"protocol": "TLS"},
        Case({"protocol": "TCP"}, others=[Other(LoadBalancer, type="network"), _listener("TCP")]),
        Case(HTTP, others=[_service(tls=True)]),
        Case({"protocol": "TCP"}, others=[_service(tls=True), Other(LoadBalancer, type="network"), _listener("TLS")]),
        Case(HTTP, others=[_service(tls=True), _service("two", group="arn:another")]),
        Case(HTTP, others=[_service(tls=True), _service("two", status="DRAINING")]),
        Case(HTTP, others=[_service(launch_type="EC2")], settings={"overlay": "10.32.0.0/12"}),
    )
    BAD = (
        HTTP,
        Case({"protocol": "TCP"}, others=[Other(LoadBalancer, type="network"), _listener("TLS")]),
        Case(HTTP, others=[_service()]),
        Case(HTTP, others=[_service(tls=True), _service("two")]),
        Case(HTTP, others=[_service(tls=True, group="arn:another")]),
        Case(HTTP, others=[_service(tls=True, status="DRAINING")]),
        Case(HTTP, others=[_service(launch_type="EC2")]),
        Case(HTTP, others=[_service()], lacking=[Service]),
    )
    SKIP = (
        {"protocol": "HTTP", "load_balancers": ()},
        *({"protocol": protocol} for protocol in ("UDP", "TCP_UDP", "QUIC", "TCP_QUIC", "GENEVE", "")),
    )
    UNKNOWN = (
        Case(HTTP, lacking=[Service]),
        Case(HTTP, others=[_service(launch_type="EC2")], lacking=[ContainerInstance]),
        Case(HTTP, others=[_service(tls=True)], lacking=[Service]),
        Case({"protocol": "TCP"}, others=[Other(LoadBalancer, type="network"), _listener("TCP")], lacking=[Listener]),
    )

    @staticmethod
    def applies(group: TargetGroup) -> bool:
        """Target groups of HTTP, HTTPS, TLS or TCP that a load balancer uses."""
        return bool(group.load_balancers) and group.protocol in {"HTTP", "HTTPS", "TLS", "TCP"}

    @staticmethod
    def check(group: TargetGroup, world: World, settings: Settings) -> Iterator[Fail]:
        ways = (
            lambda: group.protocol in {"HTTPS", "TLS"},
            lambda: passes_through(group, world),
            lambda: _services_encrypt(group, world, settings),
        )
        if not any_of(ways):
            yield Fail(f"it speaks {group.protocol} with its targets, and nothing else encrypts the traffic to them")
