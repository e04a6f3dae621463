"""clb_https_listeners_only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.elb import ENCRYPTED, ClassicListener, ClassicLoadBalancer
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class HttpsListenersOnly(Rule):
    """Classic LB listeners terminate HTTPS or TLS.

    A listener for HTTP or TCP takes what clients send without encryption, so that ePHI can be read and changed on its
    way. A listener for TCP may pass on a connection that client and program encrypt between them; whether they do
    cannot be seen, so that it fails here.
    """

    kind = ClassicLoadBalancer
    severity = "medium"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.312(a)(2)(iv)",
        "164.312(c)(1)",
        "164.312(e)(1)",
        "164.312(e)(2)(i)",
        "164.312(e)(2)(ii)",
        "164.314(b)(1)",
        "164.314(b)(2)",
        "164.314(b)(2)(i)",
        "164.314(b)(2)(ii)",
        "164.314(b)(2)(iii)",
        "164.314(b)(2)(iv)",
    )
    aliases = (
        "config:elb-tls-https-listeners-only",
        "security-hub:ELB.3",
        "prowler:elb_ssl_listeners",
        "steampipe:elb_classic_lb_use_tls_https_listeners",
    )
    related = ("alb_https_only",)
    remedy = Runbook(
        "Add a listener with a certificate: aws elb create-load-balancer-listeners --load-balancer-name {id} "
        "--listeners Protocol=HTTPS,LoadBalancerPort=443,InstanceProtocol=HTTPS,InstancePort=443,"
        "SSLCertificateId=CERTIFICATE --region {region}",
        "Move the clients over, then delete the old one: aws elb delete-load-balancer-listeners "
        "--load-balancer-name {id} --load-balancer-ports PORT --region {region}",
        "Better still, move to an Application Load Balancer, which can redirect HTTP to HTTPS.",
        effect=Effect(
            risk="high",
            downtime="clients of the old listener, until they have moved over",
            terraform={"aws_elb": {"listener": {"lb_protocol": "https", "lb_port": 443}}},
        ),
    )
    GOOD = ({}, {"listeners": (ClassicListener("SSL", 443), ClassicListener("HTTPS", 8443))})
    BAD = (
        {"listeners": (ClassicListener("HTTP", 80),)},
        {"listeners": (ClassicListener("TCP", 443),)},
        {"listeners": (ClassicListener("HTTPS", 443), ClassicListener("HTTP", 80))},
    )
    SKIP = ({"listeners": ()},)

    @staticmethod
    def applies(balancer: ClassicLoadBalancer) -> bool:
        """Classic Load Balancers with a listener."""
        return bool(balancer.listeners)

    @staticmethod
    def check(balancer: ClassicLoadBalancer) -> Iterator[Fail]:
        for listener in balancer.listeners:
            if listener.protocol not in ENCRYPTED:
                yield Fail(f"port {listener.port} takes {listener.protocol} without encryption", part=listener.label)
