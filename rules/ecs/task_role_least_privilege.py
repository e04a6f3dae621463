"""ecs_task_role_least_privilege."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._roles import is_task_role
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_identities import documents
from scanner.kinds.iam_reading import InlinePolicy, document
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.policy import PolicyDocument, Statement
    from scanner.model.rule import Outcome


ADMINISTRATION = ("AdministratorAccess", "PowerUserAccess")
"""AWS's own policies that grant everything, or everything but who may do what."""

ROLE = "arn:aws:iam::123456789012:role/claims-task"
TASK = Other(TaskDefinition, task_role=ROLE)
POLICY = "arn:aws:iam::123456789012:policy/extra"


def _policy(action: str | list[str], resource: str | list[str] = "*", **more: object) -> InlinePolicy:
    """Give an inline policy for the examples."""
    statement = {"Effect": "Allow", "Action": action, "Resource": resource} | more
    return InlinePolicy("web", document({"Statement": {key: value for key, value in statement.items() if value}}))


def _services(statement: Statement) -> list[str]:
    """Name the services that a statement speaks of, by its actions or by its resources."""
    actions = () if statement.actions.negated else statement.actions.values
    named = [action.partition(":")[0].lower() for action in actions]
    named += [arn.split(":")[2] for arn in statement.reach.values if arn.count(":") > 1]
    return sorted({name for name in named if name not in {"", "*"}})


def _faults(policy: PolicyDocument) -> dict[str, str]:
    """Say of each statement that grants too much what it grants, worst first."""
    found: dict[str, str] = {}
    for statement in policy.grants_admin():
        found.setdefault(statement.label, "every action on every resource")
    for near in policy.grants_near_admin():
        found.setdefault(near.statement.label, f"all but {', '.join(near.without)}")
    for statement in policy.statements:
        wide = [name for name in _services(statement) if statement in policy.allows(f"{name}:*")]
        if wide:
            found.setdefault(statement.label, ", ".join(f"{name}:* on every resource" for name in wide))
    for grant in policy.pass_role_grants():
        if not grant.named:
            found.setdefault(
                grant.statement.label, f"iam:PassRole for any role that matches {', '.join(grant.wildcards)}"
            )
    return found


class TaskRoleLeastPrivilege(Rule):
    """Task roles grant no wildcard or administrative access.

    Whoever takes over a task's program has the rights of its role. With all of a service, or all of AWS, one hole in
    one program opens all ePHI there, and lets the intruder pass himself any role. A condition on such a statement does
    not make it less. Rights on a named resource are not judged here.
    """

    kind = Role
    needs = (ManagedPolicy, TaskDefinition)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(53), EcsGuide(55))
    remedy = Runbook(
        "Find what the task uses: aws iam generate-service-last-accessed-details --arn {arn}, or IAM Access Analyzer's"
        " policy generation from CloudTrail.",
        "Write a policy of just these actions on just these resources, and attach it: aws iam put-role-policy"
        " --role-name {name}.",
        "Watch for refused requests in CloudTrail, then take the statements named from the role.",
        effect=Effect(risk="high", downtime="the program is refused what the policy forgets"),
    )
    GOOD = (
        Case({"inline": (_policy(["s3:GetObject", "s3:*"], "arn:aws:s3:::claims/*"),)}, others=[TASK]),
        Case({"inline": (_policy("dynamodb:Get*"),)}, others=[Other(TaskDefinition, task_role="claims-task")]),
        Case({"inline": (_policy("iam:PassRole", ROLE),)}, others=[TASK]),
        Case({"inline": (_policy("*", "arn:aws:s3:::claims/*"),)}, others=[TASK]),
        Case({"inline": (_policy("s3:*", Effect="Deny"),)}, others=[TASK]),
        Case(
            {"attached": (POLICY,)},
            others=[TASK, Other(ManagedPolicy, arn=POLICY, document=_policy("sqs:SendMessage").document)],
        ),
    )
    BAD = (
        Case({"inline": (_policy("*"),)}, others=[TASK]),
        Case({"inline": (_policy("sqs:SendMessage"), _policy(["sqs:SendMessage", "S3:*"]))}, others=[TASK]),
        Case({"inline": (_policy("s3:*", "arn:aws:s3:::*"),)}, others=[Other(TaskDefinition, task_role="claims-task")]),
        Case({"inline": (_policy("*", "arn:aws:s3:::*"),)}, others=[TASK]),
        Case({"inline": (_policy("iam:PassRole"),)}, others=[TASK]),
        Case({"inline": (_policy("iam:PassRole", "arn:aws:iam::123456789012:role/*"),)}, others=[TASK]),
        Case({"inline": (_policy("", NotAction="iam:*"),)}, others=[TASK]),
        Case({"inline": (_policy("", "arn:aws:s3:::*", NotAction="iam:*"),)}, others=[TASK]),
        Case({"attached": ("arn:aws:iam::aws:policy/AdministratorAccess",)}, others=[TASK]),
        Case({"attached": ("arn:aws:iam::aws:policy/PowerUserAccess",)}, others=[TASK], lacking=[ManagedPolicy]),
        Case(
            {"attached": (POLICY,)},
            others=[
                Other(TaskDefinition, task_role=ROLE, region="eu-west-1"),
                Other(ManagedPolicy, arn=POLICY, document=_policy("sqs:*").document),
            ],
        ),
    )
    SKIP = (
        {"inline": (_policy("*"),)},
        Case({"inline": (_policy("*"),)}, others=[Other(TaskDefinition, execution_role=ROLE)]),
    )
    UNKNOWN = (
        Case({"inline": (_policy("*"),)}, lacking=[TaskDefinition]),
        Case({"attached": (POLICY,)}, others=[TASK], lacking=[ManagedPolicy]),
        Case({"attached": ("arn:aws:iam::123456789012:policy/AdministratorAccess",)}, others=[TASK]),
        Case({"attached": ("arn:aws:iam::aws:policy/ReadOnlyAccess",)}, others=[TASK]),
    )

    @staticmethod
    def applies(role: Role, world: World) -> bool:
        """Roles that a task definition names as its task role."""
        return is_task_role(world, role)

    @staticmethod
    def check(role: Role, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        known = []
        with gaps:
            known = [arn for arn in role.attached if _is_administration(arn)]
        for arn in known:
            yield Fail(f"{arn} is attached", part=arn.rpartition("/")[2])
        with gaps:
            for name, policy in documents(world, role):
                for label, granted in _faults(policy).items() if name not in known else ():
                    yield Fail(f"{name}: {label} allows {granted}", part=f"{name.rpartition('/')[2]} {label}")
        yield from gaps


def _is_administration(arn: str) -> bool:
    return arn.split(":")[4] == "aws" and arn.rpartition("/")[2] in ADMINISTRATION
