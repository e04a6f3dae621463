"""ebs_encryption_by_default."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.account import RegionSettings
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class EncryptionByDefault(Rule):
    """EBS encryption by default is on in every enabled Region.

    Where encryption is the default, nobody can create an unencrypted volume by forgetting it, and ePHI cannot land on
    one. The setting is kept for each Region on its own and is judged in each that is scanned, those without volumes
    too.
    """

    kind = RegionSettings
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
    sources = (PhiCluster(),)
    aliases = (
        "config:ec2-ebs-encryption-by-default",
        "security-hub:EC2.7",
        "prowler:ec2_ebs_default_encryption",
        "steampipe:ec2_ebs_default_encryption_enabled",
        "steampipe:ebs_encryption_by_default_enabled",
        "cis:v3.0/2.2.1",
        "cis:v4.0/5.1.1",
        "cis:v5.0/5.1.1",
        "cis:v6.0/6.1.1",
        "cis:v7.0/6.1.1",
    )
    remedy = Custodian(
        "account",
        {"type": "set-ebs-encryption", "state": True},
        filters=[{"type": "default-ebs-encryption", "state": False}],
        effect=Effect(
            sets={"ebs_encrypts": True},
            after="New volumes and copies of snapshots are encrypted with the Region's default key; those that are"
            " there stay as they are.",
            undo=[Write("ec2.DisableEbsEncryptionByDefault")],
            terraform={"aws_ebs_encryption_by_default": {"enabled": True}},
        ),
    )
    GOOD = ({"ebs_encrypts": True},)
    BAD = ({"ebs_encrypts": False},)

    @staticmethod
    def check(region: RegionSettings) -> Iterator[Fail]:
        if not region.ebs_encrypts:
            yield Fail(f"new volumes in {region.region} are not encrypted by default")
