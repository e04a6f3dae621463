"""Whom a security group may let in: other groups, or those of them that the settings name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_network import SecurityGroup

if TYPE_CHECKING:
    from scanner.kinds.network_reasoning import Permission
    from scanner.model.inventory import World


def admitted(world: World, group: SecurityGroup, rule: Permission, allowed: tuple[str, ...]) -> bool:
    """Say whether a rule lets in a security group, and one of those allowed (by id, or by name in the VPC) if any are.

    Raises:
        Unknown: the group is not allowed by its id, and its name could not be seen.
    """
    if rule.kind != "group":
        return False
    if not allowed or rule.peer in allowed:
        return True
    peer = world.get(SecurityGroup, rule.peer, account=rule.account or None)
    return peer is not None and peer.vpc == group.vpc and peer.group_name in allowed
