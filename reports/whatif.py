"""Since when a rule's findings have been so: in a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from rich.padding import Padding
from rich.text import Text

from reports.json_report import SCHEMA, encode
from reports.terminal import INDENT, SEVERITY
from reports.words import clean, fit_arn, moment, plural, shorten
from scanner.engine.whatif import Night, Since

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from scanner.engine.whatif import Run

NAMED = 4
"""So many nights that could not tell are named."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What is told: the rules by id with their titles, the nights judged, the findings, the accounts' names."""

    rules: Mapping[str, str]
    nights: Sequence[Night]
    found: Sequence[Since]
    names: Mapping[str, str]


def render_json(answer: Answer) -> str:
    """Give the document as indented JSON, ending with a new line."""
    return msgspec.json.format(encode(document(answer)), indent=2).decode() + "\n"


def document(answer: Answer) -> dict[str, Any]:
    """Give the answer as plain values."""
    return {
        "schema": SCHEMA,
        "rules": list(answer.rules),
        "scans": [_night(night) for night in answer.nights],
        "findings": [_finding(since) for since in answer.found],
        "summary": {
            "failing": sum(since.failing for since in answer.found),
            "ended": sum(not since.failing for since in answer.found),
        },
    }


def _finding(since: Since) -> dict[str, Any]:
    finding, last = since.finding, since.runs[-1]
    names = "fingerprint rule severity kind resource name account region part message".split()
    return {
        **{name: getattr(finding, name) for name in names},
        "failing": since.failing,
        "since": _night(last.first),
        "since_before": last.before,
        "runs": [_run(run) for run in since.runs],
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "first": _night(run.first),
        "last": _night(run.last),
        "ended": _night(run.ended) if run.ended else None,
        "before": run.before,
        "unknown": [_night(night) for night in run.unknown],
    }


def _night(night: Night) -> dict[str, str]:
    return {"scan": night.scan, "as_of": moment(night.as_of)}


def show(answer: Answer, console: Console) -> None:
    """Print since when each finding has been so, those that fail now first."""
    first, last = answer.nights[0], answer.nights[-1]
    over = f"{plural(len(answer.nights), 'scan')}, {_day(first)} to {_day(last)}"
    for rule, title in answer.rules.items():
        found = [since for since in answer.found if since.finding.rule == rule]
        console.print(Text.assemble((clean(rule), "bold"), f"  {clean(title)}"))
        console.print(Text(f"as it is today, on {over}: {_sum(found)}", "dim"))
        for since in found:
            console.print()
            for line in _lines(answer, since, console.width):
                console.print(line)
        console.print()


def _sum(found: Sequence[Since]) -> str:
    if not found:
        return "nothing ever failed"
    failing = sum(since.failing for since in found)
    ended = len(found) - failing
    return f"{failing:,} failing" + (f", {ended:,} no longer" if ended else "")


def _lines(answer: Answer, since: Since, width: int) -> list[RenderableType]:
    finding = since.finding
    style = SEVERITY[finding.severity] if since.failing else "dim"
    badge = Text(f"{'FAIL' if since.failing else 'ended':<{INDENT}}", style)
    place = clean(f"{answer.names.get(finding.account) or finding.account} {finding.region}")
    room = max(width - INDENT - len(place) - 2, 16)
    arn, name = clean(finding.resource), clean(finding.name)
    head = fit_arn(arn, room) if name in arn else shorten(name, room)
    said: list[RenderableType] = [Text.assemble(badge, (place, "dim"), f"  {head}")]
    part = f"{clean(finding.part)}: " if finding.part and finding.part not in finding.message else ""
    said.append(_body(f"{part}{clean(finding.message)}"))
    said += [_body(text, "bold" if since.failing and run is since.runs[-1] else "dim") for run in since.runs
             for text in _told(run, answer.nights)]  # fmt: skip
    return said


def _told(run: Run, nights: Sequence[Night]) -> list[str]:
    began = f"since before {_night_text(nights[0])}" if run.before else f"since {_night_text(run.first)}"
    if run.ended is None:
        lines = [f"failing {began}"]
    else:
        start = f"before {_day(nights[0])}" if run.before else _day(run.first)
        lines = [f"was so from {start} to {_day(run.last)}; no longer on {_night_text(run.ended)}"]
    if run.unknown:
        named = ", ".join(_day(night) for night in run.unknown[:NAMED])
        more = f" and {len(run.unknown) - NAMED:,} more" if len(run.unknown) > NAMED else ""
        lines.append(f"not known in {plural(len(run.unknown), 'night')}: {named}{more}")
    return lines


def _body(text: str, style: str = "") -> RenderableType:
    return Padding(Text(text, style, overflow="fold"), (0, 0, 0, INDENT), expand=False)


def _day(night: Night) -> str:
    return f"{night.as_of:%Y-%m-%d}"


def _night_text(night: Night) -> str:
    return f"{night.as_of:%Y-%m-%d %H:%M}Z (scan {clean(night.scan)})"
