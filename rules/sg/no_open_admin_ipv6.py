"""sg_no_open_admin_ipv6."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import CLOSE_DOOR
from rules._network import open_ports
from scanner.kinds.addresses import WORLD_V6
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Missing, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


REMOTE = (22, 3389)


class NoOpenAdminIpv6(Rule):
    """No IPv6 ingress from the world to remote administration ports.

    Who closes a port for IPv4 often forgets that IPv6 has rules of its own. A host with an IPv6 address is then open
    to logins from everywhere though every list of its IPv4 rules looks sound. All of global IPv6 (2000::/3) counts as
    the world; a prefix list of the customer's counts by what is in it.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.312(e)(1)")
    aliases = (
        "config:vpc-sg-port-restriction-check",
        "security-hub:EC2.54",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_3389",
        "steampipe:vpc_security_group_remote_administration_ipv6",
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
    related = ("sg_no_open_ssh", "sg_no_open_admin_ports")
    remedy = CLOSE_DOOR
    GOOD = (
        {"ingress": ()},
        {
            "ingress": (
                Permission("tcp", 22, 22, "cidr", "0.0.0.0/0"),
                Permission("tcp", 3389, 3389, "cidr", "0.0.0.0/0"),
            )
        },
        {"ingress": (Permission("tcp", 22, 22, "cidr", "2001:db8::/32"),)},
        {"ingress": (Permission("tcp", 23, 3388, "cidr", "::/0"),)},
        Case(
            {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("2001:db8::/32",))],
        ),
    )
    BAD = (
        {"ingress": (Permission("tcp", 22, 22, "cidr", "::/0"),)},
        {"ingress": (Permission("tcp", 3389, 3389, "cidr", "2000::/3"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "::/0"),)},
    )
    UNKNOWN = (Case({"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
        yield from open_ports(world, group, REMOTE, worlds=(WORLD_V6,))
