"""rds_cluster_deletion_protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBCluster
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class ClusterDeletionProtection(Rule):
    """RDS: clusters have deletion protection.

    One call deletes a cluster with all the ePHI in it. With deletion protection it takes two, by somebody who means
    it, and a replacement by a mistaken template is refused.
    """

    kind = DBCluster
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.312(c)(1)",)
    aliases = (
        "config:rds-cluster-deletion-protection-enabled",
        "security-hub:RDS.7",
        "prowler:rds_cluster_deletion_protection",
        "steampipe:rds_db_cluster_deletion_protection_enabled",
    )
    remedy = Direct(
        "rds.ModifyDBCluster",
        {"DBClusterIdentifier": "{id}", "DeletionProtection": True},
        why="one call that sets just this; Custodian's action for clusters is not proved",
        effect=Effect(
            sets={"deletion_protection": True},
            undo=[Write("rds.ModifyDBCluster", {"DBClusterIdentifier": "{id}", "DeletionProtection": False})],
            terraform={"aws_rds_cluster": {"deletion_protection": True}},
        ),
    )
    GOOD = ({},)
    BAD = ({"deletion_protection": False},)

    @staticmethod
    def check(cluster: DBCluster) -> Iterator[Fail]:
        if not cluster.deletion_protection:
            yield Fail("deletion protection is off")
