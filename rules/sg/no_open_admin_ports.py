"""sg_no_open_admin_ports."""

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
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


ADMIN_PORTS = (3389, 3306, 5432, 1433, 6379, 27017, 9200, 2375, 2376, 51678)
"""RDP, MySQL, PostgreSQL, SQL Server, Redis, MongoDB, Elasticsearch, Docker (plain and TLS), ECS agent."""


class NoOpenAdminPorts(Rule):
    """Administration and database ports are not open to the world.

    Databases, remote desktops and container daemons are not built to face the internet: the Docker and ECS agents'
    ports give the host away without any password. ePHI behind such a port is a scan away from disclosure. Rules are
    read together: two halves of the internet are the internet; a prefix list of the customer's counts by what is in
    it.
    """

    kind = SecurityGroup
    needs = (PrefixList,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(3),)
    remedy = CLOSE_DOOR

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        ports: Annotated[tuple[int, ...], msgspec.Meta(description="Ports (TCP) that must not face the internet.")] = (
            ADMIN_PORTS
        )

    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 443, 443, "cidr", "0.0.0.0/0"), Permission("tcp", 22, 22, "cidr", "::/0"))},
        {"ingress": (Permission("tcp", 5432, 5432, "cidr", "10.0.0.0/8"),)},
        {"ingress": (Permission("tcp", 3307, 3388, "cidr", "0.0.0.0/0"),)},
        Case({"ingress": (Permission("tcp", 5432, 5432, "cidr", "0.0.0.0/0"),)}, settings={"ports": [3389]}),
    )
    BAD = (
        *({"ingress": (Permission("tcp", port, port, "cidr", "0.0.0.0/0"),)} for port in ADMIN_PORTS),
        {"ingress": (Permission("tcp", 3000, 3400, "cidr", "::/0"),)},
        {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
        Case({"ingress": (Permission("tcp", 8080, 8080, "cidr", "0.0.0.0/0"),)}, settings={"ports": [8080]}),
    )
    UNKNOWN = (Case({"ingress": (Permission("tcp", 0, 65535, "prefix-list", "pl-1"),)}, lacking=[PrefixList]),)

    @staticmethod
    def check(group: SecurityGroup, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        yield from open_ports(world, group, settings.ports)
