"""From the store to what the trend is reckoned from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.history import History, Look
    from scanner.cli.focus import Focus
    from scanner.engine.lives import Life
    from scanner.store import ScanInfo, Store


def history(store: Store, info: ScanInfo, focus: Focus, lives: Sequence[Life]) -> History:
    """Gather the counts of the nights up to a scan, of what is reported."""
    from reports.history import Answered, Counted, CountedStandard, History, nights, since, thinned

    every = since(nights(_looks(store, info, focus)), focus.begin)
    told = thinned(every)
    speaking = sorted({scan for night in told for scan in night.speaks.values()})
    counts, standards = store.tallies(speaking, focus.tag)
    return History(
        nights=told,
        scans=len(every),
        counts=[Counted(row.scan, row.account, row.severity, row.verdict, row.count) for row in counts],
        standards=[CountedStandard(row.scan, row.account, row.standard, row.verdict, row.count) for row in standards],
        answered=[Answered(row.scan, row.account, row.answered, row.calls) for row in store.answered(speaking)],
        lives=lives,
    )


def _looks(store: Store, info: ScanInfo, focus: Focus) -> list[Look]:
    from reports.history import Look

    earlier = sorted(
        (scan for scan in store.scans() if scan.finished and scan.as_of < info.as_of), key=lambda scan: scan.as_of
    )
    return [
        Look(
            scan.id, scan.as_of, account, frozenset(region for target, region in scan.targets if target == account),
            frozenset(scan.rules),
        )
        for scan in (*earlier, info)
        for account in scan.accounts
        if account in focus.accounts
    ]  # fmt: skip
