"""`phiward baseline`: scans that somebody approved as how things should be, under a name."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan
from scanner.cli.output import answer, console
from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from scanner.store.records import Baseline


def approve(wiring: Wiring, name: str, scan: str, *, reason: str, by: str) -> None:
    """Approve a stored scan, by default the newest, under a name.

    Raises:
        UsageError: the reason is missing, or there is no such scan.
        StoreError: the name is none, or the store cannot take it.
    """
    if not reason.strip():
        raise UsageError("approving a baseline needs --reason: why this is how things should be")
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        made = store.approve_baseline(name, info.id, by=by or getpass.getuser(), reason=reason, at=Clock().now())
    say = console()
    said = f"approved: {made.name} version {made.version} is scan {made.scan} of {made.as_of}"
    say.print(said, soft_wrap=True, markup=False)
    if not info.complete:
        say.print("that scan is incomplete: what it could not see cannot be compared with it", markup=False)


def show(wiring: Wiring, name: str, *, as_json: bool) -> None:
    """Show all baselines, or the versions of one, the newest last.

    Raises:
        StoreError: there is none of this name.
    """
    with wiring.store() as store:
        if name:
            store.baseline(name)
        found = [each for each in store.baselines() if name in {"", each.name}]
    if as_json:
        import msgspec

        answer(msgspec.json.format(msgspec.json.encode(found), indent=2))
    elif found:
        _list(found)
    else:
        console().print("no baseline is approved yet: `phiward baseline approve NAME --reason ...` approves a scan")


def _list(found: Sequence[Baseline]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from reports.words import clean, when

    out = console(error=False)
    for each in found:
        style = "dim" if each.superseded else ""
        version = f"version {each.version}" + (", superseded" if each.superseded else "")
        said = f"{version}: scan {each.scan} of {when(each.as_of)}"
        out.print(
            Text.assemble((clean(each.name), "dim" if each.superseded else "bold"), f"  {clean(said)}", style=style)
        )
        told = clean(f"approved {when(each.at)} by {each.by}: {each.reason}")
        out.print(Padding(Text(told, style, overflow="fold"), (0, 0, 0, 2), expand=False))


def prune(wiring: Wiring, name: str, *, by: str, reason: str) -> None:
    """Remove superseded versions, of one baseline or of all; the log keeps who did.

    Raises:
        StoreError: there is none of this name.
    """
    with wiring.store() as store:
        gone = store.prune_baselines(name, by=by or getpass.getuser(), at=Clock().now(), reason=reason)
    say = console()
    for each in gone:
        say.print(f"removed: {each.name} version {each.version}, scan {each.scan}", soft_wrap=True, markup=False)
    if not gone:
        say.print("nothing to remove: no version is superseded")
