"""cloudwatch_alarm_gateway_change."""

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
    "CreateCustomerGateway",
    "DeleteCustomerGateway",
    "AttachInternetGateway",
    "CreateInternetGateway",
    "DeleteInternetGateway",
    "DetachInternetGateway",
)
PATTERN = any_name(EVENTS)
FIRST, REST = any_name(EVENTS[:1]), any_name(EVENTS[1:])


class AlarmGatewayChange(Rule):
    """An alarm watches network gateway changes.

    An internet gateway or a customer gateway is a way out of the network that holds ePHI. A new one, or one that goes,
    must be heard of in minutes. The filter is judged by what it matches, however it is written, and several filters
    may share the work. That the alarm's threshold is a single event is not demanded, nor is it known who reads it.
    """

    kind = Account
    needs = NEEDS
    severity = "low"
    hipaa = ("164.308(a)(6)(i)",)
    aliases = (
        "security-hub:CloudWatch.12",
        "prowler:cloudwatch_changes_to_network_gateways_alarm_configured",
        "steampipe:log_metric_filter_network_gateway",
        "cis:v3.0/4.12",
        "cis:v4.0/4.12",
        "cis:v5.0/4.12",
        "cis:v6.0/5.12",
        "cis:v7.0/5.12",
    )
    related = ("cloudtrail_to_cloudwatch",)
    remedy = runbook(PATTERN, "gateway-change")
    GOOD = (*good(PATTERN), watched(FIRST, REST), watched(PATTERN.replace("= ", '="').replace(")", '")')))
    BAD = (*bad(PATTERN), *(watched(any_name([name for name in EVENTS if name != left])) for left in EVENTS))
    UNKNOWN = unknown(PATTERN)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        yield from unheeded(world, calls(EVENTS))
