"""sg_ssh_from_bastion_only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import CLOSE_DOOR
from rules._network import BastionSettings, is_bastion_group, is_of_bastion
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


FROM_BASTION = Permission("tcp", 22, 22, "group", "sg-b")
TAGGED = Other(SecurityGroup, id="sg-b", tags={"role": "bastion"})
UNTAGGED = Other(SecurityGroup, id="sg-b")
BASTION = Other(Instance, id="i-b", security_groups=("sg-b",), tags={"role": "bastion"})
APP = Other(Instance, id="i-a", security_groups=("sg-b", "sg-1"), tags={"role": "web"})
ENDED = Other(Instance, id="i-z", security_groups=("sg-b",), state="terminated")


class SshFromBastionOnly(Rule):
    """SSH is reachable from the bastion only.

    When all logins pass through one watched host, there is one door to guard and one log to read. A group that takes
    SSH from anywhere else, the office or its own members included, has a door of its own to the ePHI. A group is the
    bastion's if it carries the bastion tags, or if only instances that carry them use it; the bastion's own groups
    are not judged here. Of a group in another account nothing can be said unless that account is scanned as well.
    """

    kind = SecurityGroup
    needs = (Instance,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)", "164.308(a)(4)(ii)(B)")
    sources = (CityWebapps(),)
    remedy = CLOSE_DOOR
    Settings = BastionSettings
    GOOD = (
        {"ingress": ()},
        {"ingress": (Permission("tcp", 443, 443, "cidr", "0.0.0.0/0"),)},
        Case({"ingress": (FROM_BASTION,)}, others=[TAGGED]),
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, BASTION]),
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, BASTION, ENDED]),
        Case(
            {"ingress": (Permission("tcp", 22, 22, "group", "sg-b", "210987654321"),)},
            others=[Other(SecurityGroup, id="sg-b", account="210987654321", tags={"role": "bastion"})],
        ),
    )
    BAD = (
        {"ingress": (Permission("tcp", 22, 22, "cidr", "10.0.0.10/32"),)},
        {"ingress": (Permission("-1", None, None, "group", "sg-1"),)},
        {"ingress": (Permission("tcp", 22, 22, "prefix-list", "pl-1"),)},
        {"ingress": (FROM_BASTION,)},
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED]),
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, ENDED]),
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, BASTION, APP]),
        Case({"ingress": (FROM_BASTION,)}, others=[TAGGED], settings={"bastion_tags": {"jump": "yes"}}),
        Case({"ingress": (FROM_BASTION, Permission("tcp", 0, 100, "cidr", "10.0.0.0/8"))}, others=[TAGGED]),
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, BASTION, APP], lacking=[Instance]),
    )
    SKIP = (
        {"tags": {"role": "bastion"}, "ingress": (Permission("tcp", 22, 22, "cidr", "198.51.100.0/24"),)},
        Case(
            {"id": "sg-b", "ingress": (Permission("tcp", 22, 22, "cidr", "198.51.100.0/24"),)},
            others=[Other(Instance, security_groups=("sg-b",), tags={"role": "bastion"})],
        ),
    )
    UNKNOWN = (
        Case({"ingress": (FROM_BASTION,)}, others=[UNTAGGED, BASTION], lacking=[Instance]),
        Case({"ingress": (FROM_BASTION,)}, lacking=[SecurityGroup]),
        {"ingress": (Permission("tcp", 22, 22, "group", "sg-b", "210987654321"),)},
    )

    @staticmethod
    def applies(group: SecurityGroup, world: World, settings: BastionSettings) -> bool | str:
        """Security groups that are not the bastion's."""
        opens = [rule for rule in group.ingress if rule.covers("tcp", 22)]
        return "a bastion's own group" if opens and is_of_bastion(world, group, settings) else True

    @staticmethod
    def check(group: SecurityGroup, world: World, settings: BastionSettings) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for rule in group.ingress:
            if rule.covers("tcp", 22):
                with gaps:
                    if not is_bastion_group(world, rule, group, settings):
                        yield Fail(f"SSH is let in from {rule.peer} ({rule.ports})", f"ingress tcp/22 {rule.peer}")
        yield from gaps
