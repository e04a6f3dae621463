"""sg_no_wide_bridge_port_range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._network import guards_container_hosts
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.network_reasoning import Permission
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


EPHEMERAL = (32768, 65535)
"""The ports that Docker gives to containers in bridge mode (ECS Best Practices Guide, page 11)."""

HOST = (Other(ContainerInstance, instance_id="i-1"), Other(Instance, id="i-1", security_groups=("sg-1",)))
BALANCER = Other(LoadBalancer, security_groups=("sg-lb",))
FROM_LB = Permission("tcp", 32768, 65535, "group", "sg-lb")
S = {"id": "sg-1"}


class NoWideBridgePortRange(Rule):
    """Ephemeral port ranges are open to load balancers only.

    In bridge mode containers get whichever high port is free, so the host's firewall must open them all. Then it is
    only the source that says who may call: from anywhere but the load balancer, every container on the host can be
    reached past all checks, those with ePHI included. The host's own group counts as another source, and so does a
    Network Load Balancer without a security group; a single port or a few are no range.
    """

    kind = SecurityGroup
    needs = (ContainerInstance, Instance, LoadBalancer)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(11),)
    remedy = Runbook(
        "See the rules: aws ec2 describe-security-group-rules --filters Name=group-id,Values={id} --region {region}",
        "Let the load balancer in by its group: aws ec2 authorize-security-group-ingress --group-id {id} "
        "--protocol tcp --port 32768-65535 --source-group BALANCER_GROUP --region {region}",
        "Take away the wide rule: aws ec2 revoke-security-group-ingress --group-id {id} --security-group-rule-ids "
        "RULE --region {region}",
        "Move the tasks to network mode awsvpc: each has its own group and port, and no range is needed",
        effect=Effect(
            risk="medium",
            downtime="whoever calls past the load balancer is cut off",
            terraform={
                "aws_vpc_security_group_ingress_rule": {
                    "security_group_id": "{id}",
                    "referenced_security_group_id": "THE LOAD BALANCER'S GROUP",
                    "ip_protocol": "tcp",
                    "from_port": 32768,
                    "to_port": 65535,
                }
            },
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        widest: Annotated[
            int, msgspec.Meta(description="How many ephemeral ports in a row are no range yet.", ge=1)
        ] = 100

    GOOD = (
        Case(S, others=HOST),
        Case({**S, "ingress": (FROM_LB,)}, others=[*HOST, BALANCER]),
        Case({**S, "ingress": (Permission("-1", None, None, "group", "sg-lb"),)}, others=[*HOST, BALANCER]),
        Case({**S, "ingress": (Permission("tcp", 32700, 32867, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case({**S, "ingress": (Permission("tcp", 65436, 65535, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case({**S, "ingress": (Permission("tcp", 0, 32767, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case({**S, "ingress": (Permission("50", None, None, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case(
            {**S, "ingress": (Permission("tcp", 32768, 33000, "cidr", "10.0.0.0/16"),)},
            others=HOST,
            settings={"widest": 300},
        ),
        Case(
            {**S, "ingress": (Permission("tcp", 32768, 65535, "group", "sg-lb", "210987654321"),)},
            others=[*HOST, Other(LoadBalancer, account="210987654321", security_groups=("sg-lb",))],
        ),
        Case({**S, "ingress": (FROM_LB,)}, others=[*HOST, BALANCER], lacking=[LoadBalancer]),
    )
    BAD = (
        Case({**S, "ingress": (FROM_LB,)}, others=HOST),
        Case({**S, "ingress": (Permission("tcp", 32768, 32868, "cidr", "10.0.0.0/16"),)}, others=[*HOST, BALANCER]),
        Case({**S, "ingress": (Permission("tcp", 65435, 65535, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case({**S, "ingress": (Permission("udp", 0, 65535, "prefix-list", "pl-1"),)}, others=[*HOST, BALANCER]),
        Case({**S, "ingress": (Permission("-1", None, None, "group", "sg-1"),)}, others=[*HOST, BALANCER]),
        Case({**S, "ingress": (Permission("tcp", None, None, "cidr", "10.0.0.0/16"),)}, others=HOST),
        Case(
            {**S, "ingress": (Permission("tcp", 32768, 65535, "cidr", "10.0.0.0/16"),)},
            others=HOST,
            lacking=[LoadBalancer],
        ),
    )
    SKIP = (
        Case({**S, "ingress": (FROM_LB,)}),
        Case({**S, "ingress": (FROM_LB,)}, others=[HOST[0]]),
        Case({**S, "ingress": (FROM_LB,)}, others=[HOST[1]]),
        Case({**S, "ingress": (FROM_LB,)}, others=[HOST[0], Other(Instance, id="i-1", security_groups=("sg-2",))]),
        Case(
            {**S, "ingress": (FROM_LB,)},
            others=[HOST[0], Other(Instance, id="i-1", security_groups=("sg-1",), state="terminated")],
        ),
    )
    UNKNOWN = (
        Case({**S, "ingress": (FROM_LB,)}, others=HOST, lacking=[LoadBalancer]),
        Case({**S, "ingress": (FROM_LB,)}, lacking=[ContainerInstance]),
        Case({**S, "ingress": (FROM_LB,)}, others=[HOST[0]], lacking=[Instance]),
    )

    @staticmethod
    def applies(group: SecurityGroup, world: World) -> bool:
        """Security groups of the EC2 instances that ECS runs containers on."""
        return guards_container_hosts(world, group)

    @staticmethod
    def check(group: SecurityGroup, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for rule in group.ingress:
            with gaps:
                if _width(rule) > settings.widest and not _is_balancers(world, rule):
                    yield Fail(
                        f"{rule.ports} is open to {rule.peer}, which is no load balancer's group",
                        f"ingress {rule.ports} {rule.peer}",
                    )
        yield from gaps


def _width(rule: Permission) -> int:
    """Count the ephemeral ports that a rule opens."""
    if rule.protocol not in {"tcp", "udp", "-1"}:
        return 0
    first, last = EPHEMERAL
    low = rule.from_port if rule.from_port is not None and rule.protocol != "-1" else first
    high = rule.to_port if rule.to_port is not None and rule.protocol != "-1" else last
    return max(min(high, last) - max(low, first) + 1, 0)


def _is_balancers(world: World, rule: Permission) -> bool:
    if rule.kind != "group":
        return False
    balancers = world.all(LoadBalancer, account=rule.account or None)
    return any_of(balancers, lambda balancer: rule.peer in balancer.security_groups)
