"""Load balancers as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_lb, aws_lb_listener, aws_lb_listener_rule, aws_lb_target_group);
CloudFormation (AWS::ElasticLoadBalancingV2::Listener, ListenerRule, LoadBalancer); Elastic Load Balancing API Reference
(LoadBalancerAttribute, TargetGroupAttribute) for the names of attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.kinds.containers import number, text
from scanner.kinds.elbv2_reading import Action, ListenerCertificate, ListenerRule, actions
from scanner.kinds.planned_reading import first, shaped
from scanner.model.planned import Known, plain

_REDIRECT = {"protocol": "Protocol", "port": "Port", "host": "Host"}


def _actions(blocks: Sequence[Known]) -> tuple[Action, ...]:
    return actions([_action(item) for item in blocks])


def _action(item: Known) -> dict[str, Any]:
    found = shaped(item, {"type": "Type", "order": "Order", "target_group_arn": "TargetGroupArn"})
    forward, redirect = first(item.get("forward")), first(item.get("redirect"))
    groups = [shaped(group, {"arn": "TargetGroupArn", "weight": "Weight"}) for group in forward.get("target_group", ())]
    found |= {"ForwardConfig": {"TargetGroups": groups}} if groups else {}
    return found | ({"RedirectConfig": shaped(redirect, _REDIRECT)} if redirect else {})


def planned_actions(given: Known) -> tuple[Action, ...]:
    """Read a listener's default actions in Terraform's words."""
    return _actions(given["default_action"])


def planned_rules(given: Known) -> tuple[ListenerRule, ...]:
    """Read a listener's rules, the default one last, in Terraform's words."""
    parts = [*(given.get("aws_lb_listener_rule") or ()), *(given.get("aws_alb_listener_rule") or ())]
    found = [ListenerRule(text(item.written("priority")), _actions(item["action"])) for item in parts]
    found.sort(key=lambda rule: number(rule.priority or None))
    return (*found, ListenerRule("default", planned_actions(given)))


def template_actions(given: Sequence[Mapping[str, Any]]) -> tuple[Action, ...]:
    """Read actions in CloudFormation's words, which may write numbers as texts."""
    found = []
    for item in given:
        forward = item.get("ForwardConfig") or {}
        groups = [
            {**group, **({"Weight": number(group["Weight"])} if "Weight" in group else {})}
            for group in forward.get("TargetGroups") or ()
        ]
        order = {"Order": number(item["Order"])} if "Order" in item else {}
        found.append({**item, **order, "ForwardConfig": {"TargetGroups": groups}})
    return actions(found)


def template_rules(given: Known) -> tuple[ListenerRule, ...]:
    """Read a listener's rules, the default one last, in CloudFormation's words."""
    parts = given.get("AWS::ElasticLoadBalancingV2::ListenerRule") or ()
    found = [ListenerRule(text(item["Priority"]), template_actions(plain(item["Actions"]))) for item in parts]
    found.sort(key=lambda rule: number(rule.priority))
    return (*found, ListenerRule("default", template_actions(plain(given["DefaultActions"]))))


def planned_certificates(given: Known) -> tuple[ListenerCertificate, ...]:
    """Read a listener's certificates in Terraform's words."""
    others = [item["certificate_arn"] for item in given.get("aws_lb_listener_certificate") or ()]
    return _certificates(given["certificate_arn"], others)


def template_certificates(given: Known) -> tuple[ListenerCertificate, ...]:
    """Read a listener's certificates in CloudFormation's words."""
    parts = given.get("AWS::ElasticLoadBalancingV2::ListenerCertificate") or ()
    others = [item["CertificateArn"] for part in parts for item in part["Certificates"]]
    return _certificates(given["Certificates"][0]["CertificateArn"], others)


def _certificates(default: str, others: Sequence[str]) -> tuple[ListenerCertificate, ...]:
    further = (ListenerCertificate(arn) for arn in dict.fromkeys(others) if arn != default)
    return (ListenerCertificate(default, default=True), *further)


_BALANCER = {
    "enable_deletion_protection": "deletion_protection.enabled",
    "enable_cross_zone_load_balancing": "load_balancing.cross_zone.enabled",
    "idle_timeout": "idle_timeout.timeout_seconds",
    "drop_invalid_header_fields": "routing.http.drop_invalid_header_fields.enabled",
    "desync_mitigation_mode": "routing.http.desync_mitigation_mode",
    "enable_http2": "routing.http2.enabled",
    "enable_waf_fail_open": "waf.fail_open.enabled",
    "preserve_host_header": "routing.http.preserve_host_header.enabled",
    "xff_header_processing_mode": "routing.http.xff_header_processing.mode",
}
_GROUP = {
    "deregistration_delay": "deregistration_delay.timeout_seconds",
    "slow_start": "slow_start.duration_seconds",
    "load_balancing_algorithm_type": "load_balancing.algorithm.type",
    "preserve_client_ip": "preserve_client_ip.enabled",
    "proxy_protocol_v2": "proxy_protocol_v2.enabled",
}
_LOGS = {"enabled": "enabled", "bucket": "bucket", "prefix": "prefix"}
BALANCER_ATTRIBUTES = " + ".join((*_BALANCER, "access_logs", "connection_logs"))
GROUP_ATTRIBUTES = " + ".join((*_GROUP, "stickiness"))


def _worded(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else text(value)


def balancer_attributes(given: Known) -> Mapping[str, str]:
    """Read the attributes of a load balancer from Terraform's arguments, by the names that AWS gives them."""
    found: dict[str, Any] = {**BALANCER_DEFAULTS, **shaped(given, _BALANCER)}
    for name in ("access_logs", "connection_logs"):
        block = first(given.written(name))
        found |= shaped(block, {own: f"{name}.s3.{own}" for own in _LOGS})
    return {name: _worded(value) for name, value in found.items()}


def group_attributes(given: Known) -> Mapping[str, str]:
    """Read the attributes of a target group from Terraform's arguments, by the names that AWS gives them."""
    found: dict[str, Any] = {**GROUP_DEFAULTS, **shaped(given, _GROUP)}
    found |= shaped(first(given.written("stickiness")), {"enabled": "stickiness.enabled", "type": "stickiness.type"})
    return {name: _worded(value) for name, value in found.items()}


BALANCER_DEFAULTS = {
    "access_logs.s3.enabled": "false",
    "connection_logs.s3.enabled": "false",
    "deletion_protection.enabled": "false",
    "idle_timeout.timeout_seconds": "60",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
}
GROUP_DEFAULTS = {"deregistration_delay.timeout_seconds": "300", "stickiness.enabled": "false"}
"""The values of attributes that a source does not write (API_LoadBalancerAttribute, API_TargetGroupAttribute)."""


def template_attributes(defaults: Mapping[str, str]) -> Callable[[Sequence[Mapping[str, Any]]], Mapping[str, str]]:
    """Give the reader of attributes in CloudFormation's words, which may write truths and numbers as such."""

    def parse(given: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
        return {**defaults, **{item["Key"]: _worded(item.get("Value")) for item in given}}

    return parse
