"""What a Classic Load Balancer speaks, and the ARN of a web ACL of WAF Classic."""

from __future__ import annotations

from scanner.kinds.elb import SECURITY_POLICY, ClassicListener, ClassicPolicy, listeners, policies
from scanner.kinds.waf import arn_of


def test_listeners_keep_certificate_and_policies() -> None:
    served = {
        "Protocol": "https", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "InstancePort": 80,
        "SSLCertificateId": "arn:aws:acm:us-east-1:123456789012:certificate/1",
    }  # fmt: skip
    plain = {"Protocol": "TCP", "LoadBalancerPort": 25, "InstanceProtocol": "TCP", "InstancePort": 25}
    found = listeners([{"Listener": served, "PolicyNames": ["strong"]}, {"Listener": plain}])
    assert found == (
        ClassicListener("HTTPS", 443, "arn:aws:acm:us-east-1:123456789012:certificate/1", ("strong",)),
        ClassicListener("TCP", 25),
    )
    assert found[0].label == "listener HTTPS/443"


def test_policies_keep_the_predefined_policy_that_they_are_made_of() -> None:
    attributes = [
        {"AttributeName": "Protocol-TLSv1.2", "AttributeValue": "true"},
        {"AttributeName": "Reference-Security-Policy", "AttributeValue": "ELBSecurityPolicy-2016-08"},
    ]
    found = policies(
        [
            {"PolicyName": "old", "PolicyTypeName": SECURITY_POLICY, "PolicyAttributeDescriptions": attributes},
            {"PolicyName": "own", "PolicyTypeName": SECURITY_POLICY, "PolicyAttributeDescriptions": attributes[:1]},
            {"PolicyName": "sticky", "PolicyTypeName": "AppCookieStickinessPolicyType"},
        ]
    )
    assert found == (
        ClassicPolicy("old", predefined="ELBSecurityPolicy-2016-08"),
        ClassicPolicy("own"),
        ClassicPolicy("sticky", "AppCookieStickinessPolicyType"),
    )


def test_the_arn_of_a_classic_web_acl() -> None:
    assert arn_of("aws", "123456789012", "a1b2") == "arn:aws:waf::123456789012:webacl/a1b2"
