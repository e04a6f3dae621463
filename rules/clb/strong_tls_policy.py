"""clb_strong_tls_policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.elb import ENCRYPTED, SECURITY_POLICY, ClassicListener, ClassicLoadBalancer, ClassicPolicy
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


STRONG = "ELBSecurityPolicy-TLS-1-2-2017-01"
SERVED = ClassicListener("HTTPS", 443, policies=("own",))
STICKY = ClassicPolicy("sticky", "LBCookieStickinessPolicyType")
OWN = ClassicPolicy("own", predefined=STRONG)
OLD = ClassicPolicy("own", predefined="ELBSecurityPolicy-2016-08")
OLDER = ClassicPolicy("old", predefined="ELBSecurityPolicy-2015-05")


class StrongTlsPolicy(Rule):
    """Classic LB TLS listeners use a strong policy.

    TLS 1.0 and 1.1, and ciphers that were strong once, can be broken by somebody in between. For Classic Load
    Balancers AWS has one predefined policy that allows TLS 1.2 alone. A policy made by hand fails here, whatever it
    allows, as its ciphers are nobody's but its maker's to keep up to date.
    """

    kind = ClassicLoadBalancer
    severity = "medium"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)", "164.308(a)(4)(ii)(B)", "164.312(a)(1)")
    aliases = (
        "config:elb-predefined-security-policy-ssl-check",
        "config:elb-custom-security-policy-ssl-check",
        "security-hub:ELB.8",
        "prowler:elb_insecure_ssl_ciphers",
        "steampipe:elb_listener_use_secure_ssl_cipher",
    )
    related = ("elb_tls_policy_current",)
    remedy = Runbook(
        "Make the policy: aws elb create-load-balancer-policy --load-balancer-name {id} --policy-name tls-1-2 "
        "--policy-type-name SSLNegotiationPolicyType --policy-attributes "
        "AttributeName=Reference-Security-Policy,AttributeValue=ELBSecurityPolicy-TLS-1-2-2017-01 --region {region}",
        "Use it: aws elb set-load-balancer-policies-of-listener --load-balancer-name {id} --load-balancer-port PORT "
        "--policy-names tls-1-2 --region {region}; name the listener's stickiness policies as well, or they are lost.",
    )

    class Settings(RuleSettings, frozen=True):
        """Which policies are strong."""

        policies: Annotated[
            tuple[str, ...], msgspec.Meta(description="The predefined security policies that a listener may use.")
        ] = (STRONG,)

    GOOD = (
        {},
        {"listeners": (ClassicListener("SSL", 443, policies=("sticky", "own")),), "policies": (STICKY, OWN)},
        {"listeners": (ClassicListener("HTTP", 80, policies=("sticky",)), SERVED), "policies": (STICKY, OWN)},
        Case({"listeners": (SERVED,), "policies": (OLD,)}, settings={"policies": ("ELBSecurityPolicy-2016-08",)}),
    )
    BAD = (
        {"listeners": (SERVED,), "policies": (OLD,)},
        {"listeners": (ClassicListener("SSL", 443, policies=("own",)),), "policies": (OLD,)},
        {"listeners": (SERVED,), "policies": (ClassicPolicy("own"),)},
        {"listeners": (SERVED,), "policies": (ClassicPolicy("other", predefined=STRONG),)},
        {"listeners": (ClassicListener("HTTPS", 443, policies=("sticky",)),), "policies": (STICKY, OWN)},
        {"listeners": (ClassicListener("HTTPS", 443, policies=("own", "old")),), "policies": (OWN, OLDER)},
        Case({}, settings={"policies": ("ELBSecurityPolicy-2016-08",)}),
    )
    SKIP = ({"listeners": ()}, {"listeners": (ClassicListener("HTTP", 80), ClassicListener("TCP", 25))})

    @staticmethod
    def applies(balancer: ClassicLoadBalancer) -> bool:
        """Classic Load Balancers with a listener for HTTPS or SSL."""
        return any(listener.protocol in ENCRYPTED for listener in balancer.listeners)

    @staticmethod
    def check(balancer: ClassicLoadBalancer, settings: Settings) -> Iterator[Fail]:
        kept = {policy.name: policy.predefined for policy in balancer.policies if policy.type == SECURITY_POLICY}
        for listener in balancer.listeners:
            if listener.protocol not in ENCRYPTED:
                continue
            used = [name for name in listener.policies if name in kept]
            weak = [kept[name] or f"{name}, made by hand" for name in used if kept[name] not in settings.policies]
            if weak or not used:
                yield Fail(f"it uses the security policy {', '.join(weak) or '(none)'}", part=listener.label)
