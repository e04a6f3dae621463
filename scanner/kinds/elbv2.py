"""Elastic Load Balancing v2: load balancers, their listeners and target groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.model.call import batch, each, shared, then
from scanner.model.kind import Kind, fact

LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/claims/50dc6c495c0c9188"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/claims/50dc6c495c0c9188/f2f7dc8efc522ab2"
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/claims/73e2d6bc24d8a067"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


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


def _scheme(internal: bool) -> str:  # noqa: FBT001  the argument of a plan
    return "internal" if internal else "internet-facing"


class LoadBalancer(Kind, cfn="AWS::ElasticLoadBalancingV2::LoadBalancer", tf=("aws_lb", "aws_alb")):
    """An Application, Network or Gateway Load Balancer with its attributes."""

    lb = each("elbv2.DescribeLoadBalancers", "LoadBalancers")
    attrs = then("elbv2.DescribeLoadBalancerAttributes", "Attributes", LoadBalancerArn="$lb.LoadBalancerArn")
    labels = batch(
        "elbv2.DescribeTags",
        "TagDescriptions",
        ids="ResourceArns",
        own="$lb.LoadBalancerArn",
        key="ResourceArn",
        size=20,
    )
    acl = then(
        "wafv2.GetWebACLForResource",
        "WebACL.ARN",
        ResourceArn="$lb.LoadBalancerArn",
        when="lb.Type == 'application'",
        iam=("wafv2:GetWebACL", "wafv2:GetWebACLForResource"),
        expect="",
    )

    id: str = fact("lb.LoadBalancerArn", plan="arn", sample=LB)
    arn: str = fact("lb.LoadBalancerArn", plan="arn", sample=LB)
    name: str = fact("lb.LoadBalancerName", plan="name", template="Name", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    type: str = fact(
        "lb.Type",
        plan="load_balancer_type",
        template="Type",
        sample="application",
        default={"plan": "application", "template": "application"},
    )
    scheme: str = fact(
        "lb.Scheme",
        plan="internal",
        template="Scheme",
        sample="internet-facing",
        parse={"plan": _scheme},
        default={"plan": "internet-facing", "template": "internet-facing"},
    )
    vpc: str = fact("lb.VpcId", sample="vpc-0a1b2c3d")
    subnets: tuple[str, ...] = fact("lb.AvailabilityZones[].SubnetId", sample=("subnet-0a1b2c3d", "subnet-1a1b2c3d"))
    zones: tuple[str, ...] = fact("lb.AvailabilityZones[].ZoneName", sample=("us-east-1a", "us-east-1b"))
    security_groups: tuple[str, ...] = fact(
        "lb.SecurityGroups",
        plan="security_groups",
        template="SecurityGroups",
        default={"api": ()},
        sample=("sg-0a1b2c3d",),
    )
    attributes: Mapping[str, str] = fact("attrs", template="LoadBalancerAttributes", parse=attributes)
    web_acl: str = fact(
        "acl",
        default={"api": ""},
        sample="arn:aws:wafv2:us-east-1:123456789012:regional/webacl/claims/1",
        doc="The ARN of the web ACL of WAFv2 that it is associated with; load balancers of other types can have none.",
    )
    volatile = ("lb.State",)


class Listener(Kind, cfn="AWS::ElasticLoadBalancingV2::Listener", tf=("aws_lb_listener", "aws_alb_listener")):
    """A listener of a load balancer: port, protocol, security policy, certificates, actions and rules."""

    listener = each("elbv2.DescribeListeners", "Listeners", of=LoadBalancer, LoadBalancerArn="$of.arn")
    certs = then(
        "elbv2.DescribeListenerCertificates",
        "Certificates",
        ListenerArn="$listener.ListenerArn",
        when="listener.Protocol in 'HTTPS','TLS'",
    )
    rules_of = then(
        "elbv2.DescribeRules", "Rules", ListenerArn="$listener.ListenerArn", when="listener.Protocol in 'HTTP','HTTPS'"
    )
    policy = shared(
        "elbv2.DescribeSSLPolicies",
        "SslPolicies",
        own="$listener.SslPolicy",
        key="Name",
        when="listener.Protocol in 'HTTPS','TLS'",
    )
    labels = batch(
        "elbv2.DescribeTags",
        "TagDescriptions",
        ids="ResourceArns",
        own="$listener.ListenerArn",
        key="ResourceArn",
        size=20,
    )

    id: str = fact("listener.ListenerArn", plan="arn", sample=LISTENER)
    arn: str = fact("listener.ListenerArn", plan="arn", sample=LISTENER)
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", parse=tags(), default={})
    load_balancer: str = fact(
        "listener.LoadBalancerArn", plan="load_balancer_arn", template="LoadBalancerArn", sample=LB
    )
    protocol: str = fact(
        "listener.Protocol",
        plan="protocol",
        template="Protocol",
        sample="HTTPS",
        default={"api": "GENEVE"},
        doc="Listeners of Gateway Load Balancers have none: they speak GENEVE.",
    )
    port: int = fact("listener.Port", plan="port", template="Port", sample=443, default={"api": 6081})
    ssl_policy: str = fact(
        "listener.SslPolicy", plan="ssl_policy", template="SslPolicy", sample="ELBSecurityPolicy-TLS13-1-2-2021-06"
    )
    tls_protocols: tuple[str, ...] = fact("policy.SslProtocols", sample=("TLSv1.2", "TLSv1.3"))
    certificates: tuple[ListenerCertificate, ...] = fact(
        "certs", parse=certificates, sample=(ListenerCertificate(CERTIFICATE, default=True),)
    )
    default_actions: tuple[Action, ...] = fact(
        "listener.DefaultActions",
        template="DefaultActions",
        parse={"api": actions, "template": actions},
        sample=(Action("forward", target_groups=(TARGETS,)),),
    )
    rules: tuple[ListenerRule, ...] = fact("rules_of", parse=listener_rules, sample=())


class TargetGroup(
    Kind, cfn="AWS::ElasticLoadBalancingV2::TargetGroup", tf=("aws_lb_target_group", "aws_alb_target_group")
):
    """A target group: where and by which protocol a load balancer sends what it receives."""

    group = each("elbv2.DescribeTargetGroups", "TargetGroups")
    attrs = then("elbv2.DescribeTargetGroupAttributes", "Attributes", TargetGroupArn="$group.TargetGroupArn")
    health = then(
        "elbv2.DescribeTargetHealth",
        "TargetHealthDescriptions",
        TargetGroupArn="$group.TargetGroupArn",
        when="group.LoadBalancerArns",
    )
    labels = batch(
        "elbv2.DescribeTags",
        "TagDescriptions",
        ids="ResourceArns",
        own="$group.TargetGroupArn",
        key="ResourceArn",
        size=20,
    )

    id: str = fact("group.TargetGroupArn", plan="arn", sample=TARGETS)
    arn: str = fact("group.TargetGroupArn", plan="arn", sample=TARGETS)
    name: str = fact("group.TargetGroupName", plan="name", template="Name", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    protocol: str = fact(
        "group.Protocol",
        plan="protocol",
        template="Protocol",
        sample="HTTPS",
        default={"api": ""},
        doc="A group whose target is a Lambda function has none.",
    )
    port: int = fact("group.Port", plan="port", template="Port", sample=443, default={"api": 0})
    target_type: str = fact(
        "group.TargetType",
        plan="target_type",
        template="TargetType",
        sample="ip",
        default={"plan": "instance", "template": "instance"},
    )
    vpc: str = fact("group.VpcId", plan="vpc_id", template="VpcId", sample="vpc-0a1b2c3d", default={"api": ""})
    load_balancers: tuple[str, ...] = fact("group.LoadBalancerArns", sample=(LB,))
    attributes: Mapping[str, str] = fact("attrs", template="TargetGroupAttributes", parse=attributes)
    checked: bool = fact(
        "group.HealthCheckEnabled",
        plan="health_check[0].enabled",
        template="HealthCheckEnabled",
        sample=True,
        doc="Whether it checks the health of its targets: only that of a Lambda function may go unchecked.",
    )
    interval: int = fact(
        "group.HealthCheckIntervalSeconds",
        plan="health_check[0].interval",
        template="HealthCheckIntervalSeconds",
        sample=10,
        doc="Seconds between two health checks of a target.",
    )
    healthy_threshold: int = fact(
        "group.HealthyThresholdCount",
        plan="health_check[0].healthy_threshold",
        template="HealthyThresholdCount",
        sample=3,
        doc="The checks in a row that make a target healthy.",
    )
    targets: tuple[TargetState, ...] = fact(
        "health", parse=target_states, sample=(TargetState("10.0.1.10", "healthy"),), doc="Of a group in use."
    )
    volatile = ("health",)
