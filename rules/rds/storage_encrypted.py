"""rds_storage_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.remedy import Effect, Runbook
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
        "Take a snapshot: aws rds create-db-snapshot --db-instance-identifier {id} --db-snapshot-identifier {id}-plain"
        " --region {region} (of a cluster: aws rds create-db-cluster-snapshot --db-cluster-identifier {id}"
        " --db-cluster-snapshot-identifier {id}-plain --region {region}).",
        "Copy it with a key: aws rds copy-db-snapshot --source-db-snapshot-identifier {id}-plain"
        " --target-db-snapshot-identifier {id}-encrypted --kms-key-id KEY --region {region} (a cluster's is restored"
        " with the key itself: aws rds restore-db-cluster-from-snapshot --snapshot-identifier {id}-plain"
        " --db-cluster-identifier {id}-encrypted --engine ENGINE --kms-key-id KEY --region {region}).",
        "Restore the copy in the same network, with the same parameter and option groups: aws rds"
        " restore-db-instance-from-db-snapshot --db-snapshot-identifier {id}-encrypted --db-instance-identifier"
        " {id}-encrypted --db-subnet-group-name SUBNETS --vpc-security-group-ids GROUPS --region {region}",
        "Stop writing, bring over what was written since, and let the application use the new database.",
        "Keep {id} until the new one is proved, then delete it with its unencrypted snapshots: aws rds"
        " delete-db-instance --db-instance-identifier {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="from the moment when writing stops until the application uses the new database",
            cost="two databases until the old one is deleted",
            terraform={"aws_db_instance": {"storage_encrypted": True, "kms_key_id": "KEY"}},
        ),
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
