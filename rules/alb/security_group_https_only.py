"""alb_security_group_https_only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import not_redirecting
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.elbv2 import Listener, LoadBalancer
from scanner.kinds.elbv2_reading import Action, ListenerRule
from scanner.kinds.network_reasoning import Permission
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

TO_HTTPS = Action("redirect", protocol="HTTPS", port="443", host="#{host}")
FORWARD = Action("forward", target_groups=("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b",))
HTTPS = Permission("tcp", 443, 443, peer="0.0.0.0/0")
HTTP = Permission("tcp", 80, 80, peer="0.0.0.0/0")
SSH = Permission("tcp", 22, 22, peer="10.0.0.0/8")
ARN = LoadBalancer.facts["id"].sample


def _group(*ingress: Permission, id: str = "sg-0a1b2c3d") -> Other:
    """Make a security group for the examples."""
    return Other(SecurityGroup, id=id, ingress=ingress)


def _listener(
    action: Action, *rules: ListenerRule, port: int = 80, protocol: str = "HTTP", balancer: str = ARN
) -> Other:
    """Make a listener for the examples."""
    return Other(Listener, load_balancer=balancer, protocol=protocol, port=port, default_actions=(action,), rules=rules)


UNSEEN = Other(Listener, protocol="HTTP", port=80, default_actions=(TO_HTTPS,), rules=Unknown(Gap()))
UNSEEN_BUT_WRONG = Other(Listener, protocol="HTTP", port=80, default_actions=(FORWARD,), rules=Unknown(Gap()))


def _redirects(listener: Listener) -> bool:
    """Say whether a listener on port 80 does nothing but redirect to HTTPS."""
    if (listener.protocol, listener.port) != ("HTTP", 80):
        return False
    gaps = Gaps()
    otherwise = list(not_redirecting(listener, gaps))
    if gaps.found and not otherwise:
        raise Unknown(*gaps.found)
    return not otherwise


def _may_come_in(rule: Permission, balancer: LoadBalancer, world: World) -> bool:
    """Say whether a rule admits HTTPS alone, or HTTP to a listener that redirects it."""
    admitted = (rule.protocol, rule.from_port, rule.to_port)
    if admitted == ("tcp", 80, 80):
        return any_of(world.all(Listener, load_balancer=balancer.id), _redirects)
    return admitted == ("tcp", 443, 443)


class SecurityGroupHttpsOnly(Rule):
    """Load balancer security groups admit HTTPS only.

    What clients need of a load balancer is HTTPS; every other port that is let in is one more thing to attack, and
    one day somebody puts a listener on it. Port 80 may be let in where a listener is there that does nothing but
    redirect to HTTPS. Where several groups are carried each of their rules counts, whomever it lets in.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (WebProposal(),)
    needs = (SecurityGroup, Listener)
    remedy = Runbook(
        "See the rules: aws ec2 describe-security-group-rules --filters Name=group-id,Values=GROUP --region {region}",
        "Take away what is not TCP 443: aws ec2 revoke-security-group-ingress --group-id GROUP "
        "--security-group-rule-ids RULE --region {region}",
        "Keep TCP 80 only where the listener on port 80 redirects to HTTPS and does nothing else.",
        effect=Effect(
            risk="medium",
            downtime="whoever uses another port than 443 cannot connect any more",
            follows=("alb_https_only", "alb_http_redirects_https"),
        ),
    )
    GOOD = (
        Case({}, others=[_group(HTTPS)]),
        Case({}, others=[_group()]),
        Case({}, others=[_group(HTTPS, HTTP), _listener(TO_HTTPS)]),
        Case({}, others=[_group(HTTPS), _group(SSH, id="sg-other")]),
        Case({"security_groups": ()}),
    )
    BAD = (
        Case({}, others=[_group(HTTPS, SSH)]),
        Case({}, others=[_group(HTTPS, HTTP)]),
        Case({}, others=[_group(HTTPS, HTTP), _listener(FORWARD)]),
        Case({}, others=[_group(HTTP), _listener(TO_HTTPS, ListenerRule("1", (FORWARD,)))]),
        Case({}, others=[_group(HTTP), _listener(TO_HTTPS, port=8080)]),
        Case({}, others=[_group(HTTP), UNSEEN_BUT_WRONG]),
        Case({}, others=[_group(HTTP), _listener(TO_HTTPS, protocol="HTTPS")]),
        Case({}, others=[_group(HTTP), _listener(TO_HTTPS, balancer="arn:another")]),
        Case({}, others=[_group(Permission("tcp", 443, 444, peer="0.0.0.0/0"))]),
        Case({}, others=[_group(Permission("tcp", 442, 443, peer="0.0.0.0/0"))]),
        Case({}, others=[_group(Permission("tcp", 80, 443, peer="0.0.0.0/0")), _listener(TO_HTTPS)]),
        Case({}, others=[_group(Permission("tcp", 79, 80, peer="0.0.0.0/0")), _listener(TO_HTTPS)]),
        Case({}, others=[_group(Permission("udp", 443, 443, peer="0.0.0.0/0"))]),
        Case({}, others=[_group(Permission("udp", 80, 80, peer="0.0.0.0/0")), _listener(TO_HTTPS)]),
        Case({}, others=[_group(Permission(peer="10.0.0.0/8"))]),
        Case({}, others=[_group(Permission("tcp", 22, 22, "group", "sg-9"))]),
        Case({"security_groups": ("sg-0a1b2c3d", "sg-2")}, others=[_group(HTTPS), _group(SSH, id="sg-2")]),
        Case({"security_groups": ("sg-gone", "sg-2")}, others=[_group(SSH, id="sg-2")]),
    )
    SKIP = (
        Case({"type": "network"}, others=[_group(SSH)]),
        Case({"type": "gateway"}, others=[_group(SSH)]),
    )
    UNKNOWN = (
        Case({}),
        Case({}, lacking=[SecurityGroup]),
        Case({}, others=[_group(HTTPS, HTTP)], lacking=[Listener]),
        Case({}, others=[_group(HTTP), UNSEEN]),
    )

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application Load Balancers."""
        return balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        for name in balancer.security_groups:
            with gaps:
                group = world.get(SecurityGroup, name)
                if group is None:
                    raise Unknown(Gap("ec2.DescribeSecurityGroups", message=f"{name} was not seen"))
                for rule in group.ingress:
                    with gaps:
                        if not _may_come_in(rule, balancer, world):
                            part = f"{name} ingress {rule.ports} {rule.peer}"
                            yield Fail(f"{name} lets {rule.peer} in on {rule.ports}", part=part)
        yield from gaps
