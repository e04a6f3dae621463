"""What mends the retention and the encryption of log groups, for each rule that asks for it."""

from __future__ import annotations

from scanner.model.remedy import Custodian, Effect, Runbook, Write

ONE_YEAR = 365

KEEP_ONE_YEAR = Custodian(
    "log-group",
    {"type": "retention", "days": ONE_YEAR},
    filters=[{"type": "value", "key": "retentionInDays", "op": "lt", "value": ONE_YEAR}],
    effect=Effect(
        after="events are kept for 365 days",
        cost="about 0.03 USD a month for each GB kept",
        undo=(Write("logs.PutRetentionPolicy", {"logGroupName": "{id}", "retentionInDays": "$retention_days"}),),
        terraform={"aws_cloudwatch_log_group": {"retention_in_days": ONE_YEAR}},
    ),
)

ENCRYPT = Runbook(
    "Choose a customer managed key whose policy lets logs.{region}.amazonaws.com use it for this log group.",
    "aws logs associate-kms-key --region {region} --log-group-name {id} --kms-key-id KEY",
    "What is there already stays as it is until it expires; see that new events still arrive.",
    effect=Effect(
        risk="medium",
        cost="1 USD a month for a key, and about 0.03 USD for 10,000 requests",
        terraform={"aws_cloudwatch_log_group": {"kms_key_id": "KEY"}},
    ),
)
