"""A summary in Markdown for the page of a pipeline's run: the counts, and what stands worst first, as a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reports.ci import Places, fresh, said, spot, stands
from reports.figures import WORST_FIRST, Figures, accepted, current, figures, standing
from reports.words import clean, moment, plural
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.view import ReportData
    from scanner.model.finding import Finding

ROWS = 50
LONGEST = 300
# What Markdown, HTML and GitHub's automatic links give no meaning within a line.
_PLAIN = re.compile(r"[A-Za-z0-9 ,;()/=+?'.:-]|[^\x00-\x7f]")
_LINK = re.compile(r"(?<=[wW])\.|:(?=/)")


def render(data: ReportData, places: Places | None = None) -> str:
    """Give the summary: at most fifty rows, then how many are left."""
    found = stands(data)
    return "\n".join((*_head(data, found), "", *_table(data, found, places))).rstrip() + "\n"


def code(text: str, longest: int = LONGEST) -> str:
    """Show text as it is, in a code element, with nothing in it that Markdown, HTML or GitHub would act on.

    What is longer than `longest` is cut; 0 cuts nothing. An `@` begins a new element, so that nothing stands before it
    that would make an address of it.
    """
    text = clean(text)
    text = text if not longest or len(text) <= longest else text[: longest - 1] + "…"
    return f"<code>{_inert(text).replace('&#64;', '</code><code>&#64;')}</code>"


def prose(text: str) -> str:
    """Say text that holds names, in one line: as `code`, but only what calls people or issues is in a code element."""
    inert = _inert(clean(text))
    return inert.replace("&#64;", "<code>&#64;</code>").replace("&#35;", "<code>&#35;</code>")


def _inert(text: str) -> str:
    last = 0
    made: list[str] = []
    for match in _LINK.finditer(text):
        made += [_entities(text[last : match.start()]), _entity(match.group())]
        last = match.end()
    return "".join((*made, _entities(text[last:])))


def _entities(text: str) -> str:
    return "".join(one if _PLAIN.fullmatch(one) else _entity(one) for one in text)


def _entity(one: str) -> str:
    return f"&#{ord(one)};"


def _head(data: ReportData, found: list[Finding]) -> Iterator[str]:
    failed = [finding for finding in found if standing(finding) is Verdict.FAIL]
    news = sum(fresh(finding) for finding in failed)
    others = len(found) - len(failed)
    taken = sum(
        standing(finding) is Verdict.FAIL and accepted(finding, data.as_of) for finding in current(data.findings)
    )
    yield "## phiward"
    yield ""
    yield f"**{news:,} new**, {len(failed) - news:,} known, {others:,} not assessed, {taken:,} accepted."
    counted = figures(data)
    yield f"{counted.total.score} checks passed. Scan {code(data.scan)} as of {moment(data.as_of)}."
    worst = [f"{counted.total.of(severity):,} {severity}" for severity in WORST_FIRST if counted.total.of(severity)]
    if worst:
        yield f"Failed checks: {', '.join(worst)}."
    if data.restricted.words:
        yield ""
        yield f"**Only** {prose(data.restricted.words)}."
    if not data.complete:
        gaps = sum(not entry.ok for entry in data.coverage)
        yield ""
        yield f"The scan was not complete: {plural(gaps, 'call')} not answered in full."
    if len(counted.accounts) > 1:
        yield ""
        yield from _accounts(counted)


def _accounts(counted: Figures) -> Iterator[str]:
    """Give the accounts, the one with most failed checks first."""
    yield "| Account | Passed | Failed | Not assessed |"
    yield "|---|---|---|---|"
    found = sorted(counted.accounts, key=lambda each: (-each[1].verdicts[Verdict.FAIL], each[0].id))
    for account, tally in found[:ROWS]:
        lost = tally.verdicts[Verdict.UNKNOWN] + tally.verdicts[Verdict.ERROR]
        yield f"| {code(account.label)} | {tally.score} | {tally.verdicts[Verdict.FAIL]:,} | {lost:,} |"
    if len(found) > ROWS:
        yield ""
        yield f"… and {plural(len(found) - ROWS, 'more account')}."


def _table(data: ReportData, found: list[Finding], places: Places | None) -> Iterator[str]:
    if not found:
        return
    yield "| Severity | Verdict | Since | Rule | Resource | What is so |"
    yield "|---|---|---|---|---|---|"
    for finding in found[:ROWS]:
        since = finding.status if fresh(finding) else finding.first_seen[:10] or "known"
        where = f"{code(finding.name)}<br>{code(data.account_label(finding.account))} {code(finding.region)}"
        place = spot(finding, places)
        where += f"<br>{code(f'{place.path}:{place.line}')}" if place.real else ""
        cells = (finding.severity, str(standing(finding)), since, code(finding.rule), where, code(said(finding)))
        yield f"| {' | '.join(cells)} |"
    if len(found) > ROWS:
        yield ""
        yield f"… and {plural(len(found) - ROWS, 'more finding')}."
