"""How a port is shut in a network ACL before the entry that lets the world in, and opened again.

Source: VPC User Guide, "Network ACL rules": entries are heeded by number, the first that fits decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.kinds.addresses import WORLD_V4, WORLD_V6
from scanner.model.remedy import NotByMachine, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ec2_nacl import NetworkAcl

_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")
_NEEDED = {WORLD_V4: (*_PRIVATE, WORLD_V4), WORLD_V6: ("fc00::/7", WORLD_V6)}
"""For whom entries are made, the last of which denies; internal logins went through the open entry so far."""

_ROOM = 5
_PLACES = tuple((port, world) for port in (22, 3389) for world in (WORLD_V4, WORLD_V6))
"""Each has numbers of its own, so that steps that are made out together do not take the same."""


def _numbered(acl: NetworkAcl, part: str) -> Iterator[tuple[int, str, int]]:
    """Give the number, range and port of each entry to be made, in their order.

    Raises:
        NotByMachine: no single entry is the open one, or there is no room before it.
    """
    found = re.fullmatch(r"inbound tcp/(\d+) (\S+)", part)
    port, world = (int(found[1]), found[2]) if found else (0, "")
    if (port, world) not in _PLACES:
        raise NotByMachine(f"whether somebody on the internet needs {part!r} only its owner knows")
    last = _opened(acl, port, world)
    if last is None:
        raise NotByMachine("several entries are the internet together; which may stay is to be said")
    taken = {entry.number for entry in acl.inbound}
    heeded = [entry for entry in acl.inbound if entry.covers("tcp", port) and (":" in entry.cidr) == (":" in world)]
    first = max((entry.number for entry in heeded if entry.number < last), default=0)
    limit = min(number for place in _PLACES if (number := _opened(acl, *place)) is not None)
    free = [number for number in range(1, limit) if number not in taken]
    needed = _NEEDED[world]
    own = free[: max(len(free) - _ROOM * _PLACES.index((port, world)), 0)][-len(needed) :]
    if len(own) < len(needed) or own[0] < first:
        raise NotByMachine(f"there are too few free numbers between {first} and {limit}: number the entries anew first")
    for number, cidr in zip(own, needed, strict=True):
        yield number, cidr, port


def _opened(acl: NetworkAcl, port: int, world: str) -> int | None:
    """Give the number of the entry that alone lets the world in to a port."""
    numbers = (entry.number for entry in acl.inbound if entry.allows and entry.cidr == world)
    covering = {entry.number for entry in acl.inbound if entry.covers("tcp", port)}
    return next((number for number in numbers if number in covering), None)


def shut(acl: NetworkAcl, part: str) -> Iterator[Write]:
    """Let private ranges in to the port and deny all others, before the open entry."""
    for number, cidr, port in _numbered(acl, part):
        at: dict[str, Any] = {"Ipv6CidrBlock": cidr} if ":" in cidr else {"CidrBlock": cidr}
        yield Write(
            "ec2.CreateNetworkAclEntry",
            {
                "NetworkAclId": acl.id,
                "RuleNumber": number,
                "Egress": False,
                "Protocol": "6",
                "PortRange": {"From": port, "To": port},
                "RuleAction": "deny" if cidr in {WORLD_V4, WORLD_V6} else "allow",
                **at,
            },
        )


def open_again(acl: NetworkAcl, part: str) -> Iterator[Write]:
    """Take the same entries away, the denying one first."""
    for number, _, _ in reversed([*_numbered(acl, part)]):
        yield Write("ec2.DeleteNetworkAclEntry", {"NetworkAclId": acl.id, "RuleNumber": number, "Egress": False})
