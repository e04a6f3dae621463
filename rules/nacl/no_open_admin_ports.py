"""nacl_no_open_admin_ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import acl_to_judge
from rules.nacl._entries import open_again, shut
from scanner.kinds.addresses import WORLD_V4
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.network_reasoning import AclEntry, admitted
from scanner.model.remedy import Direct, Effect
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator


ALLOW_ALL = AclEntry(100, allows=True, cidr="0.0.0.0/0")
DENY_ALL = AclEntry(32767, allows=False, cidr="0.0.0.0/0")
WORLD_SSH = AclEntry(100, allows=True, cidr="0.0.0.0/0", protocol="tcp", first=22, last=22)
WORLD_RDP = AclEntry(110, allows=True, cidr="::/0", protocol="tcp", first=3389, last=3389)


class NoOpenAdminPorts(Rule):
    """Network ACLs admit no administration ports from the world.

    The subnet's own list is the second lock: when a security group is opened by mistake, it still keeps the world from
    the logins of hosts with ePHI. Entries are read in their order, the first that fits decides; entries for parts of
    the internet count together, and a few addresses denied before all are let in change nothing. Default network ACLs
    as AWS made them are not judged: there the security groups are the only lock by design.
    """

    kind = NetworkAcl
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (ClientCells(),)
    aliases = (
        "config:nacl-no-unrestricted-ssh-rdp",
        "security-hub:EC2.21",
        "prowler:ec2_networkacl_allow_ingress_tcp_port_22",
        "prowler:ec2_networkacl_allow_ingress_tcp_port_3389",
        "steampipe:vpc_network_acl_remote_administration",
        "cis:v3.0/5.1",
        "cis:v4.0/5.2",
        "cis:v5.0/5.2",
        "cis:v6.0/6.2",
        "cis:v7.0/6.2",
    )
    remedy = Direct(
        "ec2.CreateNetworkAclEntry",
        by=shut,
        why="Custodian can only tag network ACLs",
        effect=Effect(
            after="Before the entry that lets the world in, private ranges are let in to the port and all others are"
            " denied. Whoever logs in from the internet needs an entry of its own before. The list knows no"
            " connections: an answer that comes in to a port of this number is denied as well.",
            risk="medium",
            undo=open_again,
            terraform={
                "aws_network_acl_rule": {
                    "network_acl_id": "{id}",
                    "rule_number": "A FREE NUMBER BEFORE THE OPEN ENTRY",
                    "egress": False,
                    "protocol": "tcp",
                    "rule_action": "deny",
                    "cidr_block": WORLD_V4,
                    "from_port": "THE PORT",
                    "to_port": "THE PORT",
                }
            },
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        ports: Annotated[
            tuple[int, ...], msgspec.Meta(description="Ports (TCP) of administration: SSH and Remote Desktop.")
        ] = (22, 3389)

    GOOD = (
        {"inbound": (DENY_ALL,)},
        {"inbound": (AclEntry(90, allows=False, cidr="0.0.0.0/0", protocol="tcp", first=0, last=4000), ALLOW_ALL)},
        {"inbound": (AclEntry(90, allows=True, cidr="10.0.0.0/8", protocol="tcp", first=22, last=22), DENY_ALL)},
        {"inbound": (AclEntry(90, allows=True, cidr="0.0.0.0/0", protocol="tcp", first=23, last=3388), DENY_ALL)},
        {"inbound": (AclEntry(90, allows=True, cidr="0.0.0.0/0", protocol="udp", first=22, last=22), DENY_ALL)},
        Case({"inbound": (WORLD_SSH,)}, settings={"ports": [3389]}),
        {"is_default": True, "inbound": (AclEntry(90, allows=False, cidr="0.0.0.0/0"), ALLOW_ALL, DENY_ALL)},
    )
    BAD = (
        {"inbound": (WORLD_SSH, DENY_ALL)},
        {"inbound": (WORLD_RDP, DENY_ALL)},
        {"inbound": (ALLOW_ALL,)},
        {"inbound": (AclEntry(90, allows=False, cidr="198.51.100.0/24"), ALLOW_ALL, DENY_ALL)},
        {"inbound": (AclEntry(1, allows=True, cidr="0.0.0.0/1"), AclEntry(2, allows=True, cidr="128.0.0.0/1"))},
        Case(
            {"inbound": (AclEntry(9, allows=True, cidr="::/0", protocol="tcp", first=80, last=80),)},
            settings={"ports": [80]},
        ),
        {"is_default": True, "inbound": (WORLD_SSH, DENY_ALL)},
        {"is_default": True, "inbound": (ALLOW_ALL, AclEntry(120, allows=True, cidr="10.0.0.0/8"), DENY_ALL)},
    )
    SKIP = (
        {"is_default": True, "inbound": (ALLOW_ALL, DENY_ALL)},
        {"is_default": True, "inbound": (ALLOW_ALL, AclEntry(101, allows=True, cidr="::/0"), DENY_ALL)},
        {"owner": "210987654321", "inbound": (ALLOW_ALL,)},
    )

    @staticmethod
    def applies(acl: NetworkAcl) -> bool | str:
        """Network ACLs that the account owns, unless they are a VPC's default one as AWS made it."""
        return acl_to_judge(acl)

    @staticmethod
    def check(acl: NetworkAcl, settings: Settings) -> Iterator[Fail]:
        for port in settings.ports:
            for world in admitted(acl.inbound, "tcp", port):
                yield Fail(f"tcp/{port} is let in from {world}", f"inbound tcp/{port} {world}")
