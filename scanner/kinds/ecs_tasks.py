"""ECS: tasks, running and recently stopped."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.kinds.containers import member
from scanner.kinds.ecs import Cluster
from scanner.kinds.images import ecr_references, image_reference
from scanner.model.call import batch, each
from scanner.model.kind import Kind, fact
from scanner.model.secret import Secret


class TaskContainer(msgspec.Struct, frozen=True):
    """One container of a task: the image as named in the task definition, and the digest that was pulled."""

    name: str
    image: str = ""
    digest: str = ""

    @property
    def reference(self) -> str:
        """The image that runs: by the digest where it is known."""
        found = image_reference(self.image)
        return msgspec.structs.replace(found, digest=self.digest or found.digest).text


def _containers(given: Any) -> tuple[TaskContainer, ...]:
    return tuple(
        TaskContainer(str(item["name"]), str(item.get("image", "")), str(item.get("imageDigest", ""))) for item in given
    )


def _images(given: Any) -> tuple[str, ...]:
    return ecr_references(item.reference for item in _containers(given) if item.image)


def _subnets(given: Any) -> tuple[str, ...]:
    return tuple(
        str(detail["value"])
        for item in given
        for detail in member(item, "details") or ()
        if detail.get("name") == "subnetId"
    )


OUT_OF_MEMORY = "OutOfMemory"
"""How the reasons of what the kernel ended for want of memory begin (ECS Developer Guide, stopped task errors)."""


def out_of_memory(task: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the containers of a task that were ended for want of memory; of a task without such, the task itself."""
    ended = [str(item["name"]) for item in task.get("containers") or () if _starved(item.get("reason"))]
    return tuple(ended) or (("the task",) if _starved(task.get("stoppedReason")) else ())


def _starved(reason: Any) -> bool:
    return str(reason or "").startswith(OUT_OF_MEMORY)


class Task(Kind, cfn="AWS::ECS::Task"):
    """A task that runs or has stopped within the last hour or so; its id is its ARN, its class the task's group."""

    started = each("ecs.ListTasks", "taskArns", of=Cluster, cluster="$of.arn", desiredStatus="RUNNING")
    stopped = each("ecs.ListTasks", "taskArns", of=Cluster, cluster="$of.arn", desiredStatus="STOPPED")
    task = batch(
        "ecs.DescribeTasks",
        "tasks",
        ids="tasks",
        own="$started or $stopped",
        key="taskArn",
        size=100,
        cluster="$of.arn",
        include=["TAGS"],
    )

    id: str = fact("started | stopped", sample="arn:aws:ecs:us-east-1:123456789012:task/phi/0a1b2c3d")
    arn: str = fact("started | stopped")
    tags: Mapping[str, str] = fact("task.tags", parse=tags("key", "value"), default={})
    cluster: str = fact("task.clusterArn", sample="arn:aws:ecs:us-east-1:123456789012:cluster/phi")
    group: str = fact("task.group", default="", sample="service:web")
    desired_status: str = fact("task.desiredStatus", sample="RUNNING")
    last_status: str = fact("task.lastStatus", sample="RUNNING")
    task_definition: str = fact(
        "task.taskDefinitionArn", sample="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1"
    )
    began: datetime | None = fact(
        "task.startedAt", default={"api": None}, sample=None, doc="When its containers ran; None: they do not yet."
    )
    launch_type: str = fact("task.launchType", default="", sample="FARGATE")
    availability_zone: str = fact("task.availabilityZone", default="", sample="us-east-1a")
    container_instance: str = fact("task.containerInstanceArn", default="", doc="Empty for a task on Fargate.")
    containers: tuple[TaskContainer, ...] = fact("task.containers", parse=_containers, sample=())
    images: tuple[str, ...] = fact(
        "task.containers", parse=_images, sample=(), doc="The images in private ECR registries."
    )
    out_of_memory: tuple[str, ...] = fact(
        "task", parse=out_of_memory, sample=(), doc="The containers that were ended for want of memory."
    )
    subnets: tuple[str, ...] = fact("task.attachments", parse=_subnets, default=())
    identity = ("group", "id")
    secrets = {
        "task": (
            Secret("overrides.containerOverrides[].environment[].value", label="name"),
            Secret("overrides.containerOverrides[].command[]", only_detected=True),
        )
    }
    volatile = ("task",)

    @property
    def runs(self) -> bool:
        """Whether the task is meant to run."""
        return self.desired_status == "RUNNING"
