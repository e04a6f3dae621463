"""What ECS services are made of, read from what API, Terraform or CloudFormation say by pure functions.

Source: API_Service, API_Deployment, API_TaskSet; AWS::ECS::Service; Terraform aws_ecs_service.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from scanner.kinds.containers import member


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
    platform: str = ""
    registries: tuple[str, ...] = ()


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


def task_definitions(service: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the task definitions of a service, of its deployments that are not over, and of its task sets."""
    return tuple(dict.fromkeys(_named_definitions(service)))


def _named_definitions(service: Mapping[str, Any]) -> Iterator[str]:
    live = [item for item in service.get("deployments") or () if item.get("status") != "INACTIVE"]
    for holder in (service, *live, *(service.get("taskSets") or ())):
        if holder.get("taskDefinition"):
            yield str(holder["taskDefinition"])


def task_sets(service: Mapping[str, Any]) -> tuple[TaskSet, ...]:
    """Read the task sets of a service."""
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
        str(given.get("platformVersion", "")),
        registries(given.get("serviceRegistries") or ()),
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


def offers(service: Mapping[str, Any]) -> tuple[ConnectService, ...]:
    """Read what the service's primary deployment offers by Service Connect."""
    connect = member(_primary(service), "serviceConnectConfiguration")
    if member(connect, "enabled") is not True:
        return ()
    return tuple(
        ConnectService(str(item["portName"]), member(item, "tls", "issuerCertificateAuthority") is not None)
        for item in member(connect, "services") or ()
    )


def lattice(service: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the target groups of VPC Lattice that the service's primary deployment registers its tasks in."""
    found = member(_primary(service), "vpcLatticeConfigurations") or ()
    return tuple(str(item["targetGroupArn"]) for item in found)


def _primary(service: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next((item for item in service.get("deployments") or () if item.get("status") == "PRIMARY"), None)


def registries(given: Any) -> tuple[str, ...]:
    """Name the Cloud Map services that hold the tasks, in Terraform's, CloudFormation's or the API's words."""
    named = (member(item, "registryArn") or member(item, "registry_arn") or "" for item in given)
    return tuple(str(arn) for arn in named if arn)


class StrategyItem(msgspec.Struct, frozen=True):
    """One capacity provider of a strategy: how many tasks at least run on it, and its share of the others."""

    provider: str
    base: int = 0
    weight: int = 0


def strategy(given: Any) -> tuple[StrategyItem, ...]:
    """Read a capacity provider strategy."""
    return tuple(
        StrategyItem(name, int(member(item, "base") or 0), int(member(item, "weight") or 0))
        for name, item in zip(providers(given), given, strict=True)
    )


def all_fargate(launch_type: str, names: tuple[str, ...]) -> bool:
    """Say whether a launch type or capacity providers run tasks on Fargate only."""
    return launch_type == "FARGATE" or (bool(names) and all(name.startswith("FARGATE") for name in names))
