"""What lets a table be restored, for each rule that asks for it."""

from __future__ import annotations

from typing import Any

from scanner.model.remedy import Direct, Effect, Write


def _recovery(*, on: bool) -> dict[str, Any]:
    return {"TableName": "{id}", "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": on}}


RECOVERY_ON = Direct(
    "dynamodb.UpdateContinuousBackups",
    _recovery(on=True),
    why="one call that sets just this; Custodian's action is not proved",
    effect=Effect(
        sets={"point_in_time_recovery": True},
        cost="about 0.20 USD a month for each GB of the table",
        undo=(Write("dynamodb.UpdateContinuousBackups", _recovery(on=False)),),
        terraform={"aws_dynamodb_table": {"point_in_time_recovery": {"enabled": True}}},
    ),
)
