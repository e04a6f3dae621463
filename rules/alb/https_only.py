"""alb_https_only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules._balancers import not_redirecting
from rules._redirects import REDIRECTING
from scanner.kinds.elbv2 import Listener, LoadBalancer
from scanner.kinds.elbv2_reading import Action, ListenerRule
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, PhiCluster, WebProposal

ARN = LoadBalancer.facts["id"].sample
TO_HTTPS = Action("redirect", protocol="HTTPS", port="443", host="#{host}")
TO_TARGETS = Action("forward", target_groups=("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b",))
HTTPS = Other(Listener, load_balancer=ARN)
REDIRECT = Other(
    Listener,
    id="arn:aws:listener/80",
    load_balancer=ARN,
    protocol="HTTP",
    port=80,
    default_actions=(TO_HTTPS,),
    rules=(ListenerRule("default", (TO_HTTPS,)),),
)
PLAIN = Other(Listener, load_balancer=ARN, protocol="HTTP", port=80, default_actions=(TO_TARGETS,), rules=())


class HttpsOnly(Rule):
    """Internet-facing load balancers serve HTTPS only.

    A browser that finds an HTTP listener sends what it has to say, a patient's data or a session cookie among it,
    in clear across the internet. A listener on port 80 is sound only where it does nothing but send the client on
    to HTTPS: its rules count as well as its default action. Network Load Balancers pass connections on without
    reading HTTP and are not judged here.
    """

    kind = LoadBalancer
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)", "164.312(e)(2)(i)")
    sources = (PhiCluster(), WebProposal(), EcsGuide(62))
    needs = (Listener,)
    remedy = REDIRECTING

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        strict: Annotated[bool, msgspec.Meta(description="Allow no HTTP listener at all.")] = False

    GOOD = (
        Case({}, others=[HTTPS, REDIRECT]),
        Case({}, others=[HTTPS], settings={"strict": True}),
        Case(
            {},
            others=[
                Other(
                    Listener,
                    load_balancer=ARN,
                    protocol="HTTP",
                    port=80,
                    default_actions=(TO_HTTPS,),
                    rules=(ListenerRule("1", (TO_HTTPS,)), ListenerRule("default", (TO_HTTPS,))),
                )
            ],
        ),
        Case({}, others=[Other(Listener, load_balancer="arn:another", protocol="HTTP", port=80)]),
    )
    BAD = (
        Case({}, others=[HTTPS, PLAIN]),
        Case({}, others=[REDIRECT], settings={"strict": True}),
        Case(
            {},
            others=[
                Other(
                    Listener,
                    load_balancer=ARN,
                    protocol="HTTP",
                    port=80,
                    default_actions=(TO_HTTPS,),
                    rules=(ListenerRule("1", (TO_TARGETS,)), ListenerRule("default", (TO_HTTPS,))),
                )
            ],
        ),
        Case(
            {},
            others=[
                Other(
                    Listener,
                    load_balancer=ARN,
                    protocol="HTTP",
                    port=80,
                    rules=(),
                    default_actions=(Action("redirect", protocol="#{protocol}", port="8080"),),
                )
            ],
        ),
    )
    SKIP = ({"scheme": "internal"}, {"type": "network"}, {"type": "gateway"})
    UNKNOWN = (Case({}, others=[HTTPS], lacking=[Listener]),)

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Internet-facing Application Load Balancers."""
        return balancer.type == "application" and balancer.scheme == "internet-facing"

    @staticmethod
    def check(balancer: LoadBalancer, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            for listener in world.all(Listener, load_balancer=balancer.id):
                with gaps:
                    if listener.protocol == "HTTPS":
                        continue
                    part = f"listener {listener.protocol}/{listener.port}"
                    wrong = list(not_redirecting(listener, gaps))
                    if settings.strict:
                        yield Fail(f"{part} is there, and the settings allow none", part=part)
                    elif wrong:
                        yield Fail(f"{part} does not only redirect to HTTPS: {'; '.join(wrong)}", part=part)
        yield from gaps
