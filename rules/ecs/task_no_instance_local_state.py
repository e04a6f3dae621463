"""ecs_task_no_instance_local_state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import DockerVolume, Volume
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class TaskNoInstanceLocalState(Rule):
    """Tasks keep no state on the container instance.

    A shared Docker volume of the local driver lies on one instance's disk and stays there when the task ends. A task
    that comes back on another instance finds it empty, and with the instance the data is lost: ePHI that was only
    there cannot be restored. A file system of another machine that the local driver mounts (NFS, SMB) is no state of
    the instance. Paths of the host have another rule.
    """

    kind = TaskDefinition
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(ii)(A)", "164.308(a)(7)(i)")
    sources = (PhiCluster(), EcsGuide(40))
    remedy = revision(
        VOLUME
        + ' |= {name: .name, efsVolumeConfiguration: {fileSystemId: "FILE_SYSTEM", transitEncryption: "ENABLED"}}',
        "Copy what must last to an EFS file system, with AWS DataSync or from the instance; what must not, belongs in"
        " a volume with scope task.",
        terraform={
            "volume": {"efs_volume_configuration": {"file_system_id": "FILE_SYSTEM", "transit_encryption": "ENABLED"}}
        },
        risk="high",
    )
    GOOD = (
        {},
        {"volumes": (Volume("scratch"), Volume("cache", docker=DockerVolume("task")))},
        {"volumes": (Volume("ebs", docker=DockerVolume("shared", "rexray/ebs")),)},
        {"volumes": (Volume("records", docker=DockerVolume("shared", "local", "NFS4")),)},
    )
    BAD = (
        {"volumes": (Volume("records", docker=DockerVolume("shared")),)},
        {"volumes": (Volume("scratch"), Volume("records", docker=DockerVolume("shared", "local", "tmpfs")))},
    )

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for volume in definition.volumes:
            docker = volume.docker
            if docker and docker.scope == "shared" and docker.driver == "local" and not docker.remote:
                yield Fail(
                    "a shared Docker volume of the local driver keeps its data on the instance", part=volume.name
                )
