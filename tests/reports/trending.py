"""Fourteen invented nights of the invented accounts: one account begins later, one night looked at one account only."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from reports.figures import figures
from reports.history import Answered, Counted, CountedStandard, History, Look, nights
from reports.view import LifeView
from scanner.engine.citations import standard_of
from scanner.engine.lives import Life
from tests.reports.factory import AS_OF, report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.view import ReportData

NIGHTS = 14
WAYS = {"critical": (-1.1, 3), "high": (-0.7, 2), "medium": (0.4, 4), "low": (0.0, 1), "info": (0.0, 0)}
"""By severity: how failures went in a night, and by how much they sway."""


def scan_id(night: int) -> str:
    return f"scan-{night:02}"


def moment(night: int) -> datetime:
    return AS_OF - timedelta(days=NIGHTS - 1 - night)


def looks(data: ReportData) -> Iterator[Look]:
    """Every account every night, but for the third, which came on the fifth night, and the eighth night's lone scan."""
    first, _, third, *_ = data.accounts
    for night in range(NIGHTS):
        for account in data.accounts:
            if (account == third and night < 4) or (night == 7 and account != first):
                continue
            scan = data.scan if night == NIGHTS - 1 else scan_id(night)
            yield Look(scan, moment(night), account.id, frozenset({"us-east-1"}), frozenset({"a", "b"}))


def counts(data: ReportData) -> tuple[list[Counted], list[CountedStandard]]:
    """Let the report's own counts be the last night's, and sway before."""
    counted, standards = [], []
    checks = figures(data).checks
    for look in looks(data):
        back = (data.as_of - look.as_of).days
        own = [check for check in checks if check.account == look.account]
        tally = Counter((check.severity, str(check.verdict)) for check in own)
        spoken = Counter(
            (standard, str(check.verdict))
            for check in own
            for standard in {standard_of(citation) for citation in (*check.hipaa, *check.hipaa_proposed)}
        )
        for (severity, verdict), count in tally.items():
            way, sway = WAYS[severity]
            more = round(-way * back + sway * (back % 3) / 2) if verdict == "FAIL" and back else 0
            counted.append(Counted(look.scan, look.account, severity, verdict, max(count + more, 0)))
        for (standard, verdict), count in spoken.items():
            more = back // 2 if verdict == "FAIL" else 0
            standards.append(CountedStandard(look.scan, look.account, standard, verdict, count + more))
    return counted, standards


def lives(data: ReportData) -> list[Life]:
    """Let failures come every night and go after some."""
    made = []
    severities = ("critical", "high", "medium", "low")
    fails = [finding for finding in data.findings if finding.verdict == "FAIL" and finding.status == "still"]
    for place, finding in enumerate(fails):
        opened = moment(0) - timedelta(days=place * 3 % 40) if place % 2 else moment(place % NIGHTS)
        who: dict[str, Any] = {"fingerprint": finding.fingerprint, "rule": finding.rule, "account": finding.account}
        made.append(Life(**who, severity=finding.severity, opened=opened))
    for place in range(30):
        came = place * 5 % (NIGHTS - 1)
        ended = min(came + 1 + place % 4, NIGHTS - 1)
        made.append(
            Life(
                fingerprint=f"{place:032x}", rule="kms_key_rotation", severity=severities[place % 4],
                account=data.accounts[place % 3].id, opened=moment(came), resolved=moment(ended),
                reopened=place % 5 // 4,
            )
        )  # fmt: skip
    return made


def history(data: ReportData) -> History:
    """Make the history of a report."""
    told = nights(looks(data))
    counted, standards = counts(data)
    calls = [Answered(look.scan, look.account, 118 - 9 * (look.as_of.day % 5 == 0), 120) for look in looks(data)]
    return History(nights=told, scans=len(told), counts=counted, standards=standards, answered=calls, lives=lives(data))


def trending(accounts: int = 3, **more: Any) -> ReportData:
    """Make a report with a history."""
    import msgspec

    made = report(accounts, **more)
    past = history(made)
    return msgspec.structs.replace(made, history=past, life=LifeView.of(past.lives, made.as_of))
