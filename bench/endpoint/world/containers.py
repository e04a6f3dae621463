"""The described clusters with their container instances, and the account's settings of ECS."""

from __future__ import annotations

from bench.endpoint.world.fleets import asg_arn, members
from bench.endpoint.world.hosts import instance_id
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, says, some, table

FARGATE = ("FARGATE", "FARGATE_SPOT")


def cluster_name(place: Place, index: int) -> str:
    """Name a cluster."""
    return f"{place.app(index)}-cluster-{index}"


def cluster_arn(place: Place, index: int) -> str:
    """Give the ARN of a cluster."""
    return place.arn("ecs", f"cluster/{cluster_name(place, index)}")


def has_hosts(index: int) -> bool:
    """Say whether a cluster has container instances; the others have Fargate."""
    return index % 4 < 2  # noqa: PLR2004  half of them


def provider_name(place: Place, index: int) -> str:
    """Name the capacity provider of a cluster that has container instances."""
    return f"{place.app(index)}-capacity-{index}"


def hosts(place: Place, index: int) -> list[int]:
    """Number the instances that are container instances of a cluster."""
    return members(place)[place.ref("asg", index)] if has_hosts(index) else []


def host_arn(place: Place, cluster: int, instance: int) -> str:
    """Give the ARN of a container instance."""
    rest = f"{cluster_name(place, cluster)}/{place.hex(32, 'host', instance)}"
    return place.arn("ecs", f"container-instance/{rest}")


def on_hosts(place: Place, index: int) -> bool:
    """Say whether a service runs on container instances."""
    cluster = place.ref("cluster", index)
    return has_hosts(cluster) and index % 3 != 0 and bool(hosts(place, cluster))


@listing
def _clusters(place: Place) -> list[Json]:
    return [_cluster(place, index) for index in place.mine("cluster")]


def _cluster(place: Place, index: int) -> Json:
    own = [provider_name(place, index)] if has_hosts(index) else []
    insights = ("enhanced", "enabled", "disabled")[place.number(3, "insights", index)]
    command: Json = {"logging": "OVERRIDE" if place.yes("exec-logs", index) else "NONE"}
    if command["logging"] == "OVERRIDE":
        command["kmsKeyId"] = key_arn(place, index)
        command["logConfiguration"] = {
            "cloudWatchLogGroupName": "/ecs/exec", "cloudWatchEncryptionEnabled": True, "s3EncryptionEnabled": False,
        }  # fmt: skip
    configuration: Json = {"executeCommandConfiguration": command}
    if place.yes("ephemeral", index, share=0.5):
        configuration["managedStorageConfiguration"] = {"fargateEphemeralStorageKmsKeyId": key_arn(place, index)}
    first = own[0] if own else FARGATE[0]
    return {
        "clusterArn": cluster_arn(place, index), "clusterName": cluster_name(place, index), "status": "ACTIVE",
        "registeredContainerInstancesCount": len(hosts(place, index)), "runningTasksCount": 0, "pendingTasksCount": 0,
        "activeServicesCount": 0, "statistics": [], "tags": place.tags("cluster", index, key="key", value="value"),
        "settings": [{"name": "containerInsights", "value": insights}],
        "configuration": configuration, "capacityProviders": [*own, *FARGATE],
        "defaultCapacityProviderStrategy": [{"capacityProvider": first, "weight": 1, "base": 1}], "attachments": [],
    }  # fmt: skip


@listing
def _providers(place: Place) -> list[Json]:
    found: list[Json] = [
        {
            "capacityProviderArn": f"arn:aws:ecs:{place.region}:{place.account}:capacity-provider/{name}",
            "name": name, "status": "ACTIVE", "tags": [],
        }
        for name in FARGATE
    ]  # fmt: skip
    for index in place.mine("cluster"):
        if has_hosts(index):
            scaling = {
                "status": "ENABLED" if place.yes("managed", index) else "DISABLED", "targetCapacity": 90,
                "minimumScalingStepSize": 1, "maximumScalingStepSize": 10, "instanceWarmupPeriod": 300,
            }  # fmt: skip
            found.append({
                "capacityProviderArn": place.arn("ecs", f"capacity-provider/{provider_name(place, index)}"),
                "name": provider_name(place, index), "status": "ACTIVE",
                "autoScalingGroupProvider": {
                    "autoScalingGroupArn": asg_arn(place, place.ref("asg", index)), "managedScaling": scaling,
                    "managedTerminationProtection": "ENABLED" if place.yes("held", index) else "DISABLED",
                    "managedDraining": "ENABLED",
                },
                "tags": place.tags("provider", index, key="key", value="value"),
            })  # fmt: skip
    return found


@listing
def _hosts(place: Place) -> dict[str, Json]:
    return {
        host_arn(place, cluster, index): _host(place, cluster, index)
        for cluster in place.mine("cluster")
        for index in hosts(place, cluster)
    }


def _host(place: Place, cluster: int, index: int) -> Json:
    plain = {
        "ecs.availability-zone": f"{place.region}a", "ecs.os-type": "linux", "ecs.instance-type": "m6i.large",
        "ecs.ami-id": "ami-1", "ecs.os-family": "LINUX", "ecs.cpu-architecture": "x86_64",
    }  # fmt: skip
    words = (
        "ecs.capability.secrets.asm.environment-variables ecs.capability.execution-role-awslogs "
        "com.amazonaws.ecs.capability.task-iam-role com.amazonaws.ecs.capability.privileged-container "
        "com.amazonaws.ecs.capability.logging-driver.awslogs ecs.capability.task-eni"
    ).split()
    old = not place.yes("agent-new", index)
    return {
        "containerInstanceArn": host_arn(place, cluster, index), "ec2InstanceId": instance_id(place, index),
        "capacityProviderName": provider_name(place, cluster), "status": "ACTIVE", "version": 1,
        "agentConnected": place.yes("agent", index, share=0.95), "runningTasksCount": 1, "pendingTasksCount": 0,
        "versionInfo": {"agentVersion": "1.60.0" if old else "1.98.0", "dockerVersion": "DockerVersion: 25.0.8"},
        "registeredAt": place.ago(100, "host", index), "tags": place.tags("host", index, key="key", value="value"),
        "attributes": [{"name": name, "value": value} for name, value in plain.items()] + [{"name": w} for w in words],
    }  # fmt: skip


def cluster_of(place: Place, params: Params) -> int | None:
    """Give the number of the cluster that a request names."""
    return _numbers(place).get(params.get("cluster", ""))


_numbers = listing(lambda place: {cluster_arn(place, index): index for index in place.mine("cluster")})


def _host_arns(place: Place, params: Params) -> Answer:
    cluster = cluster_of(place, params)
    if cluster is None:
        return "ClusterNotFoundException"
    return {"containerInstanceArns": [host_arn(place, cluster, index) for index in hosts(place, cluster)]}


def _settings(_: Place, __: Params) -> Answer:
    values = {
        "awsvpcTrunking": "disabled", "containerInsights": "enabled", "containerInstanceLongArnFormat": "enabled",
        "defaultLogDriverMode": "non-blocking", "fargateFIPSMode": "disabled", "guardDutyActivate": "on",
        "serviceLongArnFormat": "enabled", "tagResourceAuthorization": "off", "taskLongArnFormat": "enabled",
        "fargateTaskRetirementWaitPeriod": "7",
    }  # fmt: skip
    return {"settings": [{"name": name, "value": value, "type": "user"} for name, value in values.items()]}


ANSWERS: dict[str, Speaker] = {
    "ecs.ListClusters": says("clusterArns", lambda place: [one["clusterArn"] for one in _clusters(place)]),
    "ecs.DescribeClusters": some("clusters", table(_clusters, "clusterArn"), "clusters"),
    "ecs.DescribeCapacityProviders": says("capacityProviders", _providers),
    "ecs.ListContainerInstances": _host_arns,
    "ecs.DescribeContainerInstances": some("containerInstances", _hosts, "containerInstances"),
    "ecs.ListAccountSettings": _settings,
}
