"""elb_deletion_protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._balancers import attribute, with_attribute
from scanner.kinds.elbv2 import LoadBalancer
from scanner.model.rule import Fail, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


PROTECTED = "deletion_protection.enabled"


class DeletionProtection(Rule):
    """Load balancers have deletion protection.

    One call deletes a load balancer, and with it the only way to the systems behind it, and the name that clients
    know is gone for good. Deletion protection makes it two.
    """

    kind = LoadBalancer
    severity = "low"
    category = "resilience"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (WebProposal(),)
    aliases = (
        "config:elb-deletion-protection-enabled",
        "security-hub:ELB.6",
        "prowler:elbv2_deletion_protection",
        "steampipe:elb_application_lb_deletion_protection_enabled",
    )
    remedy = with_attribute(PROTECTED, "true", "false", ("enable_deletion_protection", True), "low")
    GOOD = ({"attributes": {PROTECTED: "true"}}, {"attributes": {PROTECTED: "true"}, "type": "network"})
    BAD = (
        {"attributes": {PROTECTED: "false"}},
        {"attributes": {PROTECTED: "false"}, "type": "network"},
        {"attributes": {PROTECTED: "false"}, "type": "gateway"},
    )
    UNKNOWN = ({"attributes": {}},)

    @staticmethod
    def check(balancer: LoadBalancer) -> Iterator[Fail]:
        if attribute(balancer, PROTECTED) != "true":
            yield Fail("deletion protection is off")
