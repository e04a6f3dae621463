"""vpc_overlay_ports_cluster_only."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import guards_container_hosts
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


ESP = "50"
"""The number of IPsec's Encapsulating Security Payload among the IP protocols (IANA)."""

HOST = (Other(ContainerInstance, instance_id="i-1"), Other(Instance, id="i-1", security_groups=("sg-1",)))
OVERLAY = {"overlay_cidr": "10.32.0.0/12"}
CONTROL = Permission("tcp", 6783, 6783, "group", "sg-1")
S = {"id": "sg-1", "group_name": "hosts"}


def ruled(*rules: Permission) -> dict[str, object]:
    """Give an example's group with these inbound rules."""
    return {**S, "ingress": rules}


class OverlayPortsClusterOnly(Rule):
    """Overlay ports are open between cluster members only.

    Whoever reaches the overlay's ports can try to join it, and on the overlay every container with ePHI is a
    neighbour. So the hosts of the cluster may speak there with one another and nobody else. Judged are the groups of
    the hosts that ECS runs containers on, and groups with a rule that names the overlay's ports and no others; the
    ports are those of the overlay's configuration.
    """

    kind = SecurityGroup
    needs = (ContainerInstance, Instance)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (PhiCluster(),)
    remedy = Runbook(
        "Let the cluster's group in from itself: aws ec2 authorize-security-group-ingress --group-id {id} "
        "--protocol tcp --port 6783 --source-group {id} --region {region}, likewise udp 6783-6784 and protocol 50",
        "See that all hosts of the cluster carry the group, and that the overlay's peers stay connected",
        "Take away the other rule: aws ec2 revoke-security-group-ingress --group-id {id} --security-group-rule-ids "
        "RULE --region {region}",
        effect=Effect(
            risk="medium",
            downtime="peers that do not carry the group leave the overlay",
            terraform={
                "aws_vpc_security_group_ingress_rule": {
                    "security_group_id": "{id}",
                    "referenced_security_group_id": "{id}",
                }
            },
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        overlay_cidr: Annotated[
            str,
            msgspec.Meta(description="The overlay network's range; empty: none.", extra={"config": "overlay.cidr"}),
        ] = ""
        overlay_ports: Annotated[
            tuple[int | str, ...],
            msgspec.Meta(
                description="Its ports: a number (TCP and UDP), `6783/tcp`, `6783-6784/udp`, or `esp`.",
                extra={"config": "overlay.ports"},
            ),
        ] = ("6783/tcp", "6783-6784/udp", "esp")
        cluster_groups: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Security groups (ids or names) whose members make one cluster with each other."),
        ] = ()

    GOOD = (
        Case(ruled(CONTROL), settings=OVERLAY),
        Case(S, others=HOST, settings=OVERLAY),
        Case(ruled(Permission("-1", None, None, "group", "sg-1")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("tcp", 6784, 6784, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("udp", 6785, 6785, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("udp", 6782, 6782, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("51", None, None, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(
            ruled(Permission("tcp", 6783, 6783, "cidr", "10.0.0.0/16")),
            others=HOST,
            settings={**OVERLAY, "overlay_ports": ["6783/udp"]},
        ),
        Case(
            ruled(CONTROL, Permission("tcp", 6783, 6783, "group", "sg-2")),
            settings={**OVERLAY, "cluster_groups": ["hosts", "sg-2"]},
        ),
    )
    BAD = (
        Case(ruled(Permission("tcp", 6783, 6783, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission("tcp", 6783, 6783, "group", "sg-2")), settings=OVERLAY),
        Case(ruled(Permission("udp", 6784, 6784, "prefix-list", "pl-1")), settings=OVERLAY),
        Case(ruled(Permission("udp", 6783, 6783, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission(ESP, None, None, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission("tcp", 0, 65535, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("udp", 6784, 9999, "cidr", "10.0.0.0/16")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("-1", None, None, "group", "sg-2")), others=HOST, settings=OVERLAY),
        Case(ruled(Permission("udp", 7000, 7000, "group", "sg-2")), settings={**OVERLAY, "overlay_ports": [7000]}),
        Case(ruled(Permission("tcp", 7000, 7000, "group", "sg-2")), settings={**OVERLAY, "overlay_ports": [7000]}),
        Case(
            ruled(Permission("tcp", 6783, 6783, "group", "sg-3")),
            settings={**OVERLAY, "cluster_groups": ["hosts", "sg-2"]},
        ),
        Case(ruled(Permission("tcp", 6783, 6783, "group", "sg-2")), settings={**OVERLAY, "cluster_groups": ["sg-2"]}),
    )
    SKIP = (
        Case(ruled(Permission("tcp", 6783, 6783, "cidr", "0.0.0.0/0")), others=HOST),
        Case(S, settings=OVERLAY),
        Case(S, others=[HOST[0]], settings=OVERLAY),
        Case(ruled(Permission("tcp", None, None, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission("tcp", 0, 65535, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission("tcp", 6783, 6784, "cidr", "10.0.0.0/16")), settings=OVERLAY),
        Case(ruled(Permission("-1", None, None, "group", "sg-2")), settings=OVERLAY),
        Case(
            ruled(Permission("-1", None, None, "group", "sg-2")),
            others=[HOST[0], Other(Instance, id="i-1", security_groups=("sg-2",))],
            settings=OVERLAY,
        ),
        Case(
            ruled(Permission("-1", None, None, "group", "sg-2")),
            others=[HOST[0], Other(Instance, id="i-1", security_groups=("sg-1",), state="terminated")],
            settings=OVERLAY,
        ),
    )
    UNKNOWN = (
        Case(S, settings=OVERLAY, lacking=[ContainerInstance]),
        Case(S, others=[HOST[0]], settings=OVERLAY, lacking=[Instance]),
    )

    @staticmethod
    def applies(group: SecurityGroup, world: World, settings: Settings) -> bool | str:
        """Security groups of container hosts or with rules for the overlay's ports, where an overlay is declared."""
        if not settings.overlay_cidr:
            return "no overlay network is declared (overlay.cidr in config.toml)"
        spans = _spans(settings)
        if any(_names(rule, spans) for rule in group.ingress):
            return True
        return guards_container_hosts(world, group)

    @staticmethod
    def check(group: SecurityGroup, settings: Settings) -> Iterator[Fail]:
        spans = _spans(settings)
        members = {group.id}
        if {group.id, group.group_name} & set(settings.cluster_groups):
            members |= set(settings.cluster_groups)
        for rule in group.ingress:
            if any(_meets(rule, span) for span in spans) and rule.peer not in members:
                yield Fail(
                    f"{rule.ports} holds ports of the overlay and is open to {rule.peer}",
                    f"ingress {rule.ports} {rule.peer}",
                )


Span = tuple[str, int, int]
"""A protocol and its first and last port."""


def _spans(settings: OverlayPortsClusterOnly.Settings) -> tuple[Span, ...]:
    return tuple(span for port in settings.overlay_ports for span in _read(str(port)))


def _read(text: str) -> Iterator[Span]:
    if text == "esp":
        yield ESP, 0, 0
        return
    first, last, protocol = re.fullmatch(r"(\d+)(?:-(\d+))?(?:/(\w+))?", text).groups()  # type: ignore[union-attr]
    for name in (protocol,) if protocol else ("tcp", "udp"):
        yield name, int(first), int(last or first)


def _meets(rule: Permission, span: Span) -> bool:
    protocol, first, last = span
    return any(rule.covers(protocol, port) for port in range(first, last + 1))


def _names(rule: Permission, spans: tuple[Span, ...]) -> bool:
    """Say whether a rule speaks of ports of the overlay and of no others."""
    for protocol, first, last in spans:
        if rule.protocol == protocol:
            if protocol == ESP:
                return True
            if (
                rule.from_port is not None
                and rule.to_port is not None
                and first <= rule.from_port <= rule.to_port <= last
            ):
                return True
    return False
