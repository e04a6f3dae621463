"""ecs_service_security_group_from_load_balancer_only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.ec2_network import SecurityGroup, Subnet
from scanner.kinds.ecs_service_parts import Target
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import LoadBalancer, TargetGroup
from scanner.kinds.network_reasoning import Permission
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps, EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


BEHIND = {"targets": (Target("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/web/1"),)}
LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1"
BALANCER = (
    Other(TargetGroup, id=BEHIND["targets"][0].group, arn=BEHIND["targets"][0].group, load_balancers=(LB,)),
    Other(LoadBalancer, id=LB, arn=LB, security_groups=("sg-lb",)),
)


def _group(*ingress: Permission) -> Other:
    """Make the service's security group for the examples."""
    return Other(SecurityGroup, id="sg-service", ingress=ingress)


def _groups(service: Service, world: World, gaps: Gaps) -> Iterator[SecurityGroup]:
    """Give the security groups of the service's tasks: those named, else the default one of the VPC."""
    for name in service.all_security_groups:
        with gaps:
            yield _seen(world.get(SecurityGroup, name), name)
    if not service.all_security_groups:
        subnet = world.get(Subnet, service.all_subnets[0])
        if subnet is None:
            raise Unknown(Gap("ec2.DescribeSubnets", message=f"{service.all_subnets[0]} was not seen"))
        default = world.first(SecurityGroup, vpc=subnet.vpc, group_name="default")
        yield _seen(default, f"the default security group of {subnet.vpc}")


def _seen(group: SecurityGroup | None, name: str) -> SecurityGroup:
    if group is None:
        raise Unknown(Gap("ec2.DescribeSecurityGroups", message=f"{name} was not seen"))
    return group


def _admitted(rule: Permission, group: SecurityGroup, service: Service, world: World, allowed: tuple[str, ...]) -> bool:
    if rule.kind != "group":
        return False
    return any_of(
        (lambda: _is_allowed(rule, group, world, allowed), lambda: rule.peer in _balancer_groups(service, world))
    )


def _is_allowed(rule: Permission, group: SecurityGroup, world: World, allowed: tuple[str, ...]) -> bool:
    if not allowed:
        return False
    peer = world.get(SecurityGroup, rule.peer)
    return peer is not None and peer.vpc == group.vpc and not {peer.id, peer.group_name}.isdisjoint(allowed)


def _balancer_groups(service: Service, world: World) -> set[str]:
    """Name the security groups of the service's load balancers.

    Raises:
        Unknown: a load balancer of the service could not be seen.
    """
    if any(target.classic for target in service.targets):
        raise Unknown(Gap(message="the security groups of Classic Load Balancers are not collected"))
    found: set[str] = set()
    for name in service.target_groups:
        target = world.get(TargetGroup, name)
        for arn in target.load_balancers if target else ():
            balancer = world.get(LoadBalancer, arn)
            found |= set(balancer.security_groups) if balancer else set()
    return found


class ServiceSecurityGroupFromLoadBalancerOnly(Rule):
    """Service security groups admit only the load balancer's groups.

    Where the load balancer is the only way to a task, its TLS, its logs and its firewall see every request for ePHI. A
    range of addresses in the service's security group lets a neighbour, or an intruder on a neighbour, go round all of
    them. Services that must be reached by others are to be allowed in the settings, by the others' security group.
    """

    kind = Service
    needs = (SecurityGroup, Subnet, LoadBalancer, TargetGroup)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (CityWebapps(), WebProposal(), EcsGuide(62))
    remedy = Runbook(
        "Allow the load balancer's security group the container port: aws ec2 authorize-security-group-ingress"
        " --group-id GROUP --protocol tcp --port PORT --source-group BALANCER",
        "Take away each rule named: aws ec2 revoke-security-group-ingress --group-id GROUP ...",
        "Allow in the settings of this rule the groups of other services that must reach this one.",
        effect=Effect(risk="medium", downtime="whoever is left out cannot connect any more"),
    )
    GOOD = (
        Case(BEHIND, others=[_group(Permission("tcp", 80, 80, "group", "sg-lb")), *BALANCER]),
        Case(BEHIND, others=[_group(), *BALANCER]),
        Case({}, others=[_group()], lacking=[LoadBalancer]),
        Case(
            BEHIND,
            others=[
                _group(Permission("tcp", 80, 80, "group", "sg-peer")),
                Other(SecurityGroup, id="sg-peer"),
                *BALANCER,
            ],
            settings={"allowed": ("sg-peer",)},
        ),
        Case(
            {},
            others=[
                _group(Permission("tcp", 80, 80, "group", "sg-peer")),
                Other(SecurityGroup, id="sg-peer", group_name="web"),
            ],
            settings={"allowed": ("web",)},
        ),
        Case(
            {"security_groups": ()},
            others=[Other(Subnet, id="subnet-a"), Other(SecurityGroup, id="sg-d", group_name="default")],
        ),
    )
    BAD = (
        Case(
            {},
            others=[_group(Permission("tcp", 80, 80, "group", "sg-peer")), Other(SecurityGroup, id="sg-peer")],
            settings={"allowed": ("sg-other",)},
        ),
        Case(
            BEHIND,
            others=[
                _group(Permission("tcp", 80, 80, "group", "sg-lb"), Permission("tcp", 80, 80, peer="10.0.0.0/8")),
                *BALANCER,
            ],
        ),
        Case(BEHIND, others=[_group(Permission("tcp", 80, 80, "prefix-list", "pl-1")), *BALANCER]),
        Case(
            BEHIND,
            others=[
                _group(Permission("tcp", 80, 80, "group", "sg-peer")),
                Other(SecurityGroup, id="sg-peer"),
                *BALANCER,
            ],
        ),
        Case({}, others=[_group(Permission("tcp", 80, 80, "group", "sg-lb")), *BALANCER]),
        Case(
            {},
            others=[
                _group(Permission("tcp", 80, 80, "group", "sg-peer")),
                Other(SecurityGroup, id="sg-peer", vpc="vpc-2"),
            ],
            settings={"allowed": ("sg-peer",)},
        ),
        Case({}, others=[_group(Permission("tcp", 80, 80, "group", "sg-gone"))], settings={"allowed": ("web",)}),
        Case(
            {"security_groups": ()},
            others=[
                Other(Subnet, id="subnet-a"),
                Other(
                    SecurityGroup,
                    id="sg-d",
                    group_name="default",
                    ingress=(Permission("-1", None, None, "group", "sg-d"),),
                ),
            ],
        ),
        Case(
            {"security_groups": ("sg-service", "sg-more")},
            others=[
                _group(),
                Other(SecurityGroup, id="sg-more", ingress=(Permission("tcp", 80, 80, peer="10.0.0.0/8"),)),
            ],
        ),
    )
    SKIP = ({"subnets": (), "security_groups": ()},)
    UNKNOWN = (
        Case(BEHIND, others=[_group(Permission("tcp", 80, 80, "group", "sg-lb"))], lacking=[TargetGroup]),
        Case(
            BEHIND, others=[_group(Permission("tcp", 80, 80, "group", "sg-lb")), *BALANCER[:1]], lacking=[LoadBalancer]
        ),
        Case({}, lacking=[SecurityGroup]),
        Case({}),
        Case({"targets": (Target(classic="old"),)}, others=[_group(Permission("tcp", 80, 80, "group", "sg-lb"))]),
        Case({"security_groups": ()}),
    )

    class Settings(RuleSettings, frozen=True):
        """Who else may be admitted."""

        allowed: Annotated[
            tuple[str, ...], msgspec.Meta(description="Security groups of the same VPC, by id or name.")
        ] = ()

    @staticmethod
    def applies(service: Service) -> bool:
        """Services whose tasks have network interfaces of their own."""
        return bool(service.all_subnets)

    @staticmethod
    def check(service: Service, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for group in _groups(service, world, gaps):
                with gaps:
                    for rule in group.ingress:
                        with gaps:
                            if not _admitted(rule, group, service, world, settings.allowed):
                                yield Fail(
                                    f"{group.id} admits {rule.ports} from {rule.peer}",
                                    part=f"ingress {rule.ports} {rule.peer}",
                                )
        yield from gaps
