"""sg_no_open_all_ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import CLOSE_DOOR
from rules._network import exposed
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import LAST_PORT, Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.network_reasoning import Exposure


ALL_TCP = Permission("tcp", 0, 65535, "cidr", "0.0.0.0/0")


class NoOpenAllPorts(Rule):
    """No ingress from the world to all ports or protocols.

    A group that lets the whole internet in on every port is no firewall: whatever the host listens on, today or after
    the next update, is public, databases and agents included. Rules are read together: ranges that touch are one, and
    two halves of the internet are the internet; a prefix list of the customer's counts by what is in it.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "critical"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.312(e)(1)")
    aliases = (
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_all_ports",
        "prowler:ec2_securitygroup_allow_wide_open_public_ipv4",
        "steampipe:vpc_security_group_restrict_ingress_tcp_udp_all",
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
        {"ingress": (Permission("tcp", 0, 65534, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 2, 65535, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("-1", None, None, "group", "sg-1"),)},
        {"ingress": (Permission("icmp", -1, -1, "cidr", "0.0.0.0/0"),)},
        {"egress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
        {
            "ingress": (
                Permission("tcp", 0, 99, "cidr", "0.0.0.0/0"),
                Permission("tcp", 101, 65535, "cidr", "0.0.0.0/0"),
            )
        },
        Case(
            {"ingress": (Permission("-1", None, None, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("198.51.100.0/24",))],
        ),
    )
    BAD = (
        {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "::/0"),)},
        {"ingress": (ALL_TCP,)},
        {"ingress": (Permission("tcp", 1, 65535, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("udp", 0, 65535, "cidr", "::/0"),)},
        {
            "ingress": (
                Permission("tcp", 0, 99, "cidr", "0.0.0.0/0"),
                Permission("tcp", 100, 65535, "cidr", "0.0.0.0/0"),
            )
        },
        {
            "ingress": (
                Permission("tcp", 0, 65535, "cidr", "0.0.0.0/1"),
                Permission("-1", None, None, "cidr", "128.0.0.0/1"),
            )
        },
        Case(
            {"ingress": (Permission("-1", None, None, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("0.0.0.0/0",))],
        ),
        Case({"ingress": (ALL_TCP, Permission("tcp", 22, 22, "prefix-list", "pl-1"))}, lacking=[PrefixList]),
    )
    UNKNOWN = (Case({"ingress": (Permission("-1", None, None, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for item in exposed(world, group, gaps):
            if _is_whole(item):
                yield Fail(f"{item.ports} is open to {item.world}", f"ingress {item.ports} {item.world}")
        yield from gaps


def _is_whole(item: Exposure) -> bool:
    """Say whether all ports are meant; port 0 is none that a host listens on."""
    return item.protocol == "-1" or (item.first in {0, 1} and item.last == LAST_PORT)
