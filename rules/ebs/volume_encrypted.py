"""ebs_volume_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ebs import Volume
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class VolumeEncrypted(Rule):
    """Volumes are encrypted.

    Whoever gets at an unencrypted volume, or at a snapshot or copy of it, reads the ePHI on it. Encryption under a
    KMS key costs nothing in speed and makes lost media unreadable.
    """

    kind = Volume
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(c)(2)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    sources = (PhiCluster(),)
    aliases = (
        "config:encrypted-volumes",
        "security-hub:EC2.3",
        "prowler:ec2_ebs_volume_encryption",
        "steampipe:ebs_volume_encryption_at_rest_enabled",
        "steampipe:ebs_attached_volume_encryption_enabled",
        "cis:v3.0/2.2.1",
        "cis:v4.0/5.1.1",
        "cis:v5.0/5.1.1",
        "cis:v6.0/6.1.1",
    )
    remedy = Runbook(
        "Decide on a time without the volume. A member of an Auto Scaling group is not stopped but replaced, from a"
        " launch template that encrypts.",
        "Stop what uses it: aws ec2 stop-instances --instance-ids INSTANCE --region {region}, then aws ec2"
        " create-snapshot --volume-id {id} --region {region}",
        "Make the encrypted volume in the same zone: aws ec2 create-volume --snapshot-id SNAPSHOT --encrypted"
        " --kms-key-id KEY --availability-zone ZONE --volume-type TYPE --region {region}",
        "Swap: aws ec2 detach-volume --volume-id {id} --region {region}, aws ec2 attach-volume --volume-id NEW"
        " --instance-id INSTANCE --device DEVICE --region {region}, aws ec2 start-instances --instance-ids INSTANCE",
        "When the data has been seen to be whole: aws ec2 delete-volume --volume-id {id} --region {region}, and"
        " delete the snapshot, which is in clear as well",
        effect=Effect(
            risk="high",
            downtime="the instance is stopped while the volume is copied, minutes to hours by its size",
            terraform={"aws_ebs_volume": {"encrypted": True}},
        ),
    )
    GOOD = ({"encrypted": True},)
    BAD = ({"encrypted": False}, {"encrypted": False, "state": "available"})
    SKIP = ({"encrypted": False, "state": "deleting"}, {"encrypted": False, "state": "deleted"})

    @staticmethod
    def applies(volume: Volume) -> bool:
        """Volumes that are not being deleted."""
        return volume.state not in {"deleting", "deleted"}

    @staticmethod
    def check(volume: Volume) -> Iterator[Fail]:
        if not volume.encrypted:
            yield Fail("the volume is not encrypted")
