"""ecs_image_pinned."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._images import movable
from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


ECR = "123456789012.dkr.ecr.us-east-1.amazonaws.com"


class ImagePinned(Rule):
    """Images are pinned by digest or by an immutable tag.

    A tag that can be moved lets another image run tomorrow under the name that was examined today, and nobody can say
    which program handled ePHI at a given hour. A digest, or a tag that the repository never moves, names one image for
    good. Tags of registries outside of Amazon ECR count as movable.
    """

    kind = TaskDefinition
    needs = (Repository,)
    severity = "medium"
    hipaa_proposed = ("164.312(c)(1)", "164.308(a)(5)(ii)(B)")
    sources = (EcsGuide(70),)
    remedy = revision(
        CONTAINER + '.image = "REPOSITORY@DIGEST"',
        "Take the digest of the image that was examined: aws ecr describe-images --repository-name REPOSITORY"
        " --image-ids imageTag=TAG --region {region}; of another registry, copy the image into ECR first.",
        last=("A repository's tags count as fixed once they are immutable (ecr_repository_tag_immutable).",),
    )
    GOOD = (
        {
            "containers": (
                Container("web", image="nginx@sha256:0a1b"),
                Container("log", image=f"{ECR}/log:1@sha256:0a1b"),
            )
        },
        Case({"containers": (Container("web", image=f"{ECR}/web:1.0.0"),)}, others=[Other(Repository, id="web")]),
        Case(
            {"containers": (Container("web", image=f"{ECR}/web:1.0.0"),)},
            others=[Other(Repository, id="web", mutability="IMMUTABLE_WITH_EXCLUSION", exclusions=("dev-*",))],
        ),
        Case(
            {"containers": (Container("web", image=f"{ECR}/web:v1"),)},
            others=[Other(Repository, id="web", mutability="MUTABLE_WITH_EXCLUSION", exclusions=("v*",))],
        ),
    )
    BAD = (
        {"containers": (Container("web", image="nginx@sha256:0a1b"), Container("log", image="docker.io/fluent:3.1"))},
        Case({"containers": (Container("web", image=f"{ECR}/web"),)}, others=[Other(Repository, id="web")]),
        Case(
            {"containers": (Container("web", image=f"{ECR}/web:1.0.0"),)},
            others=[Other(Repository, id="web", mutability="MUTABLE")],
        ),
        Case(
            {"containers": (Container("web", image=f"{ECR}/web:dev-1"),)},
            others=[Other(Repository, id="web", mutability="IMMUTABLE_WITH_EXCLUSION", exclusions=("dev-*",))],
        ),
        {"containers": (Container("web", image=f"{ECR}/gone:1.0.0"),)},
    )
    UNKNOWN = (
        Case({"containers": (Container("web", image=f"{ECR}/web:1.0.0"),)}, lacking=[Repository]),
        {"containers": (Container("web", image="999999999999.dkr.ecr.us-east-1.amazonaws.com/web:1.0.0"),)},
        {"containers": (Container("web", image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1.0.0"),)},
    )

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            with gaps:
                reason = movable(container.image, world)
                if reason:
                    yield Fail(f"{container.image}: {reason}", part=container.name)
        yield from gaps
