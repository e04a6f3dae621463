"""cloudtrail_encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.cloudtrail import Trail
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import ClientCells, EcsGuide


class Encrypted(Rule):
    """Trails are encrypted with a KMS key.

    A trail's log says who works on ePHI, from where and with which rights: a map for an intruder. Under a KMS key,
    reading it needs leave to use the key besides leave to read the bucket, and each use of the key is recorded. A trail
    of the organization is judged in the account that owns it.
    """

    kind = Trail
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(1)(ii)(D)",
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
    sources = (EcsGuide(59), ClientCells())
    aliases = (
        "config:cloud-trail-encryption-enabled",
        "security-hub:CloudTrail.2",
        "prowler:cloudtrail_kms_encryption_enabled",
        "steampipe:cloudtrail_trail_logs_encrypted_with_kms_cmk",
        "cis:v3.0/3.5",
        "cis:v4.0/3.5",
        "cis:v5.0/3.5",
        "cis:v6.0/4.5",
        "cis:v7.0/4.5",
    )
    remedy = Runbook(
        "Make or choose a customer managed key in the Region of the trail's bucket, whose policy lets"
        " cloudtrail.amazonaws.com generate data keys for this trail, and the auditors decrypt.",
        "aws cloudtrail update-trail --name {arn} --kms-key-id KEY",
        "After a quarter of an hour see that log files still arrive: aws cloudtrail get-trail-status --name {arn}",
        effect=Effect(
            risk="medium",
            cost="1 USD a month for a key, and its requests",
            terraform={"aws_cloudtrail": {"kms_key_id": "KEY"}},
        ),
    )
    GOOD = ({},)
    BAD = ({"key": ""},)

    @staticmethod
    def check(trail: Trail) -> Iterator[Fail]:
        if not trail.key:
            yield Fail("the log files are encrypted without a KMS key")
