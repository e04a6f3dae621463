"""ECS: clusters, capacity providers, container instances, task definitions, services and their tasks."""

from __future__ import annotations

import json
from typing import Any

from remediation.twin.registry import builds
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_TAGS = ("key", "value")


@builds("AWS::ECS::CapacityProvider")
def capacity_provider(site: Site, resource: Resource) -> None:
    """Make the provider over its Auto Scaling group; those of Fargate are there."""
    box = doc(resource, "provider")
    if box["name"].startswith("FARGATE"):
        return
    wanted = fitting("ecs.CreateCapacityProvider", box, "tags")
    made = site.call(resource, "ecs.CreateCapacityProvider", **wanted, tags=pairs(resource, *_TAGS) or None)
    site.pair(box["capacityProviderArn"], made["capacityProvider"]["capacityProviderArn"])


@builds("AWS::ECS::Cluster")
def cluster(site: Site, resource: Resource) -> None:
    """Make the cluster with its settings."""
    box = doc(resource, "cluster")
    if box.get("status") != "ACTIVE":
        raise UnbuiltError(f"ecs.CreateCluster: a cluster that is {box.get('status')} cannot be made")
    wanted = fitting("ecs.CreateCluster", box, "tags")
    made = site.call(resource, "ecs.CreateCluster", **wanted, tags=pairs(resource, *_TAGS) or None)["cluster"]
    site.pair(box["clusterArn"], made["clusterArn"])


@builds("AWS::ECS::ContainerInstance")
def container_instance(site: Site, resource: Resource) -> None:
    """Register the instance with its cluster, as its agent does, and bring it into its state."""
    box = doc(resource, "instance")
    place = {"cluster": doc(resource, "of")["arn"]}
    instance = site.pairs.made(box["ec2InstanceId"])
    identity = json.dumps({"instanceId": instance, "region": resource.region, "accountId": resource.account})
    made = site.call(resource, "ecs.RegisterContainerInstance", **place, instanceIdentityDocument=identity)
    site.pair(box["containerInstanceArn"], made["containerInstance"]["containerInstanceArn"])
    if pairs(resource):
        tags = pairs(resource, *_TAGS)
        site.call(resource, "ecs.TagResource", resourceArn=box["containerInstanceArn"], tags=tags)
    if box.get("status") == "DRAINING":
        draining: dict[str, Any] = {"containerInstances": [box["containerInstanceArn"]], "status": "DRAINING"}
        site.call(resource, "ecs.UpdateContainerInstancesState", **place, **draining)


@builds("AWS::ECS::TaskDefinition")
def task_definition(site: Site, resource: Resource) -> None:
    """Register the task definition until its revision has the right number; those before it are deregistered again."""
    box = doc(resource, "described").get("taskDefinition")
    if not box:
        raise UnbuiltError("ecs.RegisterTaskDefinition: the task definition was not described")
    wanted = fitting("ecs.RegisterTaskDefinition", box)
    number = 0
    while number < box["revision"]:
        made = site.call(
            resource, "ecs.RegisterTaskDefinition", **wanted, tags=pairs(resource, *_TAGS) or None
        )["taskDefinition"]  # fmt: skip
        number = made["revision"]
        if number < box["revision"] or box.get("status") == "INACTIVE":
            site.call(resource, "ecs.DeregisterTaskDefinition", taskDefinition=made["taskDefinitionArn"])
    if number > box["revision"]:
        raise UnbuiltError(f"ecs.RegisterTaskDefinition: the twin has revision {number} of {box['family']} already")


@builds("AWS::ECS::Service")
def service(site: Site, resource: Resource) -> None:
    """Make the service with its newest deployment; its tasks start by themselves."""
    box = doc(resource, "service")
    if box.get("status") != "ACTIVE":
        raise UnbuiltError(f"ecs.CreateService: a service that is {box.get('status')} cannot be made")
    newest: dict[str, Any] = next((each for each in box.get("deployments", ()) if each.get("status") == "PRIMARY"), {})
    wanted = {
        **fitting("ecs.CreateService", newest, "id", "status", "desiredCount"),
        **fitting("ecs.CreateService", box, "tags"),
        "cluster": box["clusterArn"],
        "role": box.get("roleArn"),
        "tags": pairs(resource, *_TAGS) or None,
    }
    if wanted.get("capacityProviderStrategy"):
        wanted.pop("launchType", None)
    if box.get("schedulingStrategy") == "DAEMON":
        wanted.pop("desiredCount", None)
    kept = {name: value for name, value in wanted.items() if value not in ([], {})}
    made = site.call(resource, "ecs.CreateService", **kept)["service"]
    site.pair(box["serviceArn"], made["serviceArn"])
    site.pair(newest.get("id"), made.get("deployments", [{}])[0].get("id"))


@builds("AWS::ECS::Task")
def task(site: Site, resource: Resource) -> None:
    """Find the task that its service has started, or run one that stands alone."""
    box = doc(resource, "task")
    place = {"cluster": box["clusterArn"]}
    if box["lastStatus"] != "RUNNING":
        raise UnbuiltError(f"ecs.RunTask: a task that is {box['lastStatus']} cannot be started")
    if str(box.get("group", "")).startswith("service:"):
        names = site.call(resource, "ecs.ListTasks", **place, serviceName=box["group"].partition(":")[2])["taskArns"]
        free = [name for name in names if site.pairs.real(name) == name]
        found = site.call(resource, "ecs.DescribeTasks", **place, tasks=free)["tasks"] if free else []
        made = next(iter(sorted(found, key=lambda other: _unlike(site.pairs.made(box), other))), None)
        if made is None:
            raise UnbuiltError("ecs.ListTasks: its service has started no further task in the twin")
    else:
        made = _run(site, resource)
    site.pair(box["taskArn"], made["taskArn"])
    for one, other in zip(_parts(box), _parts(made), strict=False):
        site.pair(one, other)


def _unlike(ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Count in how much a task is placed otherwise."""
    members = ("containerInstanceArn", "availabilityZone", "taskDefinitionArn")
    return sum(ours.get(name) != theirs.get(name) for name in members)


def _run(site: Site, resource: Resource) -> dict[str, Any]:
    """Run a task of its own, in the subnet in which the original runs."""
    box = doc(resource, "task")
    details = _details(box)
    network = {"subnets": [details["subnetId"]], "securityGroups": _groups(site, resource, details)}
    (made,) = site.call(
        resource, "ecs.RunTask", **fitting("ecs.RunTask", box, "tags", "platformFamily"), cluster=box["clusterArn"],
        taskDefinition=box["taskDefinitionArn"], tags=pairs(resource, *_TAGS) or None,
        networkConfiguration={"awsvpcConfiguration": network} if details else None,
    )["tasks"]  # fmt: skip
    answer: dict[str, Any] = made
    return answer


def _groups(site: Site, resource: Resource, details: dict[str, str]) -> list[str]:
    """Give a security group of the subnet's VPC: a task does not say which it has, its interface does."""
    (subnet,) = site.call(resource, "ec2.DescribeSubnets", SubnetIds=[details["subnetId"]])["Subnets"]
    where = [{"Name": "vpc-id", "Values": [subnet["VpcId"]]}, {"Name": "group-name", "Values": ["default"]}]
    found = site.call(resource, "ec2.DescribeSecurityGroups", Filters=where)["SecurityGroups"]
    return [each["GroupId"] for each in found]


def _details(box: dict[str, Any]) -> dict[str, str]:
    return {each["name"]: each["value"] for part in box.get("attachments", ()) for each in part.get("details", ())}


def _parts(box: dict[str, Any]) -> list[str]:
    """Name what a task brings along: its containers, and its interface."""
    containers = sorted((each["name"], each.get("containerArn", "")) for each in box.get("containers", ()))
    return [*(arn for _, arn in containers), _details(box).get("networkInterfaceId", "")]
