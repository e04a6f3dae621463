"""clb_acm_certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elb import ENCRYPTED, ClassicListener, ClassicLoadBalancer
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


ACM = "arn:aws:acm:us-east-1:123456789012:certificate/1"
IAM = "arn:aws:iam::123456789012:server-certificate/claims"


class AcmCertificate(Rule):
    """Classic LB TLS listeners use ACM certificates.

    A certificate in ACM is renewed before it ends and its key never leaves AWS; one that was uploaded to IAM is
    renewed by somebody who remembers, and its key has been in a file. Certificates that were imported into ACM pass
    here.
    """

    kind = ClassicLoadBalancer
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(e)(1)",
        "164.312(e)(2)(i)",
        "164.312(e)(2)(ii)",
    )
    aliases = (
        "config:elb-acm-certificate-required",
        "security-hub:ELB.2",
        "prowler:elb_ssl_listeners_use_acm_certificate",
        "steampipe:elb_classic_lb_use_ssl_certificate",
    )
    related = ("alb_certificate_from_acm_valid",)
    remedy = Runbook(
        "Request a certificate for the same names: aws acm request-certificate --domain-name NAME "
        "--validation-method DNS --region {region}",
        "Serve it: aws elb set-load-balancer-listener-ssl-certificate --load-balancer-name {id} "
        "--load-balancer-port PORT --ssl-certificate-id CERTIFICATE --region {region}",
        effect=Effect(
            risk="medium",
            downtime="clients that pin the old certificate cannot connect",
            terraform={"aws_elb": {"listener": {"ssl_certificate_id": "CERTIFICATE"}}},
        ),
    )
    GOOD = (
        {},
        {"listeners": (ClassicListener("SSL", 443, ACM), ClassicListener("HTTP", 80))},
        {"listeners": (ClassicListener("HTTPS", 443, "arn:aws-us-gov:acm:us-gov-west-1:123456789012:certificate/1"),)},
    )
    BAD = (
        {"listeners": (ClassicListener("HTTPS", 443, IAM),)},
        {"listeners": (ClassicListener("SSL", 443, IAM),)},
        {"listeners": (ClassicListener("HTTPS", 443, ACM), ClassicListener("HTTPS", 8443, IAM))},
        {"listeners": (ClassicListener("HTTPS", 443),)},
    )
    SKIP = ({"listeners": ()}, {"listeners": (ClassicListener("HTTP", 80), ClassicListener("TCP", 25))})

    @staticmethod
    def applies(balancer: ClassicLoadBalancer) -> bool:
        """Classic Load Balancers with a listener for HTTPS or SSL."""
        return any(listener.protocol in ENCRYPTED for listener in balancer.listeners)

    @staticmethod
    def check(balancer: ClassicLoadBalancer) -> Iterator[Fail]:
        for listener in balancer.listeners:
            if listener.protocol in ENCRYPTED and listener.certificate.split(":")[2:3] != ["acm"]:
                yield Fail(f"the certificate {listener.certificate or '(none)'} is not in ACM", part=listener.label)
