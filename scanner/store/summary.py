"""Counts a scan's findings for the trend: each rule and resource once, by its worst part."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from sqlalchemy import select

from scanner.engine.citations import standard_of
from scanner.model.finding import Verdict
from scanner.model.rule import SEVERITIES
from scanner.store.records import StandardRow, TrendRow
from scanner.store.tables import scans, standards, summaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from sqlalchemy import Connection

    from scanner.model.finding import Finding


RANKS = {verdict: verdict.rank for verdict in Verdict}
WEIGHTS: dict[str, int] = {severity: place for place, severity in enumerate(SEVERITIES)}


def worst(found: Iterable[Finding]) -> Iterator[Finding]:
    """Give the worst finding of each rule and resource, rule by rule."""
    by_rule: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        by_rule.setdefault((finding.rule, finding.account), []).append(finding)
    for some in by_rule.values():
        by: dict[tuple[str, str, str], Finding] = {}
        for finding in some:
            of = (finding.region, finding.kind, finding.key)
            known = by.setdefault(of, finding)
            if known is not finding and _weight(finding) > _weight(known):
                by[of] = finding
        yield from by.values()


def standing(finding: Finding) -> Verdict:
    """Give the verdict that counts: what was not seen again is not known, whatever it was before."""
    hidden = finding.status == "unseen" and finding.verdict is not Verdict.ERROR
    return Verdict.UNKNOWN if hidden else finding.verdict


def _weight(finding: Finding) -> tuple[int, int]:
    return RANKS[standing(finding)], WEIGHTS.get(finding.severity, -1)


def write_summary(connection: Connection, scan: int, account: str, found: Iterable[Finding]) -> None:
    """Write the counts of an account's findings."""
    counts: Counter[tuple[str, str, str]] = Counter()
    cited: Counter[tuple[tuple[str, ...], str]] = Counter()
    for finding in worst(found):
        verdict = str(standing(finding))
        counts[finding.rule, finding.severity, verdict] += 1
        cited[(*finding.hipaa, *finding.hipaa_proposed), verdict] += 1
    by_standard: Counter[tuple[str, str]] = Counter()
    for (citations, verdict), count in cited.items():
        for standard in set(map(standard_of, citations)):
            by_standard[standard, verdict] += count
    here = {"scan": scan, "account": account}
    rows = [
        {**here, "rule": rule, "severity": severity, "verdict": verdict, "count": count}
        for (rule, severity, verdict), count in counts.items()
    ]
    if rows:
        connection.execute(summaries.insert(), rows)
    rows = [
        {**here, "standard": standard, "verdict": verdict, "count": count}
        for (standard, verdict), count in by_standard.items()
    ]
    if rows:
        connection.execute(standards.insert(), rows)


def trend(connection: Connection) -> list[TrendRow]:
    """Give the counts by rule of all finished scans, the oldest first."""
    columns = [summaries.c[name] for name in ("account", "rule", "severity", "verdict", "count")]
    query = select(scans.c.id.label("scan"), scans.c.as_of, *columns).join_from(summaries, scans)
    rows = connection.execute(query.order_by(scans.c.seq, *columns[:4])).mappings()
    return [TrendRow(**row) for row in rows]


def standard_trend(connection: Connection) -> list[StandardRow]:
    """Give the counts by HIPAA standard of all finished scans, the oldest first."""
    columns = [standards.c[name] for name in ("account", "standard", "verdict", "count")]
    query = select(scans.c.id.label("scan"), scans.c.as_of, *columns).join_from(standards, scans)
    rows = connection.execute(query.order_by(scans.c.seq, *columns[:3])).mappings()
    return [StandardRow(**row) for row in rows]
