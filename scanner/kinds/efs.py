"""EFS: file systems, their mount targets and access points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.common import tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.policy import PolicyDocument


def _colder(policies: Sequence[Mapping[str, Any]]) -> str:
    """Give after how long files go to Infrequent Access; empty where they do not."""
    return next((str(item["TransitionToIA"]) for item in policies if item.get("TransitionToIA")), "")


def _planned_colder(policies: Sequence[Mapping[str, Any]]) -> str:
    return next((str(item["transition_to_ia"]) for item in policies if item.get("transition_to_ia")), "")


class FileSystem(Kind, cfn="AWS::EFS::FileSystem", tf="aws_efs_file_system"):
    """A file system with its policy, automatic backups and lifecycle."""

    box = each("efs.DescribeFileSystems", "FileSystems")
    pol = then("efs.DescribeFileSystemPolicy", "Policy", FileSystemId="$box.FileSystemId", absent=["PolicyNotFound"])
    backup = then(
        "efs.DescribeBackupPolicy", "BackupPolicy", FileSystemId="$box.FileSystemId", absent=["PolicyNotFound"]
    )
    cycle = then("efs.DescribeLifecycleConfiguration", "LifecyclePolicies", FileSystemId="$box.FileSystemId")

    tf_parts = {"aws_efs_file_system_policy": "file_system_id", "aws_efs_backup_policy": "file_system_id"}

    id: str = fact("box.FileSystemId", plan="id", sample="fs-0123456789abcdef0")
    arn: str = fact(
        "box.FileSystemArn",
        plan="arn",
        sample="arn:aws:elasticfilesystem:us-east-1:123456789012:file-system/fs-0123456789abcdef0",
    )
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="FileSystemTags", parse=tags(), default={})
    state: str = fact("box.LifeCycleState", plan=Const("available"), template=Const("available"), sample="available")
    encrypted: bool = fact(
        "box.Encrypted",
        plan="encrypted",
        template="Encrypted",
        default={"plan": False, "template": False},
        sample=True,
    )
    key: str = fact("box.KmsKeyId", plan="kms_key_id", template="KmsKeyId", default="")
    one_zone: str = fact(
        "box.AvailabilityZoneName",
        plan="availability_zone_name",
        template="AvailabilityZoneName",
        default="",
        doc="The only zone of a One Zone file system; empty for one that lies in all zones.",
    )
    policy: PolicyDocument | None = fact(
        "pol",
        plan="aws_efs_file_system_policy.policy",
        template="FileSystemPolicy",
        parse=PolicyDocument.parse,
        default=None,
    )
    backups: str = fact(
        "backup.Status",
        plan="aws_efs_backup_policy.backup_policy[0].status",
        template="BackupPolicy.Status",
        default="DISABLED",
        sample="ENABLED",
    )
    infrequent_access: str = fact(
        "cycle",
        plan="lifecycle_policy",
        template="LifecyclePolicies",
        parse={"api": _colder, "plan": _planned_colder, "template": _colder},
        default={"plan": "", "template": ""},
        sample="AFTER_30_DAYS",
        doc="After how long an unread file goes to Infrequent Access; empty where none does.",
    )
    volatile = ("box.SizeInBytes", "box.NumberOfMountTargets", "box.LifeCycleState")


class MountTarget(Kind, cfn="AWS::EFS::MountTarget", tf="aws_efs_mount_target"):
    """A file system's network interface in one zone."""

    arn_format = "arn:{partition}:elasticfilesystem:{region}:{account}:mount-target/{id}"

    box = each(
        "efs.DescribeMountTargets",
        "MountTargets",
        of=FileSystem,
        FileSystemId="$of.box.FileSystemId",
        when="of.box.NumberOfMountTargets",
    )
    guard = then("efs.DescribeMountTargetSecurityGroups", "SecurityGroups", MountTargetId="$box.MountTargetId")

    id: str = fact("box.MountTargetId", plan="id", sample="fsmt-0123456789abcdef0")
    tags: Mapping[str, str] = fact(Const({}), plan=Const({}), template=Const({}))
    file_system: str = fact(
        "box.FileSystemId", plan="file_system_id", template="FileSystemId", sample="fs-0123456789abcdef0"
    )
    subnet: str = fact("box.SubnetId", plan="subnet_id", template="SubnetId", sample="subnet-1")
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    zone: str = fact("box.AvailabilityZoneName", plan="availability_zone_name", sample="us-east-1a")
    state: str = fact("box.LifeCycleState", plan=Const("available"), template=Const("available"), sample="available")
    security_groups: tuple[str, ...] = fact(
        "guard", plan="security_groups", template="SecurityGroups", sample=("sg-1",)
    )
    volatile = ("box.LifeCycleState",)


class AccessPoint(Kind, cfn="AWS::EFS::AccessPoint", tf="aws_efs_access_point"):
    """A door into a file system: with a directory as its root and the user that all who come through it are."""

    box = each("efs.DescribeAccessPoints", "AccessPoints")

    id: str = fact("box.AccessPointId", plan="id", sample="fsap-0123456789abcdef0")
    arn: str = fact(
        "box.AccessPointArn",
        plan="arn",
        sample="arn:aws:elasticfilesystem:us-east-1:123456789012:access-point/fsap-0123456789abcdef0",
    )
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="AccessPointTags", parse=tags(), default={})
    file_system: str = fact(
        "box.FileSystemId", plan="file_system_id", template="FileSystemId", sample="fs-0123456789abcdef0"
    )
    root: str = fact(
        "box.RootDirectory.Path",
        plan="root_directory[0].path",
        template="RootDirectory.Path",
        default="/",
        sample="/claims",
    )
    uid: int | None = fact(
        "box.PosixUser.Uid",
        plan="posix_user[0].uid",
        template="PosixUser.Uid",
        parse=int,
        default=None,
        sample=1000,
        doc="The user that everybody is; none where the client says who it is.",
    )
    volatile = ("box.LifeCycleState",)
