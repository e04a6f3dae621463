"""ecs_efs_volume_access_point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class EfsVolumeAccessPoint(Rule):
    """EFS volumes of tasks are mounted through an access point.

    An access point holds the task to one directory and one user of the file system. Without it every task that mounts
    the file system sees all of it, and a container's root is root among the ePHI of all others.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(37),)
    remedy = revision(
        VOLUME + '.efsVolumeConfiguration |= (del(.rootDirectory) | .transitEncryption = "ENABLED" |'
        ' .authorizationConfig.accessPointId = "ACCESS_POINT")',
        "Create an access point with the directory and the user of this task: aws efs create-access-point"
        " --file-system-id FILE_SYSTEM --posix-user Uid=UID,Gid=GID --root-directory Path=/DIRECTORY --region"
        " {region}",
        terraform={
            "volume": {"efs_volume_configuration": {"authorization_config": {"access_point_id": "ACCESS_POINT"}}}
        },
    )
    GOOD = (
        {"volumes": (Volume("records", efs="fs-1", efs_access_point="fsap-1"),)},
        {"volumes": (Volume("scratch"), Volume("records", efs="fs-1", efs_access_point="fsap-1"))},
    )
    BAD = (
        {"volumes": (Volume("records", efs="fs-1"),)},
        {"volumes": (Volume("a", efs="fs-1", efs_access_point="fsap-1"), Volume("b", efs="fs-1"))},
    )
    SKIP = ({"volumes": ()}, {"volumes": (Volume("scratch", host_path="/var/scratch"),)})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with an EFS volume."""
        return any(volume.efs for volume in definition.volumes)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for volume in definition.volumes:
            if volume.efs and not volume.efs_access_point:
                yield Fail(f"no access point is named for {volume.efs}", part=volume.name)
