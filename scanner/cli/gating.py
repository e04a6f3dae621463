"""`phiward gate`: stops what a plan, a template or a change by hand would make new or worse, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.accepting_gaps import gaps_of
from scanner.cli.data import chosen_scan
from scanner.cli.drifting import How
from scanner.cli.output import answer
from scanner.cli.scanning import make_judge, passing_redactor
from scanner.cli.wire import Clock, UsageError
from scanner.engine.gate import Gate, accept, compared, stops, unclear
from scanner.model.exits import CLEAN, INCOMPLETE, INTERNAL, VIOLATION
from scanner.model.finding import Verdict
from scanner.run import gate

if TYPE_CHECKING:
    from scanner.cli.wire import Wiring
    from scanner.model.given import Given
    from scanner.model.resource import Snapshot
    from scanner.model.rule import Rule
    from scanner.store import ScanInfo, Store

TEXTS = ("text", "json")


@dataclass(frozen=True)
class Judged:
    """What is to be judged: one file, or a live scan against a baseline; and by which rules."""

    plan: Path | None = None
    template: Path | None = None
    parameters: Sequence[str] = ()
    sources: Path | None = None
    scan: str = ""
    baseline: str = ""
    rules: Sequence[str] = ()
    packs: Sequence[str] = ()
    account: str = ""
    region: str = ""


def run_gate(wiring: Wiring, asked: Judged, how: How) -> int:
    """Judge, tell, and give the exit code: 4 over 1 over 3 over 0.

    Raises:
        UsageError: nothing or too much is to be judged.
        GivenError: the file cannot be used.
        StoreError: the baseline or the scan is missing.
    """
    given = [each for each in (asked.plan, asked.template) if each is not None]
    if len(given) > 1 or (given and asked.baseline):
        raise UsageError("--plan, --template and --baseline each say what to judge; give one of them")
    if not given and not asked.baseline:
        raise UsageError("say what to judge: --plan tfplan.json, --template FILE, or --baseline NAME for a live scan")
    rules = wiring.rules(asked.packs, asked.rules)
    found = _of_file(wiring, asked, rules) if given else _of_scan(wiring, asked, rules)
    answer(_rendered(found, how, rules), how.out)
    return exit_code(found, how.fail_on, allow_incomplete=how.allow_incomplete)


def exit_code(found: Gate, fail_on: str, *, allow_incomplete: bool = False) -> int:
    """Give the exit code: our own error, a violation, something that could no longer be judged, clean."""
    if any(each.verdict is Verdict.ERROR for each in found.doubts):
        return INTERNAL
    if stops(found, fail_on):
        return VIOLATION
    return INCOMPLETE if not allow_incomplete and (found.problems or unclear(found, fail_on)) else CLEAN


def _of_file(wiring: Wiring, asked: Judged, rules: Sequence[type[Rule]]) -> Gate:
    given = _read(asked)
    store = _store(wiring, needed=bool(asked.scan))
    try:
        snapshot = _snapshot(store, asked.scan)
        as_of = snapshot.as_of if snapshot is not None else Clock().now()
        found = gate(given, make_judge(wiring, rules), as_of, snapshot)
        if store is not None:
            _accept(store, found, as_of.date().isoformat())
    finally:
        if store is not None:
            store.close()
    return found


def _of_scan(wiring: Wiring, asked: Judged, rules: Sequence[type[Rule]]) -> Gate:
    with wiring.store() as store:
        newer = chosen_scan(store, asked.scan)
        older = chosen_scan(store, store.baseline(asked.baseline).scan)
        strange = sorted(set(newer.accounts) - set(older.accounts))
        if strange:
            raise UsageError(
                f"--baseline {asked.baseline}: it is of other accounts; approve one that holds {', '.join(strange)}"
            )
        names = {name for rule in rules for name in (rule.id, *rule.was)}
        before, after = ([each for each in store.findings(scan) if each.rule in names] for scan in (older.id, newer.id))
        found = compared(f"{newer.id} against {asked.baseline}", before, after)
        accept(found)
        _heed_gaps(wiring, store, newer, found)
    return found


def _heed_gaps(wiring: Wiring, store: Store, newer: ScanInfo, found: Gate) -> None:
    """Take no doubt for one that hangs on accepted gaps alone; say how many there are."""
    known = gaps_of(wiring, store, newer)
    clear = [each for each in found.doubts if not known.covers(each)]
    behind = len(found.doubts) - len(clear)
    if behind:
        found.doubts = clear
        found.notes = [*found.notes, f"{behind} no longer assessed, behind gaps that were accepted"]


def _read(asked: Judged) -> Given:
    from scanner.engine.registry import kinds

    file = asked.plan or asked.template
    assert file is not None  # noqa: S101  run_gate asked for one
    redactor, name = passing_redactor(), file.name or str(file)
    if asked.plan is not None:
        from scanner import terraform

        given = terraform.read(
            file, name, kinds=kinds(), redactor=redactor, account=asked.account, region=asked.region,
            sources=asked.sources,
        )  # fmt: skip
        if given.sort != "plan":
            raise UsageError(
                f"--plan {file}: this is a {given.sort}, which changes nothing; give `terraform show -json tfplan`, or "
                "lay it beside the account by `phiward drift --terraform`"
            )
        return given
    from scanner import cloudformation

    return cloudformation.read(
        file, name, kinds=kinds(), redactor=redactor, parameters=_parameters(asked.parameters),
        account=asked.account, region=asked.region,
    )  # fmt: skip


def _parameters(given: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in given:
        name, sign, value = text.partition("=")
        if not sign or not name:
            raise UsageError(f"--parameter {text}: write it as NAME=VALUE")
        found[name] = value
    return found


def _store(wiring: Wiring, *, needed: bool) -> Store | None:
    """Open the store where there is one: a gate in a pipeline makes none."""
    place = wiring.store_url.removeprefix("sqlite:///")
    if needed or "://" in place or Path(place).is_file():
        return wiring.store()
    return None


def _snapshot(store: Store | None, scan: str) -> Snapshot | None:
    return store.snapshot(chosen_scan(store, scan).id) if store is not None and scan else None


def _accept(store: Store, found: Gate, day: str) -> None:
    """Put on each new violation the acceptance that holds for it."""
    held = {each.subject: each for each in store.acceptances() if each.scope == "finding"}
    for finding in found.new:
        given = held.get(finding.fingerprint)
        if given is not None:
            finding.acceptance = {
                "reason": given.reason, "owner": given.owner, "until": given.until, "by": given.by,
                "expired": given.until < day, "lapsed": given.lapsed,
            }  # fmt: skip
    accept(found)


def _rendered(found: Gate, how: How, rules: Sequence[type[Rule]]) -> str:
    from reports import FORMATS
    from reports import gate as rendering

    if how.format == "text":
        return rendering.render(found, how.fail_on)
    if how.format == "json":
        return rendering.render_json(found, how.fail_on)
    from reports.view import ReportData, rule_infos

    data = ReportData(
        scan=found.name, as_of=Clock().now(), version=version("phiward"), complete=not found.problems,
        findings=[*found.new, *found.accepted, *found.kept], rules=rule_infos(rules),
    )  # fmt: skip
    places = {name: (_from_here(each.file), each.line) for name, each in found.origins.items() if each.file}
    rendered: str = import_module(FORMATS[how.format].module).render(data, places)
    return rendered


def _from_here(file: str) -> str:
    """Write a path as the pipeline's own tools do: from the current folder, where it lies below it."""
    try:
        return Path(file).resolve().relative_to(Path.cwd().resolve()).as_posix()
    except ValueError:
        return file
