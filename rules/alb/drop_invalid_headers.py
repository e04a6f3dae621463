"""alb_drop_invalid_headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import attribute, with_attribute
from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


DROP = "routing.http.drop_invalid_header_fields.enabled"


class DropInvalidHeaders(Rule):
    """Load balancers drop invalid HTTP headers.

    A header with characters that HTTP does not allow is read one way by the load balancer and another by the program
    behind it; requests are smuggled past checks like that. Dropping such headers leaves no second reading.
    """

    kind = LoadBalancer
    severity = "medium"
    hipaa = ("164.308(a)(4)(ii)(A)", "164.312(a)(2)(iv)", "164.312(e)(1)", "164.312(e)(2)(i)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(6),)
    aliases = (
        "config:alb-http-drop-invalid-header-enabled",
        "security-hub:ELB.4",
        "prowler:elbv2_alb_drop_invalid_header_fields_enabled",
        "steampipe:elb_application_lb_drop_http_headers",
        "steampipe:elb_application_lb_http_drop_invalid_header_enabled",
    )
    remedy = with_attribute(DROP, "true", "false", ("drop_invalid_header_fields", True), "medium")
    GOOD = ({"attributes": {DROP: "true"}},)
    BAD = ({"attributes": {DROP: "false"}},)
    SKIP = ({"attributes": {DROP: "false"}, "type": "network"}, {"attributes": {DROP: "false"}, "type": "gateway"})
    UNKNOWN = ({"attributes": {}},)

    @staticmethod
    def applies(balancer: LoadBalancer) -> bool:
        """Application Load Balancers."""
        return balancer.type == "application"

    @staticmethod
    def check(balancer: LoadBalancer) -> Iterator[Fail]:
        if attribute(balancer, DROP) != "true":
            yield Fail("header fields that are not valid are passed on")
