"""The described stores beside databases and buckets: tables, file systems, snapshots of volumes."""

from __future__ import annotations

from bench.endpoint.world.groups import group_in
from bench.endpoint.world.hosts import volume_encrypted, volume_id
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.network import private_subnets, vpc_id, zone_of
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, allow, listing, numbered, policy, says

# ---- DynamoDB ----


def table_name(place: Place, index: int) -> str:
    """Name a table."""
    return f"{place.app(index)}-table-{index}"


def table_arn(place: Place, index: int) -> str:
    """Give the ARN of a table."""
    return place.arn("dynamodb", f"table/{table_name(place, index)}")


_tables = listing(lambda place: {table_name(place, index): index for index in place.mine("table")})


def _table_of(place: Place, params: Params) -> int | None:
    return _tables(place).get(params["TableName"])


def _table(place: Place, index: int) -> Answer:
    made: Json = {
        "TableName": table_name(place, index), "TableArn": table_arn(place, index), "TableStatus": "ACTIVE",
        "CreationDateTime": place.ago(400, "table", index), "ItemCount": 1000, "TableSizeBytes": 100_000,
        "TableId": place.uuid("table", index), "DeletionProtectionEnabled": place.yes("table-kept", index),
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    }  # fmt: skip
    if place.yes("table-kms", index):
        sealed = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key_arn(place, index)}
        made["SSEDescription"] = sealed
    return {"Table": made}


def _recovery(place: Place, index: int) -> Answer:
    state = "ENABLED" if place.yes("table-recovers", index) else "DISABLED"
    return {"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED",
        "PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": state},
    }}  # fmt: skip


def tagged_tables(place: Place) -> list[Json]:
    """Give the tags of the tables."""
    return [
        {"ResourceARN": table_arn(place, index), "Tags": place.tags("table", index)} for index in place.mine("table")
    ]


# ---- EFS and FSx ----


def efs_id(place: Place, index: int) -> str:
    """Give the id of a file system of EFS."""
    return f"fs-{place.hex(17, 'efs', index)}"


def efs_arn(place: Place, index: int) -> str:
    """Give the ARN of a file system of EFS."""
    return place.arn("elasticfilesystem", f"file-system/{efs_id(place, index)}")


def door_id(place: Place, index: int) -> str:
    """Give the id of a file system's access point."""
    return f"fsap-{place.hex(17, 'door', index)}"


MOUNTED = 2
"""So many mount targets has each file system."""
_systems = listing(lambda place: {efs_id(place, index): index for index in place.mine("efs")})
_mounts = listing(lambda place: {
    _mount_id(place, index, number): index for index in place.mine("efs") for number in range(MOUNTED)
})  # fmt: skip


def _mount_id(place: Place, index: int, number: int) -> str:
    return f"fsmt-{place.hex(17, 'mount', index, number)}"


def _file_systems(place: Place) -> list[Json]:
    return [
        {
            "OwnerId": place.account, "CreationToken": str(index), "FileSystemId": efs_id(place, index),
            "FileSystemArn": efs_arn(place, index), "CreationTime": place.ago(400, "efs", index),
            "LifeCycleState": "available", "NumberOfMountTargets": MOUNTED, "SizeInBytes": {"Value": 6144},
            "PerformanceMode": "generalPurpose", "Encrypted": True, "KmsKeyId": key_arn(place, index),
            "Tags": place.tags("efs", index),
        }
        for index in place.mine("efs")
    ]  # fmt: skip


def _file_system_of(place: Place, params: Params) -> int | None:
    return _systems(place).get(params["FileSystemId"])


def _file_system_policy(place: Place, index: int) -> Answer:
    if not place.yes("efs-policy", index):
        return "PolicyNotFound"
    who = {"Principal": {"AWS": "*"}, "Condition": {"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}}
    stated = [
        allow("elasticfilesystem:ClientMount", efs_arn(place, index), **who),
        {
            "Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "*", "Resource": efs_arn(place, index),
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]  # fmt: skip
    return {"FileSystemId": efs_id(place, index), "Policy": policy(*stated)}


def _file_system_backup(place: Place, index: int) -> Answer:
    return {"BackupPolicy": {"Status": "ENABLED" if place.yes("efs-backup", index) else "DISABLED"}}


def _cycle(place: Place, index: int) -> Answer:
    return {"LifecyclePolicies": [{"TransitionToIA": "AFTER_30_DAYS"}] if place.yes("efs-cold", index) else []}


def _mount_targets(place: Place, index: int) -> Answer:
    vpc = place.ref("vpc", index)
    return {"MountTargets": [
        {
            "OwnerId": place.account, "MountTargetId": _mount_id(place, index, number), "LifeCycleState": "available",
            "FileSystemId": efs_id(place, index), "SubnetId": private_subnets(place, vpc)[number],
            "VpcId": vpc_id(place, vpc), "AvailabilityZoneName": zone_of(place, number),
        }
        for number in range(MOUNTED)
    ]}  # fmt: skip


def _mount_of(place: Place, params: Params) -> int | None:
    return _mounts(place).get(params["MountTargetId"])


def _mount_groups(place: Place, index: int) -> Answer:
    return {"SecurityGroups": [group_in(place, place.ref("vpc", index), "efs", index)]}


def _access_points(place: Place) -> list[Json]:
    found = []
    for index in place.mine("efs"):
        named = door_id(place, index)
        made: Json = {
            "AccessPointId": named, "AccessPointArn": place.arn("elasticfilesystem", f"access-point/{named}"),
            "FileSystemId": efs_id(place, index), "LifeCycleState": "available", "OwnerId": place.account,
            "RootDirectory": {"Path": "/claims" if place.yes("door-root", index) else "/"},
            "Tags": place.tags("door", index),
        }  # fmt: skip
        if place.yes("door-user", index):
            made["PosixUser"] = {"Uid": 1000, "Gid": 1000}
        found.append(made)
    return found


def _windows(place: Place) -> list[Json]:
    return [
        {
            "OwnerId": place.account, "FileSystemId": f"fs-{place.hex(17, 'fsx', index)}", "Lifecycle": "AVAILABLE",
            "ResourceARN": place.arn("fsx", f"file-system/fs-{place.hex(17, 'fsx', index)}"),
            "FileSystemType": "WINDOWS", "StorageCapacity": 300, "KmsKeyId": key_arn(place, index),
            "VpcId": vpc_id(place, place.ref("vpc", index)), "CreationTime": place.ago(500),
            "WindowsConfiguration": {"DeploymentType": "MULTI_AZ_1", "ThroughputCapacity": 32},
            "Tags": place.tags("fsx", index),
        }
        for index in place.mine("fsx")
    ]  # fmt: skip


# ---- snapshots of volumes ----


@listing
def _snapshots(place: Place) -> list[Json]:
    hosts = place.mine("instance")
    found = []
    for index in place.mine("snapshot"):
        host = hosts[index % len(hosts)]
        encrypted = volume_encrypted(place, host)
        found.append({
            "SnapshotId": f"snap-{place.hex(17, 'snapshot', index)}", "VolumeId": volume_id(place, host),
            "State": "completed", "StartTime": place.ago(20, "snapshot", index), "Progress": "100%", "VolumeSize": 30,
            "OwnerId": place.account, "Encrypted": encrypted, "Description": "nightly", "StorageTier": "standard",
            "Tags": place.tags("snapshot", index), **({"KmsKeyId": key_arn(place, host)} if encrypted else {}),
        })  # fmt: skip
    return found


def _snapshots_asked(place: Place, params: Params) -> Answer:
    found = _snapshots(place)
    if "all" in (params.get("RestorableByUserIds") or ()):
        found = [item for item in found if place.yes("snapshot-open", item["SnapshotId"], share=0.05)]
    return {"Snapshots": found}


ANSWERS: dict[str, Speaker] = {
    "dynamodb.ListTables": says("TableNames", lambda place: list(_tables(place))),
    "dynamodb.DescribeTable": numbered(_table_of, "ResourceNotFoundException", _table),
    "dynamodb.DescribeContinuousBackups": numbered(_table_of, "TableNotFoundException", _recovery),
    "efs.DescribeFileSystems": says("FileSystems", _file_systems),
    "efs.DescribeFileSystemPolicy": numbered(_file_system_of, "FileSystemNotFound", _file_system_policy),
    "efs.DescribeBackupPolicy": numbered(_file_system_of, "FileSystemNotFound", _file_system_backup),
    "efs.DescribeLifecycleConfiguration": numbered(_file_system_of, "FileSystemNotFound", _cycle),
    "efs.DescribeMountTargets": numbered(_file_system_of, "FileSystemNotFound", _mount_targets),
    "efs.DescribeMountTargetSecurityGroups": numbered(_mount_of, "MountTargetNotFound", _mount_groups),
    "efs.DescribeAccessPoints": says("AccessPoints", _access_points),
    "fsx.DescribeFileSystems": says("FileSystems", _windows),
    "ec2.DescribeSnapshots": _snapshots_asked,
}
