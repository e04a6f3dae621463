"""RDS and Aurora: the snapshots that the account owns.

The nightly snapshots of one database are one series: each replaces the last, and a finding belongs to the series.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scanner.kinds.common import tags
from scanner.kinds.rds_reading import region_of
from scanner.model.call import each, then
from scanner.model.kind import Kind, fact


def series(owner: str) -> Callable[[Any], str]:
    """Give the reader of a snapshot's series: its database and type, or nothing for one that was made by hand."""

    def parse(box: Mapping[str, str]) -> str:
        return "" if box["SnapshotType"] == "manual" else f"{box['SnapshotType']}:{box[owner]}"

    return parse


class DBSnapshot(Kind, cfn="AWS::RDS::DBSnapshot", tf="aws_db_snapshot"):
    """A snapshot of a database instance; only those made by hand can be shared, so only they are asked with whom."""

    identity = ("series", "id")

    box = each("rds.DescribeDBSnapshots", "DBSnapshots")
    attributes = then(
        "rds.DescribeDBSnapshotAttributes",
        "DBSnapshotAttributesResult.DBSnapshotAttributes",
        DBSnapshotIdentifier="$box.DBSnapshotIdentifier",
        when="box.SnapshotType == 'manual'",
    )

    id: str = fact("box.DBSnapshotIdentifier", plan="db_snapshot_identifier", sample="claims-before-upgrade")
    arn: str = fact(
        "box.DBSnapshotArn",
        plan="db_snapshot_arn",
        sample="arn:aws:rds:us-east-1:123456789012:snapshot:claims-before-upgrade",
    )
    tags: Mapping[str, str] = fact("box.TagList", plan="tags", parse=tags(), default={})
    type: str = fact("box.SnapshotType", sample="manual")
    series: str = fact("box", parse=series("DBInstanceIdentifier"), sample="")
    database: str = fact("box.DBInstanceIdentifier", plan="db_instance_identifier", sample="claims")
    source_region: str = fact("box.SourceRegion", default={"api": ""}, doc="Where it was made, or copied from.")
    engine: str = fact("box.Engine", plan="engine", sample="postgres")
    encrypted: bool = fact("box.Encrypted", plan="encrypted", sample=True)
    key: str = fact("box.KmsKeyId", plan="kms_key_id", default="")
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    shared_with: tuple[str, ...] = fact(
        "attributes[AttributeName=restore].AttributeValues",
        plan="shared_accounts",
        default={"api": ()},
        sample=(),
        doc="The accounts that may restore it; `all` for everybody.",
    )
    volatile = ("box.PercentProgress", "box.Status", "box.SnapshotCreateTime", "box.SnapshotDatabaseTime")


class DBClusterSnapshot(Kind, cfn="AWS::RDS::DBClusterSnapshot", tf="aws_db_cluster_snapshot"):
    """A snapshot of a cluster; only those made by hand can be shared, so only they are asked with whom."""

    identity = ("series", "id")

    box = each("rds.DescribeDBClusterSnapshots", "DBClusterSnapshots")
    attributes = then(
        "rds.DescribeDBClusterSnapshotAttributes",
        "DBClusterSnapshotAttributesResult.DBClusterSnapshotAttributes",
        DBClusterSnapshotIdentifier="$box.DBClusterSnapshotIdentifier",
        when="box.SnapshotType == 'manual'",
    )

    id: str = fact(
        "box.DBClusterSnapshotIdentifier", plan="db_cluster_snapshot_identifier", sample="ehr-before-upgrade"
    )
    arn: str = fact(
        "box.DBClusterSnapshotArn",
        plan="db_cluster_snapshot_arn",
        sample="arn:aws:rds:us-east-1:123456789012:cluster-snapshot:ehr-before-upgrade",
    )
    tags: Mapping[str, str] = fact("box.TagList", plan="tags", parse=tags(), default={})
    type: str = fact("box.SnapshotType", sample="manual")
    series: str = fact("box", parse=series("DBClusterIdentifier"), sample="")
    database: str = fact("box.DBClusterIdentifier", plan="db_cluster_identifier", sample="ehr")
    source_region: str = fact(
        "box.SourceDBClusterSnapshotArn", parse=region_of, default={"api": ""}, doc="Where it was copied from."
    )
    engine: str = fact("box.Engine", plan="engine", sample="aurora-postgresql")
    encrypted: bool = fact("box.StorageEncrypted", plan="storage_encrypted", sample=True)
    key: str = fact("box.KmsKeyId", plan="kms_key_id", default="")
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    shared_with: tuple[str, ...] = fact(
        "attributes[AttributeName=restore].AttributeValues",
        plan="shared_accounts",
        default={"api": ()},
        sample=(),
        doc="The accounts that may restore it; `all` for everybody.",
    )
    volatile = ("box.PercentProgress", "box.Status", "box.SnapshotCreateTime")
