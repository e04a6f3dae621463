"""s3_bucket_event_notifications."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.s3 import Bucket
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule


class BucketEventNotifications(Rule):
    """Buckets have event notifications.

    A notification tells at once that an object came, went or changed, so that a file that should not be there, or a
    wave of deletions, is noticed while it happens. A topic, a queue, a function or EventBridge can be told; whether
    somebody listens there is not seen.
    """

    kind = Bucket
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    aliases = (
        "config:s3-event-notifications-enabled",
        "security-hub:S3.11",
        "prowler:s3_bucket_event_notifications_enabled",
        "steampipe:s3_bucket_event_notifications_enabled",
    )
    remedy = Direct(
        "s3.PutBucketNotificationConfiguration",
        {"Bucket": "{id}", "NotificationConfiguration": {"EventBridgeConfiguration": {}}},
        why="Custodian has no action for it. The call replaces what is configured, which here is nothing.",
        effect=Effect(
            sets={"notified": ("EventBridge",)},
            cost="about 1 USD for a million events",
            undo=(Write("s3.PutBucketNotificationConfiguration", {"Bucket": "{id}", "NotificationConfiguration": {}}),),
            terraform={"aws_s3_bucket_notification": {"bucket": "{id}", "eventbridge": True}},
        ),
    )
    GOOD = ({"notified": ("EventBridge",)}, {"notified": ("arn:aws:sqs:us-east-1:123456789012:uploads",)})
    BAD = ({"notified": ()},)

    @staticmethod
    def check(bucket: Bucket) -> Iterator[Fail]:
        if not bucket.notified:
            yield Fail("no topic, queue, function or event bus is notified of anything")
