"""iam_ecs_changes_by_pipeline_only."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated

import msgspec

from rules.iam._policies import policy, whole
from scanner.kinds.iam import ManagedPolicy, Role
from scanner.kinds.iam_reading import InlinePolicy
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

CHANGES = ("ecs:RegisterTaskDefinition", "ecs:UpdateService", "ecs:RunTask")
POWER = "arn:aws:iam::aws:policy/PowerUserAccess"
PIPELINE = "arn:aws:iam::123456789012:role/ci/runner"
NAMED = {"pipeline_roles": ["deploy-*", "pipeline"]}


def _inline(**statement: object) -> InlinePolicy:
    """Make an embedded policy for the examples."""
    return InlinePolicy("own", policy(**statement))


def _case(*inline: InlinePolicy, **facts: object) -> Case:
    return Case({"inline": inline, **facts}, settings=NAMED)


ALL = _inline(Action="*", Resource="*")


class EcsChangesByPipelineOnly(Rule):
    """Only pipeline roles may change ECS workloads.

    What runs beside ePHI should have gone through review and tests. Who can register a task definition, change a
    service or run a task by hand can put any program there, and nothing in the repository tells of it.

    The pipeline's roles are those that the settings name; an emergency role, and roles by which schedules run
    tasks, are named there, too. Permissions boundaries are not looked at.
    """

    kind = Role
    needs = (ManagedPolicy,)
    severity = "medium"
    hipaa_proposed = ("164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)")
    sources = (EcsGuide(54),)
    remedy = Runbook(
        "See what the role deploys: aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,"
        "AttributeValue=SESSION",
        "Move that into the pipeline, and name the pipeline's roles in pipeline_roles of this rule's settings.",
        "Take ecs:RegisterTaskDefinition, ecs:UpdateService and ecs:RunTask from the policies of {name}.",
        effect=Effect(risk="medium", downtime="whoever needs what is taken away is refused"),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        pipeline_roles: Annotated[
            tuple[str, ...],
            msgspec.Meta(
                description="Names or ARNs of the roles that may change ECS workloads; * stands for any text."
            ),
        ] = ()

    GOOD = (
        _case(_inline(Action=["ecs:Describe*", "ecs:StopTask"], Resource="*")),
        _case(ALL, id="deploy-claims"),
        Case({"arn": PIPELINE, "inline": (ALL,)}, settings={"pipeline_roles": [PIPELINE]}),
        _case(ALL, _inline(Effect="Deny", Action="ecs:*", Resource="*")),
    )
    BAD = (
        _case(_inline(Action="ecs:RegisterTaskDefinition", Resource="*")),
        _case(_inline(Action="ecs:UpdateService", Resource="arn:aws:ecs:us-east-1:123456789012:service/claims/*")),
        _case(_inline(Action="ecs:Run*", Resource="*")),
        _case(ALL, id="Deploy-claims"),
        _case(ALL, _inline(Effect="Deny", Action="ecs:RunTask", Resource="*")),
        Case(
            {"attached": (POWER,)},
            others=[Other(ManagedPolicy, arn=POWER, document=policy(NotAction="iam:*", Resource="*"))],
            settings=NAMED,
        ),
    )
    SKIP = (
        {"inline": (ALL,)},
        Case({"inline": (ALL,), "path": "/aws-service-role/ecs.amazonaws.com/"}, settings=NAMED),
    )
    UNKNOWN = (Case({"inline": (ALL,), "attached": (POWER,)}, settings=NAMED, lacking=[ManagedPolicy]),)

    @staticmethod
    def applies(role: Role, settings: Settings) -> bool | str:
        """Roles but those that AWS services own, where the settings name the pipeline's roles."""
        if not settings.pipeline_roles:
            return "the settings name no pipeline roles (pipeline_roles)"
        return "an AWS service owns this role" if role.service_linked else True

    @staticmethod
    def check(role: Role, world: World, settings: Settings) -> Iterator[Fail]:
        if any(fnmatchcase(name, pattern) for pattern in settings.pipeline_roles for name in (role.id, role.arn)):
            return
        granted = whole(world, role)
        for action in CHANGES:
            if granted.allows_some(action):
                yield Fail(f"it may {action} and is no pipeline role", part=action)
