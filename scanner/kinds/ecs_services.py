"""ECS: services, with their deployments and task sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.kinds.containers import member
from scanner.kinds.ecs import TAGS, Cluster
from scanner.model.call import batch, each
from scanner.model.kind import Const, Kind, fact


class TaskSet(msgspec.Struct, frozen=True):
    """A set of tasks of a service that a deployment tool drives; `public_ip` is None where the answer leaves it out."""

    id: str
    task_definition: str = ""
    launch_type: str = ""
    providers: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()
    security_groups: tuple[str, ...] = ()
    public_ip: bool | None = None
    target_groups: tuple[str, ...] = ()


class ConnectService(msgspec.Struct, frozen=True):
    """A port that Service Connect offers to other services; `tls` says whether its proxies encrypt the traffic."""

    port: str
    tls: bool = False


class Placement(msgspec.Struct, frozen=True):
    """One step of a placement strategy: `spread` over a field, `binpack` by one, or `random`."""

    type: str
    field: str = ""


class Target(msgspec.Struct, frozen=True):
    """A load balancer's way to the tasks: the target group (or classic load balancer) and the container's port."""

    group: str = ""
    classic: str = ""
    container: str = ""
    port: int = 0


def _task_definitions(service: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_named_definitions(service)))


def _named_definitions(service: Mapping[str, Any]) -> Iterator[str]:
    live = [item for item in service.get("deployments") or () if item.get("status") != "INACTIVE"]
    for holder in (service, *live, *(service.get("taskSets") or ())):
        if holder.get("taskDefinition"):
            yield str(holder["taskDefinition"])


def _task_sets(service: Mapping[str, Any]) -> tuple[TaskSet, ...]:
    return tuple(_task_set(item) for item in service.get("taskSets") or ())


def _task_set(given: Mapping[str, Any]) -> TaskSet:
    network = member(given, "networkConfiguration", "awsvpcConfiguration")
    public = member(network, "assignPublicIp")
    return TaskSet(
        str(given.get("id", "")),
        str(given.get("taskDefinition", "")),
        str(given.get("launchType", "")),
        providers(given.get("capacityProviderStrategy") or ()),
        tuple(member(network, "subnets") or ()),
        tuple(member(network, "securityGroups") or ()),
        None if public is None else public == "ENABLED",
        tuple(target.group for target in targets(given.get("loadBalancers") or ())),
    )


def providers(strategy: Any) -> tuple[str, ...]:
    """Name the capacity providers of a strategy, in Terraform's, CloudFormation's or the API's words."""
    return tuple(str(member(item, "capacityProvider") or member(item, "capacity_provider")) for item in strategy)


def constraints(given: Any) -> tuple[str, ...]:
    """Read placement constraints: their expressions, or the type of one that has none."""
    return tuple(str(member(item, "expression") or member(item, "type") or "") for item in given)


def placements(strategy: Any) -> tuple[Placement, ...]:
    """Read a placement strategy."""
    return tuple(Placement(str(member(item, "type")), str(member(item, "field") or "")) for item in strategy)


def targets(given: Any) -> tuple[Target, ...]:
    """Read a service's load balancers, in Terraform's, CloudFormation's or the API's words."""
    return tuple(
        Target(
            str(member(item, "targetGroupArn") or member(item, "target_group_arn") or ""),
            str(member(item, "loadBalancerName") or member(item, "elb_name") or ""),
            str(member(item, "containerName") or member(item, "container_name") or ""),
            int(member(item, "containerPort") or member(item, "container_port") or 0),
        )
        for item in given
    )


def _offers(service: Mapping[str, Any]) -> tuple[ConnectService, ...]:
    """Read what the service's primary deployment offers by Service Connect."""
    primary = next((item for item in service.get("deployments") or () if item.get("status") == "PRIMARY"), None)
    connect = member(primary, "serviceConnectConfiguration")
    if member(connect, "enabled") is not True:
        return ()
    return tuple(
        ConnectService(str(item["portName"]), member(item, "tls", "issuerCertificateAuthority") is not None)
        for item in member(connect, "services") or ()
    )


class Service(Kind, cfn="AWS::ECS::Service", tf="aws_ecs_service"):
    """A service: a number of copies of a task that ECS keeps running; its id is its ARN."""

    listed = each("ecs.ListServices", "serviceArns", of=Cluster, cluster="$of.arn")
    service = batch(
        "ecs.DescribeServices",
        "services",
        ids="services",
        own="$listed",
        key="serviceArn",
        size=10,
        cluster="$of.arn",
        include=["TAGS"],
    )

    id: str = fact("listed", plan="id", sample="arn:aws:ecs:us-east-1:123456789012:service/phi/web")
    arn: str = fact("listed", plan="id")
    name: str = fact("service.serviceName", plan="name", template="ServiceName", sample="web")
    tags: Mapping[str, str] = fact("service.tags", plan="tags", template="Tags", parse=TAGS, default={})
    cluster: str = fact(
        "service.clusterArn",
        plan="cluster",
        template="Cluster",
        sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi",
    )
    status: str = fact("service.status", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE")
    scheduling: str = fact(
        "service.schedulingStrategy",
        plan="scheduling_strategy",
        template="SchedulingStrategy",
        default={"plan": "REPLICA", "template": "REPLICA"},
        sample="REPLICA",
    )
    desired: int = fact(
        "service.desiredCount", plan="desired_count", template="DesiredCount", default={"plan": 0}, sample=2
    )
    running: int = fact("service.runningCount", sample=2)
    launch_type: str = fact(
        "service.launchType",
        plan="launch_type",
        template="LaunchType",
        default={"api": "", "plan": ""},
        sample="FARGATE",
        doc="`EC2`, `FARGATE` or `EXTERNAL`; empty where a capacity provider strategy decides.",
    )
    capacity_providers: tuple[str, ...] = fact(
        "service.capacityProviderStrategy",
        plan="capacity_provider_strategy",
        template="CapacityProviderStrategy",
        parse=providers,
        default=(),
    )
    task_definition: str = fact(
        "service.taskDefinition",
        plan="task_definition",
        template="TaskDefinition",
        default={"api": "", "plan": ""},
        sample="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
        doc="Empty where a deployment tool drives task sets.",
    )
    task_definitions: tuple[str, ...] = fact(
        "service",
        parse=_task_definitions,
        sample=("arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",),
        doc="Those of the service, of its deployments that are not over, and of its task sets.",
    )
    task_sets: tuple[TaskSet, ...] = fact("service", parse=_task_sets, sample=())
    subnets: tuple[str, ...] = fact(
        "service.networkConfiguration.awsvpcConfiguration.subnets",
        plan="network_configuration[0].subnets",
        template="NetworkConfiguration.AwsvpcConfiguration.Subnets",
        default=(),
        sample=("subnet-a", "subnet-b"),
    )
    security_groups: tuple[str, ...] = fact(
        "service.networkConfiguration.awsvpcConfiguration.securityGroups",
        plan="network_configuration[0].security_groups",
        template="NetworkConfiguration.AwsvpcConfiguration.SecurityGroups",
        default=(),
        sample=("sg-service",),
        doc="Empty means the VPC's default security group, where the tasks have interfaces of their own.",
    )
    public_ip: bool = fact(
        "service.networkConfiguration.awsvpcConfiguration.assignPublicIp",
        plan="network_configuration[0].assign_public_ip",
        template="NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        parse={"api": lambda text: text == "ENABLED", "template": lambda text: text == "ENABLED"},
        default={"plan": False},
        sample=False,
    )
    targets: tuple[Target, ...] = fact(
        "service.loadBalancers", plan="load_balancer", template="LoadBalancers", parse=targets, default=()
    )
    placement: tuple[Placement, ...] = fact(
        "service.placementStrategy",
        plan="ordered_placement_strategy",
        template="PlacementStrategies",
        parse=placements,
        default=(),
    )
    constraints: tuple[str, ...] = fact(
        "service.placementConstraints",
        plan="placement_constraints",
        template="PlacementConstraints",
        parse=constraints,
        default=(),
        doc="The expressions of the placement constraints; `distinctInstance` has none and is named itself.",
    )
    offers: tuple[ConnectService, ...] = fact("service", parse=_offers, sample=())
    volatile = (
        "service.events",
        "service.deployments",
        "service.taskSets",
        "service.runningCount",
        "service.pendingCount",
        "service.currentServiceDeployment",
        "service.currentServiceRevisions",
    )

    @property
    def on_fargate(self) -> bool:
        """Whether all tasks run on Fargate; with task sets of a deployment tool, these say it."""
        ways = [(self.launch_type, self.capacity_providers)] if self.launch_type or self.capacity_providers else []
        ways += [(item.launch_type, item.providers) for item in self.task_sets]
        return bool(ways) and all(_all_fargate(*way) for way in ways)

    @property
    def all_subnets(self) -> tuple[str, ...]:
        """The subnets of the service and of its task sets, each once."""
        return tuple(dict.fromkeys((*self.subnets, *(name for item in self.task_sets for name in item.subnets))))

    @property
    def all_security_groups(self) -> tuple[str, ...]:
        """The security groups of the service and of its task sets, each once."""
        own = (*self.security_groups, *(name for item in self.task_sets for name in item.security_groups))
        return tuple(dict.fromkeys(own))

    @property
    def target_groups(self) -> tuple[str, ...]:
        """The target groups of the service and of its task sets, each once."""
        groups = [target.group for target in self.targets if target.group]
        return tuple(
            dict.fromkeys((*groups, *(name for item in self.task_sets for name in item.target_groups if name)))
        )


def _all_fargate(launch_type: str, names: tuple[str, ...]) -> bool:
    return launch_type == "FARGATE" or (bool(names) and all(name.startswith("FARGATE") for name in names))
