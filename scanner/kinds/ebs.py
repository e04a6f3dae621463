"""EBS: volumes, and the snapshots that the account owns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.common import tags
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


class Volume(Kind, cfn="AWS::EC2::Volume", tf="aws_ebs_volume"):
    """An EBS volume."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:volume/{id}"

    box = each("ec2.DescribeVolumes", "Volumes")

    id: str = fact("box.VolumeId", sample="vol-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    encrypted: bool = fact(
        "box.Encrypted",
        plan="encrypted",
        template="Encrypted",
        sample=True,
    )
    key: str = fact("box.KmsKeyId", plan="kms_key_id", template="KmsKeyId", default="")
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="in-use")
    zone: str = fact("box.AvailabilityZone", plan="availability_zone", template="AvailabilityZone", sample="us-east-1a")
    size: int = fact("box.Size", plan="size", template="Size", sample=30)
    instances: tuple[str, ...] = fact(
        "box.Attachments[].InstanceId",
        plan="aws_volume_attachment[].instance_id",
        template="AWS::EC2::VolumeAttachment[].InstanceId",
        default=(),
    )
    tf_parts = {"aws_volume_attachment": "volume_id"}
    cfn_parts = {"AWS::EC2::VolumeAttachment": "VolumeId"}
    created: datetime = fact("box.CreateTime")
    volatile = ("box.CreateTime", "box.Attachments[].AttachTime", "box.State", "box.FastRestored")


class Snapshot(Kind, cfn="AWS::EC2::Snapshot", tf="aws_ebs_snapshot"):
    """An EBS snapshot that the account owns.

    Which are public is asked for all at once: those that everybody may restore (`RestorableByUserIds`).
    """

    arn_format = "arn:{partition}:ec2:{region}::snapshot/{id}"

    box = each("ec2.DescribeSnapshots", "Snapshots", OwnerIds=["self"])
    everybody = shared(
        "ec2.DescribeSnapshots",
        "Snapshots",
        own="$box.SnapshotId",
        key="SnapshotId",
        OwnerIds=["self"],
        RestorableByUserIds=["all"],
    )

    id: str = fact("box.SnapshotId", sample="snap-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", parse=tags(), default={})
    encrypted: bool = fact("box.Encrypted", plan="encrypted", sample=True)
    key: str = fact("box.KmsKeyId", plan="kms_key_id", default="")
    state: str = fact("box.State", plan=Const("completed"), sample="completed")
    volume: str = fact("box.VolumeId", plan="volume_id", default="", sample="vol-0123456789abcdef0")
    started: datetime = fact("box.StartTime")
    public: bool = fact("everybody.SnapshotId", parse=bool, default={"api": False}, sample=False)
    volatile = ("box.Progress", "box.State", "box.StartTime", "box.CompletionTime")
