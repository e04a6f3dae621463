"""EC2: instances, and what their types can do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from scanner.kinds.common import tags
from scanner.kinds.ec2_hosts_planned import (
    INTERFACES,
    PUBLIC,
    of_all_interfaces,
    planned_addresses,
    planned_user_data,
    template_groups,
    template_user_data,
)
from scanner.kinds.planned_reading import members_of
from scanner.kinds.ssm import Compliance, compliances
from scanner.kinds.user_data import NO_USER_DATA, UserData, read_user_data, user_data_secret
from scanner.model.call import batch, each, refs, shared, then
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


def _monitored(given: Any) -> str:
    return "enabled" if given else "disabled"


_MOMENT = re.compile(r"\((\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}) (?:GMT|UTC)\)")


def transition_moment(reason: str) -> datetime | None:
    """Read the moment in a reason such as `User initiated (2026-10-10 13:14:21 GMT)`; None where it names none."""
    found = _MOMENT.search(reason)
    return datetime.fromisoformat(found.group(1)).replace(tzinfo=UTC) if found else None


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
    node = shared(
        "ssm.DescribeInstanceInformation",
        "InstanceInformationList",
        own="$box.InstanceId",
        key="InstanceId",
        MaxResults=50,
    )
    summaries = shared(
        "ssm.ListResourceComplianceSummaries",
        "ResourceComplianceSummaryItems",
        own="$box.InstanceId",
        key="ResourceId",
        when="node.InstanceId",
        many=True,
        MaxResults=50,
    )
    secrets = {"script": user_data_secret("Value")}

    id: str = fact("box.InstanceId", sample="i-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    group: str = fact("box.Tags[Key=aws:autoscaling:groupName].Value", plan=Const(""), template=Const(""), default="")
    state: str = fact("box.State.Name", plan=Const("running"), template=Const("running"), sample="running")
    image: str = fact("box.ImageId", plan="ami", template="ImageId", sample="ami-0123456789abcdef0")
    instance_type: str = fact("box.InstanceType", plan="instance_type", template="InstanceType", sample="m5.large")
    launched: datetime = fact("box.LaunchTime")
    zone: str = fact("box.Placement.AvailabilityZone", plan="availability_zone", sample="us-east-1a")
    vpc: str = fact("box.VpcId", default={"api": ""}, sample="vpc-0123456789abcdef0")
    subnet: str = fact("box.SubnetId", plan="subnet_id", template="SubnetId", default={"api": ""}, sample="subnet-1")
    subnets: tuple[str, ...] = fact(
        "box",
        plan=f"subnet_id + {INTERFACES}",
        template="SubnetId + NetworkInterfaces",
        parse={
            "api": _subnets,
            "plan": of_all_interfaces("subnet_id"),
            "template": members_of("SubnetId", "NetworkInterfaces.SubnetId"),
        },
        sample=("subnet-1",),
    )
    security_groups: tuple[str, ...] = fact(
        "box",
        plan=f"vpc_security_group_ids + {INTERFACES}",
        template="SecurityGroupIds + NetworkInterfaces",
        parse={"api": _groups, "plan": of_all_interfaces("vpc_security_group_ids"), "template": template_groups},
        sample=("sg-1",),
    )
    public_ips: tuple[str, ...] = fact(
        "box", plan=PUBLIC, parse={"api": _public_ips, "plan": planned_addresses}, sample=()
    )
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
    user_data: UserData = fact(
        "script.Value",
        plan="user_data_base64 + user_data + launch_template",
        template="UserData + LaunchTemplate",
        parse={"api": read_user_data, "plan": planned_user_data, "template": template_user_data},
        default=NO_USER_DATA,
        sample=NO_USER_DATA,
    )
    operator: str = fact(
        "box.Operator.Principal",
        plan=Const(""),
        template=Const(""),
        default={"api": ""},
        doc="The AWS service that runs the instance for the customer, as ECS and EKS do with managed instances.",
    )
    changed: datetime | None = fact(
        "box.StateTransitionReason",
        parse=transition_moment,
        plan=Const(None),
        template=Const(None),
        default={"api": None},
        sample=None,
        doc="When the state last changed, where the reason for it says so.",
    )
    monitoring: str = fact(
        "box.Monitoring.State",
        plan="monitoring",
        template="Monitoring",
        parse={"plan": _monitored, "template": _monitored},
        default={"plan": "disabled", "template": "disabled"},
        sample="enabled",
    )
    ebs_optimized: bool = fact(
        "box.EbsOptimized", plan="ebs_optimized", template="EbsOptimized", default={"template": False}, sample=True
    )
    enclaves: bool = fact(
        "box.EnclaveOptions.Enabled",
        plan="enclave_options[0].enabled",
        template="EnclaveOptions.Enabled",
        default=False,
        doc="Whether Nitro Enclaves are enabled.",
    )
    ssm_ping: str = fact(
        "node.PingStatus",
        default={"api": ""},
        sample="Online",
        doc="`Online`, `ConnectionLost` or `Inactive`; empty where the instance is not registered.",
    )
    compliance: tuple[Compliance, ...] = fact("summaries", parse=compliances, default={"api": ()}, sample=())
    tf_parts = {
        "aws_eip": "instance",
        "aws_eip_association": "instance_id",
        "aws_network_interface_attachment": "instance_id",
    }
    volatile = (
        "node.LastPingDateTime",
        "node.AgentVersion",
        "node.IsLatestVersion",
        "node.AssociationStatus",
        "node.AssociationOverview",
        "node.LastAssociationExecutionDate",
        "node.LastSuccessfulAssociationExecutionDate",
        "summaries[].ExecutionSummary",
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
    ebs_optimized: str = fact(
        "about.EbsInfo.EbsOptimizedSupport",
        sample="default",
        doc="`default` where every instance of the type is, `supported` where it may be, else `unsupported`.",
    )
