"""What the commands do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.output import answer, complain, console
from scanner.cli.wire import UsageError
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from rich.console import Console

    from scanner.cli.focus import Asked
    from scanner.cli.scanning import Wanted
    from scanner.cli.wire import Wiring
    from scanner.engine.incremental import Night


def do_scan(
    wiring: Wiring, wanted: Wanted, *, fail_on: str, allow_incomplete: bool, as_json: bool, quiet: bool, verbose: bool
) -> int:
    """Scan and say what is new; give the exit code."""
    from reports import FORMATS
    from reports.terminal import show
    from scanner.aws.sessions import Sessions
    from scanner.cli import notifying
    from scanner.cli.accepting_gaps import gaps_of
    from scanner.cli.attributing import after_scan
    from scanner.cli.scanning import progress, run_scan
    from scanner.run import exit_code

    err = console(quiet=quiet or as_json)
    sessions = Sessions()
    with wiring.store() as store:
        with progress(err) as tick:
            result = run_scan(wiring, wanted, sessions, store=store, tick=tick)
        info = chosen_scan(store, result.scan)
        for gap in after_scan(wiring, store, info, sessions, result.targets):
            err.print(f"who made changes could not be learned: {gap}", markup=False, soft_wrap=True)
        data = msgspec.structs.replace(report_data(wiring, store, info, result.findings), night=result.night)
        counted = list(gaps_of(wiring, store, info).counted(result.findings))
    _tell_night(result.night, err)
    if as_json:
        answer(FORMATS["json"].render(data))
    elif not quiet:
        show(data, console(error=False), limit=None if verbose else 40)
        err.print(f"scan {result.scan}: {result.calls:,} calls; next: `phiward report`, `phiward explain FINGERPRINT`")
    notifying.after_scan(wiring, data, quiet=quiet or as_json)
    return exit_code(counted, fail_on, allow_incomplete=allow_incomplete)


def _tell_night(night: Night | None, err: Console) -> None:
    """Say what was taken from the night before; what the sample refuted is said also where nobody wants to hear."""
    if night is None:
        return
    for warning in night.warnings:
        complain(f"warning: {warning}")
    err.print(night.line, markup=False, soft_wrap=True)
    for reason in night.reasons:
        err.print(f"not spared: {reason}", markup=False, soft_wrap=True)


def show_findings(
    wiring: Wiring, scan: str, format: str, out: Path | None, *, every: bool, quiet: bool, asked: Asked | None = None
) -> None:
    """Show a stored scan's findings in a form."""
    from reports import FORMATS
    from scanner.model.finding import Verdict

    with wiring.store() as store:
        data = report_data(wiring, store, chosen_scan(store, scan), asked=asked, format=format)
    if format == "table" and out is None:
        from reports.figures import AGAINST
        from reports.terminal import show

        show(data, console(error=False), verdicts=frozenset(Verdict) if every else AGAINST)
        return
    answer(FORMATS[format].render(data), out)
    if out is not None:
        console(quiet=quiet).print(f"written: {out}")


def explain_finding(wiring: Wiring, scan: str, fingerprint: str) -> None:
    """Explain one finding on one screen."""
    from reports.explain import find, show
    from reports.view import Interval

    with wiring.store() as store:
        data = report_data(wiring, store, chosen_scan(store, scan))
        whole = find(data, fingerprint).fingerprint
        history = [
            Interval(entry.since, "" if entry.current else entry.until, entry.verdict) for entry in store.history(whole)
        ]
    show(data, console(error=False), whole, history)


def verify_store(wiring: Wiring, head: str) -> int:
    """Check the seals; say each thing that is not as it was sealed."""
    with wiring.store() as store:
        problems = store.verify(head or None)
        seals = store.seals()
    for problem in problems:
        complain(problem)
    if problems:
        return VIOLATION
    for seal in seals:
        answer(f"{seal.account}  {seal.head}  sealed by scan {seal.scan}")
    console().print(f"all is as it was sealed ({len(seals)} accounts)")
    return CLEAN


def print_policy(
    wiring: Wiring, rules: Sequence[str], packs: Sequence[str], out: Path | None, *, publish: bool = False
) -> None:
    """Print the least IAM policy, of all kinds or of those that some rules need; or that of publishing.

    Raises:
        UsageError: the policy of publishing is asked for, and rules are named.
    """
    import json

    from scanner.engine.registry import kinds, kinds_needed
    from scanner.generate.policy import policy, publish_policy

    if publish and (rules or packs):
        raise UsageError("--publish: what is published needs the same permissions whatever the rules; leave them out")
    chosen = kinds_needed(wiring.rules(packs, rules)) if rules or packs else kinds()
    documents = [publish_policy()] if publish else policy(chosen.values())
    whole = documents[0] if len(documents) == 1 else documents
    answer(json.dumps(whole, indent=2), out)
