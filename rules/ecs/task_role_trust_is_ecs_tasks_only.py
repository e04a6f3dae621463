"""ecs_task_role_trust_is_ecs_tasks_only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._roles import is_task_role
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import Role
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Note, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ECS_TASKS = frozenset({"ecs-tasks.amazonaws.com", "ecs-tasks.amazonaws.com.cn"})
"""The principal of ECS tasks, as it is written in the partitions of AWS."""

ROLE = "arn:aws:iam::123456789012:role/claims-task"
TASK = Other(TaskDefinition, task_role=ROLE)


def _trust(condition: dict[str, object] | None = None, **principal: object) -> PolicyDocument | None:
    """Make a trust policy for the examples."""
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, "Condition": condition or {}}
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": statement})


class TaskRoleTrustIsEcsTasksOnly(Rule):
    """Task roles can be assumed by ECS tasks only.

    A task's role reaches the ePHI that the task works with. If anything besides ECS may assume it, that reaches the
    ePHI too, without the task's program and its controls between them. A condition on the calling account or cluster,
    which keeps ECS from being used as a go-between for others, is reported where it is missing.
    """

    kind = Role
    needs = (TaskDefinition,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(d)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(55),)
    remedy = Runbook(
        "Write a trust policy with one statement: Principal Service ecs-tasks.amazonaws.com, Action sts:AssumeRole,"
        " Condition StringEquals aws:SourceAccount ACCOUNT and ArnLike aws:SourceArn arn:aws:ecs:REGION:ACCOUNT:*",
        "Give others that used the role one of their own.",
        "aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        effect=Effect(
            risk="high",
            downtime="whoever else assumes the role is refused",
            terraform={"aws_iam_role": {"assume_role_policy": "the trust policy as JSON"}},
        ),
    )
    GOOD = (
        Case({"trust": _trust(Service="ecs-tasks.amazonaws.com")}, others=[TASK]),
        Case(
            {"trust": _trust(Service="ecs-tasks.amazonaws.com")},
            others=[Other(TaskDefinition, task_role="claims-task")],
        ),
        Case(
            {
                "trust": _trust(
                    {"StringEquals": {"aws:SourceAccount": "123456789012"}}, Service="ecs-tasks.amazonaws.com"
                )
            },
            others=[Other(TaskDefinition, task_role=ROLE, region="eu-west-1")],
        ),
    )
    BAD = (
        Case({"trust": _trust(Service=["ecs-tasks.amazonaws.com", "ec2.amazonaws.com"])}, others=[TASK]),
        Case({"trust": _trust(Service="ecs-tasks.amazonaws.com", AWS="arn:aws:iam::999999999999:root")}, others=[TASK]),
        Case({"trust": _trust(AWS="*")}, others=[TASK]),
        Case({"trust": _trust(Federated="ecs-tasks.amazonaws.com")}, others=[TASK]),
        Case({"trust": _trust(Service="ecs.amazonaws.com")}, others=[TASK]),
        Case({"trust": PolicyDocument(())}, others=[TASK]),
    )
    SKIP = (
        {"trust": _trust(AWS="*")},
        Case(
            {"trust": _trust(AWS="*")}, others=[Other(TaskDefinition, task_role="arn:aws:iam::123456789012:role/other")]
        ),
    )
    UNKNOWN = (Case({"trust": _trust(AWS="*")}, lacking=[TaskDefinition]),)

    @staticmethod
    def applies(role: Role, world: World) -> bool:
        """Roles that a task definition names as its task role."""
        return is_task_role(world, role)

    @staticmethod
    def check(role: Role, world: World) -> Iterator[Outcome]:
        admitted = role.trust.trust()
        if not admitted:
            yield Fail("nobody may assume it, so no task can use it")
        for one in admitted:
            who = one.principal
            if who.kind != "Service" or who.value not in ECS_TASKS:
                yield Fail(f"{who.kind} {who.value} may assume it", part=f"{who.kind} {who.value}")
            elif not one.source_bound:
                yield Note(
                    "no condition on aws:SourceAccount or aws:SourceArn keeps others from using ECS as a go-between"
                )
