"""How a door of a security group that stands open to the whole internet is closed, and opened again.

One remedy for all rules that find such a door, so that a group is changed once. EC2 API: API_IpPermission,
API_RevokeSecurityGroupIngress (descriptions are not compared).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.kinds.addresses import WORLD_V4, WORLD_V6, world_of
from scanner.kinds.network_reasoning import LAST_PORT, Permission
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.kinds.ec2_network import SecurityGroup

_WEBSITE = (80, 443)
_NEVER_PUBLIC = frozenset(
    {20, 21, 22, 1433, 2375, 2376, 3306, 3389, 4333, 5432, 6379, 9200, 27017, 51678},
)
"""File transfer, remote logins, databases, container daemons: what no visitor of a website needs."""


def permission(rule: Permission, *, described: bool = True) -> dict[str, Any]:
    """Write one security group rule as EC2 takes it."""
    given: dict[str, Any] = {"IpProtocol": rule.protocol}
    if rule.protocol != "-1" and rule.from_port is not None:
        given |= {"FromPort": rule.from_port, "ToPort": rule.to_port}
    said = {"Description": rule.description} if described and rule.description else {}
    if rule.kind == "prefix-list":
        return given | {"PrefixListIds": [{"PrefixListId": rule.peer, **said}]}
    if rule.kind == "group":
        owner = {"UserId": rule.account} if rule.account else {}
        return given | {"UserIdGroupPairs": [{"GroupId": rule.peer, **owner, **said}]}
    if ":" in rule.peer:
        return given | {"Ipv6Ranges": [{"CidrIpv6": rule.peer, **said}]}
    return given | {"IpRanges": [{"CidrIp": rule.peer, **said}]}


def _write(verb: str, group: SecurityGroup, given: Iterable[Permission]) -> Iterator[Write]:
    described = verb == "Authorize"
    listed = [permission(rule, described=described) for rule in given]
    if listed:
        yield Write(f"ec2.{verb}SecurityGroupIngress", {"GroupId": group.id, "IpPermissions": listed})


def _meant(part: str) -> Permission:
    """Read a finding's part, such as `ingress tcp/22 0.0.0.0/0`."""
    found = re.fullmatch(r"ingress (?:(all traffic)|([^/ ]+)(?:/(\d+)(?:-(\d+))?)?) (\S+)", part)
    if found is None:
        raise NotByMachine(f"no single rule of the group is meant by {part!r}")
    everything, protocol, first, last, peer = found.groups()
    if everything:
        return Permission("-1", None, None, "cidr", peer)
    low = int(first) if first else None
    return Permission(protocol, low, int(last) if last else low, "cidr", peer)


def _meets(rule: Permission, meant: Permission) -> bool:
    if rule.protocol == "-1" or meant.protocol == "-1":
        return rule.protocol == "-1"
    if rule.protocol != meant.protocol:
        return False
    ends = (rule.from_port, rule.to_port, meant.from_port, meant.to_port)
    low, high, first, last = (item if item is not None else -1 for item in ends)
    return -1 in {low, first} or (low <= last and first <= high)


def _is_never_public(meant: Permission) -> bool:
    if meant.protocol == "-1" or (meant.from_port in {0, 1} and meant.to_port == LAST_PORT):
        return True
    return meant.protocol == "tcp" and meant.from_port == meant.to_port and meant.from_port in _NEVER_PUBLIC


def _doors(group: SecurityGroup, part: str) -> tuple[list[Permission], list[Permission]]:
    """Give the rules to take away, and those of a website's ports that take their place.

    Raises:
        NotByMachine: whether somebody needs the door, or which rules together make it, is for a person to say.
    """
    meant = _meant(part)
    if meant.peer not in {WORLD_V4, WORLD_V6}:
        if group.group_name == "default" and meant.peer == group.id:
            return [rule for rule in group.ingress if _meets(rule, meant) and rule.peer == group.id], []
        raise NotByMachine(
            f"whoever comes from {meant.peer} needs another way in first, such as by the bastion's group: aws ec2"
            f" authorize-security-group-ingress --group-id {group.id} --protocol tcp --port 22 --source-group BASTION"
            f" --region {group.region}"
        )
    if not _is_never_public(meant):
        raise NotByMachine(f"whether somebody on the internet needs {meant.ports} only its owner knows")
    opening = [rule for rule in group.ingress if rule.kind == "cidr" and _meets(rule, meant)]
    closed = [rule for rule in opening if rule.peer == meant.peer]
    if not closed or meant.peer in world_of(rule.peer for rule in opening if rule not in closed):
        raise NotByMachine("several ranges, or a prefix list, are the internet together; which may stay is to be said")
    left = [rule for rule in group.ingress if rule not in closed and rule.peer == meant.peer]
    kept = [
        Permission("tcp", port, port, "cidr", meant.peer)
        for port in _WEBSITE
        if any(rule.covers("tcp", port) for rule in closed) and not any(rule.covers("tcp", port) for rule in left)
    ]
    return closed, kept


def _close(group: SecurityGroup, part: str) -> Iterator[Write]:
    closed, kept = _doors(group, part)
    yield from _write("Authorize", group, kept)
    yield from _write("Revoke", group, closed)


def _reopen(group: SecurityGroup, part: str) -> Iterator[Write]:
    closed, kept = _doors(group, part)
    yield from _write("Authorize", group, closed)
    yield from _write("Revoke", group, kept)


CLOSE_DOOR = Direct(
    "ec2.RevokeSecurityGroupIngress",
    also=("ec2.AuthorizeSecurityGroupIngress",),
    by=_close,
    why="Custodian's filters know neither this rule's settings nor what rules open together; its action takes a"
    " website's ports away with a wide range",
    effect=Effect(
        after="The rules that open the port to the whole internet are gone; all others stay, and of a wide range the"
        " ports 80 and 443 stay open. In Terraform, take away the ingress block or aws_vpc_security_group_ingress_rule"
        " with that range.",
        risk="medium",
        undo=_reopen,
    ),
)
