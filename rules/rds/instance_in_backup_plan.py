"""rds_instance_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, unknown
from scanner.kinds.rds import DBInstance
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class InstanceInBackupPlan(Rule):
    """RDS: instances are covered by an AWS Backup plan.

    Automated backups end with the database and lie in the same account under the same hand. A backup plan keeps its
    own, in a vault that can be guarded apart, so that ePHI survives a mistake or an intruder. A selection names
    resources by ARN, by type or by tag; all three are read, with what is left out and with the types that the Region
    is opted in to. Whether a backup was made lately is another question. Instances of a cluster are backed up with it.
    """

    kind = DBInstance
    needs = NEEDS
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = (
        "config:rds-resources-protected-by-backup-plan",
        "config:rds-in-backup-plan",
        "security-hub:RDS.26",
        "prowler:rds_instance_protected_by_backup_plan",
        "steampipe:rds_db_instance_in_backup_plan",
        "steampipe:rds_db_instance_protected_by_backup_plan",
    )
    related = ("rds_automated_backups",)
    remedy = REMEDY
    GOOD = (*good("RDS"),)
    BAD = (*bad("RDS"),)
    SKIP = ({"cluster": "ehr"},)
    UNKNOWN = (*unknown("RDS"),)

    @staticmethod
    def applies(instance: DBInstance) -> bool | str:
        """Instances that stand by themselves."""
        return "it is backed up with its cluster" if instance.cluster else True

    @staticmethod
    def check(instance: DBInstance, world: World) -> Iterator[Fail]:
        if not in_backup_plan(world, instance, "RDS"):
            yield Fail(NOT_TAKEN)
