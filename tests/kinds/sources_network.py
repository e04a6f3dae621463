"""Documents of networks and what they say: (plans, templates) of each parsed fact."""

from __future__ import annotations

from typing import Any

from scanner.kinds.ec2_gateways import DEFAULT_FIELDS, FlowLog, InternetGateway
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.ec2_network import VPC, RouteTable, SecurityGroup
from scanner.kinds.network_reasoning import AclEntry, Permission, Route
from scanner.kinds.vpn import VPNConnection, VPNGateway
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.gap import Unknown

SSH = Permission("tcp", 22, 22, "cidr", "0.0.0.0/0", "", "ssh")
OWN = Permission("-1", kind="group", peer="sg-1")
PEER = Permission("tcp", 443, 443, "group", "sg-2", "210987654321")
LIST = Permission("udp", 53, 53, "prefix-list", "pl-1")
V6 = Permission("tcp", 22, 22, "cidr", "::/0")
ALL = Permission("-1", peer="0.0.0.0/0")
LAST = AclEntry(32767, allows=False, cidr="0.0.0.0/0")
PLAIN_ROUTE = {"cidr_block": "0.0.0.0/0", "gateway_id": "igw-1", "nat_gateway_id": "", "ipv6_cidr_block": ""}
INTERNET = Route("0.0.0.0/0", "igw-1", "active", "CreateRoute")
TO_NAT = Route("0.0.0.0/0", "nat-1", "active", "CreateRoute")


def _permissions(side: str) -> list[tuple[dict[str, Any], Any]]:
    block = {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"], "description": "ssh"}
    within = {"protocol": "-1", "from_port": 0, "to_port": 0, "self": True, "security_groups": []}
    peer = {"protocol": "tcp", "from_port": 443, "to_port": 443, "source_security_group_id": "210987654321/sg-2"}
    rule = {"ip_protocol": "17", "from_port": 53, "to_port": 53, "prefix_list_id": "pl-1"}
    v6 = {"ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv6": "::/0"}
    apart = {"type": side, **peer}
    other = {"type": "egress" if side == "ingress" else "ingress", **block}
    parts = {"aws_security_group_rule": [apart, other], f"aws_vpc_security_group_{side}_rule": [rule, v6]}
    both = {"id": "sg-1", side: [block, within], **parts}
    named = {"id": "sg-1", side: [{**block, "security_groups": ["sg-2"], "cidr_blocks": []}]}
    return [
        (both, (SSH, OWN, PEER, LIST, V6)),
        ({"id": "sg-1", side: [block], "aws_security_group_rule": [{"type": side, **block}]}, (SSH,)),
        (named, (Permission("tcp", 22, 22, "group", "sg-2", "", "ssh"),)),
        ({"id": "sg-1"}, ()),
    ]


def _template_permissions(side: str, peer: str) -> list[tuple[dict[str, Any], Any]]:
    ssh = {"IpProtocol": "tcp", "FromPort": "22", "ToPort": 22, "CidrIp": "0.0.0.0/0", "Description": "ssh"}
    v6 = {"IpProtocol": 6, "FromPort": 22, "ToPort": 22, "CidrIpv6": "::/0"}
    apart = {"IpProtocol": "-1", f"{peer}SecurityGroupId": "sg-1", "GroupId": "sg-1"}
    listed = {"IpProtocol": "udp", "FromPort": 53, "ToPort": 53, f"{peer}PrefixListId": "pl-1"}
    document = {f"SecurityGroup{side}": [ssh, v6, listed], f"AWS::EC2::SecurityGroup{side}": [apart]}
    return [(document, (SSH, V6, LIST, OWN))]


TUNNEL = Tunnel(
    ike=("ikev2",), encryption_1=("AES256-GCM-16",), encryption_2=("AES256",), integrity_1=("SHA2-256",),
    integrity_2=("SHA2-512",), groups_1=(19, 20), groups_2=(20,), logs=True, dpd_action="restart", startup="start",
    log_group="arn:aws:logs:us-east-1:123456789012:log-group:vpn",
)  # fmt: skip
LISTED = {
    "ike_versions": ["ikev2"], "phase1_encryption_algorithms": ["AES256-GCM-16"], "phase1_dh_group_numbers": [20, 19],
    "phase2_encryption_algorithms": ["AES256"], "phase1_integrity_algorithms": ["SHA2-256"],
    "phase2_integrity_algorithms": ["SHA2-512"], "phase2_dh_group_numbers": [20], "dpd_timeout_action": "restart",
    "startup_action": "start",
    "log_options": [{"cloudwatch_log_options": [{"log_enabled": True, "log_group_arn": TUNNEL.log_group}]}],
}  # fmt: skip
SPECIFIED = {
    "IKEVersions": [{"Value": "ikev2"}], "Phase1EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}],
    "Phase2EncryptionAlgorithms": [{"Value": "AES256"}], "Phase1IntegrityAlgorithms": [{"Value": "SHA2-256"}],
    "Phase2IntegrityAlgorithms": [{"Value": "SHA2-512"}], "Phase1DHGroupNumbers": [{"Value": 19}, {"Value": "20"}],
    "Phase2DHGroupNumbers": [{"Value": 20}], "DPDTimeoutAction": "restart", "StartupAction": "start",
    "LogOptions": {"CloudwatchLogOptions": {"LogEnabled": "true", "LogGroupArn": TUNNEL.log_group}},
}  # fmt: skip
NETWORK: dict[Any, Any] = {
    (SecurityGroup, "ingress"): (_permissions("ingress"), _template_permissions("Ingress", "Source")),
    (SecurityGroup, "egress"): (
        _permissions("egress"),
        [
            *_template_permissions("Egress", "Destination"),
            ({}, (ALL,)),
            ({"AWS::EC2::SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "10.0.0.0/8"}]}, Unknown),
        ],
    ),
    (VPC, "cidrs"): (
        [
            (
                {"cidr_block": "10.0.0.0/16", "aws_vpc_ipv4_cidr_block_association": [{"cidr_block": "10.1.0.0/16"}]},
                ("10.0.0.0/16", "10.1.0.0/16"),
            )
        ],
        [
            (
                {"CidrBlock": "10.0.0.0/16", "AWS::EC2::VPCCidrBlock": [{"CidrBlock": "10.1.0.0/16"}]},
                ("10.0.0.0/16", "10.1.0.0/16"),
            )
        ],
    ),
    (VPC, "ipv6_cidrs"): (
        [
            ({"ipv6_cidr_block": "2600:1f16::/56"}, ("2600:1f16::/56",)),
            ({"assign_generated_ipv6_cidr_block": True}, Unknown),
            ({"assign_generated_ipv6_cidr_block": False, "ipv6_cidr_block": ""}, ()),
        ],
        [],
    ),
    (RouteTable, "main"): ([({"default_route_table_id": "rtb-1"}, True), ({}, False)], []),
    (RouteTable, "subnets"): (
        [({"aws_route_table_association": [{"subnet_id": "subnet-1"}, {"gateway_id": "vgw-1"}]}, ("subnet-1",))],
        [({"AWS::EC2::SubnetRouteTableAssociation": [{"SubnetId": "subnet-1"}]}, ("subnet-1",))],
    ),
    (RouteTable, "gateways"): (
        [({"aws_route_table_association": [{"subnet_id": "subnet-1"}, {"gateway_id": "vgw-1"}]}, ("vgw-1",))],
        [({"AWS::EC2::GatewayRouteTableAssociation": [{"GatewayId": "vgw-1"}]}, ("vgw-1",))],
    ),
    (RouteTable, "routes"): (
        [
            ({"route": [PLAIN_ROUTE]}, (INTERNET,)),
            ({"aws_route": [{"destination_cidr_block": "0.0.0.0/0", "nat_gateway_id": "nat-1"}]}, (TO_NAT,)),
            ({"aws_route": [{"destination_cidr_block": "0.0.0.0/0"}]}, Unknown),
        ],
        [
            ({"AWS::EC2::Route": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}]}, (INTERNET,)),
            ({"AWS::EC2::Route": [{"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}]}, (TO_NAT,)),
            ({"AWS::EC2::Route": [{"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "${Way}"}]}, Unknown),
        ],
    ),
    (RouteTable, "propagating"): (
        [({"aws_vpn_gateway_route_propagation": [{"vpn_gateway_id": "vgw-1"}]}, ("vgw-1",))],
        [],
    ),
    (NetworkAcl, "is_default"): ([({"default_network_acl_id": "acl-1"}, True)], []),
    (NetworkAcl, "subnets"): (
        [
            (
                {"subnet_ids": ["subnet-1"], "aws_network_acl_association": [{"subnet_id": "subnet-2"}]},
                ("subnet-1", "subnet-2"),
            )
        ],
        [],
    ),
    (NetworkAcl, "inbound"): (
        [
            (
                {
                    "ingress": [
                        {
                            "rule_no": 100,
                            "action": "allow",
                            "protocol": "6",
                            "cidr_block": "0.0.0.0/0",
                            "from_port": 22,
                            "to_port": 22,
                        },
                    ],
                    "aws_network_acl_rule": [
                        {
                            "rule_number": 50,
                            "rule_action": "deny",
                            "protocol": "-1",
                            "ipv6_cidr_block": "::/0",
                            "egress": False,
                            "from_port": 0,
                            "to_port": 0,
                        },
                        {
                            "rule_number": 60,
                            "rule_action": "allow",
                            "protocol": "-1",
                            "cidr_block": "0.0.0.0/0",
                            "egress": True,
                        },
                    ],
                },
                (
                    AclEntry(50, allows=False, cidr="::/0"),
                    AclEntry(100, allows=True, cidr="0.0.0.0/0", protocol="tcp", first=22, last=22),
                    LAST,
                ),
            )
        ],
        [
            (
                {
                    "AWS::EC2::NetworkAclEntry": [
                        {
                            "RuleNumber": "100",
                            "RuleAction": "allow",
                            "Protocol": 6,
                            "CidrBlock": "0.0.0.0/0",
                            "PortRange": {"From": 22, "To": "22"},
                        },
                        {
                            "RuleNumber": 60,
                            "RuleAction": "allow",
                            "Protocol": -1,
                            "CidrBlock": "0.0.0.0/0",
                            "Egress": "true",
                        },
                    ]
                },
                (AclEntry(100, allows=True, cidr="0.0.0.0/0", protocol="tcp", first=22, last=22), LAST),
            )
        ],
    ),
    (InternetGateway, "vpcs"): (
        [({"vpc_id": "vpc-1"}, ("vpc-1",)), ({"aws_internet_gateway_attachment": [{"vpc_id": "vpc-2"}]}, ("vpc-2",))],
        [],
    ),
    (FlowLog, "fields"): (
        [({"log_format": "${version} ${vpc-id}"}, ("version", "vpc-id")), ({}, DEFAULT_FIELDS)],
        [({"LogFormat": "${version} ${vpc-id}"}, ("version", "vpc-id"))],
    ),
    (VPNGateway, "vpcs"): ([({"vpc_id": "vpc-1"}, ("vpc-1",))], []),
    (VPNConnection, "tunnels"): (
        [
            (
                {"customer_gateway_id": "cgw-1", **{f"tunnel1_{name}": value for name, value in LISTED.items()}},
                (TUNNEL, Tunnel()),
            )
        ],
        [({"CustomerGatewayId": "cgw-1", "VpnTunnelOptionsSpecifications": [SPECIFIED]}, (TUNNEL, Tunnel()))],
    ),
}
