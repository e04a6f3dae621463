"""rds_snapshot_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class SnapshotEncrypted(Rule):
    """RDS: snapshots are encrypted.

    A snapshot holds all the ePHI of its day. Where it is not encrypted, whoever can copy it reads everything, and a
    database that is restored from it lies unencrypted again. The nightly snapshots of one database are told as one.
    """

    kind = DBSnapshot
    also = (DBClusterSnapshot,)
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    aliases = (
        "config:rds-snapshot-encrypted",
        "security-hub:RDS.4",
        "prowler:rds_snapshots_encrypted",
        "steampipe:rds_db_snapshot_encrypted_at_rest",
    )
    related = ("rds_storage_encrypted",)
    remedy = Runbook(
        "Copy it with a key: aws rds copy-db-snapshot (copy-db-cluster-snapshot) with --kms-key-id KEY, source {id}.",
        "Restore the copy once to prove it, then delete {id}.",
        "Move the database itself to encrypted storage, or the next snapshot will not be encrypted either.",
    )
    GOOD = ({}, Case({}, kind=DBClusterSnapshot))
    BAD = ({"encrypted": False}, Case({"encrypted": False}, kind=DBClusterSnapshot))

    @staticmethod
    def check(snapshot: DBSnapshot | DBClusterSnapshot) -> Iterator[Fail]:
        if not snapshot.encrypted:
            yield Fail(f"the snapshot of {snapshot.database} is not encrypted")
