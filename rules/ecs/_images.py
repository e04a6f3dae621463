"""What several rules on ECS ask: which images run as a container, and for which platforms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecr import Image, Repository
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.images import fixed_by, image_reference
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.kinds.containers import Container
    from scanner.kinds.ecs_task_definitions import TaskDefinition
    from scanner.model.inventory import World


def images_of(definition: TaskDefinition, container: Container, world: World) -> tuple[str, ...]:
    """Name the images that run as this container; where nothing runs, the one that the task definition names."""
    pulled = [
        item.reference
        for task in world.all(Task, task_definition=definition.id)
        if task.runs
        for item in task.containers
        if item.name == container.name
    ]
    return tuple(dict.fromkeys(pulled)) or (image_reference(container.image).text,)


def image_named(reference: str, what: str, world: World) -> Image:
    """Give the image of a name.

    Raises:
        Unknown: it lies outside of Amazon ECR, so that `what` of it cannot be read, or it was not read.
    """
    if not image_reference(reference).in_ecr:
        raise Unknown(Gap(message=f"{reference} lies outside of Amazon ECR: {what} cannot be read"))
    image = world.get(Image, reference)
    if image is None:
        raise Unknown(Gap("ecr.BatchGetImage", message=f"the image {reference} was not read"))
    return image


def platforms(definition: TaskDefinition, image: Image) -> tuple[str, ...]:
    """Say which of an image's configurations may run: its `own`, or those of an index (`x86`, `arm`) that fit the task.

    One that fits may still be missing from the index.

    Raises:
        Unknown: the registry has no such image, or none of it is for Linux on an architecture of ECS.
    """
    if not image.digest:
        raise Unknown(Gap("ecr.BatchGetImage", message=f"the registry does not hold {image.id}"))
    if image.own is not None:
        return ("own",)
    wanted = definition.architecture or ("X86_64" if definition.only_fargate else "")
    fitting = [name for name, platform in (("x86", "X86_64"), ("arm", "ARM64")) if wanted in {"", platform}]
    if not any_of(fitting, lambda name: getattr(image, name) is not None):
        raise Unknown(
            Gap(message=f"{image.id} is an index without an image for Linux on {wanted or 'X86_64 or ARM64'}")
        )
    return tuple(fitting)


def movable(name: str, world: World) -> str:
    """Say why another image may come to be known by a name; nothing where it may not.

    The rule needs `Repository`.

    Raises:
        Unknown: the repository could not be seen.
    """
    image = image_reference(name)
    if image.digest:
        return ""
    if image.tag == "latest":
        return "the tag latest names whatever was pushed last"
    if not image.in_ecr:
        return f"{image.registry} may move the tag {image.tag}"
    repository = world.get(Repository, image.repository, region=image.region, account=image.account)
    if repository is None:
        return f"there is no repository {image.repository}"
    if fixed_by(repository.mutability, repository.exclusions, image.tag):
        return ""
    return f"the repository {image.repository} lets the tag {image.tag} be moved ({repository.mutability})"
