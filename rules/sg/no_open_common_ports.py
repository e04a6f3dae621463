"""sg_no_open_common_ports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._ingress import CLOSE_DOOR
from rules._network import open_ports
from scanner.kinds.ec2_network import PrefixList, SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Missing, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


COMMON_PORTS = (20, 21, 3306, 3389, 4333)
"""FTP data and control, MySQL, Remote Desktop, mSQL: the list of AWS Config's rule."""


class NoOpenCommonPorts(Rule):
    """Common ports (20, 21, 3306, 3389, 4333) are not open to the world.

    File transfer without encryption, databases and remote desktops are what scanners of the internet knock at first.
    Open to all, one of them hands out ePHI or the host that keeps it. The list of ports is a setting.
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
    aliases = ("config:restricted-common-ports", "steampipe:vpc_security_group_restrict_ingress_common_ports_all")
    related = ("sg_no_open_admin_ports",)
    remedy = CLOSE_DOOR

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        ports: Annotated[tuple[int, ...], msgspec.Meta(description="Ports (TCP) that must not face the internet.")] = (
            COMMON_PORTS
        )

    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 3306, 3306, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("tcp", 22, 3305, "cidr", "0.0.0.0/0"), Permission("tcp", 0, 19, "cidr", "::/0"))},
        {"ingress": (Permission("udp", 0, 65535, "cidr", "0.0.0.0/0"),)},
        Case({"ingress": (Permission("tcp", 3306, 3306, "cidr", "0.0.0.0/0"),)}, settings={"ports": [21]}),
    )
    BAD = (
        *({"ingress": (Permission("tcp", port, port, "cidr", "0.0.0.0/0"),)} for port in COMMON_PORTS),
        {"ingress": (Permission("tcp", 20, 21, "cidr", "::/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "::/0"),)},
        Case({"ingress": (Permission("tcp", 23, 23, "cidr", "0.0.0.0/0"),)}, settings={"ports": [23]}),
    )
    UNKNOWN = (Case({"ingress": (Permission("tcp", 21, 21, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        yield from open_ports(world, group, settings.ports)
