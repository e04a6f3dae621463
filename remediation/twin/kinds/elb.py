"""Elastic Load Balancing: load balancers of all types, listeners with their rules, target groups with their targets."""

from __future__ import annotations

from typing import Any

from remediation.twin.registry import builds, finishes
from remediation.twin.site import Site, doc, fitting
from remediation.twin.tagging import pairs
from scanner.model.resource import Resource

_MATCHES = frozenset(
    {
        "HostHeaderConfig",
        "HttpHeaderConfig",
        "HttpRequestMethodConfig",
        "PathPatternConfig",
        "QueryStringConfig",
        "SourceIpConfig",
    }
)
"""Members of a rule's condition that say it wholly; for some of them AWS answers the older `Values` beside it."""


@builds("AWS::ElasticLoadBalancingV2::LoadBalancer")
def load_balancer(site: Site, resource: Resource) -> None:
    """Make the load balancer in its subnets."""
    box = doc(resource, "lb")
    made = site.call(
        resource, "elbv2.CreateLoadBalancer", **fitting("elbv2.CreateLoadBalancer", box, "SecurityGroups"),
        Name=box["LoadBalancerName"], Subnets=[each["SubnetId"] for each in box["AvailabilityZones"]],
        SecurityGroups=box.get("SecurityGroups") or None, Tags=pairs(resource) or None,
    )["LoadBalancers"][0]  # fmt: skip
    site.pair(box["LoadBalancerArn"], made["LoadBalancerArn"])
    site.pair(box.get("DNSName"), made.get("DNSName"))


@finishes("AWS::ElasticLoadBalancingV2::LoadBalancer")
def balancer_attributes(site: Site, resource: Resource) -> None:
    """Set the attributes, among them the bucket of the access logs, and put the web ACL before it."""
    arn = doc(resource, "lb")["LoadBalancerArn"]
    given = _attributes(site, resource, "LoadBalancer", arn)
    if given:
        site.call(resource, "elbv2.ModifyLoadBalancerAttributes", LoadBalancerArn=arn, Attributes=given)
    if doc(resource, "acl"):
        site.call(resource, "wafv2.AssociateWebACL", WebACLArn=doc(resource, "acl"), ResourceArn=arn)


def _attributes(site: Site, resource: Resource, of: str, arn: str) -> list[dict[str, str]]:
    """Give the attributes that differ from those that the twin's has."""
    there = site.call(resource, f"elbv2.Describe{of}Attributes", **{f"{of}Arn": arn})["Attributes"]
    now = {each["Key"]: each.get("Value") for each in there}
    found: list[dict[str, str]] = doc(resource, "attrs") or []
    return [each for each in found if now.get(each["Key"], "") != each.get("Value", "")]


@builds("AWS::ElasticLoadBalancingV2::TargetGroup")
def target_group(site: Site, resource: Resource) -> None:
    """Make the target group with its health check."""
    box = doc(resource, "group")
    made = site.call(
        resource, "elbv2.CreateTargetGroup", **fitting("elbv2.CreateTargetGroup", box), Name=box["TargetGroupName"],
        Tags=pairs(resource) or None,
    )["TargetGroups"][0]  # fmt: skip
    site.pair(box["TargetGroupArn"], made["TargetGroupArn"])


@finishes("AWS::ElasticLoadBalancingV2::TargetGroup")
def targets(site: Site, resource: Resource) -> None:
    """Set the attributes, and register the targets that no service and no Auto Scaling group has registered."""
    arn = doc(resource, "group")["TargetGroupArn"]
    given = _attributes(site, resource, "TargetGroup", arn)
    if given:
        site.call(resource, "elbv2.ModifyTargetGroupAttributes", TargetGroupArn=arn, Attributes=given)
    seen = site.call(resource, "elbv2.DescribeTargetHealth", TargetGroupArn=arn)["TargetHealthDescriptions"]
    there = {(each["Target"]["Id"], each["Target"].get("Port")) for each in seen}
    for each in doc(resource, "health") or ():
        target = each["Target"]
        if (site.pairs.made(target["Id"]), target.get("Port")) not in there:
            site.call(resource, "elbv2.RegisterTargets", TargetGroupArn=arn, Targets=[target])


@builds("AWS::ElasticLoadBalancingV2::Listener")
def listener(site: Site, resource: Resource) -> None:
    """Make the listener with its certificates and rules."""
    box = doc(resource, "listener")
    made = site.call(
        resource, "elbv2.CreateListener", **fitting("elbv2.CreateListener", box, "DefaultActions", "Certificates"),
        DefaultActions=[_action(each) for each in box["DefaultActions"]],
        Certificates=[{"CertificateArn": each["CertificateArn"]} for each in box.get("Certificates", ())][:1] or None,
        Tags=pairs(resource) or None,
    )["Listeners"][0]  # fmt: skip
    site.pair(box["ListenerArn"], made["ListenerArn"])
    for each in doc(resource, "certs") or ():
        if not each.get("IsDefault"):
            more = [{"CertificateArn": each["CertificateArn"]}]
            site.call(resource, "elbv2.AddListenerCertificates", ListenerArn=box["ListenerArn"], Certificates=more)
    for rule in doc(resource, "rules_of") or ():
        if not rule.get("IsDefault"):
            _rule(site, resource, rule)
    there = site.call(resource, "elbv2.DescribeRules", ListenerArn=box["ListenerArn"])["Rules"]
    for rule in doc(resource, "rules_of") or ():
        for other in there:
            if rule.get("IsDefault") and other.get("IsDefault"):
                site.pair(rule["RuleArn"], other["RuleArn"])


def _rule(site: Site, resource: Resource, rule: dict[str, Any]) -> None:
    """Make one rule; a condition is asked for by its own member, not by the older one that AWS answers too."""
    wanted = fitting("elbv2.CreateRule", rule, "Actions", "Conditions", "Priority")
    conditions = [
        {name: value for name, value in each.items() if name != "Values" or not _MATCHES & each.keys()}
        for each in fitting("elbv2.CreateRule", rule)["Conditions"]
    ]
    made = site.call(
        resource, "elbv2.CreateRule", **wanted, ListenerArn=doc(resource, "listener")["ListenerArn"],
        Actions=[_action(each) for each in rule["Actions"]], Conditions=conditions, Priority=int(rule["Priority"]),
    )["Rules"][0]  # fmt: skip
    site.pair(rule["RuleArn"], made["RuleArn"])


def _action(given: dict[str, Any]) -> dict[str, Any]:
    """Say an action as it is asked for."""
    kept: dict[str, Any] = fitting("elbv2.CreateRule", {"Actions": [given]})["Actions"][0]
    return kept


@builds("AWS::ElasticLoadBalancing::LoadBalancer")
def classic(site: Site, resource: Resource) -> None:
    """Make a Classic Load Balancer with its policies and instances."""
    box = doc(resource, "lb")
    name = {"LoadBalancerName": box["LoadBalancerName"]}
    listeners = [each["Listener"] for each in box["ListenerDescriptions"]]
    made = site.call(
        resource, "elb.CreateLoadBalancer", **name, Listeners=listeners, Subnets=box.get("Subnets") or None,
        AvailabilityZones=None if box.get("Subnets") else box.get("AvailabilityZones"), Scheme=box.get("Scheme"),
        SecurityGroups=box.get("SecurityGroups") or None, Tags=pairs(resource) or None,
    )  # fmt: skip
    site.pair(box.get("DNSName"), made.get("DNSName"))
    if box.get("HealthCheck"):
        site.call(resource, "elb.ConfigureHealthCheck", **name, HealthCheck=box["HealthCheck"])
    for policy in doc(resource, "pols") or ():
        said = {**policy, "PolicyAttributes": policy["PolicyAttributeDescriptions"]}
        wanted = fitting("elb.CreateLoadBalancerPolicy", said)
        site.call(resource, "elb.CreateLoadBalancerPolicy", **name, **wanted)
    for each in box["ListenerDescriptions"]:
        if each.get("PolicyNames"):
            port = {"LoadBalancerPort": each["Listener"]["LoadBalancerPort"], "PolicyNames": each["PolicyNames"]}
            site.call(resource, "elb.SetLoadBalancerPoliciesOfListener", **name, **port)


@finishes("AWS::ElasticLoadBalancing::LoadBalancer")
def classic_attributes(site: Site, resource: Resource) -> None:
    """Set the attributes and register the instances."""
    box = doc(resource, "lb")
    name = {"LoadBalancerName": box["LoadBalancerName"]}
    if doc(resource, "attrs"):
        attributes = fitting("elb.ModifyLoadBalancerAttributes", {"LoadBalancerAttributes": doc(resource, "attrs")})
        site.call(resource, "elb.ModifyLoadBalancerAttributes", **name, **attributes)
    if box.get("Instances"):
        site.call(resource, "elb.RegisterInstancesWithLoadBalancer", **name, Instances=box["Instances"])
