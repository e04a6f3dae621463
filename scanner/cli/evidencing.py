"""`phiward report --evidence`: gathers what an evidence pack is made from, and writes it."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from scanner.cli.data import chosen_scan
from scanner.cli.output import console
from scanner.cli.wire import UsageError, Wiring
from scanner.model.exits import CLEAN

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from reports.evidence_citations import Asked as Citation
    from reports.evidence_pack import Pack, Tick
    from reports.view import ReportData
    from scanner.cli.focus import Asked, Focus
    from scanner.cli.reporting import Ways
    from scanner.engine.parameters import Parameters
    from scanner.model.finding import Finding
    from scanner.model.rule import Rule
    from scanner.store import ScanInfo, Store
    from scanner.store.evidence_records import Record

LARGE = 100_000_000
"""From so many bytes of documents on, compressed, the size of the pack is said before it is written."""

OWN = "phiward's own mapping"


@dataclass(frozen=True)
class Pieces:
    """What a pack is asked to hold: the citations as they were written, and whether all that was sealed."""

    citations: Sequence[str]
    proof: bool = False

    def check(self, format: str, ways: Ways) -> None:
        """See that what is asked goes together.

        Raises:
            UsageError: it does not.
        """
        if not self.citations:
            raise UsageError("--proof: add it to --evidence CITATION, whose pack it ties to the seal")
        if format != "html" or ways != type(ways)():
            raise UsageError("--evidence writes a zip of its own: leave out --format, --each, --push and --sign")


@dataclass(frozen=True)
class _Chosen:
    """The rules behind the citations, by id (None: no rule of today), those that the scan did not run, the findings."""

    covers: frozenset[str]
    rules: Mapping[str, type[Rule] | None]
    not_run: Sequence[type[Rule]]
    findings: Sequence[Finding]


def write_evidence(wiring: Wiring, scan: str, pieces: Pieces, out: Path | None, *, asked: Asked, quiet: bool) -> int:
    """Write a pack of evidence for some citations of 45 CFR, by default below `[reports] out`; give the exit code.

    Raises:
        UsageError: there is no such citation, it cannot be restricted so, or the pack cannot be written there.
        StoreError: what is stored of the scan is not what was sealed.
    """
    from reports.evidence_pack import file_name, write

    proof = pieces.proof
    if proof and asked.owner:
        raise UsageError("--proof names every resource of the accounts, and --owner asks for some: leave one out")
    _refuse_terminal(out)
    err = console(quiet=quiet)
    citations = citations_of(wiring, pieces.citations)
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        pack = gather(wiring, store, info, citations, asked=asked, proof=proof)
        weight = store.weight(each.hash for each in pack.held if each.hash)
        if weight > LARGE:
            err.print(f"this pack will hold some {weight / 1e6:,.0f} MB of documents", markup=False)
        name = file_name(citations, info.as_of)
        place = Path(wiring.config.reports.out) / name if out is None else out / name if out.is_dir() else out
        with _opened(place) as file, _progress(quiet=quiet) as tick:
            write(pack, file, tick)
    if proof:
        err.print("it names every resource and verdict of its accounts (--proof): mind who gets it", soft_wrap=True)
    if not pack.data.findings:
        err.print("it holds no finding: README.txt says why", markup=False)
    size = f" ({place.stat().st_size / 1e6:,.1f} MB)" if place.is_file() else ""
    err.print(f"written: {place}{size}", markup=False, soft_wrap=True)
    return CLEAN


def gather(
    wiring: Wiring, store: Store, info: ScanInfo, citations: Sequence[Citation], *, asked: Asked, proof: bool
) -> Pack:
    """Gather a pack from the store.

    Raises:
        UsageError: it cannot be restricted so; see `focus_of`.
        StoreError: what is stored of the scan is not what was sealed.
    """
    from reports import evidence_parts as parts
    from reports.evidence_pack import Pack
    from scanner.cli.focus import focus_of
    from scanner.engine.parameters import Parameters

    focus = focus_of(store, info, asked)
    chosen = _chosen(wiring, store, info, focus, citations)
    begin = focus.older.id if focus.older is not None and focus.begin is not None else ""
    told = [each for each in store.told(info.id, focus.accounts, chosen.rules, begin) if _mine(each, focus)]
    records = {account: store.record(info.id, account) for account in focus.accounts}
    whole, read = parts.judged(chosen.findings, told), parts.read_of(chosen.findings)
    held = store.held(info.id, focus.accounts, whole | read.keys(), begin)
    data = _data(store, info, focus, chosen)
    parameters = Parameters(wiring.config, wiring.known_rules(), wiring.name)
    ids = {finding.fingerprint for finding in chosen.findings}
    calls = {(entry.account, entry.operation) for entry in data.coverage}
    return Pack(
        data=data, asked=citations,
        rules=[
            {**rule_document(rule, chosen.covers, parameters), "id": name} if rule else _former(name, chosen)
            for name, rule in sorted(chosen.rules.items())
        ],
        not_run=[rule.id for rule in chosen.not_run],
        held=parts.chosen(held, whole, read), told=told,
        log=[one for one in store.acceptance_log() if one.subject in ids or (one.account, one.subject) in calls],
        chains={account: store.chain(account) for account in focus.accounts},
        records=records, contents=store.contents, lists=_lists(store, info.id, records.values()) if proof else {},
        proof=proof,
    )  # fmt: skip


def citations_of(wiring: Wiring, wanted: Sequence[str]) -> list[Citation]:
    """Read citations as they were written; see `reports.evidence_citations`.

    Raises:
        UsageError: there is none such.
    """
    from reports.evidence_citations import NoSuchCitationError
    from reports.evidence_citations import asked as read

    also = {one for rule in wiring.known_rules().values() for one in (*rule.hipaa, *rule.hipaa_proposed)}
    try:
        found = [read(text, sorted(also)) for text in wanted]
    except NoSuchCitationError as error:
        raise UsageError(f"--evidence: {error}") from error
    return list({each.citation: each for each in found}.values())


def _chosen(wiring: Wiring, store: Store, info: ScanInfo, focus: Focus, citations: Sequence[Citation]) -> _Chosen:
    """Choose the rules that cite what is asked for, as they do now or did in the scan, and their findings."""
    covers = frozenset(citation for each in citations for citation in each.covers)
    known = {name: rule for rule in wiring.known_rules().values() for name in (*rule.was, rule.id)}
    citing = [rule for rule in dict.fromkeys(known.values()) if covers & {*rule.hipaa, *rule.hipaa_proposed}]
    found = focus.findings(store.findings(info.id))
    ids = {rule.id for rule in citing if rule.id in info.rules}
    ids |= {each.rule for each in found if covers & {*each.hipaa, *each.hipaa_proposed}}
    return _Chosen(
        covers, {name: known.get(name) for name in ids}, [rule for rule in citing if rule.id not in info.rules],
        [each for each in found if each.rule in ids],
    )  # fmt: skip


def _mine(told: Any, focus: Focus) -> bool:
    from scanner.store.tallies import bears

    return focus.tag is None or bears(told.tags, focus.tag)


def _data(store: Store, info: ScanInfo, focus: Focus, chosen: _Chosen) -> ReportData:
    """Give the report of the rules alone: no trend, and only the calls of the kinds that they judge and look up."""
    from reports.view import Account, ReportData, rule_infos
    from scanner.engine.accepted_gaps import among

    rules = [rule for rule in chosen.rules.values() if rule is not None]
    kinds = {kind.cfn for rule in rules for kind in (*rule.judged(), *rule.needs)} | {f.kind for f in chosen.findings}
    coverage = [entry for entry in store.coverage(info.id) if entry.account in focus.accounts]
    told = [entry for entry in coverage if entry.kind in kinds]
    seals = {seal.account: seal.head for seal in store.seals(info.id) if seal.account in focus.accounts}
    regions = {region for account, region in info.targets if account in focus.accounts and region != "global"}
    restricted = focus.restricted
    if focus.tag is not None:
        focus.resources(there := store.snapshot(info.id).resources)
        restricted = focus.said(there)
    return ReportData(
        scan=info.id, as_of=info.as_of, version=version("phiward"), complete=focus.complete(info, coverage),
        started=info.started, finished=info.finished, seals=seals, restricted=restricted,
        accounts=[Account(account, info.names.get(account, "")) for account in focus.accounts],
        regions=sorted(regions), findings=chosen.findings, rules=rule_infos(rules),
        coverage=told, accepted_gaps=among(store.accepted_gaps(info.id), told),
    )  # fmt: skip


def rule_document(rule: type[Rule], covers: Collection[str], parameters: Parameters) -> dict[str, Any]:
    """Say what a rule demands and why, who cites it for what is asked, and its parameters as they are in force."""
    from msgspec.structs import asdict

    from reports.view import rule_info
    from scanner.cli.listing import document
    from scanner.engine.normalise import builtin

    info = rule_info(rule)
    plain, overrides = parameters.in_force(rule)
    found = document(rule)
    values = [{**each, "value": builtin(getattr(plain, each["name"]))} for each in found["parameters"]]
    others = [{"where": asdict(where), "values": builtin(asdict(settings))} for where, settings in overrides]
    said = {"why": info.why, "speaks_of": info.scope, "cited_by": _cited(rule.hipaa, covers)}
    return {**found, **said, "parameters": values, "overrides": others}


def _former(name: str, chosen: _Chosen) -> dict[str, Any]:
    """Say what is known of a rule that this version of phiward no longer has: what its findings say."""
    finding = next(each for each in chosen.findings if each.rule == name)
    lists = {name: list(getattr(finding, name)) for name in ("hipaa", "hipaa_proposed", "aliases")}
    why = "This version of phiward does not have this rule; it is told as its findings tell it."
    plain = {"id": finding.rule, "title": finding.title, "severity": finding.severity, "category": finding.category}
    empty: dict[str, Any] = {"packs": [], "sources": [], "related": [], "parameters": [], "overrides": []}
    said = {"kinds": [finding.kind], "why": why, "speaks_of": "", "cited_by": _cited(finding.hipaa, chosen.covers)}
    return {**plain, **lists, **empty, **said}


def _cited(public: Iterable[str], covers: Collection[str]) -> str:
    return "public sources" if set(public) & set(covers) else OWN


def _lists(store: Store, scan: str, records: Iterable[Record]) -> dict[str, Any]:
    """Say how the lists that were sealed are had, by their SHA-256."""
    found: dict[str, Any] = {}
    for record in records:
        found[record.verdicts] = partial(store.verdict_list, scan, record.account)
        for region, place in record.places.items():
            found[place.sections] = partial(store.section_list, scan, record.account, region)
    return found


def _refuse_terminal(out: Path | None) -> None:
    """Refuse to write a zip where people read.

    Raises:
        UsageError: it is a terminal.
    """
    looked = sys.stdout.isatty() if out == Path("-") else False
    if out is not None and out.is_char_device():
        with out.open("rb") as device:
            looked = device.isatty()
    if looked:
        raise UsageError("--evidence writes a zip, and that is a terminal: name a file with --out, or use a pipe")


@contextmanager
def _opened(place: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its place when it is whole; what is no file (`-`, a pipe) gets the whole at the end.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        if place == Path("-") or (place.exists() and not place.is_file()):
            with tempfile.TemporaryFile() as file:
                yield file
                file.seek(0)
                with nullcontext(sys.stdout.buffer) if place == Path("-") else place.open("wb") as to:
                    shutil.copyfileobj(file, to)
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_name(f".{place.name}.{os.getpid()}")
        try:
            with beside.open("w+b") as file:
                yield file
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{place}: cannot be written ({error.strerror}); name another place with --out") from error


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Tick | None]:
    """Show how many files are written; nothing where nobody looks."""
    err = console(quiet=quiet)
    if not err.is_terminal or quiet:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns: list[Any] = [TextColumn("[bold]packing"), BarColumn(bar_width=None), MofNCompleteColumn()]
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("pack", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
