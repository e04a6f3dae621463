"""EC2 hosts: instances, the volumes on them, snapshots, machine images and launch templates."""

from __future__ import annotations

import base64
from typing import Any

from remediation.twin.kinds.ec2_network import tag
from remediation.twin.registry import builds
from remediation.twin.scripts import script
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import specification
from scanner.model.resource import Resource

_GONE = ("shutting-down", "terminated")


@builds("AWS::EC2::Volume")
def volume(site: Site, resource: Resource) -> None:
    """Make the volume; the instance that it is on takes it when it is launched."""
    box = doc(resource, "box")
    without = () if box["VolumeType"] in {"io1", "io2"} else ("Iops",)
    made = site.call(
        resource, "ec2.CreateVolume", **fitting("ec2.CreateVolume", box, "SnapshotId", *without),
        TagSpecifications=specification(resource, "volume"),
    )  # fmt: skip
    site.pair(box["VolumeId"], made["VolumeId"])


@builds("AWS::EC2::Snapshot")
def snapshot(site: Site, resource: Resource) -> None:
    """Make the snapshot from its volume, or from one like it where the volume is gone; share it as it is shared."""
    box = doc(resource, "box")
    name = box["SnapshotId"]
    if site.pairs.made(name) == name:
        source, kept = _source(site, resource)
        made = site.call(
            resource, "ec2.CreateSnapshot", **fitting("ec2.CreateSnapshot", box, "VolumeId"), VolumeId=source,
            TagSpecifications=specification(resource, "snapshot"),
        )  # fmt: skip
        site.pair(name, made["SnapshotId"])
        if not kept:
            site.call(resource, "ec2.DeleteVolume", VolumeId=source)
    else:
        (made,) = site.call(resource, "ec2.DescribeSnapshots", SnapshotIds=[name])["Snapshots"]
        site.pair(box.get("VolumeId"), made.get("VolumeId"))
        tag(site, resource)
    if doc(resource, "everybody"):
        open_to: dict[str, Any] = {"Attribute": "createVolumePermission", "OperationType": "add", "GroupNames": ["all"]}
        site.call(resource, "ec2.ModifySnapshotAttribute", SnapshotId=name, **open_to)


def _source(site: Site, resource: Resource) -> tuple[str, bool]:
    """Give the volume to take the snapshot of, and whether it stays."""
    box = doc(resource, "box")
    made = site.pairs.made(box["VolumeId"])
    if made != box["VolumeId"]:
        return made, True
    wanted = fitting("ec2.CreateVolume", box, "SnapshotId")
    zone = f"{resource.region}a"
    fresh = site.call(resource, "ec2.CreateVolume", **{**wanted, "Size": box["VolumeSize"], "AvailabilityZone": zone})
    site.pair(box["VolumeId"], fresh["VolumeId"])
    return fresh["VolumeId"], False


@builds("AWS::EC2::OwnImage", "AWS::EC2::Image")
def image(site: Site, resource: Resource) -> None:
    """Register an image of the account's own, with its snapshots.

    Raises:
        UnbuiltError: it is another owner's; moto shows nobody else's images.
    """
    box = doc(resource, "box") or doc(resource, "about")
    if not box or site.pairs.made(box["ImageId"]) != box["ImageId"]:
        return
    if box.get("OwnerId") != resource.account:
        raise UnbuiltError(f"ec2.RegisterImage: the image is owned by {box.get('OwnerId')}")
    made = site.call(
        resource, "ec2.RegisterImage", Name=box["Name"], Description=box.get("Description"),
        TagSpecifications=specification(resource, "image"),
    )  # fmt: skip
    site.pair(box["ImageId"], made["ImageId"])
    if box.get("Public"):
        shared = {"Add": [{"Group": "all"}]}
        site.call(resource, "ec2.ModifyImageAttribute", ImageId=box["ImageId"], LaunchPermission=shared)
    (there,) = site.call(resource, "ec2.DescribeImages", ImageIds=[box["ImageId"]])["Images"]
    for one, other in zip(box["BlockDeviceMappings"], there["BlockDeviceMappings"], strict=False):
        site.pair(one.get("Ebs", {}).get("SnapshotId"), other.get("Ebs", {}).get("SnapshotId"))


@builds("AWS::EC2::LaunchTemplate")
def launch_template(site: Site, resource: Resource) -> None:
    """Make the template with as many versions as it has; of those that were not read the next one's text stands in."""
    box, texts = doc(resource, "box"), doc(resource, "texts")
    known = {item["VersionNumber"]: _launch(item) for item in texts}
    for number in range(1, box["LatestVersionNumber"] + 1):
        data = known[min(version for version in known if version >= number)]
        if number == 1:
            made = site.call(
                resource, "ec2.CreateLaunchTemplate", LaunchTemplateName=box["LaunchTemplateName"],
                LaunchTemplateData=data, TagSpecifications=specification(resource, "launch-template"),
            )["LaunchTemplate"]  # fmt: skip
            site.pair(box["LaunchTemplateId"], made["LaunchTemplateId"])
        else:
            names = {"LaunchTemplateId": box["LaunchTemplateId"], "LaunchTemplateData": data}
            site.call(resource, "ec2.CreateLaunchTemplateVersion", **names)
    if box["DefaultVersionNumber"] != 1:
        chosen = {"LaunchTemplateId": box["LaunchTemplateId"], "DefaultVersion": str(box["DefaultVersionNumber"])}
        site.call(resource, "ec2.ModifyLaunchTemplate", **chosen)


def _launch(version: dict[str, Any]) -> dict[str, Any]:
    data: dict[str, Any] = fitting("ec2.CreateLaunchTemplate", version)["LaunchTemplateData"]
    if "UserData" in data:
        data["UserData"] = base64.b64encode(script(data["UserData"]).encode()).decode()
    return data


@builds("AWS::EC2::Instance")
def instance(site: Site, resource: Resource) -> None:
    """Launch the instance, put its volumes on it, and bring it into its state."""
    box = doc(resource, "box")
    if box["State"]["Name"] in _GONE:
        raise UnbuiltError(f"ec2.RunInstances: an instance that is {box['State']['Name']} cannot be made")
    (made,) = site.call(resource, "ec2.RunInstances", **_wanted(resource))["Instances"]
    site.pair(box["InstanceId"], made["InstanceId"])
    ours, theirs = (each.get("NetworkInterfaces") or [{}] for each in (box, made))
    site.pair(ours[0].get("NetworkInterfaceId"), theirs[0].get("NetworkInterfaceId"))
    _address(site, resource)
    _volumes(site, resource)
    if box["State"]["Name"] in {"stopping", "stopped"}:
        site.call(resource, "ec2.StopInstances", InstanceIds=[box["InstanceId"]])


def _wanted(resource: Resource) -> dict[str, Any]:
    box = doc(resource, "box")
    otherwise = ("SecurityGroups", "NetworkInterfaces", "ClientToken", "Monitoring", "BlockDeviceMappings")
    wanted = fitting("ec2.RunInstances", box, *otherwise)
    profile = box.get("IamInstanceProfile", {}).get("Arn")
    given = doc(resource, "script").get("Value") if isinstance(doc(resource, "script"), dict) else None
    return {
        **wanted,
        "SecurityGroupIds": [item["GroupId"] for item in box.get("SecurityGroups", ())] or None,
        "Monitoring": {"Enabled": box.get("Monitoring", {}).get("State") in {"enabled", "pending"}},
        "IamInstanceProfile": {"Arn": profile} if profile else None,
        "UserData": script(given) if given else None,
        "MinCount": 1,
        "MaxCount": 1,
        "TagSpecifications": specification(resource, "instance"),
    }


def _address(site: Site, resource: Resource) -> None:
    """Let the public address that moto chose stand for the instance's, or give it an elastic one."""
    box = doc(resource, "box")
    if not box.get("PublicIpAddress"):
        return
    (there,) = site.call(resource, "ec2.DescribeInstances", InstanceIds=[box["InstanceId"]])["Reservations"]
    made = there["Instances"][0].get("PublicIpAddress")
    if made:
        site.pair(box["PublicIpAddress"], made)
        return
    address = site.call(resource, "ec2.AllocateAddress", Domain="vpc", Address=box["PublicIpAddress"])
    names = {"AllocationId": address["AllocationId"], "InstanceId": box["InstanceId"]}
    site.call(resource, "ec2.AssociateAddress", **names)


def _volumes(site: Site, resource: Resource) -> None:
    """Put the instance's own volumes in the place of those that it was launched with."""
    box = doc(resource, "box")
    name = box["InstanceId"]
    (there,) = site.call(resource, "ec2.DescribeInstances", InstanceIds=[name])["Reservations"]
    for item in there["Instances"][0].get("BlockDeviceMappings", ()):
        made = item["Ebs"]["VolumeId"]
        site.call(resource, "ec2.DetachVolume", VolumeId=made, InstanceId=name, Device=item["DeviceName"])
        site.call(resource, "ec2.DeleteVolume", VolumeId=made)
    for item in box.get("BlockDeviceMappings", ()):
        there_is = {"VolumeId": item["Ebs"]["VolumeId"], "InstanceId": name, "Device": item["DeviceName"]}
        site.call(resource, "ec2.AttachVolume", **there_is)


@builds("AWS::EC2::InstanceType")
def instance_type(_site: Site, _resource: Resource) -> None:
    """Find what AWS offers: moto has the same catalogue."""
