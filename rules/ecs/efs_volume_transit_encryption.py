"""ecs_efs_volume_transit_encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class EfsVolumeTransitEncryption(Rule):
    """EFS volumes of tasks are mounted with transit encryption.

    NFS sends what it reads and writes in the clear. With transit encryption the ePHI between task and file system
    travels under TLS.
    """

    kind = TaskDefinition
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(36), EcsGuide(37))
    aliases = ("config:ecs-task-definition-efs-encryption-enabled", "security-hub:ECS.18")
    remedy = revision(
        VOLUME + '.efsVolumeConfiguration.transitEncryption = "ENABLED"',
        terraform={"volume": {"efs_volume_configuration": {"transit_encryption": "ENABLED"}}},
    )
    GOOD = (
        {"volumes": (Volume("records", efs="fs-1", efs_encrypted_in_transit=True),)},
        {"volumes": (Volume("scratch"), Volume("records", efs="fs-1", efs_encrypted_in_transit=True))},
    )
    BAD = (
        {"volumes": (Volume("records", efs="fs-1"),)},
        {"volumes": (Volume("a", efs="fs-1", efs_encrypted_in_transit=True), Volume("b", efs="fs-1"))},
    )
    SKIP = ({"volumes": ()}, {"volumes": (Volume("scratch", host_path="/var/scratch"),)})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with an EFS volume."""
        return any(volume.efs for volume in definition.volumes)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for volume in definition.volumes:
            if volume.efs and not volume.efs_encrypted_in_transit:
                yield Fail(f"{volume.efs} is mounted without transit encryption", part=volume.name)
