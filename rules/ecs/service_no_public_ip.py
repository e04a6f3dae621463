"""ecs_service_no_public_ip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._former import former
from rules._network import internet_routes
from rules.ecs._services import updated
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.ecs_service_parts import TaskSet
from scanner.kinds.ecs_services import Service
from scanner.kinds.network_reasoning import Route
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import CityWebapps, EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


NOT_SAID = Unknown(Gap("ecs.DescribeServices", message="the answer does not say"))
PRIVATE = Other(RouteTable, id="rtb-1", main=True, routes=(Route("10.0.0.0/16", "local"), Route("0.0.0.0/0", "nat-1")))
PUBLIC = Other(RouteTable, id="rtb-2", subnets=("subnet-b",), routes=(Route("0.0.0.0/0", "igw-1"),))


def _private(service: Service, part: str, around: Around | None = None) -> Iterator[Write]:
    """Take the public addresses away where every subnet is private, so that tasks leave by other ways.

    Raises:
        NotByMachine: a subnet is public: without an address tasks there fetch neither images nor secrets.
        Unknown: a subnet, or what it routes, was not seen.
    """
    if part != "public address" or around is None or not service.public_ip:
        raise NotByMachine(f"{part}: tasks must move to private subnets, and a person must choose them")
    for name in service.subnets:
        subnet = around.world.get(Subnet, name)
        if subnet is None:
            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
        if internet_routes(around.world, subnet):
            raise NotByMachine(f"{name} is public: without an address its tasks could fetch no images")
    yield _addressed(service, "DISABLED")


def _public(service: Service, _part: str, _around: Around | None = None) -> Iterator[Write]:
    yield _addressed(service, "ENABLED")


def _addressed(service: Service, public: str) -> Write:
    network = former(service, "service")["networkConfiguration"]["awsvpcConfiguration"]
    return updated(networkConfiguration={"awsvpcConfiguration": {**network, "assignPublicIp": public}})


class ServiceNoPublicIp(Rule):
    """Services have no public IP and run in private subnets.

    A task with a public address, or in a subnet with a way to an internet gateway, stands on the internet with what it
    knows of ePHI: only its security group is between. Load balancers belong in public subnets, tasks behind them in
    private ones.
    """

    kind = Service
    needs = (Subnet, RouteTable)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)", "164.308(a)(4)(ii)(C)")
    sources = (CityWebapps(), EcsGuide(3), EcsGuide(4), WebProposal())
    remedy = Direct(
        "ecs.UpdateService",
        by=_private,
        across=True,
        why="Custodian cannot see whether the subnets have another way out, without which no task could start",
        effect=Effect(
            after="tasks are replaced by others that have private addresses only",
            risk="medium",
            downtime="none where a deployment keeps enough tasks; who calls a task by its public address loses it",
            undo=_public,
            terraform={"aws_ecs_service": {"network_configuration": {"assign_public_ip": False}}},
        ),
    )
    GOOD = (
        Case(
            {"subnets": ("subnet-a", "subnet-b")},
            others=[Other(Subnet, id="subnet-a"), Other(Subnet, id="subnet-b"), PRIVATE],
        ),
        Case(
            {"subnets": (), "task_sets": (TaskSet("1", subnets=("subnet-a",), public_ip=False),)},
            others=[Other(Subnet, id="subnet-a"), PRIVATE],
        ),
        Case(
            {
                "subnets": (),
                "public_ip": NOT_SAID,
                "task_sets": (TaskSet("1", subnets=("subnet-a",), public_ip=False), TaskSet("2", launch_type="EC2")),
            },
            others=[Other(Subnet, id="subnet-a"), PRIVATE],
        ),
    )
    BAD = (
        Case(
            {"subnets": ("subnet-b",)},
            others=[Other(Subnet, id="subnet-b"), PUBLIC],
            lacking=[Subnet],
        ),
        Case({"subnets": ("subnet-a",), "public_ip": True}, others=[Other(Subnet, id="subnet-a"), PRIVATE]),
        Case({"subnets": ("subnet-a",), "public_ip": True}, lacking=[Subnet]),
        Case(
            {"subnets": ("subnet-a", "subnet-b")},
            others=[Other(Subnet, id="subnet-a"), Other(Subnet, id="subnet-b"), PRIVATE, PUBLIC],
        ),
        Case(
            {"subnets": (), "task_sets": (TaskSet("1", subnets=("subnet-b",), public_ip=False),)},
            others=[Other(Subnet, id="subnet-b"), PUBLIC],
        ),
        Case(
            {"subnets": (), "task_sets": (TaskSet("1", subnets=("subnet-a",), public_ip=True),)},
            others=[Other(Subnet, id="subnet-a"), PRIVATE],
        ),
    )
    SKIP = ({"subnets": (), "public_ip": True},)
    UNKNOWN = (
        Case({"subnets": ("subnet-a",)}, others=[PRIVATE]),
        Case({"subnets": ("subnet-a",)}, others=[PRIVATE], lacking=[Subnet]),
        Case({"subnets": ("subnet-a",)}, others=[Other(Subnet, id="subnet-a")], lacking=[RouteTable]),
        Case(
            {"subnets": (), "task_sets": (TaskSet("1", subnets=("subnet-a",)),)},
            others=[Other(Subnet, id="subnet-a"), PRIVATE],
        ),
    )

    @staticmethod
    def applies(service: Service) -> bool:
        """Services whose tasks have network interfaces of their own."""
        return bool(service.all_subnets)

    @staticmethod
    def check(service: Service, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if service.subnets and service.public_ip:
                yield Fail("tasks are given public addresses", part="public address")
        with gaps:
            for item in service.task_sets:
                with gaps:
                    if item.public_ip is None and item.subnets:
                        raise Unknown(
                            Gap("ecs.DescribeServices", message=f"nothing says whether {item.id} has public addresses")
                        )
                    if item.public_ip:
                        yield Fail(f"tasks of the task set {item.id} are given public addresses", part="public address")
        for name in service.all_subnets:
            with gaps:
                subnet = world.get(Subnet, name)
                if subnet is None:
                    raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
                for route in internet_routes(world, subnet):
                    yield Fail(f"{name} is public: {route.destination} leads to {route.target}", part=f"subnet {name}")
        yield from gaps
