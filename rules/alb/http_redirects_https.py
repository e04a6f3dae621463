"""alb_http_redirects_https."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import named, only_redirects
from rules._redirects import REDIRECTING
from scanner.kinds.elbv2 import Listener, LoadBalancer
from scanner.kinds.elbv2_reading import Action
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

ARN = LoadBalancer.facts["id"].sample
TO_HTTPS = Action("redirect", protocol="HTTPS", port="443", host="#{host}")
FORWARD = Action("forward", target_groups=("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b",))


def _listener(protocol: str, action: Action, balancer: str = ARN) -> Other:
    """Make a listener for the examples."""
    return Other(Listener, load_balancer=balancer, protocol=protocol, port=80, default_actions=(action,))


class HttpRedirectsHttps(Rule):
    """HTTP listeners of every ALB redirect to HTTPS.

    What is sent over HTTP can be read and changed on its way, inside a VPC as well as outside. A listener for HTTP is
    sound where what it does by default is to send the client on to HTTPS. The rules that a listener has besides its
    default action are judged for internet-facing load balancers, by alb_https_only.
    """

    kind = LoadBalancer
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
        "config:alb-http-to-https-redirection-check",
        "security-hub:ELB.1",
        "prowler:elbv2_ssl_listeners",
        "steampipe:elb_application_lb_redirect_http_request_to_https",
    )
    related = ("alb_https_only",)
    needs = (Listener,)
    remedy = REDIRECTING
    GOOD = (
        {},
        Case({}, others=[_listener("HTTP", TO_HTTPS), _listener("HTTPS", FORWARD)]),
        Case({"scheme": "internal"}, others=[_listener("HTTP", TO_HTTPS)]),
        Case({}, others=[_listener("HTTP", FORWARD, "arn:another")]),
    )
    BAD = (
        Case({}, others=[_listener("HTTP", FORWARD)]),
        Case({"scheme": "internal"}, others=[_listener("HTTP", FORWARD)]),
        Case({}, others=[_listener("HTTP", Action("redirect", protocol="#{protocol}"))]),
        Case({}, others=[_listener("HTTP", Action("fixed-response"))]),
        Case({}, others=[_listener("HTTP", FORWARD)], lacking=[Listener]),
    )
    SKIP = ({"type": "network"}, {"type": "gateway"})
    UNKNOWN = (Case({}, others=[_listener("HTTP", TO_HTTPS)], lacking=[Listener]),)

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application Load Balancers."""
        return balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            for listener in world.all(Listener, load_balancer=balancer.id):
                with gaps:
                    if listener.protocol == "HTTP" and not only_redirects(listener.default_actions):
                        part = f"listener HTTP/{listener.port}"
                        yield Fail(f"the default action of {part} is {named(listener.default_actions)}", part=part)
        yield from gaps
