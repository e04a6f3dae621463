"""ecs_task_has_task_role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
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
    remedy = revision(
        '.taskRoleArn = "ROLE"',
        "Create a role that ecs-tasks.amazonaws.com alone may assume: aws iam create-role --role-name NAME"
        " --assume-role-policy-document file://trust.json",
        "Let it do what the task needs and no more: aws iam put-role-policy --role-name NAME --policy-name task"
        " --policy-document file://policy.json",
        terraform={"task_role_arn": "ROLE"},
    )
    GOOD = ({"task_role": "arn:aws:iam::123456789012:role/web-task"},)
    BAD = ({"task_role": ""},)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if not definition.task_role:
            yield Fail("the task definition names no task role")
