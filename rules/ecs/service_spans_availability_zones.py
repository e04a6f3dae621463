"""ecs_service_spans_availability_zones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ec2_network import Subnet
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_service_parts import Placement, TaskSet
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ZONE = "attribute:ecs.availability-zone"
SPREAD = (Placement("spread", ZONE),)
BINPACK = (Placement("binpack", "memory"),)
SUBNETS = (Other(Subnet, id="subnet-a", zone="us-east-1a"), Other(Subnet, id="subnet-b", zone="us-east-1b"))
HOSTS = (Other(ContainerInstance, id="a"), Other(ContainerInstance, id="b", availability_zone="us-east-1b"))
TASKS = (Other(Task, id="a"), Other(Task, id="b", availability_zone="us-east-1b"))


def _few(zones: set[str], minimum: int, what: str, part: str) -> Iterator[Fail]:
    if len(zones) < minimum:
        yield Fail(f"{what} in {', '.join(sorted(zones)) or 'no zone'}, at least {minimum} are needed", part=part)


def _subnet_zones(service: Service, world: World) -> set[str]:
    """Name the zones of the service's subnets.

    Raises:
        Unknown: a subnet was not seen.
    """
    zones: set[str] = set()
    for name in service.all_subnets:
        subnet = world.get(Subnet, name)
        if subnet is None:
            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
        zones.add(subnet.zone)
    return zones


def _few_hosts(service: Service, world: World, minimum: int) -> Iterator[Fail]:
    """Say where neither the service's tasks nor the cluster's instances are in enough zones."""
    hosts: set[str] = set()
    tasks: set[str] = set()

    def host_adds(host: ContainerInstance) -> bool:
        if host.status == "ACTIVE" and host.availability_zone:
            hosts.add(host.availability_zone)
        return len(hosts) >= minimum

    def task_adds(task: Task) -> bool:
        if task.runs and task.group == f"service:{service.name}" and task.availability_zone:
            tasks.add(task.availability_zone)
        return len(tasks) >= minimum

    if not any_of(
        (
            lambda: any_of(world.all(ContainerInstance, cluster=service.cluster), host_adds),
            lambda: any_of(world.all(Task, cluster=service.cluster), task_adds),
        )
    ):
        yield from _few(hosts | tasks, minimum, "its cluster has active instances", "container instances")


def _spreads(placement: tuple[Placement, ...]) -> bool:
    """Say whether tasks are spread over zones before anything packs them together; ECS does so without a strategy."""
    for step in placement:
        if step.type != "spread":
            return False
        if step.field == ZONE:
            return True
    return not placement


class ServiceSpansAvailabilityZones(Rule):
    """Services span at least two Availability Zones.

    A service in one Availability Zone is away when that zone is, and the ePHI behind it with it. On EC2 both must hold:
    there are instances in several zones, and tasks are placed so that they spread over them. Without a placement
    strategy ECS spreads tasks over zones by itself, as far as it can.
    """

    kind = Service
    needs = (Subnet, ContainerInstance, Task)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(), EcsGuide(28), EcsGuide(41))
    remedy = Runbook(
        "Add a subnet in another zone to the service's network configuration, or instances there to the cluster.",
        "On EC2: aws ecs update-service --cluster CLUSTER --service {name} --placement-strategy"
        " type=spread,field=attribute:ecs.availability-zone",
        effect=Effect(
            risk="medium",
            downtime="none; the service's tasks are replaced",
            cost="traffic between zones, 0.01 USD a GB each way",
            terraform={
                "aws_ecs_service": {
                    "ordered_placement_strategy": {"type": "spread", "field": "attribute:ecs.availability-zone"}
                }
            },
        ),
    )
    GOOD = (
        Case({}, others=SUBNETS),
        Case({"subnets": ("subnet-a",)}, others=SUBNETS, settings={"minimum": 1}),
        Case({"launch_type": "", "capacity_providers": ("FARGATE", "FARGATE_SPOT")}, others=SUBNETS),
        Case(
            {
                "launch_type": "",
                "subnets": (),
                "task_sets": (TaskSet("1", launch_type="FARGATE", subnets=("subnet-a", "subnet-b")),),
            },
            others=SUBNETS,
        ),
        Case({"launch_type": "EC2", "placement": SPREAD}, others=[*SUBNETS, *HOSTS]),
        Case({"launch_type": "EC2"}, others=[*SUBNETS, *HOSTS]),
        Case({"launch_type": "EC2", "subnets": (), "placement": SPREAD}, others=HOSTS),
        Case({"launch_type": "", "capacity_providers": ("phi-asg",), "subnets": ()}, others=HOSTS),
        Case(
            {"launch_type": "EC2", "subnets": (), "placement": (*SPREAD, Placement("binpack", "memory"))}, others=HOSTS
        ),
        Case(
            {"launch_type": "EC2", "subnets": (), "placement": (Placement("spread", "instanceId"), *SPREAD)},
            others=HOSTS,
        ),
        Case({"launch_type": "EC2", "subnets": (), "scheduling": "DAEMON", "placement": BINPACK}, others=HOSTS),
        Case({"launch_type": "EC2", "subnets": ()}, others=TASKS, lacking=[ContainerInstance]),
    )
    BAD = (
        Case(
            {"launch_type": "EC2", "subnets": ()},
            others=[HOSTS[0], Other(ContainerInstance, id="b", availability_zone="")],
        ),
        Case({"launch_type": "EC2", "subnets": ()}, others=[TASKS[0], Other(Task, id="b", availability_zone="")]),
        Case({"subnets": ("subnet-a",)}, others=SUBNETS),
        Case({}, others=[SUBNETS[0], Other(Subnet, id="subnet-b", zone="us-east-1a")]),
        Case({}, others=SUBNETS, settings={"minimum": 3}),
        Case({"launch_type": "EC2", "subnets": ("subnet-a",), "placement": SPREAD}, others=[*SUBNETS, *HOSTS]),
        Case({"launch_type": "EC2", "subnets": ()}, others=HOSTS[:1]),
        Case(
            {"launch_type": "EC2", "subnets": ()},
            others=[HOSTS[0], Other(ContainerInstance, id="b", availability_zone="us-east-1b", status="DRAINING")],
        ),
        Case(
            {"launch_type": "EC2", "subnets": ()},
            others=[HOSTS[0], Other(ContainerInstance, id="b", availability_zone="us-east-1b", cluster="other")],
        ),
        Case(
            {"launch_type": "EC2", "subnets": ()},
            others=[TASKS[0], Other(Task, id="b", availability_zone="us-east-1b", group="service:other")],
        ),
        Case(
            {"launch_type": "EC2", "subnets": ()},
            others=[TASKS[0], Other(Task, id="b", availability_zone="us-east-1b", desired_status="STOPPED")],
        ),
        Case({"launch_type": "EC2", "subnets": (), "placement": BINPACK}, others=HOSTS),
        Case({"launch_type": "EC2", "subnets": (), "placement": (*BINPACK, *SPREAD)}, others=HOSTS),
        Case({"launch_type": "EC2", "subnets": (), "placement": (Placement("spread", "instanceId"),)}, others=HOSTS),
    )
    SKIP = (
        {"launch_type": "EXTERNAL", "subnets": ()},
        {"status": "DRAINING"},
        {"launch_type": "", "subnets": ()},
    )
    UNKNOWN = (
        Case({}, others=SUBNETS[:1]),
        Case({}, lacking=[Subnet]),
        Case({"launch_type": "EC2", "subnets": ()}, others=HOSTS[:1], lacking=[ContainerInstance]),
        Case({"launch_type": "EC2", "subnets": ()}, others=HOSTS[:1], lacking=[Task]),
    )

    class Settings(RuleSettings, frozen=True):
        """How many zones there must be."""

        minimum: Annotated[int, msgspec.Meta(description="Availability Zones at least.", ge=1)] = 2

    @staticmethod
    def applies(service: Service) -> bool | str:
        """Active services on Fargate or EC2."""
        if service.status != "ACTIVE":
            return "the service is being deleted"
        if service.launch_type == "EXTERNAL":
            return "its tasks run on servers outside of AWS"
        return bool(service.launch_type or service.capacity_providers or service.task_sets)

    @staticmethod
    def check(service: Service, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if service.all_subnets:
                yield from _few(_subnet_zones(service, world), settings.minimum, "its subnets lie", "subnets")
        if not service.on_fargate:
            with gaps:
                yield from _few_hosts(service, world, settings.minimum)
            with gaps:
                if service.scheduling == "REPLICA" and not _spreads(service.placement):
                    steps = ", ".join(f"{step.type} {step.field}".strip() for step in service.placement)
                    yield Fail(f"tasks are placed by {steps}, not spread over zones", part="placement strategy")
        yield from gaps
