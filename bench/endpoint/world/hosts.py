"""The described instances with their volumes, interfaces and images."""

from __future__ import annotations

import base64

from bench.endpoint.world.groups import group_in
from bench.endpoint.world.iam import profile_arn
from bench.endpoint.world.kms import key_arn
from bench.endpoint.world.network import nat_id, subnet_id, vpc_id, zone_of
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, numbered, says, some, table

TYPES = ("m6i.large", "c6i.xlarge", "r6i.large", "t3.medium")
GROUPED = 3
"""So many of ten instances are members of Auto Scaling groups."""
AMAZON_IMAGE = "ami-0aa7d40eeae50c9a9"


def instance_id(place: Place, index: int) -> str:
    """Give the id of an instance."""
    return f"i-{place.hex(17, 'instance', index)}"


def ami_id(place: Place, index: int) -> str:
    """Give the id of one of the account's images."""
    return f"ami-{place.hex(17, 'ami', index)}"


def _volume_id(place: Place, index: int, number: int) -> str:
    return f"vol-{place.hex(17, 'volume', index, number)}"


def asg_name(place: Place, index: int) -> str:
    """Name an Auto Scaling group."""
    return f"{place.app(index)}-hosts-{index}"


def asg_of(place: Place, index: int) -> int | None:
    """Give the number of the Auto Scaling group that an instance is a member of."""
    return place.ref("asg", index) if index % 10 < GROUPED else None


def template_id(place: Place, index: int) -> str:
    """Give the id of a launch template."""
    return f"lt-{place.hex(17, 'template', index)}"


def seat(place: Place, index: int) -> tuple[int, int]:
    """Give the VPC of an instance and the number of its subnet there."""
    public = asg_of(place, index) is None and place.yes("instance-public", index, share=0.1)
    return place.ref("vpc", index), index // 4 % 3 + (0 if public else 3)


def volumes_of(index: int) -> range:
    """Number the volumes of an instance: most have one."""
    return range(2 if index % 15 == 0 else 1)


def image_of(place: Place, index: int) -> str:
    """Give the image of an instance."""
    return AMAZON_IMAGE if index % 5 == 4 else ami_id(place, place.ref("ami", index))  # noqa: PLR2004  one of five


def _address(vpc: int, number: int, index: int) -> str:
    return f"10.{vpc % 256}.{number * 16 + index // 250 % 16}.{index % 250 + 4}"


def _attached(place: Place, index: int) -> Json:
    vpc, number = seat(place, index)
    made: Json = {
        "NetworkInterfaceId": f"eni-{place.hex(17, 'eni', index)}", "SubnetId": subnet_id(place, vpc, number),
        "VpcId": vpc_id(place, vpc), "PrivateIpAddress": _address(vpc, number, index), "OwnerId": place.account,
        "Status": "in-use", "InterfaceType": "interface", "SourceDestCheck": True,
        "Groups": [{"GroupId": group_in(place, vpc, "instance", index), "GroupName": "workload"}],
    }  # fmt: skip
    if number < 3:  # noqa: PLR2004  see SUBNETS
        made["Association"] = {"PublicIp": f"203.0.{index // 250 % 250}.{index % 250 + 1}", "IpOwnerId": "amazon"}
    return made


@listing
def instances(place: Place) -> list[Json]:
    """List the instances."""
    return [_instance(place, index) for index in place.mine("instance")]


def _instance(place: Place, index: int) -> Json:
    interface, group = _attached(place, index), asg_of(place, index)
    running = group is not None or place.yes("runs", index, share=0.93)
    stopped = f"User initiated ({place.ago(80, 'stopped', index):%Y-%m-%d %H:%M:%S} GMT)"
    tags = place.tags("instance", index, f"{place.app(index)}-{index}")
    if group is not None:
        tags.append({"Key": "aws:autoscaling:groupName", "Value": asg_name(place, group)})
    made = {
        "InstanceId": instance_id(place, index), "ImageId": image_of(place, index), "InstanceType": _type(index),
        "State": {"Code": 16, "Name": "running"} if running else {"Code": 80, "Name": "stopped"},
        "StateTransitionReason": "" if running else stopped, "LaunchTime": place.ago(200, "launched", index),
        "Placement": {"AvailabilityZone": zone_of(place, index // 4), "Tenancy": "default", "GroupName": ""},
        "VpcId": interface["VpcId"], "SubnetId": interface["SubnetId"], "Architecture": "x86_64",
        "PrivateIpAddress": interface["PrivateIpAddress"], "SecurityGroups": interface["Groups"],
        "NetworkInterfaces": [interface], "Tags": tags, "Monitoring": _monitoring(place, index),
        "EbsOptimized": place.yes("ebs-optimized", index, share=0.9), "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs", "Hypervisor": "xen", "VirtualizationType": "hvm", "EnclaveOptions": {"Enabled": False},
        "MetadataOptions": _metadata(place, index),
        "BlockDeviceMappings": [
            {"DeviceName": f"/dev/xvd{'ab'[number]}", "Ebs": {
                "VolumeId": _volume_id(place, index, number), "Status": "attached", "DeleteOnTermination": True,
                "AttachTime": place.ago(200, "launched", index),
            }}
            for number in volumes_of(index)
        ],
    }  # fmt: skip
    if "Association" in interface:
        made["PublicIpAddress"] = interface["Association"]["PublicIp"]
    if group is not None or place.yes("profile", index, share=0.9):
        made["IamInstanceProfile"] = {"Arn": profile_arn(place, index), "Id": "AIPA"}
    if place.yes("ssh-key", index, share=0.3):
        made["KeyName"] = "operations"
    return made


def _type(index: int) -> str:
    return TYPES[index // 4 % 4]


def _monitoring(place: Place, index: int) -> Json:
    return {"State": "enabled" if place.yes("monitored", index) else "disabled"}


def _metadata(place: Place, index: int) -> Json:
    return {
        "State": "applied", "HttpTokens": "required" if place.yes("imds", index) else "optional",
        "HttpPutResponseHopLimit": 1 if place.yes("hops", index) else 2, "HttpEndpoint": "enabled",
        "HttpProtocolIpv6": "disabled", "InstanceMetadataTags": "disabled",
    }  # fmt: skip


def _described(place: Place, _: Params) -> Answer:
    return {"Reservations": _reservations(place)}


@listing
def _reservations(place: Place) -> list[Json]:
    return [
        {
            "ReservationId": f"r-{item['InstanceId'][2:]}",
            "OwnerId": place.account,
            "Groups": [],
            "Instances": [item],
        }
        for item in instances(place)
    ]


_numbers = listing(lambda place: {instance_id(place, index): index for index in place.mine("instance")})


def _script(place: Place, index: int) -> Answer:
    if not place.yes("script", index, share=0.6):
        return {"InstanceId": instance_id(place, index), "UserData": {}}
    lines = ["#!/bin/bash", "yum update -y", f"echo starting {place.app(index)}"]
    group = asg_of(place, index)
    if group is not None:
        lines.append(f"echo ECS_CLUSTER={place.app(group)} >> /etc/ecs/ecs.config")
        if place.yes("blocks", group):
            lines.append("echo ECS_AWSVPC_BLOCK_IMDS=true >> /etc/ecs/ecs.config")
    if place.yes("leaks", index, share=0.04):
        lines.append("export DB_PASSWORD=" + place.hex(20, "leaked", index))
    text = base64.b64encode("\n".join(lines).encode()).decode()
    return {"InstanceId": instance_id(place, index), "UserData": {"Value": text}}


def _script_of(place: Place, params: Params) -> int | None:
    return _numbers(place).get(params["InstanceId"])


@listing
def _volumes(place: Place) -> list[Json]:
    return [_volume(place, index, number) for index in place.mine("instance") for number in volumes_of(index)]


def volume_encrypted(place: Place, index: int) -> bool:
    """Say whether the volumes of an instance are encrypted."""
    return place.yes("volume-encrypted", index, share=0.85)


def volume_id(place: Place, index: int) -> str:
    """Give the id of an instance's first volume."""
    return _volume_id(place, index, 0)


def _volume(place: Place, index: int, number: int) -> Json:
    made = {
        "VolumeId": _volume_id(place, index, number), "State": "in-use", "Size": 30 if number == 0 else 200,
        "VolumeType": "gp3", "Iops": 3000, "AvailabilityZone": zone_of(place, index // 4), "SnapshotId": "",
        "CreateTime": place.ago(200, "launched", index), "Encrypted": volume_encrypted(place, index),
        "MultiAttachEnabled": False, "Tags": place.tags("volume", index),
        "Attachments": [{
            "InstanceId": instance_id(place, index), "VolumeId": _volume_id(place, index, number),
            "Device": f"/dev/xvd{'ab'[number]}", "State": "attached", "DeleteOnTermination": True,
            "AttachTime": place.ago(200, "launched", index),
        }],
    }  # fmt: skip
    if made["Encrypted"]:
        made["KmsKeyId"] = key_arn(place, index)
    return made


@listing
def _interfaces(place: Place) -> list[Json]:
    found = []
    for index in place.mine("instance"):
        attached = _attached(place, index)
        where = {"AvailabilityZone": zone_of(place, index // 4), "TagSet": [], "RequesterManaged": False}
        held = {"InstanceId": instance_id(place, index), "Status": "attached", "DeviceIndex": 0}
        found.append({**attached, **where, "Attachment": held})
    found += [
        {
            "NetworkInterfaceId": f"eni-{place.hex(17, 'nat-eni', vpc)}", "SubnetId": subnet_id(place, vpc, 0),
            "VpcId": vpc_id(place, vpc), "PrivateIpAddress": f"10.{vpc % 256}.0.10", "OwnerId": place.account,
            "Status": "in-use", "InterfaceType": "nat_gateway", "RequesterManaged": True, "TagSet": [],
            "Description": f"Interface for NAT Gateway {nat_id(place, vpc)}", "AvailabilityZone": zone_of(place, 0),
            "Groups": [],
        }
        for vpc in place.mine("vpc")
    ]  # fmt: skip
    return found


@listing
def _own_images(place: Place) -> list[Json]:
    return [
        {
            "ImageId": ami_id(place, index), "Name": f"golden-{index}", "OwnerId": place.account, "State": "available",
            "CreationDate": f"{place.ago(300, 'ami', index):%Y-%m-%dT%H:%M:%S.000Z}", "Public": False,
            "SourceImageId": AMAZON_IMAGE, "Architecture": "x86_64", "RootDeviceName": "/dev/xvda",
            "Tags": place.tags("ami", index), "BlockDeviceMappings": [_device(encrypted=place.yes("ami-kms", index))],
        }
        for index in place.mine("ami")
    ]  # fmt: skip


def _device(*, encrypted: bool) -> Json:
    return {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30, "VolumeType": "gp3", "Encrypted": encrypted}}


@listing
def _known_images(place: Place) -> dict[str, Json]:
    amazon = {
        "ImageId": AMAZON_IMAGE, "Name": "al2023-ami-2023", "OwnerId": "137112412989", "ImageOwnerAlias": "amazon",
        "CreationDate": f"{place.ago(60):%Y-%m-%dT%H:%M:%S.000Z}", "State": "available", "Public": True, "Tags": [],
        "BlockDeviceMappings": [_device(encrypted=False)],
    }  # fmt: skip
    return {item["ImageId"]: item for item in (*_own_images(place), amazon)}


def _images(place: Place, params: Params) -> Answer:
    if params.get("Owners"):
        return {"Images": _own_images(place)}
    wanted = params.get("ImageIds", [])
    if any(name not in _known_images(place) for name in wanted):
        return "InvalidAMIID.NotFound"
    return {"Images": [_known_images(place)[name] for name in wanted]}


@listing
def _kinds(_: Place) -> list[Json]:
    return [
        {
            "InstanceType": name, "Hypervisor": "xen" if name.startswith("t2") else "nitro", "CurrentGeneration": True,
            "NetworkInfo": {"EncryptionInTransitSupported": not name.startswith("t3")},
            "EbsInfo": {"EbsOptimizedSupport": "default", "EncryptionSupport": "supported"},
        }
        for name in TYPES
    ]  # fmt: skip


ANSWERS: dict[str, Speaker] = {
    "ec2.DescribeInstances": _described,
    "ec2.DescribeInstanceAttribute": numbered(_script_of, "InvalidInstanceID.NotFound", _script),
    "ec2.DescribeVolumes": says("Volumes", _volumes),
    "ec2.DescribeNetworkInterfaces": says("NetworkInterfaces", _interfaces),
    "ec2.DescribeImages": _images,
    "ec2.DescribeInstanceTypes": some("InstanceTypes", table(_kinds, "InstanceType"), "InstanceTypes"),
}
