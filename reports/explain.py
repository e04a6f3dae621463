"""One finding on one screen: what is required, what was read and by which call, what is missing, how to mend it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from reports.evidence import calls_of, lacks, reads, told
from reports.figures import record, standing, why_not_accepted
from reports.remedy import made_out
from reports.terminal import SEVERITY, VERDICT
from reports.view import Interval
from reports.words import clean, day
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rich.console import RenderableType

    from reports.view import ReportData, RuleInfo
    from scanner.model.finding import Finding

VALUE_LIMIT = 400
SHORTEST = 4


class NoSuchFindingError(ValueError):
    """No finding, or more than one, answers to what was given."""


def find(data: ReportData, fingerprint: str) -> Finding:
    """Give the finding whose fingerprint begins so.

    Raises:
        NoSuchFindingError: none does, or several do, or too few characters are given.
    """
    wanted = fingerprint.strip().lower()
    if len(wanted) < SHORTEST:
        raise NoSuchFindingError(f"{fingerprint!r} is too short: give {SHORTEST} or more characters of the fingerprint")
    found = {finding.fingerprint: finding for finding in data.findings if finding.fingerprint.startswith(wanted)}
    if not found:
        raise NoSuchFindingError(f"no finding of scan {data.scan} has the fingerprint {fingerprint!r}")
    if len(found) > 1:
        several = ", ".join(text[: len(wanted) + SHORTEST] for text in sorted(found)[:5])
        raise NoSuchFindingError(f"{fingerprint!r} is the start of several fingerprints: {several}")
    return next(iter(found.values()))


def render(data: ReportData, fingerprint: str, history: Sequence[Interval] = (), width: int = 80) -> str:
    """Give the explanation as plain text.

    Raises:
        NoSuchFindingError: see `find`.
    """
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        show(data, console, fingerprint, history)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show(data: ReportData, console: Console, fingerprint: str, history: Sequence[Interval] = ()) -> None:
    """Print the explanation; without a history the finding's own first and last day stand for it.

    Raises:
        NoSuchFindingError: see `find`.
    """
    finding = find(data, fingerprint)
    rule = next((rule for rule in data.rules if rule.id == finding.rule), None)
    console.print(_head(finding, rule))
    for title, body in _sections(data, finding, rule, history):
        lines = list(body)
        if lines:
            console.print(Text(f"\n{title}", "bold"))
            console.print(Group(*lines))


def _head(finding: Finding, rule: RuleInfo | None) -> RenderableType:
    verdict = standing(finding)
    title = Text.assemble(
        (finding.severity.upper(), SEVERITY[finding.severity]), " ", (str(verdict), VERDICT[verdict]), "  "
    )
    title.append(clean(finding.title), "bold")
    seen = f"{finding.status} since {day(finding.first_seen)}" if finding.first_seen else finding.status
    about = Text(f"{finding.rule} · {finding.category} · {clean(seen)} · holds PHI: {finding.in_scope}", "dim")
    why = [Text(clean(paragraph)) for paragraph in _paragraphs(rule.why)] if rule else []
    return Group(title, about, *([Text()] if why else []), *why)


def _paragraphs(text: str) -> list[str]:
    return [" ".join(block.split()) for block in text.split("\n\n") if block.strip()]


def _sections(
    data: ReportData, finding: Finding, rule: RuleInfo | None, history: Sequence[Interval]
) -> Iterator[tuple[str, Iterator[RenderableType]]]:
    yield "Resource", _resource(data, finding)
    yield "What is so", _said(finding)
    yield "Facts read", _facts(data, finding)
    yield "Not learned", _lacks(finding)
    yield "History", _history(finding, history)
    yield "Risk acceptance", _acceptance(data, finding)
    yield "HIPAA Security Rule, 45 CFR", _citations(data, finding)
    yield "Sources", _sources(finding, rule)
    kind = f" ({rule.remedy_kind})" if rule and rule.remedy_kind else ""
    yield f"Remedy{kind}", _remedy(finding, rule)


def _line(text: str, style: str = "") -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=2)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row("", Text(clean(text), style))
    return grid


def _resource(data: ReportData, finding: Finding) -> Iterator[RenderableType]:
    yield _line(finding.resource)
    name = "" if finding.name in finding.resource else f"{finding.name} · "
    account = data.account_label(finding.account)
    who = finding.account if account == finding.account else f"{account} {finding.account}"
    yield _line(f"{name}{finding.kind} · {who} · {finding.region}", "dim")
    if finding.members:
        yield _line(f"stands for {len(finding.members)} members: {', '.join(finding.members[:5])}", "dim")


def _said(finding: Finding) -> Iterator[RenderableType]:
    if standing(finding) is Verdict.UNKNOWN:
        yield _line("could not be assessed" if finding.missing else told(finding))
    else:
        yield _line(f"{finding.part}: {finding.message}" if finding.part else finding.message)
    for note in finding.notes:
        yield _line(f"Note: {note}")


def _facts(data: ReportData, finding: Finding) -> Iterator[RenderableType]:
    for read in reads(finding, calls_of(data), VALUE_LIMIT):
        yield _line(f"{read.fact} = {read.value}")
        origin = f"from {read.call}, {read.path}" if read.call else f"from {read.path}"
        yield _line(f"  {origin}{f', of {read.resource}' if read.resource else ''}", "dim")


def _lacks(finding: Finding) -> Iterator[RenderableType]:
    for lack in lacks(finding):
        yield _line(f"{lack.call}: {lack.why}" if lack.call else lack.why)
        if lack.mend:
            yield _line(f"  To mend it: {lack.mend}")


def _history(finding: Finding, history: Sequence[Interval]) -> Iterator[RenderableType]:
    own = [Interval(finding.first_seen, "", finding.verdict)] if finding.first_seen else []
    for interval in history or own:
        yield _line(f"{day(interval.since)} to {day(interval.until) or 'now':<10}  {interval.verdict}")


def _acceptance(data: ReportData, finding: Finding) -> Iterator[RenderableType]:
    given = finding.acceptance
    if given:
        state = why_not_accepted(finding, data.as_of) or "in force"
        yield _line(f"{state}: {given.get('reason', '')}")
        yield _line(f"by {given.get('owner', 'nobody named')}, until {given.get('until', 'no day named')}", "dim")
        if record(given):
            yield _line(record(given))


def _citations(data: ReportData, finding: Finding) -> Iterator[RenderableType]:
    titles = {standard.citation: f"{standard.title} ({standard.kind})" for standard in data.standards}
    for citation in finding.hipaa:
        yield _line(f"{citation}  {titles.get(citation, '')}")
    for number, citation in enumerate(finding.hipaa_proposed):
        if not number:
            yield _line("phiward's own mapping, reviewed by nobody else:", "dim")
        yield _line(f"{citation}  {titles.get(citation, '')}")


def _sources(finding: Finding, rule: RuleInfo | None) -> Iterator[RenderableType]:
    for source in rule.sources if rule else ():
        yield _line(source)
    if finding.aliases:
        yield _line(f"also known as {', '.join(finding.aliases)}", "dim")
    if rule and rule.related:
        yield _line(f"judges part of the same thing as {', '.join(rule.related)}", "dim")


def _remedy(finding: Finding, rule: RuleInfo | None) -> Iterator[RenderableType]:
    if finding.remedy:
        text = made_out(finding.remedy)
    else:
        text = rule.remedy if finding.verdict in {Verdict.FAIL, Verdict.UNKNOWN} and rule else ""
    for line in text.splitlines():
        yield _line(line)
