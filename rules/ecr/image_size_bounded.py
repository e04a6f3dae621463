"""ecr_image_size_bounded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from scanner.kinds.ecr import Image, Repository
from scanner.kinds.images import image_reference
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
REPOSITORY = {"id": "web", "registry": "123456789012"}
WEB = {"id": f"{ECR}/web:1.0.0", "repository": "web"}


def _lies_in(image: Image, repository: Repository) -> bool:
    named = image_reference(image.id)
    return (named.account, named.region, named.repository) == (repository.registry, repository.region, repository.id)


def _repository_of(_: World, image: Image) -> Iterator[tuple[str, str, str]]:
    named = image_reference(image.id)
    yield named.account, named.region, named.repository


def _candidates(repository: Repository, world: World) -> Iterator[Image]:
    return world.candidates(Image, _repository_of, lambda: [(repository.registry, repository.region, repository.id)])


class ImageSizeBounded(Rule):
    """Deployed images are small.

    A large image starts slowly, so services that handle ePHI come back late after a failure; and most of what makes it
    large are tools and libraries that nothing needs but an intruder. The images that tasks and task definitions of the
    same account and Region name are looked at, by the compressed size that the registry counts; of an index, the two
    Linux architectures of ECS.
    """

    kind = Repository
    needs = (Image,)
    severity = "info"
    category = "advisory"
    sources = (EcsGuide(30), EcsGuide(47))
    remedy = Runbook(
        "See what is in it: docker history --no-trunc {account}.dkr.ecr.{region}.amazonaws.com/{id}:TAG ({part}),"
        " largest layers first.",
        "Build in several stages and copy only what runs onto a minimal base image.",
        "Keep package caches, sources and build tools out of the last stage.",
        effect=Effect(risk="low"),
    )
    GOOD = (
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(500_000_000,))]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(), x86_sizes=(4,), arm_sizes=(5,))]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(500_000_001,))], settings={"megabytes": 501}),
        Case(
            REPOSITORY,
            others=[Other(Image, **WEB, sizes=(1,)), Other(Image, id=f"{ECR}/log:1.0.0", sizes=(500_000_001,))],
        ),
    )
    BAD = (
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(500_000_001,))]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(), x86_sizes=(500_000_001,))]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(), arm_sizes=(500_000_001,))]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(500_000_000,))], settings={"megabytes": 499}),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(500_000_001,))], lacking=[Image]),
    )
    SKIP = (
        REPOSITORY,
        Case(REPOSITORY, others=[Other(Image, id=f"{ECR}/log:1.0.0", sizes=(500_000_001,))]),
        Case(REPOSITORY, others=[Other(Image, id=WEB["id"].replace("1234", "9999"), sizes=(500_000_001,))]),
        Case(REPOSITORY, others=[Other(Image, id=WEB["id"].replace("east", "west"), sizes=(500_000_001,))]),
    )
    UNKNOWN = (
        Case(REPOSITORY, lacking=[Image]),
        Case(REPOSITORY, others=[Other(Image, **WEB, sizes=(1,))], lacking=[Image]),
    )

    class Settings(RuleSettings, frozen=True):
        """How large an image may be."""

        megabytes: Annotated[int, msgspec.Meta(description="Millions of bytes, compressed, at most.", ge=1)] = 500

    @staticmethod
    def applies(repository: Repository, world: World) -> bool:
        """Repositories with images that tasks or task definitions name."""
        return any_of(_candidates(repository, world), lambda image: _lies_in(image, repository))

    @staticmethod
    def check(repository: Repository, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            for image in _candidates(repository, world):
                with gaps:
                    if not _lies_in(image, repository):
                        continue
                    size = max((*image.sizes, *image.x86_sizes, *image.arm_sizes), default=0)
                    if size > settings.megabytes * 1_000_000:
                        name = image_reference(image.id)
                        part = name.digest or name.tag
                        yield Fail(f"{part} has {size / 1_000_000:.0f} MB, more than {settings.megabytes}", part)
        yield from gaps
