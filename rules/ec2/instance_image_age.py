"""ec2_instance_image_age."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

from rules.ec2._own import image_of, own
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_launch import MachineImage
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster

FRESH = datetime(2026, 5, 25, 2, 0, tzinfo=UTC)
STALE = datetime(2026, 5, 25, 1, 0, tzinfo=UTC)


class InstanceImageAge(Rule):
    """Instances run a recent image.

    An image keeps the holes of the day it was made. An instance that starts from an old one is open to what has become
    known since, until it is patched, and each replacement starts as old again. The age of an image that is gone, or not
    shared any more, cannot be learned. What was patched on the running instance is not seen here.
    """

    kind = Instance
    needs = (MachineImage,)
    severity = "medium"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (PhiCluster(), EcsGuide(69))
    remedy = Runbook(
        "Build or choose a current image; for ECS: aws ssm get-parameters --names "
        "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended --region {region}",
        "Point the launch template or the Terraform code to it.",
        "Replace the instance: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP --region "
        "{region}, or launch a new one and aws ec2 terminate-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is replaced",
            terraform={"aws_instance": {"ami": "A CURRENT IMAGE"}},
        ),
    )
    GOOD = (
        Case({}, others=[Other(MachineImage, created=FRESH)]),
        Case({}, others=[Other(MachineImage, created=STALE)], settings={"days": 181}),
    )
    BAD = (
        Case({}, others=[Other(MachineImage, created=STALE)]),
        Case({"state": "stopped"}, others=[Other(MachineImage, created=FRESH)], settings={"days": 179}),
    )
    SKIP = (
        Case({"state": "terminated"}, others=[Other(MachineImage, created=STALE)]),
        Case({"operator": "ecs.amazonaws.com"}, others=[Other(MachineImage, created=STALE)]),
    )
    UNKNOWN = (
        {},
        Case({}, lacking=[MachineImage]),
        Case({}, others=[Other(MachineImage, visible=False, created=STALE)]),
    )

    class Settings(RuleSettings, frozen=True):
        """How old an image may be."""

        days: Annotated[int, msgspec.Meta(description="Days since the image was created, at most.", ge=1)] = 180

    @staticmethod
    def applies(instance: Instance) -> bool | str:
        """Instances that the customer runs."""
        return own(instance)

    @staticmethod
    def check(instance: Instance, world: World, settings: Settings, as_of: datetime) -> Iterator[Fail]:
        image = image_of(world, instance.image)
        age = as_of - image.created
        if age > timedelta(days=settings.days):
            yield Fail(f"{image.id} was created on {image.created:%Y-%m-%d}, {age.days} days ago")
