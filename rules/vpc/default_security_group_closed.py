"""vpc_default_security_group_closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._ingress import permission
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Gaps, Missing, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


def _restore(group: SecurityGroup, _part: str) -> Iterator[Write]:
    for verb, rules in (("Ingress", group.ingress), ("Egress", group.egress)):
        if rules:
            listed = [permission(rule) for rule in rules]
            yield Write(f"ec2.AuthorizeSecurityGroup{verb}", {"GroupId": group.id, "IpPermissions": listed})


class DefaultSecurityGroupClosed(Rule):
    """Default security groups have no rules.

    The default group is what a resource gets when nobody chose one. If it lets anything through, a host with ePHI
    that was launched in a hurry talks to all its neighbours unnoticed. The group cannot be deleted, so it is emptied.
    """

    kind = SecurityGroup
    severity = "high"
    hipaa = ("164.312(e)(1)",)
    sources = (EcsGuide(62),)
    aliases = (
        "config:vpc-default-security-group-closed",
        "security-hub:EC2.2",
        "prowler:ec2_securitygroup_default_restrict_traffic",
        "steampipe:vpc_default_security_group_restricts_all_traffic",
        "cis:v3.0/5.4",
        "cis:v4.0/5.5",
        "cis:v5.0/5.5",
        "cis:v6.0/6.5",
        "cis:v7.0/6.5",
    )
    remedy = Custodian(
        "security-group",
        {"type": "remove-permissions", "ingress": "all", "egress": "all"},
        filters=[{"GroupName": "default"}],
        effect=Effect(
            sets={"ingress": (), "egress": ()},
            risk="medium",
            undo=_restore,
            terraform={"aws_default_security_group": {"vpc_id": "$vpc", "ingress": [], "egress": []}},
        ),
    )
    GOOD = ({"group_name": "default", "ingress": (), "egress": ()},)
    BAD = (
        {"group_name": "default", "ingress": (Permission("-1", None, None, "group", "sg-1"),)},
        {"group_name": "default", "egress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)},
    )
    SKIP = ({"group_name": "app", "ingress": (Permission("tcp", 443, 443, "cidr", "0.0.0.0/0"),)},)

    @staticmethod
    def applies(group: SecurityGroup) -> bool:
        """The default security groups of VPCs."""
        return group.group_name == "default"

    @staticmethod
    def check(group: SecurityGroup) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if group.ingress:
                yield Fail(
                    f"it lets in {', '.join(f'{rule.ports} from {rule.peer}' for rule in group.ingress)}", "ingress"
                )
        with gaps:
            if group.egress:
                yield Fail(
                    f"it lets out {', '.join(f'{rule.ports} to {rule.peer}' for rule in group.egress)}", "egress"
                )
        yield from gaps
