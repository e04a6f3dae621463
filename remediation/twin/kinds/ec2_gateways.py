"""EC2 networks: the ways in and out of a VPC, its flow logs, and the interfaces that others brought along."""

from __future__ import annotations

from copy import copy
from typing import Any

from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import specification
from scanner.model.resource import Resource

_SUBJECTS = {"vpc": "VPC", "subnet": "Subnet", "eni": "NetworkInterface", "tgw": "TransitGateway"}


@builds("AWS::EC2::InternetGateway")
def internet_gateway(site: Site, resource: Resource) -> None:
    """Make the gateway and attach it to its VPCs."""
    box = doc(resource, "box")
    tags = specification(resource, "internet-gateway")
    made = site.call(resource, "ec2.CreateInternetGateway", TagSpecifications=tags)["InternetGateway"]
    site.pair(box["InternetGatewayId"], made["InternetGatewayId"])
    for item in box.get("Attachments", ()):
        names = {"InternetGatewayId": box["InternetGatewayId"], "VpcId": item["VpcId"]}
        site.call(resource, "ec2.AttachInternetGateway", **names)


@builds("AWS::EC2::NatGateway")
def nat_gateway(site: Site, resource: Resource) -> None:
    """Make the gateway, at the public address that it has."""
    box = doc(resource, "box")
    if box.get("State") != "available":
        raise UnbuiltError(f"ec2.CreateNatGateway: a gateway that is {box.get('State')} cannot be made")
    ours = (box.get("NatGatewayAddresses") or [{}])[0]
    if ours.get("PublicIp"):
        address = site.call(resource, "ec2.AllocateAddress", Domain="vpc", Address=ours["PublicIp"])
        site.pair(ours.get("AllocationId"), address["AllocationId"])
    made = site.call(
        resource, "ec2.CreateNatGateway", **fitting("ec2.CreateNatGateway", box), AllocationId=ours.get("AllocationId"),
        TagSpecifications=specification(resource, "natgateway"),
    )["NatGateway"]  # fmt: skip
    site.pair(box["NatGatewayId"], made["NatGatewayId"])
    for theirs in made.get("NatGatewayAddresses", ())[:1]:
        site.pair(ours.get("NetworkInterfaceId"), theirs.get("NetworkInterfaceId"))


@builds("AWS::EC2::VPCEndpoint")
def endpoint(site: Site, resource: Resource) -> None:
    """Make the endpoint with its policy."""
    box = doc(resource, "box")
    groups = [item["GroupId"] for item in box.get("Groups", ())]
    wanted = {name: value for name, value in fitting("ec2.CreateVpcEndpoint", box).items() if value != []}
    made = site.call(
        resource, "ec2.CreateVpcEndpoint", **wanted, SecurityGroupIds=groups or None,
        TagSpecifications=specification(resource, "vpc-endpoint"),
    )["VpcEndpoint"]  # fmt: skip
    site.pair(box["VpcEndpointId"], made["VpcEndpointId"])
    ours, theirs = (each.get("NetworkInterfaceIds") or () for each in (box, made))
    for one, other in zip(ours, theirs, strict=False):
        site.pair(one, other)


@builds("AWS::EC2::VPCPeeringConnection")
def peering(site: Site, resource: Resource) -> None:
    """Make the connection from the requester's side, and accept it."""
    box = doc(resource, "box")
    name = box["VpcPeeringConnectionId"]
    if site.pairs.made(name) != name:
        return
    ours, theirs = box["RequesterVpcInfo"], box["AccepterVpcInfo"]
    made = site.call(
        _side(resource, ours), "ec2.CreateVpcPeeringConnection", VpcId=ours["VpcId"], PeerVpcId=theirs["VpcId"],
        PeerOwnerId=theirs.get("OwnerId"), PeerRegion=theirs.get("Region"),
        TagSpecifications=specification(resource, "vpc-peering-connection"),
    )["VpcPeeringConnection"]  # fmt: skip
    site.pair(name, made["VpcPeeringConnectionId"])
    verb = {"active": "Accept", "rejected": "Reject", "deleted": "Delete"}.get(box["Status"]["Code"])
    if verb:
        site.call(_side(resource, theirs), f"ec2.{verb}VpcPeeringConnection", VpcPeeringConnectionId=name)


def _side(resource: Resource, info: dict[str, Any]) -> Resource:
    """Stand where one side of a peering connection is."""
    there = copy(resource)
    there.account, there.region = info.get("OwnerId", resource.account), info.get("Region", resource.region)
    return there


@builds("AWS::EC2::FlowLog")
def flow_log(site: Site, resource: Resource) -> None:
    """Make the flow log; where it writes to must be there already."""
    box = doc(resource, "box")
    subject = str(box["ResourceId"])
    of = _SUBJECTS[subject.partition("-")[0]]
    wanted = fitting("ec2.CreateFlowLogs", box)
    if wanted.get("LogGroupName"):
        wanted.pop("LogDestination", None)
    made = site.call(
        resource, "ec2.CreateFlowLogs", **wanted, ResourceIds=[subject], ResourceType=of,
        TagSpecifications=specification(resource, "vpc-flow-log"),
    )  # fmt: skip
    if not made.get("FlowLogIds"):
        said = [item.get("Error", {}).get("Message", "") for item in made.get("Unsuccessful", ())]
        raise UnbuiltError(f"ec2.CreateFlowLogs: {' '.join(said)}")
    site.pair(box["FlowLogId"], made["FlowLogIds"][0])


@builds("AWS::EC2::NetworkInterface")
def interface(site: Site, resource: Resource) -> None:
    """Make an interface that stands alone; all others come with what they belong to."""
    box = doc(resource, "box")
    alone = not box.get("Attachment") and not box.get("RequesterManaged") and box.get("Status") == "available"
    if alone and not _is_there(site, resource):
        _make(site, resource)


@finishes("AWS::EC2::NetworkInterface")
def brought(site: Site, resource: Resource) -> None:
    """Find the interface that a load balancer or a database brought along; moto makes none for some of them."""
    box = doc(resource, "box")
    if _is_there(site, resource):
        groups = [item["GroupId"] for item in box.get("Groups", ())]
        name = {"NetworkInterfaceId": box["NetworkInterfaceId"]}
        ids = [box["NetworkInterfaceId"]]
        (there,) = site.call(resource, "ec2.DescribeNetworkInterfaces", NetworkInterfaceIds=ids)["NetworkInterfaces"]
        if {site.pairs.made(each) for each in groups} != {item["GroupId"] for item in there["Groups"]}:
            site.call(resource, "ec2.ModifyNetworkInterfaceAttribute", **name, Groups=groups)
    elif box.get("Attachment", {}).get("InstanceId"):
        raise UnbuiltError("ec2.DescribeNetworkInterfaces: the instance that it is attached to is not in the twin")
    else:
        _make(site, resource)


def _make(site: Site, resource: Resource) -> None:
    box = doc(resource, "box")
    wanted = fitting("ec2.CreateNetworkInterface", box, "PrivateIpAddresses", "Ipv6Addresses", "Groups")
    made = site.call(
        resource, "ec2.CreateNetworkInterface", **wanted,
        Groups=[item["GroupId"] for item in box.get("Groups", ())] or None,
        TagSpecifications=specification(resource, "network-interface"),
    )["NetworkInterface"]  # fmt: skip
    site.pair(box["NetworkInterfaceId"], made["NetworkInterfaceId"])


def _is_there(site: Site, resource: Resource) -> bool:
    """Say whether the interface came with something else; one that looks like it becomes its pair."""
    box = doc(resource, "box")
    name = box["NetworkInterfaceId"]
    if site.pairs.made(name) != name:
        return True
    groups = {site.pairs.made(item["GroupId"]) for item in box.get("Groups", ())}
    where = [{"Name": "subnet-id", "Values": [box["SubnetId"]]}]
    for other in site.call(resource, "ec2.DescribeNetworkInterfaces", Filters=where)["NetworkInterfaces"]:
        made = other["NetworkInterfaceId"]
        alike = {item["GroupId"] for item in other["Groups"]} == groups and _as_said(site, box, other)
        if alike and site.pairs.real(made) == made:
            site.pair(name, made)
            return True
    return False


def _as_said(site: Site, ours: dict[str, Any], theirs: dict[str, Any]) -> bool:
    wanted = (site.pairs.made(ours.get("Description", "")), ours.get("InterfaceType", "interface"))
    return wanted == (theirs.get("Description", ""), theirs.get("InterfaceType", "interface"))
