"""ecs_service_propagates_tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._services import updated
from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Outcome


def _propagating(_service: Service, part: str) -> Iterator[Write]:
    if part != "propagation":
        raise NotByMachine(f"{part}: its value a person must say (aws ecs tag-resource)")
    yield updated(propagateTags="SERVICE")


def _as_before(service: Service, _part: str) -> Iterator[Write]:
    yield updated(propagateTags=service.propagates or "NONE")


class ServicePropagatesTags(Rule):
    """Services propagate tags and carry the required ones.

    Tags say which tasks hold ePHI, whose they are and which policies apply to them. Tasks have none of their own: they
    take over those of the service or of the task definition, if the service says so. Which tags a service must carry
    is the account's own choice; unless it makes one, any will do.
    """

    kind = Service
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.310(d)(2)(iii)",)
    sources = (EcsGuide(54),)
    related = ("ecs_service_propagate_tags_set", "ecs_service_tagged")
    remedy = Direct(
        "ecs.UpdateService",
        by=_propagating,
        why="Custodian's schema knows no propagateTags",
        effect=Effect(
            after="tasks that start from now on take over the service's tags",
            undo=_as_before,
            terraform={"aws_ecs_service": {"propagate_tags": "SERVICE"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """Which tags a service must carry."""

        required: Annotated[tuple[str, ...], msgspec.Meta(description="Keys of tags that must be there.")] = ()

    GOOD = (
        {},
        {"propagates": "TASK_DEFINITION"},
        Case({"tags": {"Owner": "care", "team": ""}}, settings={"required": ("owner", "team")}),
    )
    BAD = (
        {"propagates": "NONE"},
        {"propagates": ""},
        Case({"tags": {"team": "care"}}, settings={"required": ("owner", "team")}),
        Case({"propagates": "NONE", "tags": {"owner": "care"}}, settings={"required": ("owner",)}),
    )
    SKIP = ({"propagates": "NONE", "status": "DRAINING"},)

    @staticmethod
    def applies(service: Service) -> bool:
        """Active services."""
        return service.status == "ACTIVE"

    @staticmethod
    def check(service: Service, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if service.propagates not in {"SERVICE", "TASK_DEFINITION"}:
                yield Fail("its tasks take over no tags", part="propagation")
        with gaps:
            for key in settings.required:
                if service.tag(key) is None:
                    yield Fail(f"the tag {key} is missing", part=f"tag {key}")
        yield from gaps
