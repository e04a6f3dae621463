"""ecs_service_traffic_encrypted_in_transit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._roles import instance_of
from scanner.kinds.containers import Container, PortMapping
from scanner.kinds.ec2_instances import Instance, InstanceType
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_service_parts import ConnectService, Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.elbv2 import Listener, LoadBalancer, TargetGroup
from scanner.kinds.elbv2_reading import Action
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster, WebProposal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1"
OTHER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/2"
LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/web/1"
BEHIND = {"targets": (Target(GROUP),)}
ON_EC2 = {"launch_type": "EC2"}
NITRO = (Other(ContainerInstance), Other(Instance), Other(InstanceType))
PORT = Container("web", ports=(PortMapping(80),))


def _targets(protocol: str, arn: str = GROUP) -> Other:
    """Make a target group for the examples."""
    return Other(TargetGroup, id=arn, arn=arn, protocol=protocol, load_balancers=(LB,))


def _balancer(type: str) -> Other:
    """Make a load balancer for the examples."""
    return Other(LoadBalancer, id=LB, arn=LB, type=type)


def _listener(protocol: str, port: int = 443) -> Other:
    """Make a listener for the examples."""
    forward = (Action("forward", target_groups=(GROUP,)),)
    return Other(
        Listener, id=str(port), arn=f"{LB}/{port}", load_balancer=LB, protocol=protocol, default_actions=forward
    )


def _ways(service: Service, world: World, overlay: str) -> tuple[tuple[str, Callable[[], bool]], ...]:
    """Give the ways by which the traffic to a service's tasks may be encrypted."""
    return (
        ("TLS from the load balancer to the tasks", lambda: _tls_targets(service, world)),
        ("TLS of Service Connect", lambda: bool(service.offers) and all(offer.tls for offer in service.offers)),
        ("a Network Load Balancer that passes TCP through", lambda: _passed_through(service, world)),
        (f"the declared overlay network {overlay}", lambda: bool(overlay) and not service.on_fargate),
        (
            "instance types that encrypt in transit",
            lambda: not service.on_fargate and _encrypting_hosts(service, world),
        ),
    )


def _group(world: World, name: str) -> TargetGroup:
    found = world.get(TargetGroup, name)
    if found is None:
        raise Unknown(Gap("elasticloadbalancing:DescribeTargetGroups", message=f"{name} was not seen"))
    return found


def _tls_targets(service: Service, world: World) -> bool:
    names = service.target_groups
    return bool(names) and all_of(names, lambda name: _group(world, name).protocol in {"HTTPS", "TLS"})


def _passed_through(service: Service, world: World) -> bool:
    names = service.target_groups
    return bool(names) and all_of(names, lambda name: passes_through(_group(world, name), world))


def passes_through(group: TargetGroup, world: World) -> bool:
    """Say whether a target group is fed by Network Load Balancers alone, whose listeners leave TLS to the target."""
    if group.protocol != "TCP":
        return False
    for arn in group.load_balancers:
        balancer = world.get(LoadBalancer, arn)
        if balancer is None or balancer.type != "network":
            return False
    protocols = [
        listener.protocol
        for listener in world.all(Listener)
        if any(group.id in action.target_groups for action in listener.default_actions)
    ]
    return set(protocols) == {"TCP"}


def _encrypting_hosts(service: Service, world: World) -> bool:
    seen: list[str] = []

    def encrypts(host: ContainerInstance) -> bool:
        seen.append(host.id)
        instance = instance_of(world, host)
        if instance is None:
            return False
        model = world.get(InstanceType, instance.instance_type)
        if model is None:
            raise Unknown(Gap("ec2.DescribeInstanceTypes", message=f"{instance.instance_type} was not seen"))
        return model.encrypts_in_transit

    return all_of(world.all(ContainerInstance, cluster=service.cluster), encrypts) and bool(seen)


def _definition(service: Service, world: World) -> Iterator[TaskDefinition]:
    for name in service.task_definitions:
        found = world.get(TaskDefinition, name)
        if found is None:
            raise Unknown(Gap("ecs.DescribeTaskDefinition", message=f"{name} was not seen"))
        yield found


def _has_port(service: Service, world: World) -> bool:
    return any_of(_definition(service, world), lambda found: any(container.ports for container in found.containers))


def _app_mesh(service: Service, world: World) -> Iterator[Outcome]:
    for definition in _definition(service, world):
        if definition.proxy == "APPMESH":
            yield Note(f"{definition.name} uses AWS App Mesh, which is past its end of support of 30 September 2026")


class ServiceTrafficEncryptedInTransit(Rule):
    """Traffic to and between services is encrypted in transit.

    ePHI that travels unencrypted inside a VPC is open to whoever gets hold of an interface there. One of these must
    protect it: TLS from the load balancer to the tasks; TLS of Service Connect; a Network Load Balancer that passes TCP
    through, so that the program itself can end TLS (whether it does cannot be seen); instances whose network cards
    encrypt the traffic between them, throughout the cluster; or an encrypted overlay network that the settings declare
    for tasks on EC2. Which one was found is reported. AWS App Mesh, which gave mutual TLS too, is past its end of
    support of 30 September 2026. Services that declare no way in are not judged.
    """

    kind = Service
    needs = (TargetGroup, Listener, LoadBalancer, ContainerInstance, Instance, InstanceType, TaskDefinition)
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)", "164.312(e)(2)(i)")
    sources = (PhiCluster(), EcsGuide(20), EcsGuide(59), EcsGuide(60), EcsGuide(62), WebProposal())
    remedy = Runbook(
        "Behind a load balancer: create a target group with protocol HTTPS, give the container a certificate, and move"
        " the listener's rules to that group.",
        "Between services: switch on TLS in Service Connect, with a certificate authority of AWS Private CA.",
        "On EC2: move the cluster to instance types that encrypt between instances (aws ec2 describe-instance-types"
        " --filters Name=network-info.encryption-in-transit-supported,Values=true).",
        effect=Effect(
            risk="high",
            downtime="none where old and new target group both have healthy targets; TLS in Service Connect replaces"
            " all tasks",
            cost="AWS Private CA for Service Connect, 50 USD a month in short-lived mode",
        ),
    )
    GOOD = (
        Case(BEHIND, others=[_targets("HTTPS")]),
        Case(BEHIND, others=[_targets("TLS")]),
        Case({"offers": (ConnectService("http", tls=True), ConnectService("grpc", tls=True))}),
        Case(BEHIND, others=[_targets("TCP"), _balancer("network"), _listener("TCP")]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP"), *NITRO]),
        Case({**BEHIND, **ON_EC2}, others=[_targets("HTTP")], settings={"overlay": "10.32.0.0/12"}),
        Case(BEHIND, others=[_targets("HTTPS"), Other(TaskDefinition, proxy="APPMESH")]),
        Case(BEHIND, others=[_targets("HTTPS")], lacking=[TaskDefinition, ContainerInstance, Listener]),
    )
    BAD = (
        Case(BEHIND, others=[_targets("TCP"), _listener("TCP")]),
        Case(BEHIND, others=[_targets("HTTP")]),
        Case(BEHIND, others=[_targets("HTTP")], settings={"overlay": "10.32.0.0/12"}),
        Case(BEHIND, others=[_targets("HTTP"), *NITRO]),
        Case({"targets": (Target(GROUP), Target(OTHER))}, others=[_targets("HTTPS"), _targets("HTTP", OTHER)]),
        Case({"offers": (ConnectService("http", tls=True), ConnectService("grpc"))}),
        Case(BEHIND, others=[_targets("TCP"), _balancer("network"), _listener("TLS")]),
        Case(BEHIND, others=[_targets("TCP"), _balancer("network"), _listener("TCP"), _listener("TLS", 8443)]),
        Case(BEHIND, others=[_targets("TCP"), _balancer("gateway"), _listener("TCP")]),
        Case(BEHIND, others=[_targets("TCP"), _balancer("network")]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP"), *NITRO[:2], Other(InstanceType, encrypts_in_transit=False)]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP")]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP"), *NITRO, Other(ContainerInstance, id="x", instance_id="mi-1")]),
        Case({}, others=[Other(TaskDefinition, containers=(PORT,))]),
        Case({}, others=[Other(TaskDefinition, containers=(PORT,), proxy="APPMESH")]),
    )
    SKIP = (
        Case({}, others=[Other(TaskDefinition)]),
        Case({}, others=[Other(TaskDefinition, containers=(Container("worker"),))]),
        Case({"status": "DRAINING"}, others=[Other(TaskDefinition, containers=(PORT,))]),
    )
    UNKNOWN = (
        Case({}),
        Case(BEHIND, lacking=[TargetGroup]),
        Case(BEHIND, others=[_targets("TCP"), _balancer("network")], lacking=[Listener]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP"), *NITRO], lacking=[ContainerInstance]),
        Case(BEHIND | ON_EC2, others=[_targets("HTTP"), *NITRO[:2]], lacking=[InstanceType]),
    )

    class Settings(RuleSettings, frozen=True):
        """Which network encrypts by itself."""

        overlay: Annotated[
            str,
            msgspec.Meta(
                description="The range of the encrypted overlay network that tasks on EC2 speak over; empty: none.",
                extra={"config": "overlay.cidr"},
            ),
        ] = ""

    @staticmethod
    def applies(service: Service, world: World) -> bool | str:
        """Active services that take traffic: from a load balancer, by Service Connect, or on a container's port."""
        if service.status != "ACTIVE":
            return "the service is being deleted"
        return any_of(
            (
                lambda: service.targets,
                lambda: service.offers,
                lambda: service.target_groups,
                lambda: _has_port(service, world),
            )
        )

    @staticmethod
    def check(service: Service, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        held: list[str] = []

        def holds(way: tuple[str, Callable[[], bool]]) -> bool:
            held.extend([way[0]] if way[1]() else [])
            return bool(held)

        with gaps:
            if any_of(_ways(service, world, settings.overlay), holds):
                yield Note(f"encrypted by {held[0]}")
            else:
                yield Fail("nothing encrypts the traffic to the tasks")
        with Gaps():  # a note decides nothing, and neither does what hides it
            yield from _app_mesh(service, world)
        yield from gaps
