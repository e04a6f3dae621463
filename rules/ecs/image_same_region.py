"""ecs_image_same_region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import image_reference
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


HERE = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1"
THERE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/web:1"


class ImageSameRegion(Rule):
    """Images are pulled from the task's own Region.

    A task that pulls its image from another Region starts more slowly, and does not start at all while that Region or
    the way to it is disturbed: the recovery of a system with ePHI then hangs on two Regions instead of one. Images
    outside of Amazon ECR have no Region and are judged by another rule.
    """

    kind = TaskDefinition
    severity = "info"
    category = "advisory"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (EcsGuide(30), EcsGuide(47))
    remedy = revision(
        CONTAINER + '.image = "{account}.dkr.ecr.{region}.amazonaws.com/REPOSITORY@DIGEST"',
        "Replicate the repository into the task's Region: aws ecr put-replication-configuration"
        " --replication-configuration file://rules.json in the Region where it lies (it replaces all rules), and push"
        " the image again.",
    )
    GOOD = (
        {"containers": (Container("web", image=HERE),)},
        {"containers": (Container("web", image=HERE), Container("log", image="fluent/fluent-bit:3"))},
    )
    BAD = (
        {"containers": (Container("log", image=HERE), Container("web", image=THERE))},
        {"containers": (Container("log", image="fluent/fluent-bit:3"), Container("web", image=THERE))},
    )
    SKIP = ({"containers": (Container("log", image="fluent/fluent-bit:3"),)}, {"containers": ()})

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions with an image in a private ECR registry."""
        return any(image_reference(container.image).in_ecr for container in definition.containers)

    @staticmethod
    def check(definition: TaskDefinition) -> Iterator[Fail]:
        for container in definition.containers:
            image = image_reference(container.image)
            if image.in_ecr and image.region != definition.region:
                yield Fail(f"{container.image} is pulled from {image.region}", part=container.name)
