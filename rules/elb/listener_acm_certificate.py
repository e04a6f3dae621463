"""elb_listener_acm_certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elbv2 import CERTIFICATE, Listener
from scanner.kinds.elbv2_reading import ListenerCertificate
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


IN_IAM = ListenerCertificate("arn:aws:iam::123456789012:server-certificate/claims")


class ListenerAcmCertificate(Rule):
    """ALB/NLB listeners use ACM-managed certificates.

    A certificate in ACM is renewed before it ends, or at least watched, and its key never leaves AWS; one that was
    uploaded to IAM is renewed by somebody who remembers, and its key has been in a file. Whether a certificate of ACM
    is valid and strong is judged by alb_certificate_from_acm_valid.
    """

    kind = Listener
    severity = "medium"
    hipaa = ("164.312(a)(2)(iv)", "164.312(e)(2)(ii)")
    aliases = ("config:elbv2-acm-certificate-required", "steampipe:elb_application_network_lb_use_ssl_certificate")
    related = ("alb_certificate_from_acm_valid",)
    remedy = Runbook(
        "Request a certificate for the same names: aws acm request-certificate --domain-name NAME "
        "--validation-method DNS --region {region}",
        "Serve it: aws elbv2 modify-listener --listener-arn {arn} --certificates CertificateArn=CERTIFICATE",
        "Remove one that is not the default: aws elbv2 remove-listener-certificates --listener-arn {arn} "
        "--certificates CertificateArn=OLD",
        effect=Effect(
            risk="medium",
            downtime="clients that pin the old certificate cannot connect",
            terraform={"aws_lb_listener": {"certificate_arn": "CERTIFICATE"}},
        ),
    )
    GOOD = (
        {},
        {"protocol": "TLS"},
        {"certificates": (ListenerCertificate(CERTIFICATE), ListenerCertificate(CERTIFICATE + "0"))},
    )
    BAD = (
        {"certificates": (IN_IAM,)},
        {"certificates": (IN_IAM,), "protocol": "TLS"},
        {"certificates": (ListenerCertificate(CERTIFICATE, default=True), IN_IAM)},
    )
    SKIP = ({"certificates": (IN_IAM,), "protocol": "HTTP"}, {"certificates": (IN_IAM,), "protocol": "TCP"})

    @staticmethod
    def applies(listener: Listener) -> bool:
        """HTTPS and TLS listeners."""
        return listener.protocol in {"HTTPS", "TLS"}

    @staticmethod
    def check(listener: Listener) -> Iterator[Fail]:
        for served in listener.certificates:
            if served.arn.split(":")[2] != "acm":
                yield Fail("the certificate is not in ACM", part=f"certificate {served.arn}")
