"""clb_strong_tls_policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.elb import ENCRYPTED, SECURITY_POLICY, ClassicListener, ClassicLoadBalancer, ClassicPolicy
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
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


def _listener(balancer: ClassicLoadBalancer, part: str) -> ClassicListener:
    found = next((item for item in balancer.listeners if item.label == part), None)
    if found is None:
        raise NotByMachine(f"the load balancer has no {part or 'listener'}")
    return found


def _using(listener: ClassicListener, policies: tuple[str, ...]) -> Write:
    values = {"LoadBalancerName": "{id}", "LoadBalancerPort": listener.port, "PolicyNames": list(policies)}
    return Write("elb.SetLoadBalancerPoliciesOfListener", values)


def _strong(balancer: ClassicLoadBalancer, part: str, around: Around | None = None) -> Iterator[Write]:
    """Make a policy of a predefined one, and let the listener use it beside its policies of other types."""
    listener = _listener(balancer, part)
    predefined = around.settings.policies[0] if around else STRONG
    name = f"tls-{listener.port}-{predefined.removeprefix('ELBSecurityPolicy-')}"
    made = {
        "LoadBalancerName": "{id}",
        "PolicyName": name,
        "PolicyTypeName": SECURITY_POLICY,
        "PolicyAttributes": [{"AttributeName": "Reference-Security-Policy", "AttributeValue": predefined}],
    }
    if name not in {policy.name for policy in balancer.policies}:
        yield Write("elb.CreateLoadBalancerPolicy", made)
    types = {policy.name: policy.type for policy in balancer.policies}
    kept = tuple(item for item in listener.policies if types.get(item) not in {SECURITY_POLICY, None})
    yield _using(listener, (*kept, name))


def _as_before(balancer: ClassicLoadBalancer, part: str, _around: Around | None = None) -> Iterator[Write]:
    listener = _listener(balancer, part)
    yield _using(listener, listener.policies)


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
    remedy = Direct(
        "elb.SetLoadBalancerPoliciesOfListener",
        by=_strong,
        also=("elb.CreateLoadBalancerPolicy",),
        across=True,
        why="Custodian cannot give a listener another security policy and keep its stickiness.",
        effect=Effect(
            after="the listener uses the first of the predefined policies that the settings of the rule admit",
            risk="medium",
            downtime="clients that speak nothing above TLS 1.1 cannot connect any more",
            undo=_as_before,
        ),
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
