"""ecs_task_role_not_execution_role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import revision
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.inventory import all_of
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


EXECUTION = "arn:aws:iam::123456789012:role/web-execution"


class TaskRoleNotExecutionRole(Rule):
    """The task role differs from the execution role.

    The execution role reads the task's secrets and pulls its images before the program starts; the program itself
    needs neither right. If both roles are one, whoever takes over the program may read every secret that the execution
    role may read, also those of other tasks that share the role.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(55), EcsGuide(56))
    remedy = revision(
        '.taskRoleArn = "ROLE"',
        "Create a role that ecs-tasks.amazonaws.com alone may assume: aws iam create-role --role-name NAME"
        " --assume-role-policy-document file://trust.json",
        "Let it do what the task needs and no more: aws iam put-role-policy --role-name NAME --policy-name task"
        " --policy-document file://policy.json",
        last=("Take from the execution role what only the program needed.",),
        terraform={"task_role_arn": "ROLE"},
    )
    GOOD = ({}, {"task_role": EXECUTION, "execution_role": EXECUTION + "-2"})
    BAD = (
        {"task_role": EXECUTION, "execution_role": EXECUTION},
        {"task_role": "web-execution", "execution_role": EXECUTION},
        {"task_role": EXECUTION, "execution_role": "web-execution"},
    )
    SKIP = ({"task_role": ""}, {"execution_role": ""}, {"task_role": "", "execution_role": ""})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with a task role and an execution role."""
        return all_of((lambda: definition.task_role, lambda: definition.execution_role))

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        if definition.task_role.rpartition("/")[2] == definition.execution_role.rpartition("/")[2]:
            yield Fail(f"{definition.task_role} is both the task role and the execution role")
