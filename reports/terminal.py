"""The report in a terminal: figures, what is wrong worst first, what was not assessed and the permission to add."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from reports import life, trend
from reports.evidence import told
from reports.figures import (
    AGAINST,
    RESOLVED,
    WORST_FIRST,
    Figures,
    accepted,
    figures,
    ordered,
    standing,
    why_not_accepted,
)
from reports.gaps import accepted_gaps, gap_groups
from reports.lines import Lines, fitted, folded
from reports.words import clean, fit_arn, plural, shorten
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import RenderableType

    from reports.lines import Part
    from reports.view import ReportData

SEVERITY = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "info": "dim"}
VERDICT = {
    Verdict.ERROR: "bold magenta",
    Verdict.FAIL: "bold",
    Verdict.UNKNOWN: "italic",
    Verdict.PASS: "green",
    Verdict.SKIP: "dim",
}
WIDE = 120
INDENT = 10
ID = 8


def render(data: ReportData, width: int = 80) -> str:
    """Give the report as plain text, `width` columns wide."""
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False, legacy_windows=False)
    with console.capture() as captured:
        show(data, console)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def show(
    data: ReportData, console: Console, *, verdicts: Container[Verdict] = AGAINST, limit: int | None = None
) -> None:
    """Print the report: the findings of these verdicts, at most `limit` of them, with all the figures."""
    counted = figures(data)
    console.print(summary(data, counted))
    console.print(accounts(counted))
    wanted = [found for found in ordered(data.findings) if standing(found) in verdicts and found.status != RESOLVED]
    console.print(Lines(findings(data, wanted[:limit], console.width)), crop=False, end="")
    if limit is not None and len(wanted) > limit:
        console.print(Text(f"\n… and {plural(len(wanted) - limit, 'more finding')}, which the other formats hold."))
    for part in gaps(data):
        console.print(part)
    console.print(totals(counted))
    for place, line in enumerate(trend.lines(data)):
        console.print(Text(f"\n{line}" if not place else line))
    if data.life is not None:
        console.print(Text(f"\nFailures: {life.sentence(life.fates(data, data.life))}."))
        console.print(Text(f"{life.pace_line(data.life)}.", "dim"))


def summary(data: ReportData, counted: Figures) -> RenderableType:
    """Give the panel that stands first: the score, how whole the scan is, what counts against it by severity."""
    head = Text.assemble((str(counted.total.score), "bold"), " checks passed", no_wrap=False)
    about = (
        f"As of {data.as_of:%Y-%m-%d %H:%M} UTC, "
        f"{plural(len(data.accounts), 'account')}, {plural(len(data.regions), 'Region')}"
    )
    unanswered = sum(not entry.ok for entry in data.coverage)
    whole = (
        Text("Complete: every call was answered.")
        if data.complete
        else Text(f"Incomplete: {unanswered:,} of {plural(len(data.coverage), 'call')} not answered in full.", "bold")
    )
    grid = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0))
    grid.add_column("")
    for severity in WORST_FIRST:
        grid.add_column(severity, justify="right", header_style=SEVERITY[severity])
    for verdict in (Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR):
        counts = [counted.total.of(severity, verdict) for severity in WORST_FIRST]
        if any(counts) or verdict is not Verdict.ERROR:
            grid.add_row(Text(verdict, VERDICT[verdict]), *(Text(f"{count:,}") for count in counts))
    title = f"phiward {clean(data.version)} · scan {clean(data.scan)}"
    only = [Text(clean(f"Only {data.restricted.words}."), "bold")] if data.restricted.words else []
    body = Group(head, Text(about), *only, whole, Text(), grid)
    return Panel(body, title=title, title_align="left", padding=(1, 2), box=box.ROUNDED)


def accounts(counted: Figures) -> RenderableType:
    """Give the score of every account, with its failures by severity."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", expand=False)
    table.add_column("Account", ratio=1, overflow="fold")
    table.add_column("Passed", justify="right", no_wrap=True)
    for severity in WORST_FIRST[:4]:
        table.add_column(severity.capitalize(), justify="right")
    table.add_column("Unknown", justify="right")
    for account, tally in counted.accounts:
        who = Text(clean(account.name) + " " if account.name else "")
        who.append(account.id, "dim" if account.name else "")
        fails = [tally.of(severity) for severity in WORST_FIRST[:4]]
        cells = [
            Text(f"{count:,}", SEVERITY[severity] if count else "dim")
            for severity, count in zip(WORST_FIRST, fails, strict=False)
        ]
        table.add_row(who, Text(str(tally.score)), *cells, Text(f"{tally.verdicts[Verdict.UNKNOWN]:,}"))
    return table


def findings(data: ReportData, wanted: Sequence[Finding], width: int) -> Iterator[Sequence[Part]]:
    """Give the lines of the findings by rule, worst first."""
    groups: dict[tuple[bool, str, str], list[Finding]] = defaultdict(list)
    for finding in wanted:
        groups[standing(finding) is Verdict.ERROR, finding.severity, finding.rule].append(finding)
    lines = _wide if width >= WIDE else _narrow
    for (_, severity, _), members in groups.items():
        yield from _heading(severity, members[0], width)
        yield from lines(data, members, width)


def _heading(severity: str, first: Finding, width: int) -> Iterator[Sequence[Part]]:
    badge = (f"{severity.upper():<{INDENT}}", SEVERITY[severity])
    own = f"{', '.join(first.hipaa_proposed)} (phiward's own mapping)" if first.hipaa_proposed else ""
    about = " · ".join(part for part in (first.rule, ", ".join(first.hipaa) or own) if part)
    yield ()
    yield from _hung(clean(first.title), width, badge, "bold")
    yield from _hung(clean(about), width, style="dim")


def _hung(text: str, width: int, badge: Part = (" " * INDENT, ""), style: str = "") -> Iterator[Sequence[Part]]:
    """Break text behind an indent; the badge stands before its first line."""
    for place, line in enumerate(folded(text, width - INDENT)):
        yield (badge if place == 0 else (" " * INDENT, "")), (line, style)


def _indented(body: Text) -> RenderableType:
    grid = Table.grid(padding=0)
    grid.add_column(width=INDENT, no_wrap=True)
    grid.add_column(ratio=1, overflow="fold")
    grid.add_row(Text(), body)
    return grid


def _narrow(data: ReportData, members: Sequence[Finding], width: int) -> Iterator[Sequence[Part]]:
    where = 24
    room = max(width - INDENT - where - ID - 4, ID)
    for finding in members:
        verdict = standing(finding)
        yield (
            (f" {verdict:<{INDENT - 1}}", VERDICT[verdict]),
            (f"{_resource(finding, room):<{room}}  ", ""),
            (f"{shorten(_where(data, finding), where):<{where}}  ", "dim"),
            (finding.fingerprint[:ID], "dim"),
        )
        yield from _hung(_said(data, finding), width)


def _wide(data: ReportData, members: Sequence[Finding], width: int) -> Iterator[Sequence[Part]]:
    where = 32
    resource = (width - INDENT - where - ID) // 2
    room = width - INDENT - resource - where - ID - 6
    before = " " * (INDENT + resource + 2 + where + 2)
    for finding in members:
        verdict = standing(finding)
        first, *more = folded(_said(data, finding), room) or [""]
        yield (
            (f" {verdict:<{INDENT - 1}}", VERDICT[verdict]),
            (fitted(_resource(finding, resource), resource) + "  ", ""),
            (fitted(shorten(_where(data, finding), where), where) + "  ", "dim"),
            (fitted(first, room) + "  ", ""),
            (finding.fingerprint[:ID], "dim"),
        )
        for line in more:
            yield ((before + line, ""),)


def _resource(finding: Finding, width: int) -> str:
    arn, name = clean(finding.resource), clean(finding.name)
    if name in arn or len(name) + 12 > width:
        return fit_arn(arn, width)
    return f"{name} ({fit_arn(arn, width - len(name) - 3)})"


def _where(data: ReportData, finding: Finding) -> str:
    return clean(f"{data.account_label(finding.account)} {finding.region}")


def _said(data: ReportData, finding: Finding) -> str:
    marks = [finding.status] if finding.status in {"new", "reopened"} else []
    if accepted(finding, data.as_of):
        marks.append(f"accepted until {str((finding.acceptance or {}).get('until') or 'revoked')[:10]}")
    marks += filter(None, [why_not_accepted(finding, data.as_of)])
    mark = f"[{', '.join(marks)}] " if marks else ""
    return clean(mark) + told(finding)


def gaps(data: ReportData) -> Iterator[RenderableType]:
    """Give what was not assessed, why, and what would mend it; nothing when all was."""
    found = gap_groups(data)
    if found:
        yield Text("\nNot assessed", "bold")
    for group in found:
        accounts = ", ".join(data.account_label(account) for account in group.accounts)
        yield Text.assemble(" ", clean(group.operation), ("  " + clean(group.why), "dim"))
        yield _indented(Text(clean(f"{accounts} in {', '.join(group.regions)}")))
        yield _indented(Text(clean(f"To mend it: {group.mend}")))
    taken = accepted_gaps(data)
    if taken:
        yield Text("\nGaps that somebody accepted: they stay UNKNOWN and count against the score", "bold")
    for each in taken:
        yield Text.assemble(" ", clean(each.call), ("  " + clean(data.account_label(each.account)), "dim"))
        yield _indented(Text(clean(each.reason)))
        yield _indented(Text(clean(f"{each.who}; until {each.until}, {each.state}")))


def totals(counted: Figures) -> RenderableType:
    """Give the last lines: every check accounted for."""
    verdicts = counted.total.verdicts
    risks = f" ({counted.total.accepted:,} accepted)" if counted.total.accepted else ""
    said = (
        f"{plural(counted.total.score.of, 'check')}: {verdicts[Verdict.PASS]:,} PASS, "
        f"{verdicts[Verdict.FAIL]:,} FAIL{risks}, {verdicts[Verdict.UNKNOWN]:,} UNKNOWN, "
        f"{verdicts[Verdict.ERROR]:,} ERROR. {verdicts[Verdict.SKIP]:,} more do not apply (SKIP) and are not counted."
    )
    hint = "A check is one rule on one resource. The facts behind a finding: phiward explain and the code at its right."
    return Group(Text(), Text(said), Text(hint, "dim"))
