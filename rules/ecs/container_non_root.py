"""ecs_container_non_root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ecs._images import image_named, images_of, platforms
from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecr import Image
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task, TaskContainer
from scanner.kinds.images import ImageConfig, is_root
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.rule import Case, Fail, Gaps, Note, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


TAGGED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.0.0"
PULLED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web@sha256:0a1b2c3d"
WEB = Container("web", image=TAGGED)
STARTING = Other(Task, containers=(TaskContainer("web", TAGGED),))
RUNNING = Other(Task, containers=(TaskContainer("log", "log:1"), TaskContainer("web", TAGGED, "sha256:0a1b2c3d")))
STOPPED = Other(Task, desired_status="STOPPED", containers=(TaskContainer("web", TAGGED, "sha256:0a1b2c3d"),))
_DENIED = Unknown(Gap("ecr.GetDownloadUrlForLayer", "ecr:GetDownloadUrlForLayer", state=GapState.DENIED))


def _judge(
    definition: TaskDefinition, container: Container, reference: str, world: World, gaps: Gaps
) -> Iterator[Outcome]:
    image = image_named(reference, "the user of its image", world)
    for platform in platforms(definition, image):
        with gaps:
            config: ImageConfig | None = getattr(image, platform)
            if config is None or config.os == "windows":
                continue
            if is_root(config.user):
                yield Fail(
                    f"neither the task definition nor the image {reference} names a user but root", part=container.name
                )
            else:
                yield Note(f"{container.name} runs as {config.user}, the user of the image {reference}")


class ContainerNonRoot(Rule):
    """Containers run as a non-root user.

    A process that is root in its container is root on the host as soon as it breaks out, and until then may change any
    file in the image. The task definition's user decides; where it names none, the image's own does, read from the
    image that the running tasks pulled, or, where nothing runs, from the one that the task definition names.

    Of an image for several platforms, the one for the task's architecture is judged, or both where the task definition
    leaves the architecture open on EC2. A user that the image's own list of users maps to number 0 under another name,
    and images outside of Amazon ECR, cannot be seen. Windows containers have another rule.
    """

    kind = TaskDefinition
    needs = (Image, Task)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(70),)
    aliases = (
        "config:ecs-task-definition-linux-user-non-root",
        "config:ecs-task-definition-nonroot-user",
        "security-hub:ECS.20",
        "steampipe:ecs_task_definition_no_root_user",
    )
    remedy = revision(
        CONTAINER + '.user = "UID:GID"',
        "Give the image a user of its own (USER with a number in the Dockerfile) that owns what the program writes.",
    )
    GOOD = (
        {"containers": (Container("web", user="1000:1000"), Container("log", user="fluent"))},
        Case({"containers": (WEB,)}, others=[Other(Image, id=TAGGED, own=ImageConfig("app"))]),
        Case(
            {"containers": (WEB,)},
            others=[RUNNING, Other(Image, id=PULLED), Other(Image, id=TAGGED, own=ImageConfig(""))],
        ),
        Case(
            {"containers": (WEB,)},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig("app"), arm=ImageConfig("root"))],
        ),
        Case(
            {"containers": (WEB,), "requires": ("EC2",)},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig("app"))],
        ),
        Case(
            {"containers": (WEB,), "architecture": "ARM64"},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig(""), arm=ImageConfig("app"))],
        ),
        Case(
            {"containers": (WEB,)},
            others=[STARTING, Other(Image, id=TAGGED)],
        ),
        Case({"containers": (WEB,)}, others=[Other(Image, id=TAGGED, own=ImageConfig("", os="windows"))]),
    )
    BAD = (
        {"containers": (Container("web", user="app"), Container("log", user="0:1000"))},
        {"containers": (Container("web", user="root:root"), Container("log", image="docker.io/library/nginx:1"))},
        Case({"containers": (WEB,)}, others=[Other(Image, id=TAGGED, own=ImageConfig(""))]),
        Case(
            {"containers": (WEB,)},
            others=[RUNNING, Other(Image, id=PULLED, own=ImageConfig("0")), Other(Image, id=TAGGED)],
        ),
        Case(
            {"containers": (WEB,)},
            others=[STOPPED, Other(Image, id=PULLED), Other(Image, id=TAGGED, own=ImageConfig(""))],
        ),
        Case(
            {"containers": (WEB,), "requires": ("EC2",)},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig("app"), arm=ImageConfig("root"))],
        ),
        Case(
            {"containers": (WEB,), "architecture": "X86_64", "requires": ("EC2",)},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig("root"), arm=ImageConfig("app"))],
        ),
    )
    SKIP = ({"containers": (WEB,), "os_family": "WINDOWS_SERVER_2022_CORE"},)
    UNKNOWN = (
        {"containers": (Container("web", user="app"), Container("log", image="docker.io/library/nginx:1"))},
        {"containers": (WEB,)},
        Case({"containers": (WEB,)}, others=[Other(Image, id=TAGGED)], lacking=[Task]),
        Case({"containers": (WEB,)}, others=[Other(Image, id=TAGGED, own=None)]),
        Case(
            {"containers": (WEB,), "requires": ()},
            others=[Other(Image, id=TAGGED, own=None, x86=ImageConfig("app"), arm=_DENIED)],
        ),
    )

    @staticmethod
    def applies(definition: TaskDefinition) -> bool:
        """Task definitions of Linux containers."""
        return not definition.on_windows

    @staticmethod
    def check(definition: TaskDefinition, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            if container.user and is_root(container.user):
                yield Fail(f"the task definition has it run as {container.user}", part=container.name)
            if container.user:
                continue
            with gaps:
                for reference in images_of(definition, container, world):
                    yield from _judge(definition, container, reference, world, gaps)
        yield from gaps
