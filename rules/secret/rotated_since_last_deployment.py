"""secret_rotated_since_last_deployment."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from scanner.kinds.containers import Container, SecretReference
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.secretsmanager import Secret
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:claims/database-AbCdEf"
ROTATED = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 20, 1, 59, tzinfo=UTC)


def _definition(source: str = ARN) -> Other:
    web = Container("web", secrets=(SecretReference("MODE", f"{ARN[:-1]}x"), SecretReference("DB", source)))
    return Other(
        TaskDefinition,
        id="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
        arn="arn:aws:ecs:us-east-1:123456789012:task-definition/web:1",
        containers=(Container("log"), web),
    )


def _task(began: datetime | None = BEFORE, **facts: Any) -> Other:
    return Other(Task, began=began, **facts)


def _taken(definition: TaskDefinition) -> Iterator[str]:
    """Give the secrets that containers take, without the part or version: each by its ARN, or that less its end."""
    for container in definition.containers:
        for item in container.secrets:
            yield ":".join(item.source.split(":")[:7])


def _names(secret: Secret) -> set[str]:
    """Give a secret's ARN, and that less its random end."""
    return {secret.arn, secret.arn[:-7]}


def _taken_by(world: World, task: Task) -> Iterable[str]:
    """Give the secrets that a task takes, by which it is looked up."""
    definition = world.get(TaskDefinition, task.task_definition)
    return _taken(definition) if definition is not None else ()


def _late_since(task: Task, secret: Secret, world: World) -> datetime | None:
    """Say since when a service's task runs with the secret as it was before its rotation; None if it does not."""
    if not task.runs or not task.group.startswith("service:") or not task.began or not secret.rotated:
        return None
    if task.began >= secret.rotated:
        return None
    definition = world.get(TaskDefinition, task.task_definition)
    return task.began if definition and not _names(secret).isdisjoint(_taken(definition)) else None


class RotatedSinceLastDeployment(Rule):
    """Services run with the latest rotation of their secrets.

    A task reads its secrets once, when it starts. One that started before the last rotation still holds the old
    password: it fails at its next connection or, where the old one stays valid, keeps a credential in use that was
    meant to be gone. Each service is judged by when its running tasks started, which a deployment renews; a task that
    is told to take one fixed version of a secret is not told apart.
    """

    kind = Secret
    needs = (Task, TaskDefinition)
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.308(a)(5)(ii)(D)",)
    sources = (EcsGuide(64),)
    remedy = Runbook(
        "Start the services' tasks anew: aws ecs update-service --cluster CLUSTER --service SERVICE"
        " --force-new-deployment",
        "Let each rotation do so by itself: an EventBridge rule for RotationSucceeded that makes the same call.",
        effect=Effect(risk="medium", downtime="none where the service keeps tasks running while it deploys"),
    )
    GOOD = (
        Case({"rotated": ROTATED}, others=[_definition(), _task(ROTATED)]),
        Case({"rotated": ROTATED}, others=[_definition(ARN[:-1] + "z"), _task()]),
        Case({"rotated": ROTATED}, others=[_definition(), _task(desired_status="STOPPED")]),
        Case({"rotated": ROTATED}, others=[_definition(), _task(None)]),
        Case({"rotated": ROTATED}, others=[_definition(), _task(group="family:web")]),
    )
    BAD = (
        Case({"rotated": ROTATED}, others=[_definition(), _task()]),
        Case({"rotated": ROTATED}, others=[_definition(ARN[:-7]), _task()]),
        Case({"rotated": ROTATED}, others=[_definition(f"{ARN}:password::"), _task()]),
    )
    SKIP = (
        Case({"rotated": None}, others=[_definition(), _task()]),
        Case({"rotated": ROTATED, "deleted": "2026-11-01T00:00:00Z"}, others=[_definition(), _task()]),
    )
    UNKNOWN = (
        Case({"rotated": ROTATED}, others=[_definition()], lacking=[Task]),
        Case({"rotated": ROTATED}, others=[_task()], lacking=[TaskDefinition]),
    )

    @staticmethod
    def applies(secret: Secret) -> bool:
        """Secrets that were rotated and are not to be deleted."""
        return secret.rotated is not None and not secret.deleted

    @staticmethod
    def check(secret: Secret, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        late: dict[str, datetime] = {}
        with gaps:
            for task in world.candidates(Task, _taken_by, lambda: _names(secret)):
                with gaps:
                    began = _late_since(task, secret, world)
                    if began:
                        late[task.group] = min(began, late.get(task.group, began))
        for group, began in sorted(late.items()):
            yield Fail(f"{group} runs a task since {began}, before the rotation of {secret.rotated}", part=group)
        yield from gaps
