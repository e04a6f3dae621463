"""ec2_instance_hardened_image."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.ec2._own import image_of, own
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_launch import MachineImage
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

AMI = "ami-0123456789abcdef0"
OWNERS = {"approved_owners": ("210987654321", "amazon")}
HERE = {"approved_owners": ("self",)}


class InstanceHardenedImage(Rule):
    """Instances run approved hardened images.

    Instances that handle ePHI start from an image that somebody has hardened and vouches for; what runs from any other
    image brings programs and settings that nobody has looked at. Which images are approved only the organization can
    say: until it names them, or the accounts that make them, the rule does not apply. `self` stands for the instance's
    own account. The owner of an image that is gone, or not shared any more, cannot be learned.
    """

    kind = Instance
    needs = (MachineImage,)
    severity = "high"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Find the approved image for the instance's purpose, or have one made and approved: aws ec2 "
        "describe-images --owners OWNER --region {region}",
        "Point the launch template or the Terraform code to the approved image.",
        "Replace the instance: aws autoscaling start-instance-refresh --auto-scaling-group-name GROUP --region "
        "{region}, or launch a new one and aws ec2 terminate-instances --instance-ids {id} --region {region}",
        effect=Effect(
            risk="high",
            downtime="the instance is replaced",
            terraform={"aws_instance": {"ami": "THE APPROVED IMAGE"}},
        ),
    )
    GOOD = (
        Case({}, settings={"approved_images": ("ami-9", AMI)}),
        Case({}, settings={"approved_images": (AMI,), **OWNERS}, lacking=[MachineImage]),
        Case({}, others=[Other(MachineImage, owner="210987654321")], settings=OWNERS),
        Case({}, others=[Other(MachineImage, owner="137112412989", owner_alias="amazon")], settings=OWNERS),
        Case({}, others=[Other(MachineImage, owner="123456789012")], settings=HERE),
    )
    BAD = (
        Case({}, settings={"approved_images": ("ami-9",)}),
        Case({"state": "stopped"}, settings={"approved_images": ("ami-9",)}, lacking=[MachineImage]),
        Case({}, others=[Other(MachineImage, owner="999999999999")], settings=OWNERS),
        Case({}, others=[Other(MachineImage, owner="999999999999")], settings=HERE),
        Case({}, others=[Other(MachineImage, owner="123456789012")], settings=OWNERS),
    )
    SKIP = (
        {},
        Case({"state": "terminated"}, settings=OWNERS),
        Case({"operator": "ecs.amazonaws.com"}, settings={"approved_images": ("ami-9",)}),
    )
    UNKNOWN = (
        Case({}, settings=OWNERS),
        Case({}, others=[Other(MachineImage, owner="210987654321", visible=False)], settings=OWNERS),
        Case({}, settings=OWNERS, lacking=[MachineImage]),
    )

    class Settings(RuleSettings, frozen=True):
        """Which images are approved."""

        approved_images: Annotated[tuple[str, ...], msgspec.Meta(description="Ids of approved images.")] = ()
        approved_owners: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Accounts whose images are approved; also `self`, `amazon`, `aws-marketplace`."),
        ] = ()

    @staticmethod
    def applies(instance: Instance, settings: Settings) -> bool | str:
        """Instances that the customer runs, where approved images or owners are set."""
        if not settings.approved_images and not settings.approved_owners:
            return "no approved images or owners are set (approved_images, approved_owners)"
        return own(instance)

    @staticmethod
    def check(instance: Instance, world: World, settings: Settings) -> Iterator[Fail]:
        if instance.image in settings.approved_images:
            return
        if not settings.approved_owners:
            yield Fail(f"{instance.image} is not among the approved images")
            return
        image = image_of(world, instance.image)
        owners = {instance.account if name == "self" else name for name in settings.approved_owners}
        if not any_of((lambda: image.owner in owners, lambda: image.owner_alias in owners)):
            yield Fail(f"{instance.image} is not approved, nor is its owner {image.owner}")
