"""EC2: instances, what they are launched from, and what their types can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data, user_data_secret
from scanner.model.call import applied, batch, each, refs, then
from scanner.model.kind import Const, Kind, fact

GONE = ("shutting-down", "terminated")
"""States of an instance that no longer is; AWS still lists it for about an hour."""


def _interfaces(box: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = box.get("NetworkInterfaces") or ()
    return found


def _subnets(box: Mapping[str, Any]) -> tuple[str, ...]:
    found = [item.get("SubnetId", "") for item in _interfaces(box)]
    return tuple(dict.fromkeys(name for name in (box.get("SubnetId", ""), *found) if name))


def _groups(box: Mapping[str, Any]) -> tuple[str, ...]:
    found = [group["GroupId"] for item in (box, *_interfaces(box)) for group in _groups_of(item)]
    return tuple(dict.fromkeys(found))


def _groups_of(item: Mapping[str, Any]) -> Sequence[Mapping[str, str]]:
    found: Sequence[Mapping[str, str]] = item.get("SecurityGroups") or item.get("Groups") or ()
    return found


def _public_ips(box: Mapping[str, Any]) -> tuple[str, ...]:
    """Give the public IPv4 addresses of the instance: its own, and those of every private address it has."""
    found = [box.get("PublicIpAddress", "")]
    for item in _interfaces(box):
        for holder in (item, *item.get("PrivateIpAddresses", ())):
            association = holder.get("Association", {})
            found += [association.get("PublicIp", ""), association.get("CarrierIp", "")]
    return tuple(dict.fromkeys(address for address in found if address))


class Instance(Kind, cfn="AWS::EC2::Instance", tf="aws_instance"):
    """An EC2 instance, with its user data examined and never kept.

    A member of an Auto Scaling group is known by the group: its id changes with every replacement.
    """

    arn_format = "arn:{partition}:ec2:{region}:{account}:instance/{id}"
    identity = ("group", "id")

    box = each("ec2.DescribeInstances", "Reservations[].Instances[]")
    script = then(
        "ec2.DescribeInstanceAttribute",
        "UserData",
        Attribute="userData",
        InstanceId="$box.InstanceId",
        when="box.State.Name in 'pending','running','stopping','stopped'",
        absent=["InvalidInstanceID.NotFound"],
    )
    secrets = {"script": user_data_secret("Value")}

    id: str = fact("box.InstanceId", sample="i-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    group: str = fact("box.Tags[Key=aws:autoscaling:groupName].Value", default="")
    state: str = fact("box.State.Name", plan=Const("running"), template=Const("running"), sample="running")
    image: str = fact("box.ImageId", plan="ami", template="ImageId", sample="ami-0123456789abcdef0")
    instance_type: str = fact("box.InstanceType", plan="instance_type", template="InstanceType", sample="m5.large")
    launched: datetime = fact("box.LaunchTime")
    zone: str = fact("box.Placement.AvailabilityZone", plan="availability_zone", sample="us-east-1a")
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    subnet: str = fact("box.SubnetId", plan="subnet_id", template="SubnetId", default={"api": ""}, sample="subnet-1")
    subnets: tuple[str, ...] = fact("box", parse=_subnets, sample=("subnet-1",))
    security_groups: tuple[str, ...] = fact("box", parse=_groups, sample=("sg-1",))
    public_ips: tuple[str, ...] = fact("box", parse=_public_ips, sample=())
    private_ip: str = fact("box.PrivateIpAddress", default={"api": ""}, sample="10.0.0.10")
    profile: str = fact("box.IamInstanceProfile.Arn", plan="iam_instance_profile", default={"api": ""}, sample="")
    key_name: str = fact("box.KeyName", plan="key_name", template="KeyName", default="")
    volumes: tuple[str, ...] = fact("box.BlockDeviceMappings[].Ebs.VolumeId", default={"api": ()}, sample=())
    http_endpoint: str = fact(
        "box.MetadataOptions.HttpEndpoint", plan="metadata_options[0].http_endpoint", sample="enabled"
    )
    http_tokens: str = fact("box.MetadataOptions.HttpTokens", plan="metadata_options[0].http_tokens", sample="required")
    hop_limit: int = fact(
        "box.MetadataOptions.HttpPutResponseHopLimit",
        plan="metadata_options[0].http_put_response_hop_limit",
        sample=1,
    )
    imds_ipv6: str = fact(
        "box.MetadataOptions.HttpProtocolIpv6",
        plan="metadata_options[0].http_protocol_ipv6",
        default={"api": "disabled"},
        sample="disabled",
    )
    user_data: UserData = fact("script.Value", parse=read_user_data, default={"api": NO_USER_DATA}, sample=NO_USER_DATA)
    volatile = (
        "box.LaunchTime",
        "box.UsageOperationUpdateTime",
        "box.State",
        "box.StateReason",
        "box.StateTransitionReason",
        "box.PublicDnsName",
        "box.PrivateDnsName",
        "box.AmiLaunchIndex",
        "box.ClientToken",
        "box.MetadataOptions.State",
        "box.BlockDeviceMappings[].Ebs.AttachTime",
        "box.NetworkInterfaces[].Attachment.AttachTime",
    )

    @property
    def gone(self) -> bool:
        """Say whether the instance is terminated or on the way to it."""
        return self.state in GONE


class LaunchVersion(msgspec.Struct, frozen=True):
    """What a version of a launch template says; empty or None where it leaves the choice to AWS or to the launcher."""

    number: int = 0
    image: str = ""
    http_tokens: str = ""
    http_endpoint: str = ""
    hop_limit: int | None = None
    volumes_encrypted: tuple[bool | None, ...] = ()
    public_ip: bool | None = None
    profile: str = ""
    security_groups: tuple[str, ...] = ()
    user_data: UserData = NO_USER_DATA


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
        volumes_encrypted=tuple(
            item["Ebs"].get("Encrypted") for item in data.get("BlockDeviceMappings", ()) if "Ebs" in item
        ),
        public_ip=any(asked) if asked else None,
        profile=profile.get("Arn") or profile.get("Name", ""),
        security_groups=tuple(dict.fromkeys(groups)),
        user_data=read_user_data(data["UserData"]) if "UserData" in data else NO_USER_DATA,
    )


def _versions(given: Sequence[Mapping[str, Any]]) -> tuple[LaunchVersion, ...]:
    return tuple(_version(item) for item in sorted(given, key=lambda item: item["VersionNumber"]))


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
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", parse=tags(), default={})
    default_version: int = fact("box.DefaultVersionNumber", sample=1)
    latest_version: int = fact("box.LatestVersionNumber", sample=1)
    versions: tuple[LaunchVersion, ...] = fact("texts", parse=_versions, sample=(LaunchVersion(1),))
    volatile = ("box.CreateTime", "texts[].CreateTime")


class AutoScalingGroup(Kind, cfn="AWS::AutoScaling::AutoScalingGroup", tf="aws_autoscaling_group"):
    """An Auto Scaling group and its members."""

    box = each("autoscaling.DescribeAutoScalingGroups", "AutoScalingGroups")

    id: str = fact("box.AutoScalingGroupName", plan="name", template="AutoScalingGroupName", sample="hosts")
    arn: str = fact("box.AutoScalingGroupARN", plan="arn")
    tags: Mapping[str, str] = fact("box.Tags", template="Tags", parse=tags(), default={"api": {}})
    minimum: int = fact("box.MinSize", plan="min_size", template="MinSize", parse=int, sample=3)
    maximum: int = fact("box.MaxSize", plan="max_size", template="MaxSize", parse=int, sample=6)
    desired: int = fact("box.DesiredCapacity", plan="desired_capacity", template="DesiredCapacity", parse=int, sample=3)
    zones: tuple[str, ...] = fact(
        "box.AvailabilityZones", plan="availability_zones", sample=("us-east-1a", "us-east-1b")
    )
    subnets: tuple[str, ...] = fact(
        "box.VPCZoneIdentifier",
        parse=lambda text: tuple(part for part in text.split(",") if part),
        default={"api": ()},
        sample=("subnet-1", "subnet-2"),
    )
    instances: tuple[str, ...] = fact("box.Instances[].InstanceId", default={"api": ()}, sample=())
    launch_template: str = fact(
        "box.LaunchTemplate.LaunchTemplateId"
        " | box.MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification.LaunchTemplateId",
        default={"api": ""},
        sample="lt-0123456789abcdef0",
    )
    health_check: str = fact("box.HealthCheckType", plan="health_check_type", template="HealthCheckType", sample="ELB")
    target_groups: tuple[str, ...] = fact(
        "box.TargetGroupARNs", plan="target_group_arns", default={"api": ()}, sample=()
    )
    volatile = ("box.CreatedTime", "box.Instances", "box.DesiredCapacity", "box.PredictedCapacity")


class InstanceType(Kind, cfn="AWS::EC2::InstanceType"):
    """A type of instance that some instance of the account has."""

    arn_format = "arn:{partition}:ec2:{region}::instance-type/{id}"

    wanted = refs("Instance.instance_type")
    about = batch(
        "ec2.DescribeInstanceTypes", "InstanceTypes", ids="InstanceTypes", own="$wanted", key="InstanceType", size=100
    )

    id: str = fact("wanted", sample="m5.large")
    tags: Mapping[str, str] = fact(Const({}))
    encrypts_in_transit: bool = fact("about.NetworkInfo.EncryptionInTransitSupported", sample=True)
    hypervisor: str = fact("about.Hypervisor", default={"api": ""}, sample="nitro")
