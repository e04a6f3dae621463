"""What a channel is told of a scan: what is new or worse, what was resolved, what could not be assessed."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from scanner.engine.normalise import whole
from scanner.engine.notified import EVENTS, Event
from scanner.model.change import Action, Confidence
from scanner.model.finding import Verdict
from scanner.model.gap import GapState
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from scanner.engine.notified import NotifyTable
    from scanner.model.change import Change
    from scanner.model.finding import Finding
    from scanner.model.gap import Gap
    from scanner.model.resource import Coverage

TUNNELS = frozenset({"vpn_both_tunnels_up"})
"""The rules whose failure is a tunnel that is down."""

KEPT = 100
"""How many things of one event a notice names; it counts all."""

HOLE = "high"
"""The weight of a call that was answered before and is not now, where no check says what hangs on it."""

FRESH = frozenset({"new", "reopened"})
SURE = (Confidence.HIGH, Confidence.MEDIUM)


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is told: no evidence, no value that was read; `count` is how many checks it stands for."""

    event: Event
    severity: str
    account: str
    region: str = ""
    name: str = ""
    resource: str = ""
    rule: str = ""
    title: str = ""
    message: str = ""
    fingerprint: str = ""
    count: int = 1

    @property
    def subject(self) -> tuple[str, ...]:
        """What it is about: the newest word on it replaces those before."""
        return (self.fingerprint,) if self.fingerprint else (self.event, self.account, self.region, self.name)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel is told of one scan, or of several where they come as one message.

    `counts` are all things told by event and severity, `items` those that are named, the worst first. `accounts` maps
    ids to names, `seals` to the head of each account's chain. `unowned` counts what the channel's owner may or may not
    own, because tags could not be learned. `failure` says why a scan came to no end.
    """

    scans: tuple[str, ...] = ()
    as_of: datetime | None = None
    complete: bool = True
    accounts: dict[str, str] = {}
    counts: dict[Event, dict[str, int]] = {}
    items: tuple[Item, ...] = ()
    seals: dict[str, str] = {}
    unowned: int = 0
    failure: str = ""
    test: bool = False

    def total(self, event: Event) -> int:
        """Count the things of an event."""
        return sum(self.counts.get(event, {}).values())

    @property
    def worst(self) -> str:
        """The highest severity of what is bad; empty where nothing is."""
        bad = {severity for event, found in self.counts.items() if event != "resolved" for severity in found}
        return max(bad, key=SEVERITIES.index, default="")


@dataclass(frozen=True)
class Night:
    """What is known of a scan. `before` gives, of each finding that changed in it, the severity it had."""

    scan: str
    as_of: datetime
    complete: bool
    names: Mapping[str, str]
    findings: Sequence[Finding] = ()
    before: Mapping[str, str] = field(default_factory=dict)
    changes: Sequence[Change] = ()
    holes: Sequence[Coverage] = ()
    seals: Mapping[str, str] = field(default_factory=dict)


def choose(table: NotifyTable, night: Night) -> Notice | None:
    """Choose what a channel is told of a scan; None where that is nothing and it is quiet then, or sees no account."""
    asked = {*table.accounts}
    accounts = {digits: name for digits, name in night.names.items() if not asked or {digits, name} & asked}
    if not accounts:
        return None
    choice = _Choice(table, night, accounts)
    found = list(choice.items())
    if not found and not choice.unowned and not table.always:
        return None
    return Notice(
        scans=(night.scan,), as_of=night.as_of, complete=night.complete, accounts=accounts, counts=_tally(found),
        items=tuple(_named(found)), unowned=choice.unowned,
        seals={account: head for account, head in night.seals.items() if account in accounts},
    )  # fmt: skip


def merged(notices: Sequence[Notice]) -> Notice:
    """Make one notice of several, the oldest first: of what is told of the same thing the newest holds.

    Where one of them names less than it counts, the counts are those of all of them together.
    """
    last = notices[-1]
    items = {item.subject: item for notice in notices for item in notice.items}
    counts = _tally(items.values())
    if any(notice.counts != _tally(notice.items) for notice in notices):
        counts = {}
        for notice in notices:
            for event, found in notice.counts.items():
                counts[event] = dict(Counter(counts.get(event, {})) + Counter(found))
    return msgspec.structs.replace(
        last, scans=tuple(dict.fromkeys(scan for notice in notices for scan in notice.scans)),
        as_of=max((notice.as_of for notice in notices if notice.as_of), default=None),
        complete=all(notice.complete for notice in notices), counts=counts, items=tuple(_named(items.values())),
        accounts={digits: name for notice in notices for digits, name in notice.accounts.items()},
        seals={digits: head for notice in notices for digits, head in notice.seals.items()},
        unowned=sum(notice.unowned for notice in notices),
        failure=next((notice.failure for notice in reversed(notices) if notice.failure), ""),
    )  # fmt: skip


def _tally(items: Iterable[Item]) -> dict[Event, dict[str, int]]:
    found: dict[Event, dict[str, int]] = {}
    for item in items:
        of = found.setdefault(item.event, {})
        of[item.severity] = of.get(item.severity, 0) + item.count
    return found


def _named(items: Iterable[Item]) -> Iterator[Item]:
    """Give the worst of each event, in the order of events."""
    ordered = sorted(items, key=_order)
    for event in EVENTS:
        yield from (_whole(item) for item in [each for each in ordered if each.event == event][:KEPT])


def _whole(item: Item) -> Item:
    """Make every text one that any encoding knows."""
    texts = {name: getattr(item, name) for name in ("region", "name", "resource", "title", "message")}
    return msgspec.structs.replace(item, **{name: whole(text) for name, text in texts.items()})


def _order(item: Item) -> tuple[int, str, str, str, str]:
    return -SEVERITIES.index(item.severity), item.account, item.region, item.name, item.fingerprint


class _Choice:
    """Goes through a scan for one channel; `unowned` counts what it left out because tags are not known."""

    def __init__(self, table: NotifyTable, night: Night, accounts: Mapping[str, str]) -> None:
        self.table, self.night, self.accounts = table, night, accounts
        self.least = SEVERITIES.index(table.severity)
        self.unowned = 0

    def items(self) -> Iterator[Item]:
        gaps: dict[tuple[str, ...], list[Finding]] = defaultdict(list)
        for finding in self.night.findings:
            event = self._event(finding)
            if event is None or not self._is_asked(finding):
                continue
            if event == "unassessed":
                gaps[finding.account, *_cause(finding.missing)].append(finding)
            else:
                yield _told(finding, event)
        yield from self._gaps(gaps)
        if "drift" in self.table.on:
            yield from self._drift()

    def _event(self, finding: Finding) -> Event | None:
        event = _event(finding, self.night.before.get(finding.fingerprint))
        if event in {"new", "worse"} and finding.rule in TUNNELS and "tunnel_down" in self.table.on:
            return "tunnel_down"
        return event if event in self.table.on else None

    def _is_asked(self, finding: Finding) -> bool:
        if finding.account not in self.accounts or SEVERITIES.index(finding.severity) < self.least:
            return False
        if self.table.tag is None:
            return True
        self.unowned += finding.tags is None
        return _bears(finding.tags, self.table.tag)

    def _gaps(self, found: dict[tuple[str, ...], list[Finding]]) -> Iterator[Item]:
        """Give each cause once for each account, with how many checks hang on it."""
        if "unassessed" in self.table.on and self.least <= SEVERITIES.index(HOLE):
            for hole in self.night.holes:
                if hole.account in self.accounts:
                    found.setdefault((hole.account, *_cause((hole.gap,))), [])
        for (account, call, why), findings in found.items():
            worst = max((each.severity for each in findings), key=SEVERITIES.index, default=HOLE)
            regions = {each.region for each in findings}
            yield Item(
                event="unassessed", severity=worst, account=account, name=call, message=why,
                region=regions.pop() if len(regions) == 1 else "", count=max(1, len(findings)),
            )  # fmt: skip

    def _drift(self) -> Iterator[Item]:
        tag = self.table.tag
        owned = {each.resource for each in self.night.findings if tag is not None and _bears(each.tags, tag)}
        for change in self.night.changes:
            here = change.account in self.accounts and SEVERITIES.index(change.severity) >= self.least
            if here and change.action is not Action.UNSEEN and (tag is None or change.resource in owned):
                yield Item(
                    event="drift", severity=change.severity, account=change.account, region=change.region,
                    name=change.name or change.key, resource=change.resource, title=change.kind,
                    message=_changed(change), fingerprint=change.id,
                )  # fmt: skip


def _event(finding: Finding, before: str | None) -> Event | None:
    """Say what became of a finding in this scan; None where nothing that is told did."""
    if finding.category == "advisory":
        return None
    if finding.status == "resolved":
        return "resolved"
    hidden = finding.verdict in {Verdict.UNKNOWN, Verdict.ERROR}
    if finding.status == "unseen":
        return "unassessed" if before is not None else None
    if hidden:
        return "unassessed" if finding.status in FRESH else None
    if finding.verdict is not Verdict.FAIL or finding.accepted:
        return None
    if finding.status in FRESH:
        return "new"
    heavier = before is not None and SEVERITIES.index(finding.severity) > SEVERITIES.index(before)
    return "worse" if heavier else None


def _told(finding: Finding, event: Event) -> Item:
    return Item(
        event=event, severity=finding.severity, account=finding.account, region=finding.region, name=finding.name,
        resource=finding.resource, rule=finding.rule, title=finding.title, message=finding.message,
        fingerprint=finding.fingerprint,
    )  # fmt: skip


def _cause(missing: Sequence[Gap]) -> tuple[str, str]:
    """Say which call was not answered, and why: an error's own text may hold anything, so it is left out."""
    gap = next(iter(missing), None)
    if gap is None:
        return "", "the reason is in the report"
    denied = gap.permission and gap.state is GapState.DENIED
    why = [str(gap.error or gap.state), f"allow {gap.permission}" if denied else ""]
    return gap.call, "; ".join(part for part in why if part)


def _changed(change: Change) -> str:
    """Say where and what happened, without values; and by whom, where an event shows it."""
    who = change.attribution
    by = f" by {who.who} ({who.channel})" if who is not None and who.confidence in SURE and who.who else ""
    return f"{change.path} {change.action}{by}".strip()


def _bears(tags: Mapping[str, str] | None, tag: tuple[str, str]) -> bool:
    """Say whether tags hold one, its key in any case."""
    return any(name.casefold() == tag[0].casefold() and said == tag[1] for name, said in (tags or {}).items())
