"""VPCs: subnets by environment and Availability Zone, their ways out, their flow logs, and security groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_network
from typing import Any, Literal

from scanner.demo.systems.cloud import HOME, Cloud, specification, tagged

_ANYWHERE = "0.0.0.0/0"
FULL_RECORD = (
    "${version} ${vpc-id} ${subnet-id} ${instance-id} ${interface-id} ${account-id} ${type} ${srcaddr} ${dstaddr} "
    "${srcport} ${dstport} ${protocol} ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${tcp-flags}"
)
Nat = Literal["each zone", "one", "none"]


@dataclass
class Network:
    """A VPC; its subnets by environment and zone letter, and the route tables of the private ones."""

    cloud: Cloud
    region: str
    vpc: str
    cidr: str
    public: dict[tuple[str, str], str] = field(default_factory=dict)
    private: dict[tuple[str, str], str] = field(default_factory=dict)
    private_tables: list[str] = field(default_factory=list)

    def subnets(self, kind: Literal["public", "private"], environment: str) -> list[str]:
        """The subnets of an environment, in the order of their zones."""
        chosen = self.public if kind == "public" else self.private
        return [subnet for (named, _), subnet in chosen.items() if named == environment]

    def group(self, name: str, *rules: dict[str, Any], purpose: str = "", role: str = "") -> str:
        """Make a security group with ingress `rules` (IpPermissions); answers its id."""
        ec2 = self.cloud.client("ec2", self.region)
        made: str = ec2.create_security_group(
            GroupName=name,
            Description=purpose or name,
            VpcId=self.vpc,
            TagSpecifications=specification("security-group", tagged(name, "production", role=role)),
        )["GroupId"]
        if rules:
            ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=list(rules))
        return made


def opened(port: int, *cidrs: str, to: int | None = None, protocol: str = "tcp") -> dict[str, Any]:
    """Ingress on a port, or from one port to another, from CIDR blocks."""
    ranges = [{"CidrIp": cidr} for cidr in cidrs]
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": to or port, "IpRanges": ranges}


def trusted(port: int, *groups: str, to: int | None = None, protocol: str = "tcp") -> dict[str, Any]:
    """Ingress on a port, or from one port to another, from security groups."""
    sources = [{"GroupId": group} for group in groups]
    return {"IpProtocol": protocol, "FromPort": port, "ToPort": to or port, "UserIdGroupPairs": sources}


def network(
    cloud: Cloud,
    name: str,
    cidr: str,
    *,
    zones: str = "ab",
    environments: Sequence[str] = ("production",),
    nat: Nat = "each zone",
    flow_logs_to: str | None = None,
    default_group_closed: bool = True,
    region: str = HOME,
    flow_log_format: str | None = None,
) -> Network:
    """Make a VPC with a public and a private subnet per environment and zone, and flow logs where a role is given."""
    ec2 = cloud.client("ec2", region)
    tags = tagged(name, environments[0], phi=True)
    vpc = ec2.create_vpc(CidrBlock=cidr, TagSpecifications=specification("vpc", tags))["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    made = Network(cloud, region, vpc, cidr)
    if default_group_closed:
        _close_default_group(ec2, vpc)
    if flow_logs_to:
        _log_flows(cloud, made, name, flow_logs_to, flow_log_format)
    internet = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=internet, VpcId=vpc)
    blocks = ip_network(cidr).subnets(new_prefix=20)
    outward = _table(ec2, vpc, f"{name}-public", {"GatewayId": internet})
    for environment in environments:
        for zone in zones:
            for kind in ("public", "private"):
                subnet = ec2.create_subnet(
                    VpcId=vpc,
                    CidrBlock=str(next(blocks)),
                    AvailabilityZone=region + zone,
                    TagSpecifications=specification("subnet", tagged(f"{environment}-{kind}-{zone}", environment)),
                )["Subnet"]["SubnetId"]
                getattr(made, kind)[environment, zone] = subnet
            ec2.modify_subnet_attribute(SubnetId=made.public[environment, zone], MapPublicIpOnLaunch={"Value": True})
            ec2.associate_route_table(RouteTableId=outward, SubnetId=made.public[environment, zone])
    _route_private(ec2, made, name, nat)
    return made


def _route_private(ec2: Any, made: Network, name: str, nat: Nat) -> None:
    gateway: dict[str, str] = {}
    for (environment, zone), subnet in made.private.items():
        if not gateway or nat == "each zone":
            gateway = {"NatGatewayId": _nat(ec2, made.public[environment, zone], f"{name}-{environment}-{zone}")}
        if nat == "none":
            gateway = {}
        table = _table(ec2, made.vpc, f"{name}-{environment}-private-{zone}", gateway)
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
        made.private_tables.append(table)


def _nat(ec2: Any, subnet: str, name: str) -> str:
    address = ec2.allocate_address(Domain="vpc")["AllocationId"]
    tags = specification("natgateway", tagged(name, "production"))
    made = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, TagSpecifications=tags)["NatGateway"]
    answer: str = made["NatGatewayId"]
    return answer


def _table(ec2: Any, vpc: str, name: str, way_out: dict[str, str]) -> str:
    tags = specification("route-table", tagged(name, "production"))
    table: str = ec2.create_route_table(VpcId=vpc, TagSpecifications=tags)["RouteTable"]["RouteTableId"]
    if way_out:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock=_ANYWHERE, **way_out)
    return table


def _close_default_group(ec2: Any, vpc: str) -> None:
    wanted = [{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}]
    (group,) = ec2.describe_security_groups(Filters=wanted)["SecurityGroups"]
    if group["IpPermissions"]:
        ec2.revoke_security_group_ingress(GroupId=group["GroupId"], IpPermissions=group["IpPermissions"])
    ec2.revoke_security_group_egress(GroupId=group["GroupId"], IpPermissions=group["IpPermissionsEgress"])


def _log_flows(cloud: Cloud, made: Network, name: str, role: str, record: str | None) -> None:
    group = f"/vpc/{name}"
    logs = cloud.client("logs", made.region)
    logs.create_log_group(logGroupName=group)
    logs.put_retention_policy(logGroupName=group, retentionInDays=2192)
    cloud.client("ec2", made.region).create_flow_logs(
        ResourceIds=[made.vpc],
        ResourceType="VPC",
        TrafficType="ALL",
        LogDestinationType="cloud-watch-logs",
        LogGroupName=group,
        DeliverLogsPermissionArn=role,
        **({"LogFormat": record} if record else {}),
    )
