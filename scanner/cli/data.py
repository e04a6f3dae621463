"""From the store to a report: gathers what the renderings need."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from scanner.cli.wire import UsageError, Wiring

if TYPE_CHECKING:
    from reports.history import History
    from reports.view import Interval, ReportData, TrendRow
    from scanner.cli.focus import Asked
    from scanner.model.finding import Finding
    from scanner.model.plan import Plan
    from scanner.model.resource import Resource, Snapshot
    from scanner.store import ScanInfo, Store


WITH_DOCUMENTS = frozenset({"html", "pdf"})
"""The forms that need what the resources were like."""

WITHOUT_RULES = frozenset({"table", "json", "csv"})
"""The forms that say of a rule what its findings say."""


def chosen_scan(store: Store, scan: str = "", said: str = "--scan") -> ScanInfo:
    """Give the scan with this id (or a unique beginning of it), else the newest finished one; `said` names the option.

    Raises:
        UsageError: there is none.
    """
    finished = [info for info in store.scans() if info.finished]
    if not finished:
        raise UsageError("the store holds no finished scan; run `phiward scan` (or `phiward demo`) first")
    found = [info for info in finished if info.id.startswith(scan)] if scan else finished[-1:]
    if len(found) != 1:
        what = "no scan" if not found else "more than one scan"
        raise UsageError(f"{said} {scan}: {what} of that id; the newest is {finished[-1].id}")
    return found[0]


def report_data(
    wiring: Wiring,
    store: Store,
    info: ScanInfo,
    findings: Sequence[Finding] | None = None,
    asked: Asked | None = None,
    *,
    format: str = "",
) -> ReportData:
    """Gather a scan's report, restricted as it was asked.

    The forms `html` and `pdf` get the inventory and the plan besides, `html` documents and courses too; the others read
    no document, and those that tell findings alone get no rules.

    Raises:
        UsageError: it cannot be restricted so; see `focus_of`.
    """
    from reports.view import Account, LifeView, ReportData, rule_infos, stock
    from scanner.cli.drifting import drift_view
    from scanner.cli.focus import OWNER, focus_of
    from scanner.cli.trending import history
    from scanner.cli.vpn import vpn_records

    focus = focus_of(store, info, asked)
    snapshot = store.snapshot(info.id) if format in WITH_DOCUMENTS else None
    everything = snapshot.resources if snapshot is not None else store.inventory(info.id) if focus.tag else []
    known = wiring.known_rules() if format not in WITHOUT_RULES else {}
    rules = [known[name] for name in info.rules if name in known]
    regions = sorted({region for account, region in info.targets if account in focus.accounts and region != "global"})
    resources = focus.resources(everything)
    coverage = [entry for entry in store.coverage(info.id) if entry.account in focus.accounts]
    lives = focus.lives(store, store.lives(info.id))
    past = history(store, info, focus, lives)
    seals = [seal for seal in store.seals(info.id) if seal.account in focus.accounts]
    told = focus.findings(findings if findings is not None else store.findings(info.id))
    paged = format == "html"
    others = [rule for rule in known.values() if rule not in rules]
    return ReportData(
        scan=info.id, as_of=info.as_of, version=version("phiward"), complete=focus.complete(info, coverage),
        started=info.started, finished=info.finished,
        accounts=[Account(account, info.names.get(account, "")) for account in focus.accounts],
        regions=regions, findings=told, coverage=coverage, rules=rule_infos(rules),
        accepted_gaps=[each for each in store.accepted_gaps(info.id) if each.account in focus.accounts],
        trend=trend(past), seals={seal.account: seal.head for seal in seals},
        inventory=stock(resources), vpn=focus.vpn(vpn_records(store, info), resources),
        drift=focus.drift(store, drift_view(wiring, store, focus.older, info)) if focus.older is not None else None,
        life=LifeView.of(lives, info.as_of), history=past, restricted=focus.said(everything),
        settings={rule.id: wiring.config.rules[rule.id] for rule in rules if wiring.config.rules.get(rule.id)},
        not_run=rule_infos(others), owner_tag=focus.tag[0] if focus.tag else OWNER,
        plan=_plan(wiring, snapshot, told) if snapshot is not None else None,
        documents=documents(resources, told) if paged else (), courses=courses(store, info, told) if paged else {},
    )  # fmt: skip


def _plan(wiring: Wiring, snapshot: Snapshot, findings: Sequence[Finding]) -> Plan:
    from scanner.cli.remedies.planning import told_plan

    return told_plan(wiring, snapshot, findings)


def trend(past: History) -> list[TrendRow]:
    """Give the counts of the scans of a history, the oldest first."""
    from reports.trend import rows
    from reports.view import TrendRow

    return [TrendRow(row.scan, row.as_of, row.verdicts, row.severities) for row in rows(past)]


def documents(resources: Sequence[Resource], findings: Sequence[Finding]) -> list[Resource]:
    """Give the resources of which a finding failed or is not known."""
    from reports.figures import AGAINST, standing

    wanted = {(each.account, each.resource) for each in findings if standing(each) in AGAINST}
    return [resource for resource in resources if (resource.account, resource.arn) in wanted]


def courses(store: Store, info: ScanInfo, findings: Sequence[Finding]) -> dict[str, list[Interval]]:
    """Give the intervals of the verdicts of findings."""
    from reports.view import Interval

    told = store.courses(info.id, {each.fingerprint for each in findings})
    return {name: [Interval(*course) for course in some] for name, some in told.items()}
