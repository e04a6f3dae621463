"""Elastic Load Balancing, the first: Classic Load Balancers with their listeners and security policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.model.call import batch, each, then
from scanner.model.kind import Kind, fact

ENCRYPTED = frozenset({"HTTPS", "SSL"})
"""The protocols of listeners that end TLS."""
SECURITY_POLICY = "SSLNegotiationPolicyType"
"""The type of the policies that say which TLS a listener speaks; there are others, for stickiness and for back ends."""


class ClassicListener(msgspec.Struct, frozen=True):
    """A listener: what it speaks with clients, its port, the ARN of its certificate, the names of its policies."""

    protocol: str
    port: int
    certificate: str = ""
    policies: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """Name it by what lasts."""
        return f"listener {self.protocol}/{self.port}"


class ClassicPolicy(msgspec.Struct, frozen=True):
    """A policy of a load balancer: name, type, and the predefined security policy that it is made of, if any."""

    name: str
    type: str = SECURITY_POLICY
    predefined: str = ""


def listeners(items: Sequence[Mapping[str, Any]]) -> tuple[ClassicListener, ...]:
    """Read the listeners of an answer."""
    return tuple(
        ClassicListener(
            item["Listener"]["Protocol"].upper(),
            item["Listener"]["LoadBalancerPort"],
            item["Listener"].get("SSLCertificateId", ""),
            tuple(item.get("PolicyNames", ())),
        )
        for item in items
    )


def planned_listeners(blocks: Sequence[Mapping[str, Any]]) -> tuple[ClassicListener, ...]:
    """Read the listeners in Terraform's words; the policies of their TLS stand elsewhere.

    Raises:
        ValueError: a listener ends TLS, and the policies that it does so by are not said.
    """
    found = tuple(
        ClassicListener(item["lb_protocol"].upper(), item["lb_port"], item.get("ssl_certificate_id") or "")
        for item in blocks
    )
    if any(item.protocol in ENCRYPTED for item in found):
        raise ValueError("the policies of a listener that ends TLS are not written with it")
    return found


def policies(items: Sequence[Mapping[str, Any]]) -> tuple[ClassicPolicy, ...]:
    """Read the policies of an answer; the predefined one is an attribute among those that it stands for."""
    return tuple(ClassicPolicy(item["PolicyName"], item["PolicyTypeName"], _predefined(item)) for item in items)


def _predefined(item: Mapping[str, Any]) -> str:
    given = {one["AttributeName"]: one.get("AttributeValue", "") for one in item.get("PolicyAttributeDescriptions", ())}
    return str(given.get("Reference-Security-Policy", ""))


class ClassicLoadBalancer(Kind, cfn="AWS::ElasticLoadBalancing::LoadBalancer", tf="aws_elb"):
    """A Classic Load Balancer with its attributes and the security policies of its listeners."""

    arn_format = "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/{id}"

    lb = each("elb.DescribeLoadBalancers", "LoadBalancerDescriptions")
    attrs = then(
        "elb.DescribeLoadBalancerAttributes", "LoadBalancerAttributes", LoadBalancerName="$lb.LoadBalancerName"
    )
    pols = then(
        "elb.DescribeLoadBalancerPolicies",
        "PolicyDescriptions",
        LoadBalancerName="$lb.LoadBalancerName",
        when="lb.ListenerDescriptions[].Listener.Protocol contains 'HTTPS','SSL'",
    )
    labels = batch(
        "elb.DescribeTags",
        "TagDescriptions",
        ids="LoadBalancerNames",
        own="$lb.LoadBalancerName",
        key="LoadBalancerName",
        size=20,
    )

    id: str = fact("lb.LoadBalancerName", plan="name", template="LoadBalancerName", sample="claims")
    tags: Mapping[str, str] = fact("labels.Tags", plan="tags", template="Tags", parse=tags(), default={})
    listeners: tuple[ClassicListener, ...] = fact(
        "lb.ListenerDescriptions",
        plan="listener",
        parse={"api": listeners, "plan": planned_listeners},
        default={"api": ()},
        sample=(
            ClassicListener(
                "HTTPS", 443, "arn:aws:acm:us-east-1:123456789012:certificate/1", ("ELBSecurityPolicy-TLS-1-2-2017-01",)
            ),
        ),
    )
    policies: tuple[ClassicPolicy, ...] = fact(
        "pols",
        parse=policies,
        sample=(ClassicPolicy("ELBSecurityPolicy-TLS-1-2-2017-01", predefined="ELBSecurityPolicy-TLS-1-2-2017-01"),),
        doc="Of a load balancer that ends TLS.",
    )
    logs: bool = fact(
        "attrs.AccessLog.Enabled",
        plan="access_logs[0].enabled",
        template="AccessLoggingPolicy.Enabled",
        sample=True,
        doc="Whether it writes access logs.",
    )
    cross_zone: bool = fact(
        "attrs.CrossZoneLoadBalancing.Enabled",
        plan="cross_zone_load_balancing",
        template="CrossZone",
        default={"template": False},
        sample=True,
        doc="Whether it spreads requests over the targets of all its zones.",
    )
