"""ecs_cluster_one_vpc."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from rules.ecs._roles import instance_of
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import Subnet
from scanner.kinds.ecs import Cluster, ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ONE, TWO = "arn:aws:ecs:us-east-1:123456789012:cluster/phi", "arn:aws:ecs:us-east-1:123456789012:cluster/web"


def host(number: int, vpc: str, cluster: str = ONE) -> tuple[Other, Other]:
    """Give an example's container instance with the EC2 instance behind it."""
    name = f"i-{number}"
    return (
        Other(ContainerInstance, id=f"host-{number}", instance_id=name, cluster=cluster),
        Other(Instance, id=name, vpc=vpc),
    )


def service(number: int, subnet: str, cluster: str = ONE) -> Other:
    """Give an example's service in a subnet."""
    return Other(Service, id=f"service-{number}", subnets=(subnet,), cluster=cluster)


def other(level: str) -> Other:
    """Give an example's second cluster, with an isolation level."""
    return Other(Cluster, id=TWO, name="web", tags={"isolation": level} if level else {})


A, B = Other(Subnet, id="a", vpc="vpc-1"), Other(Subnet, id="b", vpc="vpc-2")
HIGH: dict[str, Any] = {"tags": {"isolation": "phi"}}


class ClusterOneVpc(Rule):
    """Each cluster lies in one VPC and one isolation level.

    A cluster that spans VPCs, or shares one with a cluster of another isolation level, joins what was kept apart
    because one side holds ePHI: whoever stands in the one reaches the other. Levels are compared where both clusters
    carry the tag that names them; what runs in a cluster without one is not compared.
    """

    kind = Cluster
    needs = (ContainerInstance, Instance, Service, Subnet)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(62),)
    remedy = Runbook(
        "Make a cluster of its own for each VPC and each isolation level.",
        "Make the services and the Auto Scaling groups anew there, move the traffic, and delete the old ones.",
        effect=Effect(
            risk="high",
            downtime="while the traffic moves to the new services",
            cost="two clusters' capacity until the old services are deleted",
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """By which tag clusters say their isolation level."""

        isolation_tag: Annotated[str, msgspec.Meta(description="The tag that names the isolation level.")] = "isolation"

    GOOD = (
        {},
        Case({}, others=[*host(1, "vpc-1"), *host(2, "vpc-1"), A, service(1, "a")]),
        Case({}, others=[*host(1, "vpc-1"), *host(2, "vpc-2", TWO)]),
        Case({}, others=[*host(1, "vpc-1"), B, service(1, "b", TWO)]),
        Case({}, others=[*host(1, "vpc-1"), Other(ContainerInstance, id="x", instance_id="mi-1")]),
        Case(HIGH, others=[*host(1, "vpc-1"), other("web"), *host(2, "vpc-2", TWO)]),
        Case(HIGH, others=[*host(1, "vpc-1"), other("phi"), *host(2, "vpc-1", TWO)]),
        Case(HIGH, others=[*host(1, "vpc-1"), other(""), *host(2, "vpc-1", TWO)]),
        Case({}, others=[*host(1, "vpc-1"), other("web"), *host(2, "vpc-1", TWO)]),
        Case(
            HIGH,
            others=[*host(1, "vpc-1"), other("web"), *host(2, "vpc-1", TWO)],
            settings={"isolation_tag": "level"},
        ),
    )
    BAD = (
        Case({}, others=[*host(1, "vpc-1"), *host(2, "vpc-2")]),
        Case({}, others=[*host(1, "vpc-1"), B, service(1, "b")]),
        Case({}, others=[A, B, service(1, "a"), service(2, "b")]),
        Case({}, others=[*host(1, "vpc-1"), *host(2, "vpc-2")], lacking=[ContainerInstance, Service]),
        Case(HIGH, others=[*host(1, "vpc-1"), other("web"), *host(2, "vpc-1", TWO)]),
        Case(HIGH, others=[*host(1, "vpc-1"), other("web"), A, service(1, "a", TWO)]),
    )
    SKIP = (Case({"status": "INACTIVE"}, others=[*host(1, "vpc-1"), *host(2, "vpc-2")]),)
    UNKNOWN = (
        Case({}, others=host(1, "vpc-1")[:1]),
        Case({}, others=[service(1, "a")]),
        Case({}, lacking=[ContainerInstance]),
        Case({}, lacking=[Service]),
        Case(HIGH, others=host(1, "vpc-1"), lacking=[Cluster]),
    )

    @staticmethod
    def applies(cluster: Cluster) -> bool:
        """Active clusters."""
        return cluster.status == "ACTIVE"

    @staticmethod
    def check(cluster: Cluster, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        own = _vpcs(cluster, world, gaps)
        if len(own) > 1:
            where = ", ".join(f"{vpc} ({what})" for vpc, what in sorted(own.items()))
            yield Fail(f"it lies in {len(own)} VPCs: {where}", part="VPCs")
        with gaps:
            if level := cluster.tag(settings.isolation_tag):
                for found in world.all(Cluster):
                    with gaps:
                        theirs = found.tag(settings.isolation_tag)
                        if not theirs or theirs == level:
                            continue
                        shared = sorted({*own} & {*_vpcs(found, world, gaps)})
                        if shared:
                            yield Fail(
                                f"{', '.join(shared)} also holds {found.name}, whose level is {theirs}, not {level}",
                                part=f"cluster {found.name}",
                            )
        yield from gaps


def _vpcs(cluster: Cluster, world: World, gaps: Gaps) -> Mapping[str, str]:
    """Name the VPCs that a cluster lies in, each with something that lies there."""
    found: dict[str, str] = {}
    with gaps:
        for instance in world.all(ContainerInstance, cluster=cluster.id):
            with gaps:
                box = instance_of(world, instance)
                if box is not None:
                    found.setdefault(box.vpc, box.id)
    with gaps:
        for item in world.all(Service, cluster=cluster.id):
            with gaps:
                for name in item.all_subnets:
                    subnet = world.get(Subnet, name)
                    if subnet is None:
                        raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
                    found.setdefault(subnet.vpc, item.name)
    return found
