"""cloudwatch_alarm_root_usage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.cloudwatch._metric_filters import NEEDS, ORDINARY, bad, call, good, runbook, unheeded, unknown, watched
from scanner.kinds.account import Account
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


PATTERN = '{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }'
ROOT = {"type": "Root", "principalId": "123456789012", "arn": "arn:aws:iam::123456789012:root"}
EVENTS = {
    "what the root user does by the API": call("StopInstances", userIdentity=ROOT),
    "what the root user reads": call("ListUsers", source="iam.amazonaws.com", reads=True, userIdentity=ROOT),
    "sign-in of the root user": call(
        "ConsoleLogin", source="signin.amazonaws.com", userIdentity=ROOT, eventType="AwsConsoleSignIn"
    ),
}
OTHERS = (*ORDINARY, call("StopInstances"))


class AlarmRootUsage(Rule):
    """An alarm watches root user activity.

    The root user may do anything to ePHI, and nobody needs it from day to day: whoever uses it does so in an emergency
    or in an attack, and somebody must hear of it in minutes. The filter is judged by what it matches, however it is
    written: a root user's operations, readings and sign-ins, and not everybody's. That the alarm's threshold is a
    single event is not demanded, nor is it known who reads it.
    """

    kind = Account
    needs = NEEDS
    severity = "low"
    hipaa = ("164.308(a)(6)(i)", "164.308(a)(6)(ii)")
    aliases = (
        "security-hub:CloudWatch.1",
        "prowler:cloudwatch_log_metric_filter_root_usage",
        "steampipe:log_metric_filter_root_login",
        "cis:v3.0/4.3",
        "cis:v4.0/4.3",
        "cis:v5.0/4.3",
        "cis:v6.0/5.3",
        "cis:v7.0/5.3",
    )
    related = ("cloudtrail_to_cloudwatch",)
    remedy = runbook(PATTERN, "root-usage")
    GOOD = (
        *good(PATTERN),
        watched("{ $.userIdentity.type = Root }"),
        watched('{ $.userIdentity.arn = "*:root" }'),
        watched(
            "{ $.userIdentity.type = Root && $.readOnly IS TRUE }", "{ $.userIdentity.type = R* && $.readOnly = false }"
        ),
    )
    BAD = (
        *bad(PATTERN),
        watched("{ $.userIdentity.type = Root && $.eventType = AwsApiCall }"),
        watched("{ $.userIdentity.type = Root && $.eventType = AwsConsoleSignIn }"),
        watched("{ $.userIdentity.type = Root && $.readOnly IS FALSE }"),
        watched("{ $.userIdentity.type = Root || $.eventName = StopInstances }"),
    )
    UNKNOWN = unknown(PATTERN)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        yield from unheeded(world, EVENTS, OTHERS)
