"""sg_open_only_authorized_ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._ingress import CLOSE_DOOR
from rules._network import exposed
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import LAST_PORT, Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.network_reasoning import Exposure


PING = ("icmp", "icmpv6")
"""Protocols that carry messages of the network itself (unreachable, too big), not of applications."""


class OpenOnlyAuthorizedPorts(Rule):
    """Unrestricted ingress only on approved ports.

    What the public needs is the website; everything else that faces the internet is there by mistake or for the ease
    of somebody who could have come through the VPN. Each such port is one more program that strangers may try. Rules
    are read together; a prefix list of the customer's counts by what is in it. ICMP is only noted: it opens no port.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.312(e)(1)")
    aliases = (
        "config:vpc-sg-open-only-to-authorized-ports",
        "security-hub:EC2.18",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_any_port",
        "prowler:ec2_securitygroup_allow_ingress_from_internet_to_any_port_from_ip",
        "steampipe:vpc_security_group_allows_ingress_authorized_ports",
    )
    related = ("sg_no_open_admin_ports",)
    remedy = CLOSE_DOOR

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        tcp: Annotated[tuple[int, ...], msgspec.Meta(description="TCP ports that may face the internet.")] = (80, 443)
        udp: Annotated[tuple[int, ...], msgspec.Meta(description="UDP ports that may face the internet.")] = ()

    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 80, 80, "cidr", "0.0.0.0/0"), Permission("tcp", 443, 443, "cidr", "::/0"))},
        {"ingress": (Permission("tcp", 8080, 8080, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("-1", None, None, "group", "sg-1"),)},
        {"ingress": (Permission("icmp", -1, -1, "cidr", "0.0.0.0/0"), Permission("icmpv6", -1, -1, "cidr", "::/0"))},
        Case({"ingress": (Permission("tcp", 22, 23, "cidr", "0.0.0.0/0"),)}, settings={"tcp": [22, 23]}),
        Case({"ingress": (Permission("udp", 53, 53, "cidr", "0.0.0.0/0"),)}, settings={"udp": [53]}),
        Case(
            {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("198.51.100.0/24",))],
        ),
    )
    BAD = (
        {"ingress": (Permission("tcp", 22, 22, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("tcp", 80, 81, "cidr", "::/0"),)},
        {"ingress": (Permission("tcp", 79, 80, "cidr", "::/0"),)},
        {"ingress": (Permission("udp", 443, 443, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
        {"ingress": (Permission("50", None, None, "cidr", "0.0.0.0/0"),)},
        Case({"ingress": (Permission("tcp", 443, 443, "cidr", "0.0.0.0/0"),)}, settings={"tcp": [80]}),
        Case({"ingress": (Permission("tcp", 53, 53, "cidr", "0.0.0.0/0"),)}, settings={"udp": [53]}),
        Case(
            {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
            others=[Other(PrefixList, id="pl-1", cidrs=("::/0",))],
        ),
    )
    UNKNOWN = (Case({"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World, settings: Settings) -> Iterator[Fail | Missing | Note]:
        gaps = Gaps()
        for item in exposed(world, group, gaps):
            part = f"ingress {item.ports} {item.world}"
            if item.protocol in PING:
                yield Note(f"{item.protocol} is open to {item.world}")
                continue
            allowed = set({"tcp": settings.tcp, "udp": settings.udp}.get(item.protocol, ()))
            if not _within(item, allowed):
                yield Fail(f"{item.ports} is open to {item.world}; {_said(settings)} may be", part)
        yield from gaps


def _within(item: Exposure, allowed: set[int]) -> bool:
    first, last = (0, LAST_PORT) if item.first is None or item.last is None else (item.first, item.last)
    return sum(first <= port <= last for port in allowed) >= last - first + 1


def _said(settings: OpenOnlyAuthorizedPorts.Settings) -> str:
    named = [f"tcp/{port}" for port in settings.tcp] + [f"udp/{port}" for port in settings.udp]
    return ", ".join(named) or "nothing"
