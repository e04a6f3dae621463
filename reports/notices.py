"""What a channel is told, as text, Markdown, HTML mail or JSON, as much as the channel takes; names do nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.words import clean, encoded, moment, plural
from scanner.engine.notified import EVENTS

if TYPE_CHECKING:
    from jinja2 import Environment

    from scanner.engine.notifying import Item, Notice

HEADINGS = {
    "tunnel_down": "VPN tunnel down", "new": "New", "worse": "Worse",
    "unassessed": "Could not be assessed", "drift": "Changed", "resolved": "Resolved",
}  # fmt: skip
SHORT = {
    "tunnel_down": "tunnel down", "new": "new", "worse": "worse", "unassessed": "not assessed",
    "drift": "changed", "resolved": "resolved",
}  # fmt: skip
MARKED = 12
LONGEST_NAME, LONGEST_SAID, LONGEST_TITLE = 120, 240, 140
LEFT_OUT = "left out here: it looks like a secret"
WITHHELD = "left out here: too much for this channel; see the report"

Looks = Callable[[str], bool]
"""Says whether a text looks like a secret."""


class Message(NamedTuple):
    """What is sent: a title in one line, the body, its form, and its mood (failure, warning, success, info)."""

    title: str
    body: str
    form: str
    mood: str


class _Room(NamedTuple):
    """How many things of each event, and how many seals, are named."""

    items: int
    seals: int


ROOMS = tuple(_Room(*room) for room in ((20, 20), (12, 12), (8, 6), (5, 3), (3, 2), (2, 1), (1, 1), (1, 0), (0, 0)))
WIDE = _Room(100, 5000)
_NOT_PLAIN = {"@": "＠", "<": "‹", ">": "›", "#": "＃"}  # noqa: RUF001  lookalikes that no service takes for a sign
_CALLS = re.compile("[@<>#]")
_LINKS = re.compile(r"(?<=:)//|(?<=\bwww)\.", re.IGNORECASE)
_MARKS = re.compile(r"[\\`*_\[\]()~|!$&]")


def plain(text: str) -> str:
    """Make a name do nothing: no mention, no link, no tag, no control character; lookalikes stand for the signs."""
    shown = _CALLS.sub(lambda match: _NOT_PLAIN[match.group()], clean(text))
    return _LINKS.sub(lambda match: "∕∕" if match.group() == "//" else "․", shown)  # noqa: RUF001  lookalikes are meant


def _marked_down(text: str) -> str:
    return _MARKS.sub(lambda match: "\\" + match.group(), plain(text))


FORMS: Mapping[str, Callable[[str], str]] = {"text": plain, "markdown": _marked_down, "html": plain}
TEMPLATES = {"text": "notice.txt.j2", "markdown": "notice.md.j2", "html": "notice.html.j2"}


def render(notice: Notice, form: str = "text", *, limit: int = 0, looks: Looks = lambda _: False) -> Message:
    """Give the message in a form, with as much of it as fits into `limit` characters; 0 is no limit.

    What `looks` takes for a secret is left out.
    """
    title = _title(notice)
    body = ""
    for room in (WIDE, *ROOMS) if form == "json" else ROOMS:
        body = _json(notice, title, room, looks) if form == "json" else _body(notice, title, form, room, looks)
        if not limit or len(body) <= limit:
            return Message(title, body, form, mood(notice))
    return Message(title, WITHHELD[:limit] if form != "json" else "{}", form, mood(notice))


def mood(notice: Notice) -> str:
    """Say how bad it is: failure, warning, success or info."""
    if notice.failure or notice.worst in {"critical", "high"}:
        return "failure"
    if notice.worst or not notice.complete:
        return "warning"
    return "success" if notice.total("resolved") else "info"


def _title(notice: Notice) -> str:
    if notice.test:
        return "phiward: a test message"
    told = [f"{notice.total(event):,} {SHORT[event]}" for event in EVENTS if notice.total(event)]
    if notice.failure:
        told = ["a run failed", *told]
    worst = f" (worst: {notice.worst})" if notice.worst else ""
    names = [name or digits for digits, name in notice.accounts.items()]
    where = f", {plain(names[0])}" if len(names) == 1 else ""
    return _cut(f"phiward: {', '.join(told) or 'nothing new'}{worst}{where}", LONGEST_TITLE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("reports", "templates"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _body(notice: Notice, title: str, form: str, room: _Room, looks: Looks) -> str:
    say = FORMS[form]
    made = _environment().get_template(TEMPLATES[form]).render(
        title=title,
        test=notice.test,
        failure=say(_cut(_safe(notice.failure, looks), 2 * LONGEST_SAID)),
        sections=[_section(notice, event, room, say, looks) for event in EVENTS if notice.total(event)],
        quiet=not notice.failure and not notice.test and not notice.counts,
        unowned=plural(notice.unowned, "thing") if notice.unowned else "",
        about=_about(notice, say),
        seals=[
            {"label": _label(notice, account, say), "head": head}
            for account, head in _seals(notice)[: room.seals]
        ],
        more_seals=max(0, len(notice.seals) - room.seals),
        scan=say(notice.scans[-1]) if notice.scans else "",
    )  # fmt: skip
    return made.strip() + "\n"


def _section(notice: Notice, event: str, room: _Room, say: Callable[[str], str], looks: Looks) -> dict[str, Any]:
    items = [item for item in notice.items if item.event == event]
    told = items[: room.items]
    total = sum(found for name, severities in notice.counts.items() if name == event for found in severities.values())
    return {
        "heading": HEADINGS[event],
        "total": f"{total:,}",
        "items": [_line(notice, item, say, looks) for item in told],
        "more": max(0, total - sum(item.count for item in told)),
    }


def _line(notice: Notice, item: Item, say: Callable[[str], str], looks: Looks) -> dict[str, str]:
    where = " ".join(part for part in (_label(notice, item.account, say), say(item.region)) if part)
    said = item.message or item.title
    if item.event == "unassessed" and item.count > 1:
        said = f"{said} ({plural(item.count, 'check')})"
    mark = item.fingerprint[:MARKED] if item.rule else ""
    return {
        "severity": item.severity, "where": where, "name": say(_cut(item.name or item.resource, LONGEST_NAME)),
        "said": say(_cut(_safe(said, looks), LONGEST_SAID)), "rule": say(item.rule or item.title), "mark": mark,
    }  # fmt: skip


def _safe(text: str, looks: Looks) -> str:
    return LEFT_OUT if text and looks(text) else text


def _label(notice: Notice, account: str, say: Callable[[str], str]) -> str:
    name = notice.accounts.get(account, "")
    return say(_cut(name, LONGEST_NAME)) if name else say(account)


def _seals(notice: Notice) -> list[tuple[str, str]]:
    """Give the seals, those first of the accounts that something is told of."""
    told = {item.account for item in notice.items}
    return sorted(notice.seals.items(), key=lambda each: (each[0] not in told, each[0]))


def _about(notice: Notice, say: Callable[[str], str]) -> str:
    if not notice.scans:
        return ""
    many = len(notice.scans) > 1
    what = f"{plural(len(notice.scans), 'scan')}, the last {notice.scans[-1]}" if many else f"Scan {notice.scans[0]}"
    as_of = f" as of {notice.as_of:%Y-%m-%d %H:%M} UTC" if notice.as_of else ""
    whole = "" if notice.complete else "; not complete: see the report for what was not answered"
    return say(f"{what}{as_of}, {plural(len(notice.accounts), 'account')}{whole}")


def _json(notice: Notice, title: str, room: _Room, looks: Looks) -> str:
    """Give everything as values, names as they are: nothing here is shown to anybody yet."""
    items = [item for event in EVENTS for item in [each for each in notice.items if each.event == event][: room.items]]
    seals = dict(_seals(notice)[: room.seals])
    told = sum(item.count for item in items)
    document = {
        "schema": "phiward-notice/1", "title": title, "test": notice.test, "failure": _safe(notice.failure, looks),
        "scans": notice.scans, "as_of": moment(notice.as_of) if notice.as_of else None, "complete": notice.complete,
        "accounts": [{"id": digits, "name": name} for digits, name in list(notice.accounts.items())[: room.seals]],
        "counts": notice.counts, "items": [_values(item, looks) for item in items],
        "left_out": sum(notice.total(event) for event in EVENTS) - told, "unowned": notice.unowned,
        "seals": seals, "seals_left_out": len(notice.seals) - len(seals),
    }  # fmt: skip
    return encoded(document).decode()


def _values(item: Item, looks: Looks) -> dict[str, Any]:
    names = ("event", "severity", "account", "region", "name", "resource", "rule", "title", "fingerprint", "count")
    return {name: getattr(item, name) for name in names} | {"message": _safe(item.message, looks)}
