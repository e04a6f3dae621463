"""ec2_launch_template_hardened."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rules._former import former
from scanner.kinds.account import RegionSettings
from scanner.kinds.ec2_launch import Device, LaunchTemplate, LaunchVersion, MachineImage
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import EcsGuide, PhiCluster

ENCRYPTS = Other(RegionSettings)
PLAIN = Other(RegionSettings, ebs_encrypts=False)
ROOT = Device("/dev/xvda", encrypted=True)
OPEN_ROOT = Device("/dev/xvda", encrypted=False)
DATA = Device("/dev/xvdb")
AMI = {"id": "ami-1"}


def _says(**more: Any) -> dict[str, Any]:
    """A template for the examples: its only version is sound but for what is said."""
    return {
        "versions": (LaunchVersion(1, **{"image": "ami-1", "http_tokens": "required", "devices": (ROOT,), **more}),)
    }


def _default(template: LaunchTemplate) -> LaunchVersion:
    """Give the default version.

    Raises:
        Unknown: the answer did not hold it.
    """
    found = next((item for item in template.versions if item.number == template.default_version), None)
    if found is None:
        message = f"version {template.default_version} is missing from the answer"
        raise Unknown(Gap("ec2.DescribeLaunchTemplateVersions", message=message, state=GapState.PARTIAL))
    return found


def _of_image(version: LaunchVersion, world: World) -> tuple[Device, ...]:
    """Give the volumes that the version's image brings.

    Raises:
        Unknown: the image stands behind a parameter, is gone or is not shared with the account.
    """
    image = world.get(MachineImage, version.image)
    if image is None or not image.visible:
        raise Unknown(Gap("ec2.DescribeImages", message=f"the image {version.image} could not be seen"))
    return image.devices


def _unencrypted(version: LaunchVersion, world: World) -> list[str]:
    """Name the volumes that neither the template nor the image encrypts.

    Raises:
        Unknown: what the image brings is not known.
    """
    if not version.image and not version.devices:
        return ["volumes of the image, which the launch names"]
    encrypted: dict[str, bool] = {}
    for device in _of_image(version, world) if version.image else ():
        encrypted[device.name] = bool(device.encrypted)
    for device in version.devices:
        encrypted[device.name] = bool(device.encrypted) or device.dropped or encrypted.get(device.name, False)
    return [name for name, sure in encrypted.items() if not sure]


_OPTIONS = ("HttpEndpoint", "HttpPutResponseHopLimit", "HttpProtocolIpv6", "InstanceMetadataTags")


def _require_tokens(template: LaunchTemplate, part: str) -> Iterator[Write]:
    """Make a version from the default one; AWS numbers versions on from the latest."""
    if part != "metadata service":
        raise NotByMachine(
            "which hosts need a public address, and which key encrypts a volume, a person must say: aws ec2"
            f" create-launch-template-version --launch-template-id {template.id} --source-version '$Default'"
            f" --launch-template-data file://changes.json --region {template.region}, then aws ec2"
            f" modify-launch-template --launch-template-id {template.id} --default-version NUMBER"
        )
    texts = former(template, "texts")
    said = next(item for item in texts if item["VersionNumber"] == template.default_version)["LaunchTemplateData"]
    before = said.get("MetadataOptions", {})
    options = {name: before[name] for name in _OPTIONS if name in before} | {"HttpTokens": "required"}
    yield Write(
        "ec2.CreateLaunchTemplateVersion",
        {
            "LaunchTemplateId": template.id,
            "SourceVersion": str(template.default_version),
            "VersionDescription": "requires session tokens for the metadata service",
            "LaunchTemplateData": {"MetadataOptions": options},
        },
    )
    yield _default_to(template, template.latest_version + 1)


def _former_default(template: LaunchTemplate, _part: str) -> Iterator[Write]:
    yield _default_to(template, template.default_version)


def _default_to(template: LaunchTemplate, number: int) -> Write:
    return Write("ec2.ModifyLaunchTemplate", {"LaunchTemplateId": template.id, "DefaultVersion": str(number)})


class LaunchTemplateHardened(Rule):
    """Launch templates require IMDSv2, encrypt volumes, assign no public IP.

    What a template leaves open, every host that is launched from it has open: credentials for any forged request, disks
    in clear under ePHI, an address on the internet. The default version is judged. A volume counts as encrypted if the
    template says so, if the image's own volume is, or if the Region encrypts every new volume. Where the template says
    nothing of a public address the subnet decides, and that is judged there.
    """

    kind = LaunchTemplate
    needs = (RegionSettings, MachineImage)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(a)(2)(iv)", "164.312(e)(1)")
    sources = (EcsGuide(58), PhiCluster())
    remedy = Direct(
        "ec2.CreateLaunchTemplateVersion",
        also=("ec2.ModifyLaunchTemplate",),
        by=_require_tokens,
        why="Custodian's action makes no version",
        effect=Effect(
            after="A new version, the default from now on, requires session tokens and is otherwise what the former"
            " default was; what was launched before keeps its options.",
            risk="medium",
            undo=_former_default,
            terraform={"aws_launch_template": {"metadata_options": {"http_tokens": "required"}}},
        ),
    )
    GOOD = (
        Case(_says(), others=[PLAIN, Other(MachineImage, **AMI, devices=(OPEN_ROOT,))]),
        Case(_says(http_tokens="optional", http_endpoint="disabled", public_ip=False), others=[ENCRYPTS]),
        Case(_says(devices=(OPEN_ROOT, DATA)), others=[ENCRYPTS]),
        Case(_says(devices=()), others=[PLAIN, Other(MachineImage, **AMI, devices=(ROOT,))]),
        Case(
            _says(devices=(DATA,)),
            others=[PLAIN, Other(MachineImage, **AMI, devices=(Device("/dev/xvdb", encrypted=True),))],
        ),
        Case(
            _says(devices=(ROOT, Device("/dev/xvdb", dropped=True))),
            others=[PLAIN, Other(MachineImage, **AMI, devices=(DATA,))],
        ),
        Case(_says(image=""), others=[PLAIN]),
        Case(_says(image=""), lacking=[RegionSettings]),
        Case(
            {
                "versions": (LaunchVersion(1), LaunchVersion(2, http_tokens="required")),
                "default_version": 2,
            },
            others=[ENCRYPTS],
        ),
    )
    BAD = (
        Case(_says(http_tokens="optional"), others=[ENCRYPTS]),
        Case(_says(http_tokens=""), others=[ENCRYPTS]),
        Case(_says(http_tokens="", http_endpoint="enabled"), others=[ENCRYPTS]),
        Case(_says(public_ip=True), others=[ENCRYPTS]),
        Case(_says(devices=(DATA,)), others=[PLAIN, Other(MachineImage, **AMI, devices=(ROOT,))]),
        Case(_says(devices=()), others=[PLAIN, Other(MachineImage, **AMI, devices=(OPEN_ROOT,))]),
        Case(_says(image="", devices=()), others=[PLAIN]),
        Case(_says(image="", devices=(ROOT, DATA)), others=[PLAIN]),
        Case(_says(image="", public_ip=True), lacking=[RegionSettings, MachineImage]),
    )
    SKIP = (Case({**_says(http_tokens="optional"), "operator": "ecs.amazonaws.com"}, others=[PLAIN]),)
    UNKNOWN = (
        Case({**_says(), "default_version": 2}, others=[ENCRYPTS]),
        Case(_says(), others=[PLAIN]),
        Case(_says(), others=[PLAIN, Other(MachineImage, **AMI, visible=False, devices=(ROOT,))]),
        Case(_says(), others=[PLAIN], lacking=[MachineImage]),
        Case(_says(image="", devices=(DATA,)), lacking=[RegionSettings]),
    )

    @staticmethod
    def applies(template: LaunchTemplate) -> bool | str:
        """Launch templates that the customer keeps."""
        return f"{template.operator} keeps the template for the customer" if template.operator else True

    @staticmethod
    def check(template: LaunchTemplate, world: World) -> Iterator[Fail | Missing]:
        version, gaps = _default(template), Gaps()
        if version.http_tokens != "required" and version.http_endpoint != "disabled":
            said = f"are {version.http_tokens}" if version.http_tokens else "are left to the image and the account"
            yield Fail(f"session tokens for the metadata service {said} (version {version.number})", "metadata service")
        if version.public_ip:
            yield Fail(f"a public address is assigned (version {version.number})", "public address")
        with gaps:
            sure = any_of((lambda: world.only(RegionSettings).ebs_encrypts, lambda: not _unencrypted(version, world)))
            for name in () if sure else _unencrypted(version, world):
                yield Fail(f"nothing encrypts {name} (version {version.number})", f"volume {name}")
        yield from gaps
