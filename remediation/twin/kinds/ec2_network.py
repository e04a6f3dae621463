"""EC2 networks: VPCs, subnets, security groups, network ACLs, route tables and prefix lists.

What AWS makes along with a VPC (its default group, its default network ACL, its main route table) and what it makes
in every account (the default VPC and its subnets) is looked up, paired and then set right.
"""

from __future__ import annotations

from typing import Any

from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import pairs, specification
from scanner.model.resource import Resource

_LAST_ENTRY = 32767


def found(site: Site, resource: Resource, operation: str, member: str, **filters: str) -> dict[str, Any]:
    """Give the one thing in the twin that AWS made by itself.

    Raises:
        UnbuiltError: there is none.
    """
    given = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    seen = site.call(resource, operation, Filters=given)[member]
    if not seen:
        raise UnbuiltError(f"{operation}: the twin has none with {filters}")
    first: dict[str, Any] = seen[0]
    return first


def tag(site: Site, resource: Resource) -> None:
    """Tag what AWS made by itself."""
    if pairs(resource):
        site.call(resource, "ec2.CreateTags", Resources=[resource.id], Tags=pairs(resource))


@builds("AWS::EC2::VPC")
def vpc(site: Site, resource: Resource) -> None:
    """Make the VPC with all its ranges; the default one is there."""
    box = doc(resource, "box")
    if box.get("IsDefault"):
        made = found(site, resource, "ec2.DescribeVpcs", "Vpcs", is_default="true")
        site.made["default VPC", f"{resource.account} {resource.region}"] = made
    else:
        ipv6 = any(item.get("Ipv6Pool", "Amazon") == "Amazon" for item in box.get("Ipv6CidrBlockAssociationSet", ()))
        made = site.call(
            resource, "ec2.CreateVpc", **fitting("ec2.CreateVpc", box, "Ipv6CidrBlock"),
            AmazonProvidedIpv6CidrBlock=ipv6 or None, TagSpecifications=specification(resource, "vpc"),
        )["Vpc"]  # fmt: skip
    site.pair(box["VpcId"], made["VpcId"])
    ours, theirs = (each.get("Ipv6CidrBlockAssociationSet", ()) for each in (box, made))
    for one, other in zip(ours, theirs, strict=False):
        site.pair(one["Ipv6CidrBlock"], other["Ipv6CidrBlock"])
    if box.get("IsDefault"):
        tag(site, resource)
    site.call(resource, "ec2.ModifyVpcAttribute", VpcId=box["VpcId"], EnableDnsHostnames={"Value": True})
    for block in box.get("CidrBlockAssociationSet", ()):
        if block["CidrBlock"] != box["CidrBlock"] and block["CidrBlockState"]["State"] == "associated":
            site.call(resource, "ec2.AssociateVpcCidrBlock", VpcId=box["VpcId"], CidrBlock=block["CidrBlock"])


@finishes("AWS::EC2::VPC")
def no_default(site: Site, resource: Resource) -> None:
    """Remove the default VPC that moto begins with, where the account has none."""
    place = ("default VPC", f"{resource.account} {resource.region}")
    if place in site.made:
        return
    site.made[place] = {}
    where = [{"Name": "is-default", "Values": ["true"]}]
    for box in site.call(resource, "ec2.DescribeVpcs", Filters=where)["Vpcs"]:
        inside = [{"Name": "vpc-id", "Values": [box["VpcId"]]}]
        for one in site.call(resource, "ec2.DescribeSubnets", Filters=inside)["Subnets"]:
            site.call(resource, "ec2.DeleteSubnet", SubnetId=one["SubnetId"])
        site.call(resource, "ec2.DeleteVpc", VpcId=box["VpcId"])


@builds("AWS::EC2::Subnet")
def subnet(site: Site, resource: Resource) -> None:
    """Make the subnet; those of the default VPC are there."""
    box = doc(resource, "box")
    where = {"default-for-az": "true", "availability-zone": box["AvailabilityZone"], "vpc-id": box["VpcId"]}
    filters = [{"Name": name, "Values": [value]} for name, value in where.items()]
    there = site.call(resource, "ec2.DescribeSubnets", Filters=filters)["Subnets"] if box.get("DefaultForAz") else []
    if there:
        (made,) = there
    else:
        wanted = {**fitting("ec2.CreateSubnet", box, "AvailabilityZoneId"), **_ipv6(box)}
        made = site.call(
            resource, "ec2.CreateSubnet", **wanted, TagSpecifications=specification(resource, "subnet")
        )["Subnet"]  # fmt: skip
    site.pair(box["SubnetId"], made["SubnetId"])
    if there:
        tag(site, resource)
    for member in ("MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation"):
        if box.get(member, False) != made.get(member, False):
            changed: dict[str, Any] = {"SubnetId": box["SubnetId"], member: {"Value": box.get(member, False)}}
            site.call(resource, "ec2.ModifySubnetAttribute", **changed)


def _ipv6(box: dict[str, Any]) -> dict[str, str]:
    blocks = [item["Ipv6CidrBlock"] for item in box.get("Ipv6CidrBlockAssociationSet", ())]
    return {"Ipv6CidrBlock": blocks[0]} if blocks else {}


@builds("AWS::EC2::SecurityGroup")
def group(site: Site, resource: Resource) -> None:
    """Make the group without its rules; a VPC's default group is there."""
    box = doc(resource, "box")
    if box["GroupName"] == "default":
        where = {"group_name": "default", "vpc_id": box["VpcId"]}
        made = found(site, resource, "ec2.DescribeSecurityGroups", "SecurityGroups", **where)
    else:
        made = site.call(
            resource, "ec2.CreateSecurityGroup", **fitting("ec2.CreateSecurityGroup", box),
            TagSpecifications=specification(resource, "security-group"),
        )  # fmt: skip
    site.pair(box["GroupId"], made["GroupId"])
    if box["GroupName"] == "default":
        tag(site, resource)


@finishes("AWS::EC2::SecurityGroup")
def rules(site: Site, resource: Resource) -> None:
    """Give the group its rules, and take those that it was made with."""
    box = doc(resource, "box")
    (there,) = site.call(resource, "ec2.DescribeSecurityGroups", GroupIds=[box["GroupId"]])["SecurityGroups"]
    for member, direction in (("IpPermissions", "Ingress"), ("IpPermissionsEgress", "Egress")):
        if there[member]:
            site.call(
                resource, f"ec2.RevokeSecurityGroup{direction}", GroupId=box["GroupId"], IpPermissions=there[member]
            )
        given = [_permission(item) for item in box.get(member, ())]
        if given:
            operation = f"ec2.AuthorizeSecurityGroup{direction}"
            site.call(resource, operation, GroupId=box["GroupId"], IpPermissions=given)


def _permission(given: dict[str, Any]) -> dict[str, Any]:
    """Say a rule as it is asked for: without what is answered of the groups it names."""
    names = ("GroupId", "UserId", "Description")
    named = [{name: item[name] for name in names if name in item} for item in given.get("UserIdGroupPairs", ())]
    kept = {name: value for name, value in given.items() if value not in (None, [])}
    return {**kept, "UserIdGroupPairs": named} if named else kept


@builds("AWS::EC2::NetworkAcl")
def network_acl(site: Site, resource: Resource) -> None:
    """Make the ACL; a VPC's default ACL is there."""
    box = doc(resource, "box")
    if box.get("IsDefault"):
        where = {"default": "true", "vpc_id": box["VpcId"]}
        made = found(site, resource, "ec2.DescribeNetworkAcls", "NetworkAcls", **where)
    else:
        tags = specification(resource, "network-acl")
        made = site.call(resource, "ec2.CreateNetworkAcl", VpcId=box["VpcId"], TagSpecifications=tags)["NetworkAcl"]
    site.pair(box["NetworkAclId"], made["NetworkAclId"])
    if box.get("IsDefault"):
        tag(site, resource)


@finishes("AWS::EC2::NetworkAcl")
def acl_entries(site: Site, resource: Resource) -> None:
    """Set the entries, and put the subnets under the ACL."""
    box = doc(resource, "box")
    name = box["NetworkAclId"]
    (there,) = site.call(resource, "ec2.DescribeNetworkAcls", NetworkAclIds=[name])["NetworkAcls"]
    for entry in there["Entries"]:
        if entry["RuleNumber"] != _LAST_ENTRY:
            wanted = fitting("ec2.DeleteNetworkAclEntry", entry)
            site.call(resource, "ec2.DeleteNetworkAclEntry", **{**wanted, "NetworkAclId": name})
    for entry in box["Entries"]:
        if entry["RuleNumber"] != _LAST_ENTRY:
            wanted = fitting("ec2.CreateNetworkAclEntry", entry)
            site.call(resource, "ec2.CreateNetworkAclEntry", **{**wanted, "NetworkAclId": name})
    where = [{"Name": "vpc-id", "Values": [box["VpcId"]]}]
    every = site.call(resource, "ec2.DescribeNetworkAcls", Filters=where)["NetworkAcls"]
    now = {item["SubnetId"]: item["NetworkAclAssociationId"] for acl in every for item in acl.get("Associations", ())}
    for one in box.get("Associations", ()):
        moved = {"AssociationId": now[site.pairs.made(one["SubnetId"])], "NetworkAclId": name}
        site.call(resource, "ec2.ReplaceNetworkAclAssociation", **moved)


@builds("AWS::EC2::RouteTable")
def route_table(site: Site, resource: Resource) -> None:
    """Make the table without its routes; a VPC's main table is there."""
    box = doc(resource, "box")
    where = {"association.main": "true", "vpc_id": box["VpcId"]}
    main = [item for item in box.get("Associations", ()) if item.get("Main")]
    if main:
        made = found(site, resource, "ec2.DescribeRouteTables", "RouteTables", **where)
    else:
        tags = specification(resource, "route-table")
        made = site.call(resource, "ec2.CreateRouteTable", VpcId=box["VpcId"], TagSpecifications=tags)["RouteTable"]
    site.pair(box["RouteTableId"], made["RouteTableId"])
    if main:
        tag(site, resource)


@finishes("AWS::EC2::RouteTable")
def routes(site: Site, resource: Resource) -> None:
    """Set the routes, and associate the table with its subnets and gateways."""
    box = doc(resource, "box")
    table = box["RouteTableId"]
    for item in box.get("Associations", ()):
        if not item.get("Main"):
            subject = {name: item[name] for name in ("SubnetId", "GatewayId") if name in item}
            site.call(resource, "ec2.AssociateRouteTable", RouteTableId=table, **subject)
    for gateway in box.get("PropagatingVgws", ()):
        site.call(resource, "ec2.EnableVgwRoutePropagation", RouteTableId=table, GatewayId=gateway["GatewayId"])
    (there,) = site.call(resource, "ec2.DescribeRouteTables", RouteTableIds=[table])["RouteTables"]
    for route in there["Routes"]:
        if route.get("GatewayId") != "local":
            site.call(resource, "ec2.DeleteRoute", **fitting("ec2.DeleteRoute", route), RouteTableId=table)
    for route in box.get("Routes", ()):
        if route.get("Origin") == "CreateRoute":
            site.call(resource, "ec2.CreateRoute", **_route(route), RouteTableId=table)


def _route(route: dict[str, Any]) -> dict[str, Any]:
    """Say a route as it is asked for: an instance by its interface, an endpoint by its own member.

    Routes to a gateway endpoint AWS makes itself, by prefix list; moto takes them as routes to a gateway.
    """
    wanted = fitting("ec2.CreateRoute", route)
    if "NetworkInterfaceId" in wanted:
        wanted.pop("InstanceId", None)
    if str(wanted.get("GatewayId", "")).startswith("vpce-") and "DestinationPrefixListId" not in wanted:
        wanted["VpcEndpointId"] = wanted.pop("GatewayId")
    return wanted


@builds("AWS::EC2::PrefixList")
def prefix_list(site: Site, resource: Resource) -> None:
    """Make the list; those of AWS are there."""
    box = doc(resource, "box")
    if box.get("OwnerId") == "AWS":
        where = {"prefix_list_name": box["PrefixListName"]}
        made = found(site, resource, "ec2.DescribeManagedPrefixLists", "PrefixLists", **where)
    else:
        entries = doc(resource, "entries") or []
        made = site.call(
            resource, "ec2.CreateManagedPrefixList", **fitting("ec2.CreateManagedPrefixList", box),
            Entries=[fitting("ec2.CreateManagedPrefixList", {"Entries": entries}).get("Entries")][0] or None,
            TagSpecifications=specification(resource, "prefix-list"),
        )["PrefixList"]  # fmt: skip
    site.pair(box["PrefixListArn"], made["PrefixListArn"])
    site.pair(box["PrefixListId"], made["PrefixListId"])
