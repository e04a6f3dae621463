"""EC2: launch templates, and the machine images that instances and launch templates name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data, user_data_secret
from scanner.model.call import applied, batch, each, refs, then
from scanner.model.kind import Const, Kind, fact


class Device(msgspec.Struct, frozen=True):
    """One EBS volume of an image or a launch: its device, and whether it is to be encrypted (None: not said).

    A device of the image that a launch leaves out is `dropped`.
    """

    name: str
    encrypted: bool | None = None
    dropped: bool = False


class LaunchVersion(msgspec.Struct, frozen=True):
    """What a version of a launch template says; empty or None where it leaves the choice to AWS or to the launcher."""

    number: int = 0
    image: str = ""
    http_tokens: str = ""
    http_endpoint: str = ""
    hop_limit: int | None = None
    devices: tuple[Device, ...] = ()
    public_ip: bool | None = None
    profile: str = ""
    security_groups: tuple[str, ...] = ()
    user_data: UserData = NO_USER_DATA
    spot: bool = False


def devices(given: Iterable[Mapping[str, Any]]) -> tuple[Device, ...]:
    """Read block device mappings: EBS volumes and devices that are left out; instance store volumes are neither."""
    found = []
    for item in given:
        name = item.get("DeviceName", "")
        if "Ebs" in item:
            found.append(Device(name, item["Ebs"].get("Encrypted")))
        elif item.get("NoDevice") not in (None, False):
            found.append(Device(name, dropped=True))
    return tuple(found)


def _version(given: Mapping[str, Any]) -> LaunchVersion:
    data = given["LaunchTemplateData"]
    metadata, profile = data.get("MetadataOptions", {}), data.get("IamInstanceProfile", {})
    interfaces = data.get("NetworkInterfaces", ())
    asked = [item["AssociatePublicIpAddress"] for item in interfaces if "AssociatePublicIpAddress" in item]
    groups = [*data.get("SecurityGroupIds", ()), *(name for item in interfaces for name in item.get("Groups", ()))]
    return LaunchVersion(
        number=given["VersionNumber"],
        image=data.get("ImageId", ""),
        http_tokens=metadata.get("HttpTokens", ""),
        http_endpoint=metadata.get("HttpEndpoint", ""),
        hop_limit=metadata.get("HttpPutResponseHopLimit"),
        devices=devices(data.get("BlockDeviceMappings", ())),
        public_ip=any(asked) if asked else None,
        profile=profile.get("Arn") or profile.get("Name", ""),
        security_groups=tuple(dict.fromkeys(groups)),
        user_data=read_user_data(data["UserData"]) if "UserData" in data else NO_USER_DATA,
        spot=data.get("InstanceMarketOptions", {}).get("MarketType") == "spot",
    )


def _versions(given: Sequence[Mapping[str, Any]]) -> tuple[LaunchVersion, ...]:
    return tuple(_version(item) for item in sorted(given, key=lambda item: item["VersionNumber"]))


def _images(given: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    named = (str(item["LaunchTemplateData"].get("ImageId", "")) for item in given)
    return tuple(dict.fromkeys(name for name in named if name and not name.startswith("resolve:")))


def _wanted(default: int, latest: int) -> list[str]:
    return [str(number) for number in sorted({default, latest})]


class LaunchTemplate(Kind, cfn="AWS::EC2::LaunchTemplate", tf="aws_launch_template"):
    """A launch template with its default and its latest version."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:launch-template/{id}"

    box = each("ec2.DescribeLaunchTemplates", "LaunchTemplates")
    texts = then(
        "ec2.DescribeLaunchTemplateVersions",
        "LaunchTemplateVersions",
        LaunchTemplateId="$box.LaunchTemplateId",
        Versions=applied(_wanted, "$box.DefaultVersionNumber", "$box.LatestVersionNumber"),
    )
    secrets = {"texts": user_data_secret("[].LaunchTemplateData.UserData")}

    id: str = fact("box.LaunchTemplateId", sample="lt-0123456789abcdef0")
    name: str = fact("box.LaunchTemplateName", plan="name", template="LaunchTemplateName", sample="hosts")
    tags: Mapping[str, str] = fact(
        "box.Tags",
        plan="tags",
        template="TagSpecifications[ResourceType=launch-template].Tags",
        parse=tags(),
        default={},
    )
    operator: str = fact(
        "box.Operator.Principal",
        plan=Const(""),
        template=Const(""),
        default={"api": ""},
        doc="The AWS service that keeps the template for the customer.",
    )
    default_version: int = fact("box.DefaultVersionNumber", sample=1)
    latest_version: int = fact("box.LatestVersionNumber", sample=1)
    versions: tuple[LaunchVersion, ...] = fact("texts", parse=_versions, sample=(LaunchVersion(1),))
    images: tuple[str, ...] = fact(
        "texts", parse=_images, sample=(), doc="The images that the versions name, those behind a parameter left out."
    )
    volatile = ("box.CreateTime", "texts[].CreateTime")


class MachineImage(Kind, cfn="AWS::EC2::Image", tf="aws_ami"):
    """An Amazon Machine Image (AMI) that an instance or a launch names; one that is gone or not shared is not seen."""

    arn_format = "arn:{partition}:ec2:{region}::image/{id}"

    wanted = refs("Instance.image", "LaunchTemplate.images", "LaunchConfiguration.image")
    about = batch(
        "ec2.DescribeImages",
        "Images",
        ids="ImageIds",
        own="$wanted",
        key="ImageId",
        size=100,
        absent=["InvalidAMIID.NotFound", "InvalidAMIID.Unavailable"],
        IncludeDeprecated=True,
        IncludeDisabled=True,
    )

    id: str = fact("wanted", plan="id", sample="ami-0123456789abcdef0")
    name: str = fact("about.Name | wanted", plan="name", sample="ecs-hardened-2026-10")
    tags: Mapping[str, str] = fact("about.Tags", plan="tags", parse=tags(), default={})
    visible: bool = fact(
        "about.ImageId", parse=bool, default={"api": False}, sample=True, doc="Whether the image is still there."
    )
    owner: str = fact("about.OwnerId", sample="123456789012")
    owner_alias: str = fact(
        "about.ImageOwnerAlias", default={"api": ""}, doc="`amazon`, `aws-marketplace` or `self`, where AWS gives one."
    )
    created: datetime = fact("about.CreationDate")
    devices: tuple[Device, ...] = fact("about.BlockDeviceMappings", parse=devices, default={"api": ()}, sample=())
    volatile = ("about.LastLaunchedTime", "about.ScanResults")


class OwnImage(Kind, cfn="AWS::EC2::OwnImage"):
    """An Amazon Machine Image (AMI) that the account owns, whether or not anything names it."""

    arn_format = "arn:{partition}:ec2:{region}::image/{id}"

    box = each("ec2.DescribeImages", "Images", Owners=["self"])

    id: str = fact("box.ImageId", sample="ami-0fedcba9876543210")
    name: str = fact("box.Name", sample="ecs-hardened-2026-10")
    tags: Mapping[str, str] = fact("box.Tags", parse=tags(), default={})
    state: str = fact("box.State", sample="available")
    source: str = fact(
        "box.SourceImageId", default={"api": ""}, sample="", doc="The image of which it is a copy, where AWS tells it."
    )
    volatile = ("box.LastLaunchedTime",)
