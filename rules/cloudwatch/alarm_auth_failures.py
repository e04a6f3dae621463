"""cloudwatch_alarm_auth_failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.cloudwatch._metric_filters import NEEDS, ORDINARY, bad, call, good, runbook, unheeded, unknown, watched
from scanner.kinds.account import Account
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


PATTERN = '{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }'
USER = {"type": "IAMUser", "principalId": "AIDA", "accountId": "123456789012", "userName": "alice"}
SIGN_IN = call("ConsoleLogin", source="signin.amazonaws.com", userIdentity=USER, eventType="AwsConsoleSignIn")
EVENTS = {
    "failed sign-ins to the console": {
        **SIGN_IN,
        "errorMessage": "Failed authentication",
        "responseElements": {"ConsoleLogin": "Failure"},
    }
}
OTHERS = (*ORDINARY, {**SIGN_IN, "responseElements": {"ConsoleLogin": "Success"}})


class AlarmAuthFailures(Rule):
    """An alarm watches console authentication failures.

    Whoever guesses passwords fails often before he succeeds once and stands before the ePHI. The alarm is heard while
    he still guesses. The filter is judged by what it matches, however it is written: sign-ins that fail, and not those
    that succeed. The alarm's threshold is the account's own affair, and it is not known who reads it. Sign-ins through
    an identity provider fail there, not here.
    """

    kind = Account
    needs = NEEDS
    severity = "low"
    hipaa = ("164.308(a)(5)(ii)(C)", "164.308(a)(6)(i)", "164.308(a)(6)(ii)")
    aliases = (
        "security-hub:CloudWatch.6",
        "prowler:cloudwatch_log_metric_filter_authentication_failures",
        "steampipe:log_metric_filter_console_authentication_failure",
        "cis:v3.0/4.6",
        "cis:v4.0/4.6",
        "cis:v5.0/4.6",
        "cis:v6.0/5.6",
        "cis:v7.0/5.6",
    )
    related = ("cloudtrail_to_cloudwatch",)
    remedy = runbook(PATTERN, "auth-failures")
    GOOD = (
        *good(PATTERN),
        watched("{ $.errorMessage = Failed* }"),
        watched("{ $.eventSource = signin.* && $.responseElements.ConsoleLogin = Failure }"),
        watched('ConsoleLogin "Failed authentication"'),
    )
    BAD = (
        *bad(PATTERN),
        watched("{ $.eventName = ConsoleLogin }"),
        watched('{ $.eventName = ConsoleLogin && $.errorMessage = "No such thing" }'),
        watched("{ $.responseElements.ConsoleLogin = Success }"),
    )
    UNKNOWN = unknown(PATTERN)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        yield from unheeded(world, EVENTS, OTHERS)
