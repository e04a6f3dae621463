"""rds_snapshot_not_public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def _private(snapshot: DBSnapshot | DBClusterSnapshot, _part: str) -> Iterator[Write]:
    """Take everybody from those who may restore it, and nobody else."""
    values = {"AttributeName": "restore", "ValuesToRemove": ["all"]}
    if isinstance(snapshot, DBSnapshot):
        yield Write("rds.ModifyDBSnapshotAttribute", {"DBSnapshotIdentifier": "{id}", **values})
    else:
        yield Write("rds.ModifyDBClusterSnapshotAttribute", {"DBClusterSnapshotIdentifier": "{id}", **values})


class SnapshotNotPublic(Rule):
    """RDS: snapshots are private.

    A public snapshot can be restored by anyone with an AWS account, who then reads all the ePHI of that day at
    leisure. Only snapshots that were made by hand can be shared. One that is shared with named accounts passes.
    """

    kind = DBSnapshot
    also = (DBClusterSnapshot,)
    severity = "critical"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(3)(i)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)")
    aliases = (
        "config:rds-snapshots-public-prohibited",
        "security-hub:RDS.1",
        "prowler:rds_snapshots_public_access",
        "steampipe:rds_db_snapshot_prohibit_public_access",
    )
    related = ("rds_not_public",)
    remedy = Direct(
        "rds.ModifyDBSnapshotAttribute",
        by=_private,
        also=("rds.ModifyDBClusterSnapshotAttribute",),
        why="Custodian's action is for snapshots of instances only; this takes those of clusters, too",
        effect=Effect(
            after="only the account itself, and accounts that are named, may restore it; who copied it keeps the copy",
            risk="medium",
            lasting="no machine makes a snapshot public again",
            terraform={"aws_db_snapshot": {"shared_accounts": []}},
        ),
    )
    GOOD = ({}, {"shared_with": ("210987654321",)}, Case({}, kind=DBClusterSnapshot))
    BAD = (
        {"shared_with": ("all",)},
        {"shared_with": ("210987654321", "all")},
        Case({"shared_with": ("all",)}, kind=DBClusterSnapshot),
    )

    @staticmethod
    def check(snapshot: DBSnapshot | DBClusterSnapshot) -> Iterator[Fail]:
        if "all" in snapshot.shared_with:
            yield Fail("everybody with an AWS account may restore it")
