"""ECS: clusters, the capacity they run on, and the container instances registered in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.kinds.containers import member
from scanner.kinds.planned_reading import present
from scanner.model.call import batch, each
from scanner.model.kind import Const, Kind, fact

TAGS = {"api": tags("key", "value"), "plan": tags(), "template": tags()}
"""How the tags of ECS are read from each source."""


def _providers(strategy: Any) -> tuple[str, ...]:
    names = ("capacityProvider", "capacity_provider", "CapacityProvider")
    return tuple(str(next(item[name] for name in names if name in item)) for item in strategy)


class ExecLogging(msgspec.Struct, frozen=True):
    """Where the sessions of ECS Exec are recorded, and under which key they run; `mode` is OVERRIDE, DEFAULT or NONE.

    The flags say whether the log group and the bucket must be encrypted for a session to begin.
    """

    mode: str = "DEFAULT"
    key: str = ""
    log_group: str = ""
    log_group_encrypted: bool = False
    bucket: str = ""
    bucket_encrypted: bool = False


def exec_logging(given: Any) -> ExecLogging:
    """Read an execute command configuration in the API's or CloudFormation's words."""
    log = member(given, "logConfiguration")
    return ExecLogging(
        str(member(given, "logging") or "DEFAULT"),
        str(member(given, "kmsKeyId") or ""),
        str(member(log, "cloudWatchLogGroupName") or ""),
        member(log, "cloudWatchEncryptionEnabled") in {True, "true"},
        str(member(log, "s3BucketName") or ""),
        member(log, "s3EncryptionEnabled") in {True, "true"},
    )


def planned_exec_logging(given: Any) -> ExecLogging:
    """Read an execute command configuration in Terraform's words."""
    log = (member(given, "log_configuration") or [{}])[0]
    return ExecLogging(
        str(member(given, "logging") or "DEFAULT"),
        str(member(given, "kms_key_id") or ""),
        str(member(log, "cloud_watch_log_group_name") or ""),
        member(log, "cloud_watch_encryption_enabled") is True,
        str(member(log, "s3_bucket_name") or ""),
        member(log, "s3_bucket_encryption_enabled") is True,
    )


class ManagedScaling(msgspec.Struct, frozen=True):
    """Whether ECS scales the group behind a capacity provider, and how full it keeps it, in percent."""

    enabled: bool = False
    target: int = 100


def read_scaling(given: Any) -> ManagedScaling:
    """Read managed scaling, in Terraform's, CloudFormation's or the API's words; the target is 100 by default."""
    target = member(given, "targetCapacity") or member(given, "target_capacity") or 100
    return ManagedScaling(member(given, "status") == "ENABLED", int(target))


_CAPABILITY = "com.amazonaws.ecs.capability."


def agent_capabilities(given: Any) -> tuple[str, ...]:
    """Name what a container instance's agent says that it can do, without the prefix and versions of Docker's API."""
    names = (str(item["name"]) for item in given)
    return tuple(
        name.removeprefix(_CAPABILITY)
        for name in sorted(names)
        if name.startswith(_CAPABILITY) and not name.startswith(f"{_CAPABILITY}docker-remote-api.")
    )


class Cluster(Kind, cfn="AWS::ECS::Cluster", tf="aws_ecs_cluster"):
    """An ECS cluster; its id is its ARN, by which services and tasks refer to it."""

    listed = each("ecs.ListClusters", "clusterArns")
    cluster = batch(
        "ecs.DescribeClusters",
        "clusters",
        ids="clusters",
        own="$listed",
        key="clusterArn",
        size=100,
        include=["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"],
    )

    id: str = fact("listed", plan="id", sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi")
    arn: str = fact("listed", plan="arn")
    name: str = fact("cluster.clusterName", plan="name", template="ClusterName", sample="phi")
    tags: Mapping[str, str] = fact("cluster.tags", plan="tags", template="Tags", parse=TAGS, default={})
    status: str = fact("cluster.status", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE")
    container_insights: str = fact(
        "cluster.settings[name=containerInsights].value",
        plan="setting[name=containerInsights].value",
        template="ClusterSettings[Name=containerInsights].Value",
        sample="enabled",
        doc="`enabled`, `enhanced` or `disabled`; where source code does not say it, the account's setting decides.",
    )
    capacity_providers: tuple[str, ...] = fact(
        "cluster.capacityProviders",
        plan="aws_ecs_cluster_capacity_providers.capacity_providers",
        template="AWS::ECS::ClusterCapacityProviderAssociations.CapacityProviders | CapacityProviders",
        default=(),
    )
    default_providers: tuple[str, ...] = fact(
        "cluster.defaultCapacityProviderStrategy",
        plan="aws_ecs_cluster_capacity_providers.default_capacity_provider_strategy",
        template="AWS::ECS::ClusterCapacityProviderAssociations.DefaultCapacityProviderStrategy"
        " | DefaultCapacityProviderStrategy",
        parse=_providers,
        default=(),
    )
    tf_parts = {"aws_ecs_cluster_capacity_providers": "cluster_name"}
    cfn_parts = {"AWS::ECS::ClusterCapacityProviderAssociations": "Cluster"}
    exec_logging: ExecLogging = fact(
        "cluster.configuration.executeCommandConfiguration",
        plan="configuration[0].execute_command_configuration[0]",
        template="Configuration.ExecuteCommandConfiguration",
        parse={"api": exec_logging, "plan": planned_exec_logging, "template": exec_logging},
        default=ExecLogging(),
    )
    storage_key: str = fact(
        "cluster.configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId",
        plan="configuration[0].managed_storage_configuration[0].fargate_ephemeral_storage_kms_key_id",
        template="Configuration.ManagedStorageConfiguration.FargateEphemeralStorageKmsKeyId",
        default="",
        sample="",
        doc="The customer managed key of the ephemeral storage of tasks on Fargate; empty means AWS's own.",
    )
    registered_instances: int = fact("cluster.registeredContainerInstancesCount", sample=0)
    volatile = (
        "cluster.registeredContainerInstancesCount",
        "cluster.runningTasksCount",
        "cluster.pendingTasksCount",
        "cluster.activeServicesCount",
        "cluster.statistics",
        "cluster.attachments",
    )


class CapacityProvider(Kind, cfn="AWS::ECS::CapacityProvider", tf="aws_ecs_capacity_provider"):
    """What a cluster takes its capacity from: an Auto Scaling group, managed instances, or Fargate."""

    provider = each("ecs.DescribeCapacityProviders", "capacityProviders", include=["TAGS"])

    id: str = fact("provider.name", plan="name", template="Name", sample="phi-asg")
    arn: str = fact("provider.capacityProviderArn", plan="arn")
    tags: Mapping[str, str] = fact("provider.tags", plan="tags", template="Tags", parse=TAGS, default={})
    group: str = fact(
        "provider.autoScalingGroupProvider.autoScalingGroupArn",
        plan="auto_scaling_group_provider[0].auto_scaling_group_arn",
        template="AutoScalingGroupProvider.AutoScalingGroupArn",
        default="",
    )
    managed_scaling: str = fact(
        "provider.autoScalingGroupProvider.managedScaling.status",
        plan="auto_scaling_group_provider[0].managed_scaling[0].status",
        template="AutoScalingGroupProvider.ManagedScaling.Status",
        default={"api": ""},
        sample="ENABLED",
        doc="`ENABLED` where ECS scales the group; empty where the provider has no group.",
    )
    termination_protection: str = fact(
        "provider.autoScalingGroupProvider.managedTerminationProtection",
        plan="auto_scaling_group_provider[0].managed_termination_protection",
        template="AutoScalingGroupProvider.ManagedTerminationProtection",
        default={"template": "DISABLED"},
        sample="ENABLED",
    )
    scaling: ManagedScaling = fact(
        "provider.autoScalingGroupProvider.managedScaling",
        plan="auto_scaling_group_provider[0].managed_scaling[0]",
        template="AutoScalingGroupProvider.ManagedScaling",
        parse=read_scaling,
        default={"api": ManagedScaling(), "template": ManagedScaling()},
        sample=ManagedScaling(enabled=True),
    )
    managed: bool = fact(
        "provider.managedInstancesProvider",
        plan="+ managed_instances_provider",
        template="+ ManagedInstancesProvider",
        parse={"api": lambda given: given is not None, "plan": present, "template": present},
        default=False,
        doc="Whether AWS runs the instances itself (Amazon ECS Managed Instances).",
    )
    capacity_option: str = fact(
        "provider.managedInstancesProvider.instanceLaunchTemplate.capacityOptionType",
        template="ManagedInstancesProvider.InstanceLaunchTemplate.CapacityOptionType",
        default={"api": "", "template": ""},
        doc="`SPOT`, `ON_DEMAND` or `RESERVED` of managed instances; empty means on demand.",
    )
    volatile = ("provider.updateStatus", "provider.updateStatusReason")


class ContainerInstance(Kind, cfn="AWS::ECS::ContainerInstance"):
    """An EC2 instance, or an external server, registered in a cluster; its class is its place in the cluster."""

    listed = each("ecs.ListContainerInstances", "containerInstanceArns", of=Cluster, cluster="$of.arn")
    instance = batch(
        "ecs.DescribeContainerInstances",
        "containerInstances",
        ids="containerInstances",
        own="$listed",
        key="containerInstanceArn",
        size=100,
        cluster="$of.arn",
        include=["TAGS", "CONTAINER_INSTANCE_HEALTH"],
    )

    id: str = fact("listed", sample="arn:aws:ecs:us-east-1:123456789012:container-instance/phi/0a1b2c3d")
    arn: str = fact("listed")
    tags: Mapping[str, str] = fact("instance.tags", parse=tags("key", "value"), default={})
    cluster: str = fact("of.arn", sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi")
    instance_id: str = fact(
        "instance.ec2InstanceId", sample="i-0123456789abcdef0", doc="The EC2 instance, or the managed node `mi-...`."
    )
    status: str = fact("instance.status", sample="ACTIVE")
    agent_connected: bool = fact("instance.agentConnected", sample=True)
    provider: str = fact("instance.capacityProviderName", default="")
    availability_zone: str = fact(
        "instance.attributes[name=ecs.availability-zone].value", default="", sample="us-east-1a"
    )
    agent_version: str = fact("instance.versionInfo.agentVersion", sample="1.106.2")
    capabilities: tuple[str, ...] = fact(
        "instance.attributes",
        parse=agent_capabilities,
        default=(),
        sample=("task-iam-role",),
        doc="What the agent says that it can do, as attributes named `com.amazonaws.ecs.capability.*`.",
    )
    os_type: str = fact("instance.attributes[name=ecs.os-type].value", default="", sample="linux")
    identity = ("cluster", "id")
    volatile = (
        "instance.version",
        "instance.remainingResources",
        "instance.runningTasksCount",
        "instance.pendingTasksCount",
        "instance.registeredAt",
        "instance.attachments",
        "instance.agentUpdateStatus",
        "instance.healthStatus",
    )
