"""iam_role_unused_services."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.ecs._roles import is_task_role
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.iam import InstanceProfile, Role
from scanner.kinds.iam_use import ServiceAccess
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

AT_90 = datetime(2026, 8, 23, 2, 0, tzinfo=UTC)
AT_89 = datetime(2026, 8, 24, 2, 0, tzinfo=UTC)
"""Ninety and eighty-nine days before the examples' day."""
ROLE = "arn:aws:iam::123456789012:role/claims-task"
TASK = Other(TaskDefinition, task_role=ROLE)
NAMED = Other(TaskDefinition, task_role="claims-task", region="eu-west-1")
HOST = Other(InstanceProfile, roles=(ROLE,))


def _roles_in(_: World, profile: InstanceProfile) -> tuple[str, ...]:
    return profile.roles


class RoleUnusedServices(Rule):
    """Task and instance roles allow no unused service.

    What a task or an instance may do and never does serves only whoever breaks into it. Access Advisor tells which
    services a role's policies allow and when it last called them; what it has not called in three months it can
    lose, and with it a way to ePHI.

    A service that was allowed lately looks unused until it is called. Of the two channels of Systems Manager
    (ssmmessages, ec2messages) an agent uses one, so both are left out.
    """

    kind = Role
    needs = (TaskDefinition, InstanceProfile)
    severity = "low"
    hipaa_proposed = ("164.308(a)(4)(ii)(C)", "164.312(a)(1)")
    sources = (EcsGuide(58), EcsGuide(59))
    remedy = Runbook(
        "See which policy allows the service: aws iam list-policies-granting-service-access --arn {arn} "
        "--service-namespaces SERVICE",
        "Ask the team whether something rare needs it, such as a restore or a yearly report.",
        "Take the statement out of the role's policies and watch CloudTrail for refused requests.",
        effect=Effect(risk="medium", downtime="whoever needs what is taken away is refused"),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        days: Annotated[int, msgspec.Meta(description="Days without a call after which a service is unused.", ge=1)] = (
            90
        )
        kept: Annotated[
            tuple[str, ...], msgspec.Meta(description="Prefixes of services that may be allowed and unused.")
        ] = ("ec2messages", "ssmmessages")

    GOOD = (
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_89),)}, others=[TASK]),
        Case({"arn": ROLE, "services": ()}, others=[TASK]),
        Case({"arn": ROLE, "services": (ServiceAccess("s3", None),), "created": AT_89}, others=[TASK]),
        Case(
            {"arn": ROLE, "services": (ServiceAccess("s3", AT_89), ServiceAccess("ssmmessages", AT_90))}, others=[HOST]
        ),
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_90),)}, others=[TASK], settings={"days": 91}),
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_90),)}, others=[TASK], settings={"kept": ["s3"]}),
    )
    BAD = (
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_90),)}, others=[TASK]),
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_90),)}, others=[HOST]),
        Case({"id": "claims-task", "services": (ServiceAccess("s3", None),), "created": AT_90}, others=[NAMED]),
        Case({"arn": ROLE, "services": (ServiceAccess("sqs", AT_89), ServiceAccess("s3", AT_90))}, others=[TASK]),
        Case({"arn": ROLE, "services": (ServiceAccess("s3", AT_90),), "created": AT_89}, others=[TASK]),
        Case({"arn": ROLE, "services": (ServiceAccess("ec2messages", AT_90),)}, others=[TASK], settings={"kept": []}),
    )
    SKIP = (
        {"arn": ROLE, "services": (ServiceAccess("s3", AT_90),)},
        Case(
            {"arn": "arn:aws:iam::123456789012:role/other", "id": "other", "services": (ServiceAccess("s3", AT_90),)},
            others=[TASK, HOST],
        ),
    )
    UNKNOWN = (Case({"arn": ROLE}, lacking=[TaskDefinition]), Case({"arn": ROLE}, lacking=[InstanceProfile]))

    @staticmethod
    def applies(role: Role, world: World) -> bool:
        """Roles of EC2 instances, and roles that a task definition names as its task role."""
        return any_of(
            (
                lambda: any_of(
                    world.candidates(InstanceProfile, _roles_in, lambda: [role.arn]),
                    lambda profile: role.arn in profile.roles,
                ),
                lambda: is_task_role(world, role),
            )
        )

    @staticmethod
    def check(role: Role, settings: Settings, as_of: datetime) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for access in role.services:
            with gaps:
                since = access.last or role.created
                if access.service not in settings.kept and as_of - since >= timedelta(days=settings.days):
                    said = f"not called since {since:%Y-%m-%d}" if access.last else "never called"
                    yield Fail(f"{access.service} is allowed and was {said}", part=access.service)
        yield from gaps
