"""Documents of load balancers and what they say: (plans, templates) of each parsed fact."""

from __future__ import annotations

from typing import Any

from scanner.kinds.elbv2 import Listener, LoadBalancer, TargetGroup
from scanner.kinds.elbv2_planned import BALANCER_DEFAULTS, GROUP_DEFAULTS
from scanner.kinds.elbv2_reading import Action, ListenerCertificate, ListenerRule
from scanner.kinds.network_reasoning import Permission

V6 = Permission("tcp", 22, 22, "cidr", "::/0")
FORWARD = Action("forward", target_groups=("tg-1", "tg-2"), idle=("tg-2",))
REDIRECT = Action("redirect", "HTTPS", "443", "#{host}")
BLOCK = {
    "type": "forward",
    "order": None,
    "forward": [{"target_group": [{"arn": "tg-1", "weight": 1}, {"arn": "tg-2", "weight": 0}]}],
}
AWAY = {"type": "redirect", "redirect": [{"protocol": "HTTPS", "port": "443", "host": None, "status_code": "HTTP_301"}]}
GROUPS = {"TargetGroups": [{"TargetGroupArn": "tg-1", "Weight": "1"}, {"TargetGroupArn": "tg-2", "Weight": 0}]}
TEMPLATE_FORWARD = {"Type": "forward", "ForwardConfig": GROUPS}
TEMPLATE_AWAY = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443"}}
RULES = (ListenerRule("5", (REDIRECT,)), ListenerRule("10", (FORWARD,)), ListenerRule("default", (REDIRECT,)))
_RULE, _CERT = "AWS::ElasticLoadBalancingV2::ListenerRule", "AWS::ElasticLoadBalancingV2::ListenerCertificate"
CERTIFICATES = (ListenerCertificate("c-1", default=True), ListenerCertificate("c-2"))

BALANCERS: dict[Any, Any] = {
    (Listener, "default_actions"): (
        [({"default_action": [BLOCK]}, (FORWARD,)), ({"default_action": [AWAY]}, (REDIRECT,))],
        [({"DefaultActions": [TEMPLATE_FORWARD]}, (FORWARD,)), ({"DefaultActions": [TEMPLATE_AWAY]}, (REDIRECT,))],
    ),
    (Listener, "rules"): (
        [
            (
                {
                    "default_action": [AWAY],
                    "aws_lb_listener_rule": [{"priority": 10, "action": [BLOCK]}, {"priority": 5, "action": [AWAY]}],
                },
                RULES,
            )
        ],
        [
            (
                {
                    "DefaultActions": [TEMPLATE_AWAY],
                    _RULE: [
                        {"Priority": "10", "Actions": [TEMPLATE_FORWARD]},
                        {"Priority": 5, "Actions": [TEMPLATE_AWAY]},
                    ],
                },
                RULES,
            )
        ],
    ),
    (Listener, "certificates"): (
        [({"certificate_arn": "c-1", "aws_lb_listener_certificate": [{"certificate_arn": "c-2"}]}, CERTIFICATES)],
        [
            (
                {"Certificates": [{"CertificateArn": "c-1"}], _CERT: [{"Certificates": [{"CertificateArn": "c-2"}]}]},
                CERTIFICATES,
            )
        ],
    ),
    (LoadBalancer, "scheme"): ([({"internal": True}, "internal"), ({"internal": False}, "internet-facing")], []),
    (LoadBalancer, "subnets"): (
        [({"subnets": ["subnet-1"]}, ("subnet-1",)), ({"subnet_mapping": [{"subnet_id": "subnet-2"}]}, ("subnet-2",))],
        [({"SubnetMappings": [{"SubnetId": "subnet-2"}]}, ("subnet-2",))],
    ),
    (LoadBalancer, "attributes"): (
        [
            (
                {
                    "drop_invalid_header_fields": True,
                    "idle_timeout": 30,
                    "access_logs": [{"enabled": True, "bucket": "logs", "prefix": ""}],
                },
                BALANCER_DEFAULTS
                | {
                    "routing.http.drop_invalid_header_fields.enabled": "true",
                    "idle_timeout.timeout_seconds": "30",
                    "access_logs.s3.enabled": "true",
                    "access_logs.s3.bucket": "logs",
                },
            ),
            ({}, BALANCER_DEFAULTS),
        ],
        [
            (
                {"LoadBalancerAttributes": [{"Key": "deletion_protection.enabled", "Value": True}]},
                BALANCER_DEFAULTS | {"deletion_protection.enabled": "true"},
            )
        ],
    ),
    (TargetGroup, "attributes"): (
        [
            (
                {"deregistration_delay": "30", "stickiness": [{"enabled": True, "type": "lb_cookie"}]},
                GROUP_DEFAULTS
                | {
                    "deregistration_delay.timeout_seconds": "30",
                    "stickiness.enabled": "true",
                    "stickiness.type": "lb_cookie",
                },
            )
        ],
        [
            (
                {"TargetGroupAttributes": [{"Key": "deregistration_delay.timeout_seconds", "Value": 30}]},
                GROUP_DEFAULTS | {"deregistration_delay.timeout_seconds": "30"},
            )
        ],
    ),
}
