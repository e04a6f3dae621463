"""vpc_endpoints_for_ecs_and_ecr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._network import has_endpoint, route_table_of
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import VPC, RouteTable, Subnet
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.network_reasoning import Route
from scanner.model.inventory import World, all_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule, Skip
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


ALWAYS = ("ecr.api", "ecr.dkr", "logs", "secretsmanager")
"""What every task needs: its image, its log, its secrets (ECS Best Practices Guide, pages 15 to 17)."""

FOR_HOSTS = ("ecs", "ecs-agent", "ecs-telemetry")
"""What the agent on an EC2 instance needs; on Fargate AWS sees to it."""

V = {"id": "vpc-1"}
WEB = Other(Service, subnets=("sn-1",))
HOSTED = Other(Service, subnets=("sn-1",), launch_type="EC2")
TASK = Other(Task, id="t", subnets=("sn-1",))
HOST = Other(ContainerInstance, instance_id="i-1")
MACHINE = Other(Instance, id="i-1", vpc="vpc-1", subnet="sn-1")
INSIDE = Other(Subnet, id="sn-1", vpc="vpc-1")


def table(target: str = "", state: str = "active", destination: str = "0.0.0.0/0") -> Other:
    """Give an example's route table of the subnet, with a default route."""
    routes = (Route(destination, target, state),) if target else ()
    return Other(RouteTable, vpc="vpc-1", subnets=("sn-1",), routes=routes)


def endpoints(*names: str, **facts: str) -> list[Other]:
    """Give an example's endpoints."""
    about = {"vpc": "vpc-1", "endpoint_type": "Interface", **facts}
    return [
        Other(VPCEndpoint, id=f"vpce-{name}", **{"service": f"com.amazonaws.us-east-1.{name}", **about})
        for name in names
    ]


CLOSED, NAT = table(), table("nat-1")


class EndpointsForEcsAndEcr(Rule):
    """VPCs with ECS workloads have the endpoints that ECS and ECR need.

    A private network without these endpoints cannot pull an image, read a secret or write a log; with a NAT gateway it
    can, over the internet, through the same door by which ePHI could leave. Where every workload's subnet has another
    way out, what is missing weighs less. Endpoints that stand in another VPC, shared over a transit gateway, are not
    counted.
    """

    kind = VPC
    needs = (Service, Task, ContainerInstance, Instance, Subnet, RouteTable, VPCEndpoint)
    severity = "medium"
    hipaa_proposed = ("164.312(e)(1)", "164.312(a)(1)")
    sources = (EcsGuide(15), EcsGuide(16), EcsGuide(17), EcsGuide(61), EcsGuide(63))
    remedy = Runbook(
        "Choose a subnet in each zone and a security group that takes port 443 from the workloads: aws ec2 "
        "describe-subnets --filters Name=vpc-id,Values={id} --region {region}",
        "For each service that is named: aws ec2 create-vpc-endpoint --vpc-id {id} --vpc-endpoint-type Interface "
        "--service-name com.amazonaws.{region}.SERVICE --subnet-ids SUBNETS --security-group-ids GROUP --region "
        "{region}",
        "Start a new task and see that it pulls its image and writes its log; then think about the NAT gateway",
        effect=Effect(
            risk="medium",
            cost="about 7 USD a month for each endpoint and zone, and 0.01 USD a GB",
            terraform={
                "aws_vpc_endpoint": {
                    "vpc_id": "{id}",
                    "vpc_endpoint_type": "Interface",
                    "service_name": "com.amazonaws.{region}.THE SERVICE",
                    "private_dns_enabled": True,
                }
            },
        ),
    )
    GOOD = (
        Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*ALWAYS)]),
        Case(V, others=[TASK, INSIDE, NAT, *endpoints(*ALWAYS)]),
        Case(V, others=[HOSTED, INSIDE, CLOSED, *endpoints(*ALWAYS, *FOR_HOSTS)]),
        Case(V, others=[HOST, MACHINE, INSIDE, CLOSED, *endpoints(*ALWAYS, *FOR_HOSTS)]),
        Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*ALWAYS, *FOR_HOSTS)], lacking=[ContainerInstance]),
        Case(V, others=[WEB, INSIDE, *endpoints(*ALWAYS)]),
    )
    BAD = (
        *(
            Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*(name for name in ALWAYS if name != lacking))])
            for lacking in ALWAYS
        ),
        *(
            Case(V, others=[HOSTED, INSIDE, NAT, *endpoints(*ALWAYS, *(name for name in FOR_HOSTS if name != lacking))])
            for lacking in FOR_HOSTS
        ),
        Case(V, others=[WEB, INSIDE, CLOSED]),
        Case(
            V, others=[Other(Task, id="t", subnets=("sn-1",), launch_type="EC2"), INSIDE, CLOSED, *endpoints(*ALWAYS)]
        ),
        Case(V, others=[HOST, MACHINE, INSIDE, CLOSED, *endpoints(*ALWAYS)]),
        Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*ALWAYS, vpc="vpc-2")]),
        Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*ALWAYS, state="pending")]),
        Case(V, others=[WEB, INSIDE, CLOSED], lacking=[Task, ContainerInstance]),
    )
    SKIP = (
        V,
        Case(V, others=[WEB, Other(Subnet, id="sn-1", vpc="vpc-2"), CLOSED]),
        Case(V, others=[Other(Service, subnets=("sn-1",), status="INACTIVE"), INSIDE, CLOSED]),
        Case(V, others=[Other(Task, id="t", subnets=("sn-1",), desired_status="STOPPED"), INSIDE, CLOSED]),
        Case(V, others=[HOST, Other(Instance, id="i-1", vpc="vpc-2", subnet="sn-1"), INSIDE, CLOSED]),
        Case(V, others=[HOST, Other(Instance, id="i-1", vpc="vpc-1", state="terminated"), INSIDE, CLOSED]),
        Case(V, others=[HOST, INSIDE, CLOSED]),
        {**V, "owner": "210987654321"},
    )
    UNKNOWN = (
        Case(V, lacking=[Service]),
        Case(V, lacking=[Task]),
        Case(V, lacking=[ContainerInstance]),
        Case(V, others=[WEB], lacking=[Subnet]),
        Case(V, others=[WEB, INSIDE, CLOSED, *endpoints(*ALWAYS)], lacking=[ContainerInstance]),
        Case(V, others=[WEB, INSIDE, CLOSED], lacking=[VPCEndpoint]),
    )

    @staticmethod
    def applies(vpc: VPC) -> bool:
        """VPCs that the account owns and in which ECS runs containers."""
        return vpc.owner in {"", vpc.account}

    @staticmethod
    def check(vpc: VPC, world: World) -> Iterator[Fail | Missing | Skip]:
        gaps, subnets, hosted = Gaps(), dict[str, None](), False
        for source in (_services, _tasks, _hosts):
            with gaps:
                for name, on_hosts in source(vpc, world, gaps):
                    subnets[name] = None
                    hosted = hosted or on_hosts
        if subnets:
            with gaps:
                wanted = (*ALWAYS, *(FOR_HOSTS if hosted else ()))
                missing = [name for name in wanted if not has_endpoint(world, vpc, name)]
                if missing:
                    yield _fail(world, list(subnets), missing)
                elif all_of(FOR_HOSTS, lambda name: has_endpoint(world, vpc, name)):
                    return  # whatever else runs here has all it needs
        elif not gaps.found:
            yield Skip("ECS runs no containers in it")
        yield from gaps


def _fail(world: World, subnets: list[str], missing: list[str]) -> Fail:
    gaps, out = Gaps(), False
    with gaps:
        out = all_of(subnets, lambda name: _leaves(world, name))
    said = f"no endpoint for {', '.join(missing)}"
    if out:
        return Fail(f"{said}; they are reached over the internet", severity="low")
    return Fail(f"{said}, nor surely another way out for all of {', '.join(subnets)}")


def _leaves(world: World, name: str) -> bool:
    subnet = world.get(Subnet, name)
    routes = route_table_of(world, subnet).routes if subnet else ()
    return any(route.is_default and route.state == "active" for route in routes)


def _in(vpc: VPC, world: World, names: tuple[str, ...]) -> tuple[str, ...]:
    found = [subnet for name in names if (subnet := world.get(Subnet, name)) is not None]
    return tuple(subnet.id for subnet in found if subnet.vpc == vpc.id)


def _vpcs(world: World, names: tuple[str, ...]) -> Iterator[str]:
    return (subnet.vpc for name in names if (subnet := world.get(Subnet, name)) is not None)


def _vpcs_of_service(world: World, service: Service) -> Iterator[str]:
    return _vpcs(world, service.all_subnets if service.status == "ACTIVE" else ())


def _vpcs_of_task(world: World, task: Task) -> Iterator[str]:
    return _vpcs(world, task.subnets if task.runs else ())


def _vpc_of_host(world: World, host: ContainerInstance) -> Iterator[str]:
    instance = world.get(Instance, host.instance_id)
    if instance is not None and not instance.gone:
        yield instance.vpc


def _services(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, bool]]:
    for service in world.candidates(Service, _vpcs_of_service, lambda: [vpc.id]):
        with gaps:
            for name in _in(vpc, world, service.all_subnets) if service.status == "ACTIVE" else ():
                yield name, not service.on_fargate


def _tasks(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, bool]]:
    for task in world.candidates(Task, _vpcs_of_task, lambda: [vpc.id]):
        with gaps:
            for name in _in(vpc, world, task.subnets) if task.runs else ():
                yield name, task.launch_type == "EC2"


def _hosts(vpc: VPC, world: World, gaps: Gaps) -> Iterator[tuple[str, bool]]:
    for host in world.candidates(ContainerInstance, _vpc_of_host, lambda: [vpc.id]):
        with gaps:
            instance = world.get(Instance, host.instance_id)
            if instance is not None and not instance.gone and instance.vpc == vpc.id:
                yield instance.subnet, True
