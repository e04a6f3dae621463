"""ebs_volume_cmk."""

from __future__ import annotations

from collections.abc import Iterator

from rules._keys import not_customers
from scanner.kinds.ebs import Volume
from scanner.kinds.kms import KmsKey
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import PhiCluster

KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd"


class VolumeCmk(Rule):
    """Volumes are encrypted with a customer managed key.

    Under AWS's own key everybody in the account who may use EBS may read the volume, the key cannot be taken away, and
    a snapshot cannot be shared with a recovery account. Under a key of one's own, who may read ePHI is decided in the
    key's policy and each use is recorded. A volume that is not encrypted at all is another rule's matter.
    """

    kind = Volume
    needs = (KmsKey,)
    severity = "low"
    hipaa_proposed = ("164.312(a)(2)(iv)",)
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Set the key as the Region's default, for what comes: aws ec2 modify-ebs-default-kms-key-id --kms-key-id "
        "KEY --region {region}",
        "Stop what uses it, then: aws ec2 create-snapshot --volume-id {id} --region {region}",
        "Make a volume of it under the key in the same zone: aws ec2 create-volume --snapshot-id SNAPSHOT "
        "--encrypted --kms-key-id KEY --availability-zone ZONE --volume-type TYPE --region {region}",
        "Swap: aws ec2 detach-volume --volume-id {id} --region {region}, then aws ec2 attach-volume --volume-id "
        "NEW --instance-id INSTANCE --device DEVICE --region {region}, and start the instance. A member of an Auto "
        "Scaling group is replaced instead.",
        "When the data has been seen to be whole: aws ec2 delete-volume --volume-id {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is stopped while the volume is copied",
            terraform={"aws_ebs_volume": {"encrypted": True, "kms_key_id": "THE KEY'S ARN"}},
        ),
    )
    GOOD = (
        Case({"key": KEY}, others=[Other(KmsKey, id="1234abcd", arn=KEY)]),
        {"key": KEY.replace("123456789012", "999999999999")},
        {"key": "alias/volumes"},
        Case({"key": "alias/volumes"}, lacking=[KmsKey]),
        Case({"key": "1234abcd"}, others=[Other(KmsKey, id="1234abcd", arn=KEY)]),
    )
    BAD = (
        Case({"key": KEY}, others=[Other(KmsKey, id="1234abcd", arn=KEY, manager="AWS")]),
        Case({"key": KEY, "state": "available"}, others=[Other(KmsKey, id="other")]),
        {"key": "alias/aws/ebs"},
        {"key": "arn:aws:kms:us-east-1:123456789012:alias/aws/ebs"},
        {"key": ""},
    )
    SKIP = (
        {"encrypted": False, "key": ""},
        {"key": "", "state": "deleting"},
        {"key": "", "state": "deleted"},
    )
    UNKNOWN = (Case({"key": KEY}, lacking=[KmsKey]),)

    @staticmethod
    def applies(volume: Volume) -> bool:
        """Encrypted volumes that are not being deleted."""
        return volume.encrypted and volume.state not in {"deleting", "deleted"}

    @staticmethod
    def check(volume: Volume, world: World) -> Iterator[Fail]:
        why = not_customers(world, volume.key, volume.account)
        if why:
            yield Fail(why)
