"""sg_no_open_ssh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import CLOSE_DOOR
from rules._network import open_ports
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Missing, Other, Rule
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


WORLD_SSH = Permission("tcp", 22, 22, "cidr", "0.0.0.0/0")
OFFICE = Other(PrefixList, id="pl-1", cidrs=("198.51.100.0/24",))


class NoOpenSsh(Rule):
    """SSH is not open to the world.

    A login that the whole internet can try is tried, all day, by machines. One weak or leaked key opens the host and
    the ePHI behind it. Rules are read together: two halves of the internet are the internet, and so is everything but
    the private ranges; a prefix list of the customer's counts by what is in it.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "critical"
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
    sources = (EcsGuide(3), CityWebapps())
    aliases = (
        "config:restricted-ssh",
        "security-hub:EC2.13",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_tcp_port_22",
        "steampipe:vpc_security_group_restrict_ingress_ssh_all",
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
    remedy = CLOSE_DOOR
    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 22, 22, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("tcp", 22, 22, "cidr", "0.0.0.0/1"),)},
        {"ingress": (Permission("tcp", 23, 65535, "cidr", "0.0.0.0/0"), Permission("tcp", 0, 21, "cidr", "::/0"))},
        {"ingress": (Permission("udp", 22, 22, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 22, 22, "group", "sg-2"),)},
        {"egress": (WORLD_SSH,)},
        Case({"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)}, others=[OFFICE]),
        Case(
            {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", owner="AWS", cidrs=("0.0.0.0/0",))],
        ),
    )
    BAD = (
        {"ingress": (WORLD_SSH,)},
        {"ingress": (Permission("tcp", 22, 22, "cidr", "::/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 20, 30, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 22, 22, "cidr", "0.0.0.0/1"), Permission("tcp", 0, 99, "cidr", "128.0.0.0/1"))},
        Case(
            {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("0.0.0.0/0",))],
        ),
        Case({"ingress": (WORLD_SSH, Permission("tcp", 22, 22, "prefix-list", "pl-1"))}, lacking=[PrefixList]),
    )
    UNKNOWN = (
        Case({"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),
        {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
    )

    @staticmethod
    def check(group: SecurityGroup, world: World) -> Iterator[Fail | Missing]:
        yield from open_ports(world, group, (22,))
