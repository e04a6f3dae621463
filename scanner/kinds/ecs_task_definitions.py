"""ECS: the task definitions in use, and of the other families the newest active revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.containers import Container, containers, member
from scanner.kinds.ecs import TAGS
from scanner.kinds.ecs_planned import definitions_in
from scanner.kinds.images import ecr_references
from scanner.kinds.task_volumes import Volume, planned_volumes, volumes
from scanner.model.call import each, refs, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import Secret


def family_of(reference: str) -> str:
    """Give the family that an ARN, `family:revision` or family names."""
    name = reference.rpartition("/")[2]
    family, _, revision = name.rpartition(":")
    return family if family and revision.isdecimal() else name


def describable(reference: str) -> str:
    """Give what DescribeTaskDefinition takes: an ARN with its revision, else the family, for its newest revision."""
    return family_of(reference) if family_of(reference) == reference.rpartition("/")[2] else reference


def _images(given: Any) -> tuple[str, ...]:
    return ecr_references(str(member(item, "image")) for item in definitions_in(given) if member(item, "image"))


def _expressions(given: Any) -> tuple[str, ...]:
    return tuple(str(member(item, "expression") or "") for item in given)


class TaskDefinition(Kind, cfn="AWS::ECS::TaskDefinition", tf="aws_ecs_task_definition"):
    """A revision of a task definition; its id is its ARN.

    In use is what a service's deployments and task sets, a running or recently stopped task, an EventBridge rule or a
    Scheduler schedule names; a family without any is shown by its newest active revision.
    """

    used = refs(
        "Service.task_definitions",
        "Task.task_definition",
        "EventRule.task_definitions",
        "Schedule.task_definition",
        parse=describable,
    )
    family = each("ecs.ListTaskDefinitionFamilies", "families", status="ACTIVE", without=family_of)
    described = then(
        "ecs.DescribeTaskDefinition", expect="taskDefinition", taskDefinition="$family or $used", include=["TAGS"]
    )

    id: str = fact(
        "described.taskDefinition.taskDefinitionArn | used",
        plan="arn",
        sample="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
    )
    arn: str = fact("described.taskDefinition.taskDefinitionArn | used", plan="arn")
    name: str = fact(
        "family | used",
        plan="family",
        template="Family",
        parse=family_of,
        sample="web",
    )
    tags: Mapping[str, str] = fact("described.tags", plan="tags", template="Tags", parse=TAGS, default={})
    in_use: bool = fact(
        "used",
        plan=Const(value=True),
        template=Const(value=True),
        parse=bool,
        default={"api": False},
        sample=True,
        doc="What is planned is taken to be used.",
    )
    status: str = fact(
        "described.taskDefinition.status", plan=Const("ACTIVE"), template=Const("ACTIVE"), sample="ACTIVE"
    )
    network_mode: str = fact(
        "described.taskDefinition.networkMode",
        plan="network_mode",
        template="NetworkMode",
        default="",
        sample="awsvpc",
        doc="Empty means `bridge` on Linux and NAT on Windows.",
    )
    requires: tuple[str, ...] = fact(
        "described.taskDefinition.requiresCompatibilities",
        plan="requires_compatibilities",
        template="RequiresCompatibilities",
        default=(),
        sample=("FARGATE",),
    )
    os_family: str = fact(
        "described.taskDefinition.runtimePlatform.operatingSystemFamily",
        plan="runtime_platform[0].operating_system_family",
        template="RuntimePlatform.OperatingSystemFamily",
        default="",
    )
    architecture: str = fact(
        "described.taskDefinition.runtimePlatform.cpuArchitecture",
        plan="runtime_platform[0].cpu_architecture",
        template="RuntimePlatform.CpuArchitecture",
        default="",
    )
    constraints: tuple[str, ...] = fact(
        "described.taskDefinition.placementConstraints",
        plan="placement_constraints",
        template="PlacementConstraints",
        parse=_expressions,
        default=(),
    )
    cpu: str = fact(
        "described.taskDefinition.cpu",
        plan="cpu",
        template="Cpu",
        default="",
        sample="256",
        parse=str,
        doc="In CPU units, of which 1024 are a vCPU; source code may say it in vCPUs.",
    )
    memory: str = fact(
        "described.taskDefinition.memory", plan="memory", template="Memory", default="", sample="512", parse=str
    )
    task_role: str = fact(
        "described.taskDefinition.taskRoleArn",
        plan="task_role_arn",
        template="TaskRoleArn",
        default="",
        sample="arn:aws:iam::123456789012:role/web-task",
    )
    execution_role: str = fact(
        "described.taskDefinition.executionRoleArn",
        plan="execution_role_arn",
        template="ExecutionRoleArn",
        default="",
        sample="arn:aws:iam::123456789012:role/web-execution",
    )
    pid_mode: str = fact("described.taskDefinition.pidMode", plan="pid_mode", template="PidMode", default="")
    ipc_mode: str = fact("described.taskDefinition.ipcMode", plan="ipc_mode", template="IpcMode", default="")
    proxy: str = fact(
        "described.taskDefinition.proxyConfiguration.type",
        plan="proxy_configuration[0].type",
        template="ProxyConfiguration.Type",
        default="",
        doc="`APPMESH` where traffic goes through a proxy of App Mesh.",
    )
    containers: tuple[Container, ...] = fact(
        "described.taskDefinition.containerDefinitions",
        plan="container_definitions",
        template="ContainerDefinitions",
        parse=containers,
        sample=(),
    )
    images: tuple[str, ...] = fact(
        "described.taskDefinition.containerDefinitions",
        plan="container_definitions",
        template="ContainerDefinitions",
        parse=_images,
        sample=(),
        doc="The images in private ECR registries.",
    )
    volumes: tuple[Volume, ...] = fact(
        "described.taskDefinition.volumes",
        plan="volume",
        template="Volumes",
        parse={"api": volumes, "plan": planned_volumes, "template": volumes},
        default=(),
    )
    identity = ("name",)
    secrets = {
        "described": (
            *(
                Secret(f"taskDefinition.containerDefinitions[].{path}", label=label)
                for path, label in (
                    ("environment[].value", "name"),
                    *(
                        (f"logConfiguration.options.{key}", "")
                        for key in ("splunk-token", "apikey", "api_key", "apiKey")
                    ),
                )
            ),
            *(
                Secret(f"taskDefinition.containerDefinitions[].{path}[]", only_detected=True)
                for path in ("command", "entryPoint", "healthCheck.command", "dockerLabels")
            ),
        )
    }
    volatile = (
        "described.taskDefinition.revision",
        "described.taskDefinition.taskDefinitionArn",
        "described.taskDefinition.registeredAt",
        "described.taskDefinition.registeredBy",
        "described.taskDefinition.requiresAttributes",
        "described.taskDefinition.compatibilities",
    )

    @property
    def on_windows(self) -> bool:
        """Whether the containers are Windows containers, as the runtime platform or a placement constraint says."""
        return self.os_family.startswith("WINDOWS") or any(
            "ecs.os-type" in text and "windows" in text and "!" not in text for text in self.constraints
        )

    @property
    def in_bridge_mode(self) -> bool:
        """Whether the containers sit behind Docker's bridge, as they do on Linux where no mode is named."""
        return self.network_mode == "bridge" or (not self.network_mode and not self.on_windows)

    @property
    def only_fargate(self) -> bool:
        """Whether the task can run on Fargate only."""
        return bool(self.requires) and set(self.requires) == {"FARGATE"}
