"""ecs_image_from_private_ecr."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import image_reference
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


OWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
OTHER = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/base@sha256:0a1b"


class ImageFromPrivateEcr(Rule):
    """Images come from a trusted private ECR registry.

    An image is a program that will handle ePHI. Public registries hold what anyone pushed there; nobody has vetted it,
    it may be changed or vanish, and its pulls may be throttled in the hour of need. A private registry of an account
    that is trusted holds what somebody chose to run. The own account is trusted; others, such as one for shared images
    or AWS's own for its agents, are named in the settings.
    """

    kind = TaskDefinition
    severity = "medium"
    hipaa_proposed = ("164.308(a)(5)(ii)(B)", "164.312(c)(1)")
    sources = (EcsGuide(56), EcsGuide(69))
    remedy = revision(
        CONTAINER + '.image = "{account}.dkr.ecr.{region}.amazonaws.com/REPOSITORY@DIGEST"',
        "Copy the image into a private repository after vetting it: aws ecr create-pull-through-cache-rule"
        " --ecr-repository-prefix PREFIX --upstream-registry-url REGISTRY --region {region}, or docker pull, tag and"
        " push.",
        last=("Where another account's registry is meant to be used, name the account in the rule's settings.",),
    )
    GOOD = (
        {"containers": (Container("web", image=OWN),)},
        Case({"containers": (Container("web", image=OTHER),)}, settings={"trusted_accounts": ("210987654321",)}),
    )
    BAD = (
        {"containers": (Container("web", image=OWN), Container("log", image="fluent/fluent-bit:3"))},
        {"containers": (Container("web", image="public.ecr.aws/nginx/nginx:1"),)},
        {"containers": (Container("web", image=OTHER),)},
        Case({"containers": (Container("web", image="nginx:1"),)}, settings={"trusted_accounts": ("210987654321",)}),
    )

    class Settings(RuleSettings, frozen=True):
        """Whose registries are trusted."""

        trusted_accounts: Annotated[
            tuple[str, ...], msgspec.Meta(description="Accounts whose registries are trusted besides the own.")
        ] = ()

    @staticmethod
    def check(definition: TaskDefinition, settings: Settings) -> Iterator[Fail]:
        for container in definition.containers:
            image = image_reference(container.image)
            if not image.in_ecr:
                yield Fail(
                    f"{container.image} comes from {image.registry}, no private ECR registry", part=container.name
                )
            elif image.account not in {definition.account, *settings.trusted_accounts}:
                yield Fail(
                    f"{container.image} comes from the account {image.account}, which is not trusted",
                    part=container.name,
                )
