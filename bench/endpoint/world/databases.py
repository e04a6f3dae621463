"""The described databases of RDS with their snapshots, parameter groups and subnet groups."""

from __future__ import annotations

from bench.endpoint.world.groups import group_in
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.network import private_subnets, vpc_id, zone_of
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, says

ENGINE, VERSION = "postgres", "16.4"
AURORA, AURORA_VERSION = "aurora-postgresql", "16.4"


def db_name(place: Place, index: int) -> str:
    """Name a database instance."""
    return f"{place.app(index)}-db-{index}"


def db_arn(place: Place, index: int) -> str:
    """Give the ARN of a database instance."""
    return place.arn("rds", f"db:{db_name(place, index)}")


def _cluster_name(place: Place, index: int) -> str:
    return f"{place.app(index)}-aurora-{index}"


def _subnet_group(place: Place, vpc: int) -> Json:
    return {
        "DBSubnetGroupName": f"database-{vpc}", "DBSubnetGroupDescription": "private subnets",
        "VpcId": vpc_id(place, vpc), "SubnetGroupStatus": "Complete",
        "DBSubnetGroupArn": place.arn("rds", f"subgrp:database-{vpc}"),
        "Subnets": [
            {
                "SubnetIdentifier": subnet, "SubnetStatus": "Active",
                "SubnetAvailabilityZone": {"Name": zone_of(place, number)},
            }
            for number, subnet in enumerate(private_subnets(place, vpc))
        ],
    }  # fmt: skip


@listing
def _instances(place: Place) -> list[Json]:
    found = [_instance(place, index) for index in place.mine("db")]
    for index in place.mine("aurora"):
        found += [_member(place, index, number) for number in (1, 2)]
    return found


def _common(place: Place, name: str, vpc: int, *what: object) -> Json:
    return {
        "DBInstanceIdentifier": name, "DBInstanceArn": place.arn("rds", f"db:{name}"),
        "DBInstanceClass": "db.r6g.large", "DBInstanceStatus": "available", "MasterUsername": "root",
        "AllocatedStorage": 100,
        "Endpoint": {"Address": f"{name}.{place.region}.rds.amazonaws.com", "Port": 5432},
        "InstanceCreateTime": place.ago(400, "db", *what), "LicenseModel": "postgresql-license",
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group_in(place, vpc, "db", *what), "Status": "active"}],
        "DBSubnetGroup": _subnet_group(place, vpc), "AvailabilityZone": zone_of(place, 0), "StorageType": "gp3",
        "PubliclyAccessible": place.yes("db-public", *what, share=0.05), "StorageEncrypted": True,
        "AutoMinorVersionUpgrade": place.yes("db-minor", *what), "CopyTagsToSnapshot": True,
        "MonitoringInterval": 60 if place.yes("db-monitored", *what) else 0,
        "DeletionProtection": place.yes("db-kept", *what), "DbiResourceId": f"db-{place.hex(26, 'db', *what).upper()}",
        "IAMDatabaseAuthenticationEnabled": place.yes("db-iam", *what, share=0.5), "AssociatedRoles": [],
        "CACertificateIdentifier": "rds-ca-rsa2048-g1", "PerformanceInsightsEnabled": True,
    }  # fmt: skip


def _instance(place: Place, index: int) -> Json:
    encrypted = place.yes("db-encrypted", index, share=0.85)
    made = _common(place, db_name(place, index), place.ref("vpc", index), index) | {
        "Engine": ENGINE, "EngineVersion": VERSION, "StorageEncrypted": encrypted,
        "MultiAZ": place.yes("db-zones", index), "PreferredBackupWindow": "03:00-04:00",
        "BackupRetentionPeriod": 35 if place.yes("db-retention", index) else 1,
        "LatestRestorableTime": place.now, "TagList": place.tags("db", index),
        "DBParameterGroups": [{"DBParameterGroupName": f"postgres-{index}", "ParameterApplyStatus": "in-sync"}],
        "ReadReplicaDBInstanceIdentifiers": [], "DBInstanceAutomatedBackupsReplications": [],
        "EnabledCloudwatchLogsExports": ["postgresql", "upgrade"] if place.yes("db-logs", index) else [],
    }  # fmt: skip
    if encrypted:
        made["KmsKeyId"] = key_arn(place, index)
    return made


def _member(place: Place, index: int, number: int) -> Json:
    name = f"{_cluster_name(place, index)}-{number}"
    return _common(place, name, place.ref("vpc", index), index, number) | {
        "Engine": AURORA, "EngineVersion": AURORA_VERSION, "DBClusterIdentifier": _cluster_name(place, index),
        "MultiAZ": False, "BackupRetentionPeriod": 35, "KmsKeyId": key_arn(place, index), "PromotionTier": 1,
        "TagList": place.tags("aurora", index), "StorageType": "aurora",
        "DBParameterGroups": [{"DBParameterGroupName": "default.aurora-pg16", "ParameterApplyStatus": "in-sync"}],
    }  # fmt: skip


@listing
def _clusters(place: Place) -> list[Json]:
    return [_cluster(place, index) for index in place.mine("aurora")]


def _cluster(place: Place, index: int) -> Json:
    name, vpc = _cluster_name(place, index), place.ref("vpc", index)
    member = {"DBClusterParameterGroupStatus": "in-sync", "PromotionTier": 1}
    return {
        "DBClusterIdentifier": name, "DBClusterArn": place.arn("rds", f"cluster:{name}"), "Engine": AURORA,
        "EngineVersion": AURORA_VERSION, "EngineMode": "provisioned", "Status": "available", "StorageEncrypted": True,
        "KmsKeyId": key_arn(place, index), "MultiAZ": True, "BackupRetentionPeriod": 35, "Port": 5432,
        "DeletionProtection": place.yes("aurora-kept", index), "DBSubnetGroup": f"database-{vpc}",
        "DBClusterParameterGroup": f"aurora-{index}", "CopyTagsToSnapshot": True,
        "VpcSecurityGroups": [{"VpcSecurityGroupId": group_in(place, vpc, "aurora", index), "Status": "active"}],
        "DBClusterMembers": [
            {**member, "DBInstanceIdentifier": f"{name}-{number}", "IsClusterWriter": number == 1} for number in (1, 2)
        ],
        "ClusterCreateTime": place.ago(400, "aurora", index), "TagList": place.tags("aurora", index),
        "IAMDatabaseAuthenticationEnabled": True, "ReadReplicaIdentifiers": [],
    }  # fmt: skip


@listing
def _snapshots(place: Place) -> list[Json]:
    found = []
    for index in place.mine("db"):
        for sort in ("automated", "manual"):
            name = f"{'rds:' if sort == 'automated' else ''}{db_name(place, index)}-{place.now:%Y-%m-%d}"
            found.append({
                "DBSnapshotIdentifier": name, "DBSnapshotArn": place.arn("rds", f"snapshot:{name}"), "Engine": ENGINE,
                "DBInstanceIdentifier": db_name(place, index), "SnapshotType": sort, "Status": "available",
                "SnapshotCreateTime": place.ago(0.3), "AllocatedStorage": 100, "Port": 5432, "StorageType": "gp3",
                "Encrypted": place.yes("db-encrypted", index, share=0.85),
                "VpcId": vpc_id(place, place.ref("vpc", index)),
                "TagList": place.tags("db", index), "EngineVersion": VERSION,
            })  # fmt: skip
    return found


def _cluster_snapshots(place: Place) -> list[Json]:
    found = []
    for index in place.mine("aurora"):
        name = f"{_cluster_name(place, index)}-before-upgrade"
        found.append({
            "DBClusterSnapshotIdentifier": name, "SnapshotType": "manual", "Status": "available", "Engine": AURORA,
            "DBClusterSnapshotArn": place.arn("rds", f"cluster-snapshot:{name}"), "StorageEncrypted": True,
            "DBClusterIdentifier": _cluster_name(place, index), "KmsKeyId": key_arn(place, index),
            "SnapshotCreateTime": place.ago(100), "VpcId": vpc_id(place, place.ref("vpc", index)), "TagList": [],
        })  # fmt: skip
    return found


def _shared_with(place: Place, *what: object) -> list[Json]:
    values = ["all"] if place.yes("snapshot-public", *what, share=0.05) else []
    return [{"AttributeName": "restore", "AttributeValues": values}]


def _attributes(place: Place, params: Params) -> Answer:
    name = params["DBSnapshotIdentifier"]
    return {"DBSnapshotAttributesResult": {
        "DBSnapshotIdentifier": name, "DBSnapshotAttributes": _shared_with(place, name),
    }}  # fmt: skip


def _cluster_attributes(place: Place, params: Params) -> Answer:
    name = params["DBClusterSnapshotIdentifier"]
    return {"DBClusterSnapshotAttributesResult": {
        "DBClusterSnapshotIdentifier": name, "DBClusterSnapshotAttributes": _shared_with(place, name),
    }}  # fmt: skip


def _group(place: Place, name: str, sort: str, arn: str) -> Json:
    family = "postgres16" if sort == "DBParameterGroup" else "aurora-postgresql16"
    return {
        f"{sort}Name": name, "DBParameterGroupFamily": family,
        "Description": "own", f"{sort}Arn": place.arn("rds", f"{arn}:{name}"),
    }  # fmt: skip


def _said(place: Place, params: Params) -> Answer:
    name = next(value for key, value in params.items() if key.endswith("GroupName"))
    forced = "1" if place.yes("db-tls", name) else "0"
    return {"Parameters": [{
        "ParameterName": "rds.force_ssl", "ParameterValue": forced, "ApplyType": "dynamic", "Source": "user",
        "ApplyMethod": "immediate",
    }]}  # fmt: skip


def _versions(_: Place, params: Params) -> Answer:
    version = {"Engine": params["Engine"], "EngineVersion": params["EngineVersion"], "Status": "available"}
    return {"DBEngineVersions": [{**version, "ExportableLogTypes": ["postgresql", "upgrade"]}]}


def tagged(place: Place, wanted: str) -> list[Json]:
    """Give the tags of what RDS does not list with them."""
    kinds = {"rds:subgrp": ("database", "vpc"), "rds:pg": ("postgres", "db"), "rds:cluster-pg": ("aurora", "aurora")}
    name, kind = kinds[wanted]
    return [
        {"ResourceARN": place.arn("rds", f"{wanted[4:]}:{name}-{index}"), "Tags": place.tags(wanted, index)}
        for index in place.mine(kind)
    ]


ANSWERS: dict[str, Speaker] = {
    "rds.DescribeDBInstances": says("DBInstances", _instances),
    "rds.DescribeDBClusters": says("DBClusters", _clusters),
    "rds.DescribeDBSnapshots": says("DBSnapshots", _snapshots),
    "rds.DescribeDBClusterSnapshots": says("DBClusterSnapshots", _cluster_snapshots),
    "rds.DescribeDBSnapshotAttributes": _attributes,
    "rds.DescribeDBClusterSnapshotAttributes": _cluster_attributes,
    "rds.DescribeDBEngineVersions": _versions,
    "rds.DescribeDBParameters": _said,
    "rds.DescribeDBClusterParameters": _said,
    "rds.DescribeDBSubnetGroups": says(
        "DBSubnetGroups", lambda place: [_subnet_group(place, vpc) for vpc in place.mine("vpc")]
    ),
    "rds.DescribeDBParameterGroups": says("DBParameterGroups", lambda place: [
        _group(place, f"postgres-{index}", "DBParameterGroup", "pg") for index in place.mine("db")
    ]),
    "rds.DescribeDBClusterParameterGroups": says("DBClusterParameterGroups", lambda place: [
        _group(place, f"aurora-{index}", "DBClusterParameterGroup", "cluster-pg") for index in place.mine("aurora")
    ]),
}  # fmt: skip
