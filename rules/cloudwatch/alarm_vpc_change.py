"""cloudwatch_alarm_vpc_change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.cloudwatch._metric_filters import NEEDS, any_name, bad, calls, good, runbook, unheeded, unknown, watched
from scanner.kinds.account import Account
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


EVENTS = (
    "CreateVpc",
    "DeleteVpc",
    "ModifyVpcAttribute",
    "AcceptVpcPeeringConnection",
    "CreateVpcPeeringConnection",
    "DeleteVpcPeeringConnection",
    "RejectVpcPeeringConnection",
)
PATTERN = any_name(EVENTS)
FIRST, REST = any_name(EVENTS[:1]), any_name(EVENTS[1:])


class AlarmVpcChange(Rule):
    """An alarm watches VPC changes.

    A new VPC, or a peering connection that is accepted, joins networks that were kept apart because one of them holds
    ePHI. Somebody must hear of it in minutes. The filter is judged by what it matches, however it is written, and
    several filters may share the work. Operations of ClassicLink, which AWS has retired, are not asked for. That the
    alarm's threshold is a single event is not demanded, nor is it known who reads it.
    """

    kind = Account
    needs = NEEDS
    severity = "low"
    hipaa = ("164.308(a)(6)(i)",)
    aliases = (
        "security-hub:CloudWatch.14",
        "prowler:cloudwatch_changes_to_vpcs_alarm_configured",
        "steampipe:log_metric_filter_vpc",
        "cis:v3.0/4.14",
        "cis:v4.0/4.14",
        "cis:v5.0/4.14",
        "cis:v6.0/5.14",
        "cis:v7.0/5.14",
    )
    related = ("cloudtrail_to_cloudwatch",)
    remedy = runbook(PATTERN, "vpc-change")
    GOOD = (*good(PATTERN), watched(FIRST, REST), watched(PATTERN.replace("= ", '="').replace(")", '")')))
    BAD = (*bad(PATTERN), *(watched(any_name([name for name in EVENTS if name != left])) for left in EVENTS))
    UNKNOWN = unknown(PATTERN)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        yield from unheeded(world, calls(EVENTS))
