"""cloudwatch_alarm_nacl_change."""

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
    "CreateNetworkAcl",
    "CreateNetworkAclEntry",
    "DeleteNetworkAcl",
    "DeleteNetworkAclEntry",
    "ReplaceNetworkAclEntry",
    "ReplaceNetworkAclAssociation",
)
PATTERN = any_name(EVENTS)
FIRST, REST = any_name(EVENTS[:1]), any_name(EVENTS[1:])


class AlarmNaclChange(Rule):
    """An alarm watches network ACL changes.

    A network ACL that is opened at night opens whole subnets, and what holds ePHI in them. Somebody must hear of it in
    minutes, not at the next audit. The filter is judged by what it matches, however it is written, and several filters
    may share the work. That the alarm's threshold is a single event is not demanded, nor is it known who reads it.
    """

    kind = Account
    needs = NEEDS
    severity = "low"
    hipaa = ("164.308(a)(6)(i)",)
    aliases = (
        "security-hub:CloudWatch.11",
        "prowler:cloudwatch_changes_to_network_acls_alarm_configured",
        "steampipe:log_metric_filter_network_acl",
        "cis:v3.0/4.11",
        "cis:v4.0/4.11",
        "cis:v5.0/4.11",
        "cis:v6.0/5.11",
        "cis:v7.0/5.11",
    )
    related = ("cloudtrail_to_cloudwatch",)
    remedy = runbook(PATTERN, "nacl-change")
    GOOD = (*good(PATTERN), watched(FIRST, REST), watched(PATTERN.replace("= ", '="').replace(")", '")')))
    BAD = (*bad(PATTERN), *(watched(any_name([name for name in EVENTS if name != left])) for left in EVENTS))
    UNKNOWN = unknown(PATTERN)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        yield from unheeded(world, calls(EVENTS))
