"""s3_bucket_server_access_logging."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.s3 import Bucket
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule


class BucketServerAccessLogging(Rule):
    """Server access logging is on.

    Server access logs record every request for an object, refused ones and those of strangers included, with the
    address it came from. They are what shows afterwards which records were taken. Trails that record data events are
    another way, judged by a rule of its own.
    """

    kind = Bucket
    severity = "medium"
    hipaa = ("164.308(a)(1)(ii)(D)", "164.308(a)(3)(ii)(A)", "164.308(a)(6)(ii)", "164.312(b)", "164.312(e)(2)(i)")
    aliases = (
        "config:s3-bucket-logging-enabled",
        "security-hub:S3.9",
        "prowler:s3_bucket_server_access_logging_enabled",
        "steampipe:s3_bucket_logging_enabled",
    )
    related = ("s3_bucket_access_logging",)
    remedy = Runbook(
        "Choose a bucket in the same Region and account for the logs, encrypted with S3's own keys, which no other logs"
        " its access to, and let logging.s3.amazonaws.com put objects into it.",
        "aws s3api put-bucket-logging --bucket {id} --bucket-logging-status"
        ' \'{"LoggingEnabled":{"TargetBucket":"LOGS","TargetPrefix":"{id}/"}}\'',
        "After some hours see that log objects arrive in the chosen bucket.",
        effect=Effect(
            cost="storage of the logs",
            terraform={"aws_s3_bucket_logging": {"bucket": "{id}", "target_bucket": "LOGS", "target_prefix": "{id}/"}},
        ),
    )
    GOOD = ({"log_target": "access-logs"},)
    BAD = ({"log_target": ""},)

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if not bucket.log_target:
            yield Fail("server access logging is off")
