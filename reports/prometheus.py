"""Prometheus' text exposition format: the counts of a scan as gauges, for a textfile collector or a push gateway.

Source: Prometheus documentation, "Exposition formats" (text format 0.0.4) and "Metric and label naming".
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from reports.exchange import citation_state, counts_as, part
from reports.extras import needed
from reports.figures import AGAINST, UNSEEN, Figures, Tally, figures
from reports.matrix import matrix
from reports.words import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reports.matrix import Line
    from reports.view import ReportData

    Rows = Iterable[tuple[tuple[str, ...], float]]

FORM, PACKAGE = "prometheus", "prometheus-client"


def _info(data: ReportData, _counted: Figures) -> Rows:
    yield (data.scan, data.version), 1


def _times(data: ReportData, _counted: Figures) -> Rows:
    times = {"as_of": data.as_of, "started": data.started, "finished": data.finished}
    return [((name,), when.timestamp()) for name, when in times.items() if when]


def _complete(data: ReportData, _counted: Figures) -> Rows:
    yield (), float(data.complete)


def _checks(_data: ReportData, counted: Figures) -> Rows:
    for account, tally in counted.accounts:
        for verdict, count in tally.verdicts.items():
            yield (account.id, clean(account.name), str(verdict)), count


def _against(_data: ReportData, counted: Figures) -> Rows:
    for account, tally in counted.accounts:
        for severity, by_verdict in tally.against.items():
            for verdict in AGAINST:
                yield (account.id, clean(account.name), severity, str(verdict)), by_verdict[verdict]


def _accepted(_data: ReportData, counted: Figures) -> Rows:
    return [((account.id, clean(account.name)), tally.accepted) for account, tally in counted.accounts]


def _findings(data: ReportData, _counted: Figures) -> Rows:
    found = Counter(
        (each.account, clean(data.account_label(each.account)), each.status, str(counts_as(each) or "none"))
        for each in data.findings
    )
    return sorted(found.items())


def _lines(data: ReportData, counted: Figures) -> list[Line]:
    return [line for _, _, lines in matrix(data, counted) for line in lines]


def _citations(data: ReportData, counted: Figures) -> Rows:
    for line in _lines(data, counted):
        for mapping, tally in (("public", line.public), ("proposed", line.proposed)):
            yield from _of_citation(line.standard.citation, mapping, tally)


def _of_citation(citation: str, mapping: str, tally: Tally) -> Rows:
    if any(tally.verdicts.values()):
        for verdict, count in tally.verdicts.items():
            yield (citation, mapping, str(verdict)), count


def _states(data: ReportData, counted: Figures) -> Rows:
    """Give, for each citation, whether anything was assessed; what no API can decide is `organisational`."""
    for line in _lines(data, counted):
        one = line.standard
        yield (
            (
                one.citation,
                one.parent,
                one.title,
                str(one.kind),
                "yes" if one.organisational else "no",
                citation_state(line),
            ),
            1,
        )


def _coverage(data: ReportData, _counted: Figures) -> Rows:
    return sorted(Counter((entry.account, entry.region, str(entry.state)) for entry in data.coverage).items())


def _unseen(data: ReportData, _counted: Figures) -> Rows:
    found = Counter(each.account for each in data.findings if each.status == UNSEEN)
    return [((account.id, clean(account.name)), found[account.id]) for account in data.accounts]


GAUGES: Mapping[str, tuple[str, tuple[str, ...], Callable[[ReportData, Figures], Rows]]] = {
    "phiward_scan_info": ("The scan that these figures are of; always 1.", ("scan", "version"), _info),
    "phiward_scan_time_seconds": (
        "Unix time that the scan speaks of (as_of), and when it started and finished.", ("moment",), _times,
    ),
    "phiward_scan_complete": ("1 where every call of the scan was answered, else 0.", (), _complete),
    "phiward_checks": (
        "Checks (one rule on one resource, by its worst part) by verdict; what was not seen again is UNKNOWN.",
        ("account", "account_name", "verdict"), _checks,
    ),
    "phiward_checks_against": (
        "Checks that count against an account, by severity; accepted risks are among the FAIL.",
        ("account", "account_name", "severity", "verdict"), _against,
    ),
    "phiward_checks_accepted": (
        "Failed checks whose risk is accepted; they are counted as FAIL too.", ("account", "account_name"), _accepted,
    ),
    "phiward_findings": (
        "Findings (one for each part of a resource) by status and by the verdict that counts; none: not counted.",
        ("account", "account_name", "status", "verdict"), _findings,
    ),
    "phiward_findings_unseen": (
        "Findings on resources that could not be looked at again.", ("account", "account_name"), _unseen,
    ),
    "phiward_hipaa_checks": (
        "Checks by citation of 45 CFR Part 164; a check counts under each citation of its rule.",
        ("citation", "mapping", "verdict"), _citations,
    ),
    "phiward_hipaa_citation": (
        "The citations of the Security Rule and whether anything was assessed; always 1.",
        ("citation", "parent", "title", "kind", "organisational", "state"), _states,
    ),
    "phiward_coverage_calls": (
        "Calls of the scan (per account, Region and kind) by how they were answered.",
        ("account", "region", "state"), _coverage,
    ),
}  # fmt: skip


def render(data: ReportData) -> str:
    """Give the gauges, in the text format 0.0.4; those of a part of the scan have the label `restricted` too.

    Raises:
        reports.extras.ExtraError: prometheus-client is missing.
    """
    library: Any = needed("prometheus_client", FORM, PACKAGE)
    registry = library.CollectorRegistry()
    counted = figures(data)
    told = {"restricted": part(data)} if part(data) else {}
    for name, (about, labels, rows) in GAUGES.items():
        names = (*labels, *told)
        gauge = library.Gauge(name, about, names, registry=registry)
        for values, number in rows(data, counted):
            (gauge.labels(*values, *told.values()) if names else gauge).set(number)
    text: str = library.generate_latest(registry).decode()
    return text
