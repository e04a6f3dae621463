"""securityhub_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._regions import HOLDERS, is_used
from scanner.kinds.rds import DBInstance
from scanner.kinds.securityhub import Hub
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Case, Fail, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World

USED = Other(DBInstance)


class Enabled(Rule):
    """Security Hub is on.

    Security Hub gathers what GuardDuty, Inspector, Macie and AWS Config find, so that one eye sees what each of them
    sees. Where it is off, a finding about a system with ePHI is seen only by who looks into each service. A Region
    counts as used when tasks, instances, databases, file systems, load balancers or tables are there.
    """

    kind = Hub
    needs = (*HOLDERS,)
    severity = "high"
    hipaa = (
        "164.308(a)(1)(ii)(D)",
        "164.308(a)(3)(ii)(A)",
        "164.308(a)(5)(ii)(C)",
        "164.308(a)(6)(i)",
        "164.308(a)(6)(ii)",
        "164.308(a)(8)",
        "164.312(b)",
        "164.312(e)(2)(i)",
    )
    aliases = (
        "config:securityhub-enabled",
        "prowler:securityhub_enabled",
        "steampipe:securityhub_enabled",
        "cis:v3.0/4.16",
        "cis:v4.0/4.16",
        "cis:v5.0/4.16",
        "cis:v6.0/5.16",
        "cis:v7.0/5.16",
    )
    remedy = Direct(
        "securityhub.EnableSecurityHub",
        {"EnableDefaultStandards": True},
        why="Cloud Custodian has no action that switches Security Hub on in an account of its own",
        effect=Effect(
            sets={"on": True},
            cost="about 0.001 USD for each check of a resource, after the first 30 days",
            undo=(Write("securityhub.DisableSecurityHub"),),
            terraform={"aws_securityhub_account": {"enable_default_standards": True}},
            follows=("config_recorder_enabled",),
        ),
    )
    GOOD = (Case({}, others=[USED]),)
    BAD = (Case({"on": False}, others=[USED]), Case({"on": False}, others=[USED], lacking=HOLDERS[:2]))
    SKIP = ({"on": False}, Case({"on": False}, others=[Other(DBInstance, region="eu-west-1")]))
    UNKNOWN = tuple(Case({"on": False}, lacking=[kind]) for kind in HOLDERS)

    @staticmethod
    def applies(_hub: Hub, world: World) -> bool:
        """Regions that hold workloads or data."""
        return is_used(world)

    @staticmethod
    def check(hub: Hub) -> Iterator[Fail]:
        if not hub.on:
            yield Fail("Security Hub is off, though the Region is used")
