"""ecs_efs_volume_iam_authorization."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import VOLUME, revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.task_volumes import Volume
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class EfsVolumeIamAuthorization(Rule):
    """EFS volumes of tasks use IAM authorization.

    Without it NFS asks for nothing: whatever reaches the mount target may read and write the ePHI in the file system.
    With IAM authorization the task's role must be allowed to, and the file system's policy can name it.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(d)")
    sources = (EcsGuide(37),)
    remedy = revision(
        VOLUME + '.efsVolumeConfiguration |= (.transitEncryption = "ENABLED" | .authorizationConfig.iam = "ENABLED")',
        "Give the task role elasticfilesystem:ClientMount (and ClientWrite, where it writes) on the file system: aws"
        " iam put-role-policy --role-name ROLE --policy-name efs --policy-document file://policy.json",
        terraform={"volume": {"efs_volume_configuration": {"authorization_config": {"iam": "ENABLED"}}}},
    )
    GOOD = (
        {"volumes": (Volume("records", efs="fs-1", efs_iam=True),)},
        {"volumes": (Volume("scratch"), Volume("records", efs="fs-1", efs_iam=True))},
    )
    BAD = (
        {"volumes": (Volume("records", efs="fs-1"),)},
        {"volumes": (Volume("a", efs="fs-1", efs_iam=True), Volume("b", efs="fs-1"))},
    )
    SKIP = ({"volumes": ()}, {"volumes": (Volume("scratch", host_path="/var/scratch"),)})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with an EFS volume."""
        return any(volume.efs for volume in definition.volumes)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for volume in definition.volumes:
            if volume.efs and not volume.efs_iam:
                yield Fail(f"IAM authorization is not ENABLED for {volume.efs}", part=volume.name)
