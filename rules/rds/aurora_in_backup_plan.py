"""rds_aurora_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, NOT_TAKEN, REMEDY, bad, good, in_backup_plan, opted, selecting, unknown
from scanner.kinds.rds import DBCluster
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


class AuroraInBackupPlan(Rule):
    """RDS: Aurora clusters are covered by an AWS Backup plan.

    An Aurora cluster's automated backups end with the cluster. A backup plan keeps recovery points in a vault that can
    be guarded apart, so that ePHI survives a mistake or an intruder. A selection names resources by ARN, by type or by
    tag; all three are read, with what is left out and with the types that the Region is opted in to. Whether a backup
    was made lately is another question. Multi-AZ DB clusters are judged alike.
    """

    kind = DBCluster
    needs = NEEDS
    severity = "high"
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
        "config:aurora-resources-protected-by-backup-plan",
        "prowler:rds_cluster_protected_by_backup_plan",
        "steampipe:rds_db_cluster_aurora_protected_by_backup_plan",
    )
    related = ("rds_automated_backups",)
    remedy = REMEDY
    GOOD = (
        *good("Aurora"),
        Case({"engine": "postgres"}, others=[opted("RDS", into=False), selecting(resources=("arn:aws:rds:*",))]),
    )
    BAD = (
        *bad("Aurora"),
        Case({"engine": "postgres"}, others=[opted("RDS", into=False), selecting(resources=("*",))]),
    )
    SKIP = ({"engine": "docdb"}, {"engine": "neptune"})
    UNKNOWN = (*unknown("Aurora"),)

    @staticmethod
    def applies(cluster: DBCluster) -> bool:
        """Clusters of Aurora, and Multi-AZ DB clusters."""
        return cluster.engine not in {"docdb", "neptune"}

    @staticmethod
    def check(cluster: DBCluster, world: World) -> Iterator[Fail]:
        if not in_backup_plan(world, cluster, "Aurora" if cluster.aurora else "RDS"):
            yield Fail(NOT_TAKEN)
