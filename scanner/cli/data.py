"""From the store to a report: gathers what the renderings need."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING

from scanner.cli.wire import UsageError, Wiring
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from reports.view import ReportData, TrendRow
    from scanner.model.finding import Finding
    from scanner.store import ScanInfo, Store


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


def report_data(wiring: Wiring, store: Store, info: ScanInfo, findings: Sequence[Finding] | None = None) -> ReportData:
    """Gather a scan's report."""
    from reports.view import Account, LifeView, ReportData, rule_infos, stock
    from scanner.cli.drifting import drift_view, previous
    from scanner.cli.vpn import vpn_records

    snapshot = store.snapshot(info.id)
    known = wiring.known_rules()
    rules = [known[name] for name in info.rules if name in known]
    regions = sorted({region for _, region in info.targets if region != "global"})
    older = previous(store, info)
    return ReportData(
        scan=info.id, as_of=info.as_of, version=version("phiward"), complete=info.complete, started=info.started,
        finished=info.finished, accounts=[Account(account, info.names.get(account, "")) for account in info.accounts],
        regions=regions, findings=list(findings if findings is not None else store.findings(info.id)),
        coverage=snapshot.coverage, rules=rule_infos(rules), trend=trend(store, info),
        seals={seal.account: seal.head for seal in store.seals() if seal.account in info.accounts},
        inventory=stock(snapshot.resources),
        vpn=vpn_records(store, info),
        drift=drift_view(wiring, store, older, info) if older is not None else None,
        life=LifeView.of((life for life in store.lives(info.id) if life.account in info.accounts), info.as_of),
    )  # fmt: skip


def trend(store: Store, info: ScanInfo) -> list[TrendRow]:
    """Give the counts of the finished scans up to this one, oldest first, each over its own accounts."""
    from reports.view import TrendRow

    moments = {scan.id: scan.as_of for scan in store.scans() if scan.finished and scan.as_of <= info.as_of}
    verdicts: dict[str, Counter[str]] = {scan: Counter() for scan in moments}
    severities: dict[str, Counter[str]] = {scan: Counter() for scan in moments}
    for row in store.trend():
        if row.scan in moments:
            verdicts[row.scan][row.verdict] += row.count
            if row.verdict == Verdict.FAIL:
                severities[row.scan][row.severity] += row.count
    return [TrendRow(scan, moments[scan], verdicts[scan], severities[scan]) for scan in moments]
