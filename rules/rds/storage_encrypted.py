"""rds_storage_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.source import PhiCluster, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


class StorageEncrypted(Rule):
    """Database instances and clusters are encrypted at rest.

    A database's storage holds ePHI as it is. Where it is not encrypted, so are its logs, its backups and its
    snapshots, and whoever gets hold of one of them reads everything. Encryption is chosen when a database is created
    and cannot be added later. Instances of a cluster lie on the cluster's storage and are judged by it. DocumentDB and
    Neptune are judged, too.
    """

    kind = DBInstance
    also = (DBCluster,)
    severity = "high"
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
    sources = (WebProposal(), PhiCluster())
    aliases = (
        "config:rds-storage-encrypted",
        "config:rds-cluster-encrypted-at-rest",
        "security-hub:RDS.3",
        "security-hub:RDS.27",
        "prowler:rds_instance_storage_encrypted",
        "prowler:rds_cluster_storage_encrypted",
        "steampipe:rds_db_instance_encryption_at_rest_enabled",
        "steampipe:rds_db_cluster_encryption_at_rest_enabled",
        "cis:v3.0/2.3.1",
        "cis:v4.0/2.2.1",
        "cis:v5.0/2.2.1",
        "cis:v6.0/3.2.1",
        "cis:v7.0/3.2.1",
    )
    remedy = Runbook(
        "Take a snapshot of {id} and copy it with a key: aws rds copy-db-snapshot or copy-db-cluster-snapshot"
        " --kms-key-id KEY",
        "Restore the copy under a new name, in the same network and with the same parameter groups.",
        "Stop writing, bring over what was written since, and let the application use the new database.",
        "Keep {id} until the new one is proved, then delete it with its unencrypted snapshots.",
    )
    GOOD = ({}, Case({}, kind=DBCluster))
    BAD = ({"encrypted": False}, Case({"encrypted": False}, kind=DBCluster))
    SKIP = ({"encrypted": False, "cluster": "ehr"},)

    @staticmethod
    def applies(database: DBInstance | DBCluster) -> bool | str:
        """Clusters, and instances that stand by themselves."""
        return "it lies on its cluster's storage" if isinstance(database, DBInstance) and database.cluster else True

    @staticmethod
    def check(database: DBInstance | DBCluster) -> Iterator[Fail]:
        if not database.encrypted:
            yield Fail("the storage is not encrypted")
