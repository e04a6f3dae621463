from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scanner.demo.server import DemoServer
from tests.remediation.twin.twinned import Clients, rebuilt, serving

NETWORK = (
    "EC2::VPC", "EC2::Subnet", "EC2::SecurityGroup", "EC2::NetworkAcl", "EC2::RouteTable", "EC2::InternetGateway",
    "EC2::NatGateway", "EC2::VPCEndpoint", "EC2::FlowLog", "EC2::PrefixList",
)  # fmt: skip
VPN = ("EC2::CustomerGateway", "EC2::VPNGateway", "EC2::VPNConnection")


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving() as started:
        yield started


@pytest.fixture
def moto(server: DemoServer) -> DemoServer:
    urlopen(Request(f"{server.url}/moto-api/reset", method="POST")).read()
    return server


def tagged(of: str, name: str) -> list[dict[str, Any]]:
    return [{"ResourceType": of, "Tags": [{"Key": "Name", "Value": name}]}]


def lay(ec2: Any) -> tuple[str, list[str]]:
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16", TagSpecifications=tagged("vpc", "phi"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.1.{n}.0/24", AvailabilityZone=f"us-east-1{'ab'[n]}",
            TagSpecifications=tagged("subnet", f"s{n}"),
        )["Subnet"]["SubnetId"]
        for n in range(2)
    ]  # fmt: skip
    return vpc, subnets


def ways_out(ec2: Any, vpc: str, subnet: str) -> None:
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc, TagSpecifications=tagged("route-table", "out"))
    name = table["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=name, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=name, SubnetId=subnet)
    ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[name])
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=tagged("natgateway", "a"))
    ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})


def doors(ec2: Any, vpc: str) -> None:
    first, second = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("web", "db")
    )
    each_other = [{"GroupId": first}]
    rule = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    ec2.authorize_security_group_ingress(GroupId=second, IpPermissions=[{**rule, "UserIdGroupPairs": each_other}])
    world = [{"CidrIp": "0.0.0.0/0", "Description": "everybody"}]
    ssh = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22}
    ec2.authorize_security_group_ingress(GroupId=first, IpPermissions=[{**ssh, "IpRanges": world}])
    everything = ec2.describe_security_groups(GroupIds=[second])["SecurityGroups"][0]["IpPermissionsEgress"]
    ec2.revoke_security_group_egress(GroupId=second, IpPermissions=everything)


def stricter_acl(ec2: Any, vpc: str, subnet: str) -> None:
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    rule = {"Protocol": "6", "RuleAction": "allow", "Egress": False, "CidrBlock": "10.0.0.0/8"}
    ec2.create_network_acl_entry(NetworkAclId=acl, RuleNumber=90, PortRange={"From": 443, "To": 443}, **rule)
    held = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"]
    (old,) = [each for each in held[0]["Associations"] if each["SubnetId"] == subnet]
    ec2.replace_network_acl_association(AssociationId=old["NetworkAclAssociationId"], NetworkAclId=acl)


def network(clients: Clients) -> None:
    ec2 = clients("ec2")
    vpc, subnets = lay(ec2)
    ways_out(ec2, vpc, subnets[0])
    doors(ec2, vpc)
    stricter_acl(ec2, vpc, subnets[1])
    clients("logs").create_log_group(logGroupName="/vpc/phi")
    ec2.create_flow_logs(
        ResourceIds=[vpc], ResourceType="VPC", TrafficType="REJECT", LogGroupName="/vpc/phi",
        DeliverLogsPermissionArn="arn:aws:iam::111122223333:role/flow-logs",
    )  # fmt: skip


def test_a_network_comes_back_with_its_doors_routes_and_logs(moto: DemoServer) -> None:
    before, found, lacking = rebuilt(moto, network, *NETWORK, "Logs::LogGroup")
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(NETWORK)
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in NETWORK] == []


def no_default_network(clients: Clients) -> None:
    ec2 = clients("ec2")
    (vpc,) = ec2.describe_vpcs()["Vpcs"]
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])
    ec2.create_vpc(CidrBlock="10.2.0.0/16")


def test_the_twin_has_no_default_network_where_the_account_has_none(moto: DemoServer) -> None:
    before, found, _ = rebuilt(moto, no_default_network, "EC2::VPC")
    vpcs = [each for each in before if each.kind == "AWS::EC2::VPC"]
    assert len(vpcs) == 1
    assert [each for each in found if each.resource[2] == "AWS::EC2::VPC"] == []


def tunnels(clients: Clients) -> None:
    ec2 = clients("ec2")
    vpc, _ = lay(ec2)
    theirs = ec2.create_customer_gateway(Type="ipsec.1", BgpAsn=65010, PublicIp="192.0.2.10")["CustomerGateway"]
    ours = ec2.create_vpn_gateway(Type="ipsec.1", TagSpecifications=tagged("vpn-gateway", "way"))["VpnGateway"]
    ec2.attach_vpn_gateway(VpnGatewayId=ours["VpnGatewayId"], VpcId=vpc)
    weak = {"Phase1DHGroupNumbers": [{"Value": 2}], "IKEVersions": [{"Value": "ikev1"}], "DPDTimeoutAction": "restart"}
    made = ec2.create_vpn_connection(
        Type="ipsec.1", CustomerGatewayId=theirs["CustomerGatewayId"], VpnGatewayId=ours["VpnGatewayId"],
        Options={"StaticRoutesOnly": True, "TunnelOptions": [weak, {"TunnelInsideCidr": "169.254.30.4/30"}]},
    )["VpnConnection"]  # fmt: skip
    ec2.create_vpn_connection_route(VpnConnectionId=made["VpnConnectionId"], DestinationCidrBlock="192.168.0.0/16")


def test_a_vpn_connection_comes_back_with_the_choices_of_its_tunnels(moto: DemoServer) -> None:
    before, found, lacking = rebuilt(moto, tunnels, "EC2::VPC", *VPN)
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(VPN)
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in VPN] == []
