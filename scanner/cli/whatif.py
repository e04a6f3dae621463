"""`phiward whatif`: today's rule on the nights that are stored tells since when something has been so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan
from scanner.cli.output import answer, console
from scanner.cli.scanning import make_judge
from scanner.cli.wire import UsageError
from scanner.engine.whatif import Night, Retrospect
from scanner.model.resource import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from scanner.cli.wire import Wiring
    from scanner.store import ScanInfo, Store


def whatif(wiring: Wiring, rules: Sequence[str], scan: str, *, as_json: bool, quiet: bool) -> None:
    """Tell since when the findings of rules have been so, from a stored scan to the newest.

    Raises:
        UsageError: no rule or scan is named, or there is none of that name.
        ConfigError: a rule's table in config.toml is wrong.
        StoreError: the store cannot be read.
    """
    from reports.whatif import Answer, render_json, show

    missing = [name for name, given in (("--rule", rules), ("--scan", scan)) if not given]
    if missing:
        raise UsageError(f"whatif needs {' and '.join(missing)}: which rule, and from which stored scan on")
    chosen = list(dict.fromkeys(wiring.rules(ids=rules)))
    judge = replace(make_judge(wiring, chosen), remedy=None)
    kinds = _kinds(chosen)
    retrospect = Retrospect()
    with wiring.store() as store:
        nights = _nights(store, scan)
        with _progress(console(quiet=quiet or as_json), len(nights)) as tick:
            for number, info in enumerate(nights, 1):
                snapshot = _snapshot(store, info, kinds)
                retrospect.add(Night(info.id, info.as_of), judge.findings(snapshot), snapshot.coverage)
                tick(number)
    names = {account: name for info in nights for account, name in info.names.items()}
    titles = {rule.id: rule.title for rule in chosen}
    found = Answer(rules=titles, nights=retrospect.nights, found=retrospect.told(), names=names)
    if as_json:
        answer(render_json(found))
    else:
        show(found, console(error=False))


def _kinds(rules: Sequence[type]) -> frozenset[str]:
    from scanner.engine.registry import kinds_needed

    return frozenset(kinds_needed(rules))


def _nights(store: Store, scan: str) -> list[ScanInfo]:
    """Give the finished scans from one on."""
    oldest = chosen_scan(store, scan)
    return [info for info in store.scans() if info.finished and info.as_of >= oldest.as_of]


def _snapshot(store: Store, info: ScanInfo, kinds: Collection[str]) -> Snapshot:
    """Load of a scan what the rules read: the resources of their kinds, and how these were covered."""
    coverage = [entry for entry in store.coverage(info.id) if entry.kind in kinds]
    places = sorted({(entry.account, entry.region, entry.kind) for entry in coverage})
    resources = [each for place in places for each in store.seen(info.id, *place)]
    return Snapshot(
        id=info.id, as_of=info.as_of, resources=resources, coverage=coverage, targets=list(info.targets),
        names=dict(info.names), kinds=sorted(kinds),
    )  # fmt: skip


@contextmanager
def _progress(err: Console, total: int) -> Iterator[Callable[[int], None]]:
    """Show how many scans are judged; nothing where nobody looks."""
    if not err.is_terminal or err.quiet:
        yield lambda _: None
        return
    from rich.progress import Progress

    with Progress(console=err, transient=True) as bar:
        task = bar.add_task("judging stored scans", total=total)
        yield lambda done: bar.update(task, completed=done)
