"""The described networks: VPCs with subnets, routes, gateways, endpoints, network ACLs and flow logs."""

from __future__ import annotations

from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing, policy, saying, says

ZONES = "abc"
SUBNETS = 6
"""Of each VPC: three public ones, then three private ones, over three zones."""
ANYWHERE = "0.0.0.0/0"
S3_LIST, DYNAMO_LIST = "pl-63a5400a", "pl-02cd2c6b"


def vpc_id(place: Place, vpc: int) -> str:
    """Give the id of a VPC."""
    return f"vpc-{place.hex(17, 'vpc', vpc)}"


def subnet_id(place: Place, vpc: int, number: int) -> str:
    """Give the id of a VPC's subnet; from 3 on they are private."""
    return f"subnet-{place.hex(17, 'subnet', vpc, number)}"


def private_subnets(place: Place, vpc: int, count: int = 3) -> list[str]:
    """Name private subnets of a VPC."""
    return [subnet_id(place, vpc, 3 + number) for number in range(count)]


def zone_of(place: Place, number: int) -> str:
    """Name the zone of a VPC's subnet."""
    return place.region + ZONES[number % 3]


def cidr(vpc: int) -> str:
    """Give the range of a VPC."""
    return f"10.{vpc % 256}.0.0/16"


def default_group(place: Place, vpc: int) -> str:
    """Give the id of a VPC's default security group."""
    return f"sg-{place.hex(17, 'default-group', vpc)}"


@listing
def _vpcs(place: Place) -> list[Json]:
    return [
        {
            "VpcId": vpc_id(place, vpc), "CidrBlock": cidr(vpc), "State": "available", "OwnerId": place.account,
            "IsDefault": False, "InstanceTenancy": "default", "DhcpOptionsId": "dopt-0a1b2c3d",
            "Tags": place.tags("vpc", vpc, f"{place.app(vpc)}-vpc"),
            "CidrBlockAssociationSet": [{
                "AssociationId": f"vpc-cidr-assoc-{place.hex(17, 'cidr', vpc)}", "CidrBlock": cidr(vpc),
                "CidrBlockState": {"State": "associated"},
            }],
        }
        for vpc in place.mine("vpc")
    ]  # fmt: skip


@listing
def _subnets(place: Place) -> list[Json]:
    return [_subnet(place, vpc, number) for vpc in place.mine("vpc") for number in range(SUBNETS)]


def _subnet(place: Place, vpc: int, number: int) -> Json:
    sort = "public" if number < 3 else "private"  # noqa: PLR2004  see SUBNETS
    named = subnet_id(place, vpc, number)
    return {
        "SubnetId": named, "SubnetArn": place.arn("ec2", f"subnet/{named}"), "VpcId": vpc_id(place, vpc),
        "CidrBlock": f"10.{vpc % 256}.{number * 16}.0/20", "AvailabilityZone": zone_of(place, number),
        "AvailabilityZoneId": f"az{number % 3 + 1}", "State": "available", "OwnerId": place.account,
        "DefaultForAz": False, "MapPublicIpOnLaunch": sort == "public" and place.yes("public-ip", vpc, share=0.5),
        "AvailableIpAddressCount": 4091 if place.yes("roomy", vpc, number, share=0.95) else 9,
        "Tags": place.tags("subnet", vpc * SUBNETS + number, f"{place.app(vpc)}-{sort}-{ZONES[number % 3]}"),
    }  # fmt: skip


def nat_id(place: Place, vpc: int) -> str:
    """Give the id of a VPC's NAT gateway."""
    return f"nat-{place.hex(17, 'nat', vpc)}"


def _igw(place: Place, vpc: int) -> str:
    return f"igw-{place.hex(17, 'igw', vpc)}"


@listing
def _tables(place: Place) -> list[Json]:
    return [_table(place, vpc, public=public) for vpc in place.mine("vpc") for public in (True, False)]


def table_id(place: Place, vpc: int, *, public: bool) -> str:
    """Give the id of a VPC's route table: that of its public or of its private subnets."""
    return f"rtb-{place.hex(17, 'table', vpc, public)}"


def _table(place: Place, vpc: int, *, public: bool) -> Json:
    named = table_id(place, vpc, public=public)
    state = {"State": "associated"}
    inside = [
        {
            "RouteTableAssociationId": f"rtbassoc-{place.hex(17, 'assoc', vpc, number)}", "RouteTableId": named,
            "SubnetId": subnet_id(place, vpc, number), "Main": False, "AssociationState": state,
        }
        for number in range(0 if public else 3, 3 if public else SUBNETS)
    ]  # fmt: skip
    routes: list[Json] = [
        {"DestinationCidrBlock": cidr(vpc), "GatewayId": "local", "Origin": "CreateRouteTable", "State": "active"}
    ]
    out = {"GatewayId": _igw(place, vpc)} if public else {"NatGatewayId": nat_id(place, vpc)}
    routes.append({"DestinationCidrBlock": ANYWHERE, "Origin": "CreateRoute", "State": "active", **out})
    if not public:
        main = f"rtbassoc-{place.hex(17, 'main', vpc)}"
        inside.append({
            "RouteTableAssociationId": main, "RouteTableId": named, "Main": True, "AssociationState": state,
        })  # fmt: skip
        routes.append({
            "DestinationPrefixListId": S3_LIST, "GatewayId": endpoint_id(place, vpc, "s3"), "Origin": "CreateRoute",
            "State": "active",
        })  # fmt: skip
    return {
        "RouteTableId": named, "VpcId": vpc_id(place, vpc), "OwnerId": place.account, "Associations": inside,
        "Routes": routes, "PropagatingVgws": _propagating(place, vpc) if not public else [],
        "Tags": place.tags("routes", vpc),
    }  # fmt: skip


def gateway_id(place: Place) -> str:
    """Give the id of the virtual private gateway, which is attached to the first VPC."""
    return f"vgw-{place.hex(17, 'vgw')}"


def _propagating(place: Place, vpc: int) -> list[Json]:
    return [{"GatewayId": gateway_id(place)}] if place.home and vpc == 0 else []


@listing
def _igws(place: Place) -> list[Json]:
    return [
        {
            "InternetGatewayId": _igw(place, vpc), "OwnerId": place.account, "Tags": place.tags("igw", vpc),
            "Attachments": [{"State": "available", "VpcId": vpc_id(place, vpc)}],
        }
        for vpc in place.mine("vpc")
    ]  # fmt: skip


@listing
def _nats(place: Place) -> list[Json]:
    return [
        {
            "NatGatewayId": nat_id(place, vpc), "VpcId": vpc_id(place, vpc), "SubnetId": subnet_id(place, vpc, 0),
            "State": "available", "ConnectivityType": "public", "CreateTime": place.ago(500, "nat", vpc),
            "NatGatewayAddresses": [{
                "AllocationId": f"eipalloc-{place.hex(17, 'eip', vpc)}", "PrivateIp": f"10.{vpc % 256}.0.10",
                "PublicIp": f"198.51.{100 + vpc // 250}.{vpc % 250 + 1}", "IsPrimary": True, "Status": "succeeded",
                "NetworkInterfaceId": f"eni-{place.hex(17, 'nat-eni', vpc)}",
            }],
            "Tags": place.tags("nat", vpc),
        }
        for vpc in place.mine("vpc")
    ]  # fmt: skip


def endpoint_id(place: Place, vpc: int, service: str) -> str:
    """Give the id of a VPC's endpoint for a service."""
    return f"vpce-{place.hex(17, 'endpoint', vpc, service)}"


@listing
def _endpoints(place: Place) -> list[Json]:
    return [_endpoint(place, vpc, service) for vpc in place.mine("vpc") for service in ("s3", "ecr.dkr")]


def _endpoint(place: Place, vpc: int, service: str) -> Json:
    gateway = service == "s3"
    stated: Json = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    if place.yes("endpoint-narrow", vpc, service, share=0.5):
        stated["Condition"] = {"StringEquals": {"aws:PrincipalAccount": place.account}}
    where: Json = {"RouteTableIds": [table_id(place, vpc, public=False)]} if gateway else {
        "SubnetIds": private_subnets(place, vpc),
        "Groups": [{"GroupId": default_group(place, vpc), "GroupName": "default"}],
    }  # fmt: skip
    return {
        "VpcEndpointId": endpoint_id(place, vpc, service), "VpcId": vpc_id(place, vpc), "State": "available",
        "VpcEndpointType": "Gateway" if gateway else "Interface", "OwnerId": place.account,
        "ServiceName": f"com.amazonaws.{place.region}.{service}", "PolicyDocument": policy(stated),
        "PrivateDnsEnabled": not gateway, "RequesterManaged": False, "Tags": place.tags("endpoint", vpc),
        "CreationTimestamp": place.ago(500, "endpoint", vpc, service), **where,
    }  # fmt: skip


def _offers(place: Place, _: Params) -> Answer:
    names = [f"com.amazonaws.{place.region}.{name}" for name in ("s3", "dynamodb", "ecr.api", "ecr.dkr", "logs", "sts")]
    details = [
        {"ServiceName": name, "ServiceId": f"vpce-svc-{number}", "VpcEndpointPolicySupported": True, "Owner": "amazon"}
        for number, name in enumerate(names)
    ]
    return {"ServiceNames": names, "ServiceDetails": details}


@listing
def _acls(place: Place) -> list[Json]:
    return [_acl(place, vpc) for vpc in place.mine("vpc")]


def _acl(place: Place, vpc: int) -> Json:
    everything: Json = {"Protocol": "-1", "CidrBlock": ANYWHERE}
    entries: list[Json] = [
        {**everything, "RuleNumber": number, "Egress": egress, "RuleAction": action}
        for number, egress, action in (
            (100, False, "allow"), (32767, False, "deny"), (100, True, "allow"), (32767, True, "deny"),
        )
    ]  # fmt: skip
    if place.yes("acl-narrow", vpc, share=0.4):
        entries[0] |= {"Protocol": "6", "PortRange": {"From": 443, "To": 443}}
        entries.append(
            {**everything, "RuleNumber": 110, "Egress": False, "RuleAction": "allow", "CidrBlock": cidr(vpc)}
        )
    elif place.yes("acl-closed", vpc):
        closed = {"Protocol": "6", "CidrBlock": ANYWHERE, "RuleAction": "deny", "Egress": False}
        entries.insert(0, {**closed, "RuleNumber": 90, "PortRange": {"From": 22, "To": 22}})
        entries.insert(0, {**closed, "RuleNumber": 91, "PortRange": {"From": 3389, "To": 3389}})
    named = f"acl-{place.hex(17, 'acl', vpc)}"
    return {
        "NetworkAclId": named, "VpcId": vpc_id(place, vpc), "OwnerId": place.account, "IsDefault": True,
        "Entries": entries, "Tags": place.tags("acl", vpc),
        "Associations": [
            {
                "NetworkAclAssociationId": f"aclassoc-{place.hex(17, 'acl', vpc, number)}", "NetworkAclId": named,
                "SubnetId": subnet_id(place, vpc, number),
            }
            for number in range(SUBNETS)
        ],
    }  # fmt: skip


@listing
def _flows(place: Place) -> list[Json]:
    return [
        {
            "FlowLogId": f"fl-{place.hex(17, 'flow', vpc)}", "ResourceId": vpc_id(place, vpc), "TrafficType": "ALL",
            "FlowLogStatus": "ACTIVE", "DeliverLogsStatus": "SUCCESS", "LogDestinationType": "s3",
            "LogDestination": "arn:aws:s3:::" + f"flow-logs-{place.account}", "MaxAggregationInterval": 600,
            "CreationTime": place.ago(500, "flow", vpc), "Tags": place.tags("flow", vpc),
            "LogFormat": "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} "
            "${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id}",
        }
        for vpc in place.mine("vpc") if vpc % 4 != 3  # noqa: PLR2004  one of four has none
    ]  # fmt: skip


@listing
def _lists(place: Place) -> list[Json]:
    found = [
        {
            "PrefixListId": named, "PrefixListName": f"com.amazonaws.{place.region}.{service}", "OwnerId": "AWS",
            "AddressFamily": "IPv4", "State": "create-complete", "Tags": [],
            "PrefixListArn": f"arn:aws:ec2:{place.region}:aws:prefix-list/{named}",
        }
        for named, service in ((S3_LIST, "s3"), (DYNAMO_LIST, "dynamodb"))
    ]  # fmt: skip
    named = f"pl-{place.hex(17, 'offices')}"
    own = {
        "PrefixListId": named, "PrefixListName": "offices", "OwnerId": place.account, "AddressFamily": "IPv4",
        "State": "create-complete", "PrefixListArn": place.arn("ec2", f"prefix-list/{named}"), "MaxEntries": 10,
        "Version": 1, "Tags": place.tags("list", 0),
    }  # fmt: skip
    return [*found, own] if place.home else found


ANSWERS: dict[str, Speaker] = {
    "ec2.DescribeVpcs": says("Vpcs", _vpcs),
    "ec2.DescribeSubnets": says("Subnets", _subnets),
    "ec2.DescribeRouteTables": says("RouteTables", _tables),
    "ec2.DescribeInternetGateways": says("InternetGateways", _igws),
    "ec2.DescribeNatGateways": says("NatGateways", _nats),
    "ec2.DescribeVpcEndpoints": says("VpcEndpoints", _endpoints),
    "ec2.DescribeVpcEndpointServices": _offers,
    "ec2.DescribeNetworkAcls": says("NetworkAcls", _acls),
    "ec2.DescribeFlowLogs": says("FlowLogs", _flows),
    "ec2.DescribeManagedPrefixLists": says("PrefixLists", _lists),
    "ec2.GetManagedPrefixListEntries": saying(Entries=[{"Cidr": "203.0.113.0/24", "Description": "office"}]),
}
