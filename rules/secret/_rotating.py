"""What lets a secret rotate, where a function for it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.secretsmanager import Secret

DAYS = 30


def _rotate(secret: Secret, _part: str) -> Iterator[Write]:
    was = former(secret, "secret")
    if not was.get("RotationLambdaARN"):
        raise NotByMachine(
            "no function rotates it: write one, or take it from AWS's templates, that changes the secret where it is"
            f" used and here; then aws secretsmanager rotate-secret --secret-id {secret.arn} --rotation-lambda-arn"
            f" FUNCTION --rotation-rules AutomaticallyAfterDays={DAYS}"
        )
    asked: dict[str, Any] = {"SecretId": "{arn}", "RotationLambdaARN": was["RotationLambdaARN"]}
    yield Write("secretsmanager.RotateSecret", asked | {"RotationRules": _schedule(was.get("RotationRules") or {})})


def _schedule(rules: dict[str, Any]) -> dict[str, Any]:
    """The schedule that stands; RotateSecret takes days or an expression, not both."""
    if rules.get("ScheduleExpression"):
        return {name: rules[name] for name in ("ScheduleExpression", "Duration") if name in rules}
    return {"AutomaticallyAfterDays": rules.get("AutomaticallyAfterDays") or DAYS}


ROTATE = Direct(
    "secretsmanager.RotateSecret",
    why="Custodian has no action that rotates a secret.",
    by=_rotate,
    effect=Effect(
        after="the function that stands rotates the secret now, and from now on by its schedule",
        risk="medium",
        downtime="programs that read the secret only when they start are refused until they start anew",
        lasting="the former secret is changed where it is used; the rotation alone can be called off: aws"
        " secretsmanager cancel-rotate-secret --secret-id {arn}",
        terraform={
            "aws_secretsmanager_secret_rotation": {
                "secret_id": "{arn}",
                "rotation_lambda_arn": "FUNCTION",
                "rotation_rules": {"automatically_after_days": DAYS},
            }
        },
    ),
)
