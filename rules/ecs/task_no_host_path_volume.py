"""ecs_task_no_host_path_volume."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


SOCKETS = (
    "/run/docker.sock",
    "/run/containerd/containerd.sock",
    "/run/podman/podman.sock",
    "/run/crio/crio.sock",
)
"""Where container runtimes listen on Linux; /var/run is another name of /run."""

PIPES = ("docker_engine", "containerd-containerd")
"""The named pipes of container runtimes on Windows."""


def _reaches_runtime(path: str) -> bool:
    """Whether a path of the host is, or holds, the socket by which a container runtime takes its orders."""
    if path.replace("/", "\\").casefold().startswith("\\\\.\\pipe\\"):
        return path.replace("/", "\\").casefold().rpartition("\\")[2] in PIPES
    plain = posixpath.normpath(path).replace("//", "/")
    if plain in {"/", "/var"}:
        return True
    plain = plain.removeprefix("/var") if f"{plain}/".startswith("/var/run/") else plain
    return any(f"{socket}/".startswith(f"{plain}/") for socket in SOCKETS)


class TaskNoHostPathVolume(Rule):
    """Tasks mount no host path.

    A path of the host is shared with every task that mounts it and outlives them all: ePHI written there lies on the
    instance for the next task to read, and is gone with the instance. Whoever reaches the container runtime's socket
    can start a container with all rights, so he holds the instance and every task on it; that is judged as critical.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (PhiCluster(), EcsGuide(35), EcsGuide(40))
    remedy = revision(
        VOLUME + " |= del(.host)",
        "Find what the containers keep there: what must last belongs in EFS, S3 or a database, the rest in a volume"
        " without sourcePath, which ends with the task.",
        last=("Delete what was left on the instances.",),
        terraform={"volume": {"name": "{part}"}},
        risk="high",
    )
    GOOD = ({}, {"volumes": (Volume("scratch"), Volume("records", efs="fs-1"))})
    BAD = (
        {"volumes": (Volume("scratch"), Volume("data", host_path="/srv/data"))},
        {"volumes": (Volume("docker", host_path="/var/run/docker.sock"),)},
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for volume in definition.volumes:
            if volume.host_path and _reaches_runtime(volume.host_path):
                yield Fail(
                    f"{volume.host_path} of the host reaches the container runtime's socket",
                    part=volume.name,
                    severity="critical",
                )
            elif volume.host_path:
                yield Fail(f"the volume is {volume.host_path} of the host", part=volume.name)
