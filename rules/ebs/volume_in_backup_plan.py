"""ebs_volume_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, selecting, unknown
from scanner.kinds.ebs import Volume
from scanner.kinds.ec2_instances import Instance
from scanner.model.inventory import any_of
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


INSTANCE = Other(Instance, id="i-1")


class VolumeInBackupPlan(Rule):
    """Volumes are covered by an AWS Backup plan.

    A volume with ePHI that is lost, or wiped by whoever broke in, comes back only from a backup that lies elsewhere. A
    selection names resources by ARN, by type or by tag; all three are read, with what is left out and with the types
    that the Region is opted in to. Whether a backup was made lately is another question. A volume is also taken with
    the instance that it is attached to.
    """

    kind = Volume
    needs = (*NEEDS, Instance)
    severity = "low"
    category = "resilience"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = (
        "config:ebs-resources-protected-by-backup-plan",
        "config:ebs-in-backup-plan",
        "security-hub:EC2.28",
        "prowler:ec2_ebs_volume_protected_by_backup_plan",
        "steampipe:ebs_volume_in_backup_plan",
        "steampipe:ebs_volume_protected_by_backup_plan",
    )
    remedy = REMEDY
    GOOD = (
        *good("EBS"),
        Case({"instances": ("i-1",)}, others=[INSTANCE, selecting(resources=("arn:aws:ec2:*:instance/*",))]),
    )
    BAD = (
        *bad("EBS"),
        Case({"instances": ("i-1",)}, others=[INSTANCE, selecting(resources=("arn:aws:rds:*",))]),
        Case({"instances": ("i-1",)}, others=[selecting(resources=("arn:aws:ec2:*:instance/*",))]),
    )
    SKIP = ({"state": "deleting"}, {"state": "deleted"})
    UNKNOWN = (
        *unknown("EBS"),
        Case({"instances": ("i-1",)}, others=[selecting(resources=("arn:aws:ec2:*:instance/*",))], lacking=[Instance]),
    )

    @staticmethod
    def applies(volume: Volume) -> bool:
        """Volumes that are not being deleted."""
        return volume.state not in {"deleting", "deleted"}

    @staticmethod
    def check(volume: Volume, world: World) -> Iterator[Fail]:
        def with_instance(name: str) -> bool:
            instance = world.get(Instance, name)
            return instance is not None and in_backup_plan(world, instance, "EC2")

        if not any_of([lambda: in_backup_plan(world, volume, "EBS"), lambda: any_of(volume.instances, with_instance)]):
            yield Fail(NOT_TAKEN)
