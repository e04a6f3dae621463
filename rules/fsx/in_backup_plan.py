"""fsx_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, unknown
from scanner.kinds.fsx import FsxFileSystem
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class InBackupPlan(Rule):
    """File systems are covered by an AWS Backup plan.

    Files that hold ePHI must be there again after a deletion, an encryption by a stranger or a mistake, and in a vault
    that can be guarded apart from the file system. A selection names resources by ARN, by type or by tag; all three
    are read, with what is left out and with the types that the Region is opted in to. Whether a backup was made lately
    is another question. Of ONTAP, AWS Backup takes volumes, not file systems; scratch file systems of Lustre cannot be
    backed up.
    """

    kind = FsxFileSystem
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
    aliases = ("config:fsx-resources-protected-by-backup-plan", "steampipe:fsx_file_system_protected_by_backup_plan")
    remedy = REMEDY
    GOOD = (*good("FSx"),)
    BAD = (*bad("FSx"),)
    SKIP = ({"type": "ONTAP"}, {"type": "LUSTRE", "deployment": "SCRATCH_2"})
    UNKNOWN = (*unknown("FSx"),)

    @staticmethod
    def applies(system: FsxFileSystem) -> bool | str:
        """File systems that can be backed up: all but ONTAP's and scratch ones."""
        if system.type == "ONTAP":
            return "of ONTAP, volumes are backed up"
        return not system.scratch

    @staticmethod
    def check(system: FsxFileSystem, world: World) -> Iterator[Fail]:
        if not in_backup_plan(world, system, "FSx"):
            yield Fail(NOT_TAKEN)
