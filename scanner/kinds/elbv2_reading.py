"""What Elastic Load Balancing answers of actions, certificates and targets, read by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Action(msgspec.Struct, frozen=True):
    """What a listener or a rule does: `type` as AWS names it, where a redirect leads, the groups forwarded to.

    `idle` are those of the groups whose weight is 0: no request goes to them.
    """

    type: str
    protocol: str = ""
    port: str = ""
    host: str = ""
    target_groups: tuple[str, ...] = ()
    idle: tuple[str, ...] = ()

    @property
    def redirects_to_https(self) -> bool:
        """Whether the request is answered by a redirect to HTTPS and nothing else."""
        return self.type == "redirect" and self.protocol == "HTTPS"


class ListenerRule(msgspec.Struct, frozen=True):
    """A rule of a listener: its priority (`default` for the last one) and its actions in order."""

    priority: str
    actions: tuple[Action, ...]


class TargetState(msgspec.Struct, frozen=True):
    """A target of a group: an instance's id, an address or an ARN, its state and why it is in it."""

    id: str
    state: str
    reason: str = ""


class ListenerCertificate(msgspec.Struct, frozen=True):
    """A certificate that a listener serves."""

    arn: str
    default: bool = False


def action(item: Mapping[str, Any]) -> Action:
    """Read an action. A redirect that names no protocol keeps that of the request (`#{protocol}`)."""
    redirect = item.get("RedirectConfig") or {}
    forwarded = (item.get("ForwardConfig") or {}).get("TargetGroups", ())
    groups = [group["TargetGroupArn"] for group in forwarded]
    single = [item["TargetGroupArn"]] if item.get("TargetGroupArn") else []
    return Action(
        item["Type"],
        protocol=redirect.get("Protocol", "#{protocol}") if redirect else "",
        port=redirect.get("Port", "#{port}") if redirect else "",
        host=redirect.get("Host", "#{host}") if redirect else "",
        target_groups=tuple(dict.fromkeys(groups + single)),
        idle=tuple(group["TargetGroupArn"] for group in forwarded if group.get("Weight") == 0),
    )


def actions(items: Sequence[Mapping[str, Any]]) -> tuple[Action, ...]:
    """Read actions in the order in which they run."""
    return tuple(action(item) for item in sorted(items, key=lambda item: item.get("Order", 1)))


def listener_rules(items: Sequence[Mapping[str, Any]]) -> tuple[ListenerRule, ...]:
    """Read the rules of a listener, the default one included."""
    return tuple(ListenerRule(item["Priority"], actions(item["Actions"])) for item in items)


def certificates(items: Sequence[Mapping[str, Any]]) -> tuple[ListenerCertificate, ...]:
    """Read a listener's certificates, each once: AWS names the default one twice when it is also in the list."""
    default = {item["CertificateArn"] for item in items if item.get("IsDefault")}
    found = dict.fromkeys(item["CertificateArn"] for item in items)
    return tuple(ListenerCertificate(arn, arn in default) for arn in found)


def attributes(items: Sequence[Mapping[str, str]]) -> Mapping[str, str]:
    """Make a map of attributes, which AWS lists as Key and Value."""
    return {item["Key"]: item.get("Value", "") for item in items}


def target_states(items: Sequence[Mapping[str, Any]]) -> tuple[TargetState, ...]:
    """Read the health of a group's targets."""
    health = ((item["Target"]["Id"], item["TargetHealth"]) for item in items)
    return tuple(TargetState(name, found["State"], found.get("Reason", "")) for name, found in health)
