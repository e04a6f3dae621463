"""ecs_task_has_task_role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class TaskHasTaskRole(Rule):
    """Tasks have a task role of their own.

    Without a role of its own a task uses what it finds: the instance's role, which all tasks there share, or keys that
    never expire. Who read ePHI cannot be told then, nor be limited to what the task needs.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.312(d)")
    sources = (PhiCluster(), EcsGuide(55))
    remedy = Runbook(
        "Create a role that ecs-tasks.amazonaws.com alone may assume, with what the task needs and no more.",
        "Register a revision of the task definition with taskRoleArn set to it.",
        "Update the services, rules and schedules that use the family to the new revision.",
    )
    GOOD = ({"task_role": "arn:aws:iam::123456789012:role/web-task"},)
    BAD = ({"task_role": ""},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if not definition.task_role:
            yield Fail("the task definition names no task role")
