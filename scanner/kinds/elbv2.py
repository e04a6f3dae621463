"""Elastic Load Balancing v2: load balancers, their listeners and target groups."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.kinds.elbv2_planned import (
    BALANCER_ATTRIBUTES,
    BALANCER_DEFAULTS,
    GROUP_ATTRIBUTES,
    GROUP_DEFAULTS,
    balancer_attributes,
    group_attributes,
    planned_actions,
    planned_certificates,
    planned_rules,
    template_actions,
    template_attributes,
    template_certificates,
    template_rules,
)
from scanner.kinds.elbv2_reading import (
    Action,
    ListenerCertificate,
    ListenerRule,
    TargetState,
    actions,
    attributes,
    certificates,
    listener_rules,
    target_states,
)
from scanner.kinds.planned_reading import members_of
from scanner.model.call import batch, each, shared, then
from scanner.model.kind import Kind, fact

LB = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/claims/50dc6c495c0c9188"
LISTENER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/claims/50dc6c495c0c9188/f2f7dc8efc522ab2"
TARGETS = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/claims/73e2d6bc24d8a067"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


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
    subnets: tuple[str, ...] = fact(
        "lb.AvailabilityZones[].SubnetId",
        plan="subnets + subnet_mapping",
        template="Subnets + SubnetMappings",
        parse={
            "plan": members_of("subnets", "subnet_mapping.subnet_id"),
            "template": members_of("Subnets", "SubnetMappings.SubnetId"),
        },
        sample=("subnet-0a1b2c3d", "subnet-1a1b2c3d"),
    )
    zones: tuple[str, ...] = fact("lb.AvailabilityZones[].ZoneName", sample=("us-east-1a", "us-east-1b"))
    security_groups: tuple[str, ...] = fact(
        "lb.SecurityGroups",
        plan="security_groups",
        template="SecurityGroups",
        default={"api": ()},
        sample=("sg-0a1b2c3d",),
    )
    attributes: Mapping[str, str] = fact(
        "attrs",
        plan=BALANCER_ATTRIBUTES,
        template="LoadBalancerAttributes",
        parse={"api": attributes, "plan": balancer_attributes, "template": template_attributes(BALANCER_DEFAULTS)},
        default={"plan": BALANCER_DEFAULTS, "template": BALANCER_DEFAULTS},
    )
    web_acl: str = fact(
        "acl",
        plan="aws_wafv2_web_acl_association.web_acl_arn",
        template="AWS::WAFv2::WebACLAssociation.WebACLArn",
        default="",
        sample="arn:aws:wafv2:us-east-1:123456789012:regional/webacl/claims/1",
        doc="The ARN of the web ACL of WAFv2 that it is associated with; load balancers of other types can have none.",
    )
    tf_parts = {"aws_wafv2_web_acl_association": "resource_arn"}
    cfn_parts = {"AWS::WAFv2::WebACLAssociation": "ResourceArn"}
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
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
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
        "certs",
        plan="certificate_arn + aws_lb_listener_certificate",
        template="Certificates + AWS::ElasticLoadBalancingV2::ListenerCertificate",
        parse={"api": certificates, "plan": planned_certificates, "template": template_certificates},
        sample=(ListenerCertificate(CERTIFICATE, default=True),),
    )
    default_actions: tuple[Action, ...] = fact(
        "listener.DefaultActions",
        plan="+ default_action",
        template="DefaultActions",
        parse={"api": actions, "plan": planned_actions, "template": template_actions},
        sample=(Action("forward", target_groups=(TARGETS,)),),
    )
    rules: tuple[ListenerRule, ...] = fact(
        "rules_of",
        plan="default_action + aws_lb_listener_rule + aws_alb_listener_rule",
        template="DefaultActions + AWS::ElasticLoadBalancingV2::ListenerRule",
        parse={"api": listener_rules, "plan": planned_rules, "template": template_rules},
        sample=(),
    )
    tf_parts = dict.fromkeys(
        ("aws_lb_listener_rule", "aws_alb_listener_rule", "aws_lb_listener_certificate"), "listener_arn"
    )
    cfn_parts = dict.fromkeys(
        ("AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::ListenerCertificate"), "ListenerArn"
    )


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
    attributes: Mapping[str, str] = fact(
        "attrs",
        plan=GROUP_ATTRIBUTES,
        template="TargetGroupAttributes",
        parse={"api": attributes, "plan": group_attributes, "template": template_attributes(GROUP_DEFAULTS)},
        default={"plan": GROUP_DEFAULTS, "template": GROUP_DEFAULTS},
    )
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
