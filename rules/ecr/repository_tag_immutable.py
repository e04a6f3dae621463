"""ecr_repository_tag_immutable."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import image_reference, tag_matches
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
EXCEPTED = {"mutability": "IMMUTABLE_WITH_EXCLUSION", "exclusions": ("dev-*",)}


def _excepted(repository: Repository, definition: TaskDefinition) -> Iterator[str]:
    """Give the tags of a repository that a task definition names and that may be moved."""
    for text in definition.images:
        image = image_reference(text)
        place = (image.account, image.region, image.repository)
        if place == (repository.registry, repository.region, repository.id) and not image.digest:
            yield from (image.tag for pattern in repository.exclusions if tag_matches(pattern, image.tag))


def _as_before(repository: Repository, _part: str) -> Iterator[Write]:
    values: dict[str, Any] = {"repositoryName": repository.id, "imageTagMutability": repository.mutability}
    if repository.exclusions:
        values["imageTagMutabilityExclusionFilters"] = former(repository, "repository")[
            "imageTagMutabilityExclusionFilters"
        ]
    yield Write("ecr.PutImageTagMutability", values)


class RepositoryTagImmutable(Rule):
    """Repository tags are immutable.

    Where a tag can be moved, whoever may push replaces the program that handles ePHI, and the next task that starts
    runs it. Filters that except tags from immutability are taken as harmless while no task definition in use in the
    same account and Region names such a tag.
    """

    kind = Repository
    needs = (TaskDefinition,)
    severity = "high"
    hipaa_proposed = ("164.312(c)(1)", "164.312(c)(2)")
    sources = (EcsGuide(70), EcsGuide(71))
    aliases = (
        "config:ecr-private-tag-immutability-enabled",
        "security-hub:ECR.2",
        "prowler:ecr_repositories_tag_immutability",
        "steampipe:ecr_repository_tag_immutability_enabled",
    )
    remedy = Custodian(
        "ecr",
        {"type": "set-immutability", "state": True},
        filters=[{"type": "value", "key": "imageTagMutability", "op": "ne", "value": "IMMUTABLE"}],
        effect=Effect(
            sets={"mutability": "IMMUTABLE", "exclusions": ()},
            risk="medium",
            downtime="a pipeline that pushes the same tag again, such as latest, is refused",
            undo=_as_before,
            terraform={"aws_ecr_repository": {"image_tag_mutability": "IMMUTABLE"}},
        ),
    )
    GOOD = (
        {"mutability": "IMMUTABLE"},
        EXCEPTED,
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR}/web:1.0.0", f"{ECR}/log:dev-1"))]),
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR}/web:dev-1",), in_use=False)]),
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR}/web:dev-1@sha256:0a",))]),
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR.replace('1234', '9999')}/web:dev-1",))]),
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR.replace('east', 'west')}/web:dev-1",))]),
    )
    BAD = (
        {"mutability": "MUTABLE"},
        {"mutability": "MUTABLE_WITH_EXCLUSION", "exclusions": ("v*",)},
        Case(EXCEPTED, others=[Other(TaskDefinition, images=(f"{ECR}/web:dev-1",))]),
    )
    UNKNOWN = (Case(EXCEPTED, lacking=[TaskDefinition]),)

    @staticmethod
    def check(repository: Repository, world: World) -> Iterator[Outcome]:
        if repository.mutability == "IMMUTABLE":
            return
        if repository.mutability != "IMMUTABLE_WITH_EXCLUSION":
            yield Fail(f"tags can be moved ({repository.mutability})")
            return
        gaps = Gaps()
        deployed: dict[str, str] = {}
        with gaps:
            for definition in world.all(TaskDefinition):
                with gaps:
                    deployed |= {tag: definition.name for tag in _excepted(repository, definition) if definition.in_use}
        for tag, family in sorted(deployed.items()):
            yield Fail(f"the tag {tag}, which {family} runs, is excepted from immutability", part=f"tag {tag}")
        yield from gaps
