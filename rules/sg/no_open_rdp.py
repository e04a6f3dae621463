"""sg_no_open_rdp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import CLOSE_DOOR
from rules._network import open_ports
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Missing, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class NoOpenRdp(Rule):
    """No ingress from the world to port 3389.

    Remote Desktop is the door by which ransomware most often comes in: it is found by scanning and opened by guessed
    or stolen passwords, and behind it lies a desktop that reads ePHI as its user does. Rules are read together: two
    halves of the internet are the internet; a prefix list of the customer's counts by what is in it.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(3)(i)",
        "164.308(a)(3)(ii)(B)",
        "164.308(a)(4)(i)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(4)(ii)(B)",
        "164.308(a)(4)(ii)(C)",
        "164.312(a)(1)",
        "164.312(e)(1)",
    )
    aliases = (
        "config:restricted-common-ports",
        "security-hub:EC2.14",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        "steampipe:vpc_security_group_restrict_ingress_rdp_all",
        "cis:v3.0/5.2",
        "cis:v3.0/5.3",
        "cis:v4.0/5.3",
        "cis:v4.0/5.4",
        "cis:v5.0/5.3",
        "cis:v5.0/5.4",
        "cis:v6.0/6.3",
        "cis:v6.0/6.4",
        "cis:v7.0/6.3",
        "cis:v7.0/6.4",
    )
    related = ("sg_no_open_admin_ports",)
    remedy = CLOSE_DOOR
    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 3389, 3389, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("tcp", 3390, 65535, "cidr", "0.0.0.0/0"), Permission("tcp", 0, 3388, "cidr", "::/0"))},
        {"ingress": (Permission("udp", 3389, 3389, "cidr", "0.0.0.0/0"),)},
        {"egress": (Permission("tcp", 3389, 3389, "cidr", "0.0.0.0/0"),)},
    )
    BAD = (
        {"ingress": (Permission("tcp", 3389, 3389, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 3389, 3389, "cidr", "::/0"),)},
        {"ingress": (Permission("tcp", 3000, 4000, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
    )
    UNKNOWN = (Case({"ingress": (Permission("tcp", 3389, 3389, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
        yield from open_ports(world, group, (3389,))
