"""Runbooks for task definitions: a revision is never changed, so a person registers the next one and releases it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.remedy import Effect, Runbook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from scanner.model.remedy import Risk

CONTAINER = '(.containerDefinitions[] | select(.name == "{part}"))'
"""In jq: the container that the part of a finding names."""
VOLUME = '(.volumes[] | select(.name == "{part}"))'
"""In jq: the volume that the part of a finding names."""
ANSWERED = (
    "taskDefinitionArn revision status requiresAttributes compatibilities registeredAt registeredBy deregisteredAt"
)
"""What AWS answers of a revision and does not take (API_RegisterTaskDefinition)."""

CHANGED = "THE CONTAINERS AS JSON, CHANGED LIKE revision.json"


def revision(
    change: str,
    *first: str,
    last: Sequence[str] = (),
    terraform: Mapping[str, Any] | None = None,
    risk: Risk = "medium",
    cost: str = "",
) -> Runbook:
    """Say how to register and release a revision; `change` is the jq expression that makes it of the present one."""
    dropped = ", ".join(f".{name}" for name in ANSWERED.split())
    return Runbook(
        *first,
        "Write the next revision: aws ecs describe-task-definition --task-definition {arn} --include TAGS --region"
        " {region}"
        f" | jq '.tags as $tags | .taskDefinition | del({dropped}) | .tags = $tags | {change}' > revision.json (leave"
        " .tags out where there are none)",
        "Register it: aws ecs register-task-definition --cli-input-json file://revision.json --region {region}",
        "Try it outside production, then release it: aws ecs update-service --cluster CLUSTER --service SERVICE"
        " --task-definition {name} --region {region}; rules of EventBridge and schedules that name a revision need the"
        " new one, too (aws events put-targets, aws scheduler update-schedule).",
        *last,
        effect=Effect(
            after="the tasks of the family are replaced by those of the next revision",
            risk=risk,
            downtime="none where deployments keep enough tasks; a program that the change stops does not come back",
            cost=cost,
            terraform={"aws_ecs_task_definition": terraform or {"container_definitions": CHANGED}},
        ),
    )
