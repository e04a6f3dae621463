"""rds_snapshot_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.model.remedy import Effect, Runbook
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
        "Copy it with a key: aws rds copy-db-snapshot --source-db-snapshot-identifier {arn}"
        " --target-db-snapshot-identifier NAME --kms-key-id KEY --copy-tags --region {region}. A cluster's cannot be"
        " copied so: restore it with a key (aws rds restore-db-cluster-from-snapshot --snapshot-identifier {arn}"
        " --db-cluster-identifier PROOF --engine ENGINE --kms-key-id KEY --region {region}) and keep a snapshot of that"
        " (aws rds create-db-cluster-snapshot --db-cluster-identifier PROOF --db-cluster-snapshot-identifier NAME"
        " --region {region}).",
        "Restore the new one once to prove it: aws rds restore-db-instance-from-db-snapshot --db-snapshot-identifier"
        " NAME --db-instance-identifier PROOF --region {region}",
        "Delete {id}: aws rds delete-db-snapshot --db-snapshot-identifier {id} --region {region} (a cluster's: aws rds"
        " delete-db-cluster-snapshot --db-cluster-snapshot-identifier {id} --region {region}); a nightly one goes by"
        " itself when its retention is over.",
        "Move the database itself to encrypted storage, or the next snapshot will not be encrypted either.",
        effect=Effect(risk="high", cost="the storage of one more snapshot", follows=("rds_storage_encrypted",)),
    )
    GOOD = ({}, Case({}, kind=DBClusterSnapshot))
    BAD = ({"encrypted": False}, Case({"encrypted": False}, kind=DBClusterSnapshot))

    @staticmethod
    def check(snapshot: DBSnapshot | DBClusterSnapshot) -> Iterator[Fail]:
        if not snapshot.encrypted:
            yield Fail(f"the snapshot of {snapshot.database} is not encrypted")
