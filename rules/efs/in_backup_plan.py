"""efs_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, unknown
from scanner.kinds.efs import FileSystem
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class InBackupPlan(Rule):
    """EFS: file systems are covered by an AWS Backup plan.

    Files that hold ePHI must be there again after a deletion, an encryption by a stranger or a mistake. EFS keeps no
    past of its own: without a plan that takes the file system there is nothing to go back to. A selection names
    resources by ARN, by type or by tag; all three are read, with what is left out and with the types that the Region
    is opted in to. Whether a backup was made lately is another question. The plan that EFS makes by itself for
    automatic backups counts.
    """

    kind = FileSystem
    needs = NEEDS
    severity = "medium"
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
        "config:efs-in-backup-plan",
        "config:efs-resources-protected-by-backup-plan",
        "security-hub:EFS.2",
        "prowler:efs_have_backup_enabled",
        "steampipe:efs_file_system_protected_by_backup_plan",
    )
    related = ("efs_backup_enabled",)
    remedy = REMEDY
    GOOD = (*good("EFS"),)
    BAD = (*bad("EFS"),)
    SKIP = ({"state": "deleting"}, {"state": "deleted"})
    UNKNOWN = (*unknown("EFS"),)

    @staticmethod
    def applies(system: FileSystem) -> bool:
        """File systems that are not being deleted."""
        return system.state not in {"deleting", "deleted"}

    @staticmethod
    def check(system: FileSystem, world: World) -> Iterator[Fail]:
        if not in_backup_plan(world, system, "EFS"):
            yield Fail(NOT_TAKEN)
