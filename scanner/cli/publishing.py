"""`phiward report --format asff --push`: imports findings into Security Hub, by credentials that may, and only then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.focus import focus_of
from scanner.cli.output import complain, console
from scanner.model.exits import CLEAN, INCOMPLETE

if TYPE_CHECKING:
    from reports.asff import Request
    from reports.view import ReportData
    from scanner.aws.publish import Publisher
    from scanner.cli.focus import Asked
    from scanner.cli.wire import Wiring
    from scanner.model.finding import Finding
    from scanner.store import Store

LOOK_BACK = timedelta(days=30)
"""For how long what was resolved is archived again, so that a night whose push failed leaves nothing open."""


class Place(NamedTuple):
    """Where findings are imported."""

    account: str
    region: str


@dataclass
class Tally:
    """How many findings were taken, by place; one line for each thing that was not."""

    taken: Counter[Place] = field(default_factory=Counter)
    left: Counter[Place] = field(default_factory=Counter)

    def fail(self, place: Place, count: int, said: str) -> None:
        """Count findings that were not taken, and say why."""
        self.left[place] += count
        complain(said)


def push(wiring: Wiring, scan: str, *, quiet: bool, dry_run: bool, asked: Asked | None = None) -> int:
    """Import a stored scan's findings into Security Hub; say how many, and each that was not taken. Give the exit code.

    Raises:
        AccessError: config.toml names nobody who may publish.
        AwsError: AWS cannot be used with these credentials.
    """
    from reports.asff import requests

    with wiring.store() as store:
        data = with_resolved(store, report_data(wiring, store, chosen_scan(store, scan), asked=asked), asked)
    found = list(requests(data, wiring.config.publish.region))
    tally = Tally()
    if dry_run:
        for request in found:
            tally.taken[Place(request.account, request.region)] += len(request.findings)
    else:
        _import_all(found, publishers(wiring, sorted({request.account for request in found})), tally)
    _say(tally, data, quiet=quiet, dry_run=dry_run)
    return INCOMPLETE if tally.left else CLEAN


def with_resolved(store: Store, data: ReportData, asked: Asked | None) -> ReportData:
    """Add what is gone since scans before and is named no longer, so that it is archived all the same.

    What failed again since stands open, also where this scan did not look at it.
    """
    info = chosen_scan(store, data.scan)
    lives = store.lives(info.id)
    ended = {life.resolved for life in lives if life.resolved is not None}
    named = {finding.fingerprint for finding in data.findings}
    named |= {life.fingerprint for life in lives if life.resolved is None}
    focus = focus_of(store, info, asked)
    gone: dict[str, Finding] = {}
    for before in store.scans():
        if before.finished and before.as_of in ended and info.as_of - LOOK_BACK <= before.as_of < info.as_of:
            for finding in focus.findings(store.findings(before.id)):
                if finding.status == "resolved" and finding.verdict == "SKIP" and finding.fingerprint not in named:
                    gone[finding.fingerprint] = finding
    return msgspec.structs.replace(data, findings=[*data.findings, *gone.values()])


def publishers(wiring: Wiring, accounts: Sequence[str]) -> Mapping[str, Publisher | str]:
    """Enter each account as who may publish there; of those that cannot be entered, say why not.

    Raises:
        AccessError: config.toml names nobody who may publish.
        AwsError: AWS cannot be used with these credentials.
    """
    from remediation.access import AccessError, enter
    from scanner.aws.publish import Publisher
    from scanner.aws.sessions import Sessions

    table = wiring.config.publish
    scanner = Sessions()
    enter(scanner, {}, (), table)
    identity = scanner.identity()
    found: dict[str, Publisher | str] = {}
    for account in accounts:
        try:
            targets = {each.account: each for each in wiring.targets(scanner, identity, [account], [scanner.home])}
            access = enter(scanner, targets, [account], table)
        except AccessError as error:
            found[account] = str(error)
        else:
            found[account] = Publisher.of(access.sessions, access.targets)
    return found


def _import_all(found: Sequence[Request], by: Mapping[str, Publisher | str], tally: Tally) -> None:
    """Import request by request; where one is refused as a whole, nothing more is sent to its place."""
    from scanner.aws.publish import PublishError

    refused: set[Place] = set()
    for account, count in Counter(account for account, _, findings in found for _ in findings).items():
        why = by[account]
        if isinstance(why, str):
            tally.fail(Place(account, ""), count, why)
    for account, region, findings in found:
        place, publisher = Place(account, region), by[account]
        if isinstance(publisher, str):
            continue
        if place in refused:
            tally.left[place] += len(findings)
            continue
        try:
            done = publisher.import_findings(account, region, findings)
        except PublishError as error:
            refused.add(place)
            tally.fail(place, len(findings), str(error))
            continue
        tally.taken[place] += done.taken
        for finding, why in done.failed:
            tally.fail(place, 1, f"{account} {region}: {finding} was not taken: {why}")


def _say(tally: Tally, data: ReportData, *, quiet: bool, dry_run: bool) -> None:
    from reports.words import plural

    out = console(quiet=quiet)
    done = "would be imported into" if dry_run else "imported into"
    for place, count in sorted(tally.taken.items()):
        label = f"{data.account_label(place.account)} ({place.account})"
        out.print(
            f"{plural(count, 'finding')} {done} Security Hub of {label} in {place.region}", markup=False, soft_wrap=True
        )
    if data.restricted.words:
        out.print(f"only {data.restricted.words}", markup=False, soft_wrap=True)
    if tally.left:
        complain(f"not imported: {plural(tally.left.total(), 'finding')}; the next push sends them again")
