"""elb_tls_policy_current."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.elbv2 import Listener
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, WebProposal

POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"


class TlsPolicyCurrent(Rule):
    """Listeners allow no TLS below 1.2.

    TLS 1.0 and 1.1 have known weaknesses and are retired (RFC 8996); a listener that still accepts them lets a
    client, or someone in between who forces it down, speak them for ePHI. What the listener's security policy
    allows is asked of AWS itself, so that policies that are new or named otherwise are judged by what they do.
    """

    kind = Listener
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (WebProposal(), EcsGuide(59))
    remedy = Direct(
        "elbv2.ModifyListener",
        {"ListenerArn": "{arn}", "SslPolicy": POLICY},
        why="Custodian changes every listener of a load balancer that its filter meets; this names the one listener.",
        effect=Effect(
            sets={"ssl_policy": POLICY, "tls_protocols": ("TLSv1.2", "TLSv1.3")},
            risk="medium",
            downtime="clients that speak nothing above TLS 1.1 cannot connect any more",
            undo=[Write("elbv2.ModifyListener", {"ListenerArn": "{arn}", "SslPolicy": "$ssl_policy"})],
            terraform={"aws_lb_listener": {"ssl_policy": POLICY}},
        ),
    )
    GOOD = ({}, {"protocol": "TLS", "tls_protocols": ("TLSv1.2",)}, {"tls_protocols": ("TLSv1.3",)})
    BAD = (
        {"ssl_policy": "ELBSecurityPolicy-2016-08", "tls_protocols": ("TLSv1", "TLSv1.1", "TLSv1.2")},
        {"ssl_policy": "ELBSecurityPolicy-TLS-1-1-2017-01", "tls_protocols": ("TLSv1.1", "TLSv1.2")},
        {"protocol": "TLS", "tls_protocols": ("TLSv1", "TLSv1.2")},
        {"tls_protocols": ("SSLv3", "TLSv1.2")},
    )
    SKIP = ({"protocol": "HTTP"}, {"protocol": "TCP"})

    @staticmethod
    def applies(listener: Listener) -> bool:
        """HTTPS and TLS listeners."""
        return listener.protocol in {"HTTPS", "TLS"}

    @staticmethod
    def check(listener: Listener) -> Iterator[Fail]:
        old = sorted(set(listener.tls_protocols) - {"TLSv1.2", "TLSv1.3"})
        if old:
            yield Fail(f"the security policy {listener.ssl_policy} allows {', '.join(old)}")
