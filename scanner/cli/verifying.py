"""`phiward verify REPORT.pdf`: lays a report that comes back beside the store, and says what does not agree."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.words import clean
from scanner.cli.data import chosen_scan, report_data
from scanner.cli.focus import Asked
from scanner.cli.output import answer, complain
from scanner.cli.wire import Clock, UsageError, Wiring
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from reports.pdf_check import Opened
    from reports.view import ReportData
    from scanner.store import ScanInfo, Store

MOST = 20
"""How many differences are told one by one."""


@dataclass
class Told:
    """What was found: lines by topic, and faults, of which one is enough."""

    faults: list[str] = field(default_factory=list)
    whole: bool = True

    def good(self, topic: str, words: str) -> None:
        """Say what agrees."""
        answer(f"{topic:<12} {clean(words)}\n")

    def left(self, topic: str, words: str) -> None:
        """Say what could not be compared."""
        self.good(topic, words)
        self.whole = False

    def bad(self, topic: str, faults: Sequence[str]) -> None:
        """Say what does not agree, one line each."""
        for fault in faults[:MOST]:
            complain(f"{topic}: {clean(fault)}")
        if len(faults) > MOST:
            complain(f"{topic}: {len(faults) - MOST:,} more differences")
        self.faults += faults


def verify(wiring: Wiring, report: Path | None, head: str, trust: Path | None) -> int:
    """Check a report or a pack of evidence beside the store, or the store alone; give the exit code.

    Raises:
        UsageError: `--trust` is given without a report, or a file cannot be read.
    """
    if report is not None:
        from scanner.cli.verifying_pack import is_pack, verify_pack

        if not is_pack(report):
            return verify_report(wiring, report, head=head, trust=trust)
        if trust is not None:
            raise UsageError("--trust: a pack of evidence bears no signature; leave it out")
        return verify_pack(wiring, report, head)
    if trust is not None:
        raise UsageError("--trust: name the report, `phiward verify REPORT.pdf`, whose signature is to be checked")
    from scanner.cli.commands import verify_store

    return verify_store(wiring, head)


def verify_report(
    wiring: Wiring, path: Path, *, head: str = "", trust: Path | None = None, clock: Clock | None = None
) -> int:
    """Check a PDF: signature, what is attached, and whether the store gives the same; give the exit code.

    Raises:
        UsageError: the file, or that of `--trust`, cannot be read.
    """
    from reports.pdf_check import Opened, UnreadableError

    try:
        opened = Opened(_read(path))
    except UnreadableError as error:
        raise UsageError(f"{path}: {error}") from error
    told = Told()
    _signature(told, opened, trust, (clock or Clock()).now())
    problems = list(opened.problems())
    told.bad("attachments", problems)
    if not problems:
        told.good("attachments", f"{len(opened.files)}, as they were written; the pages print their digests")
    with wiring.store() as store:
        _against(told, wiring, store, opened, head)
    if told.faults:
        return VIOLATION
    answer(f"{path.name} agrees with the store{'' if told.whole else ', as far as it was compared'}\n")
    return CLEAN


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror})") from error


def _signature(told: Told, opened: Opened, trust: Path | None, now: Any) -> None:
    from reports.signing import SignError, check, roots

    trusted = []
    if trust is not None:
        try:
            trusted = roots(_read(trust))
        except SignError as error:
            raise UsageError(f"--trust {trust}: {error}") from error
    if not opened.signed:
        if trust is not None:
            told.bad("signature", ["there is none, and --trust asks for one"])
        else:
            told.good("signature", "there is none")
        return
    for found in check(opened.data, trusted, now):
        told.bad("signature", [f"of {found.who}: {problem}" for problem in found.problems])
        if not found.problems:
            at = f"{found.at:%Y-%m-%d %H:%M} UTC" if found.at else "at no moment"
            who = (
                "trusted" if found.trusted else "whether it is theirs was not checked: name whom to trust with --trust"
            )
            over = f"; the certificate expired on {found.over:%Y-%m-%d}" if found.over else ""
            told.good("signature", f"of {found.who}, {at} by their clock; unbroken, over the whole file; {who}{over}")


def _against(told: Told, wiring: Wiring, store: Store, opened: Opened, head: str) -> None:
    """Lay it beside the store: its own seals, then scan, findings and counts, tables, pages."""
    from reports.attachments import FINDINGS_JSON

    told.bad("store", store.verify(head or None))
    try:
        document = json.loads(opened.files[FINDINGS_JSON])
        info = chosen_scan(store, str(document["scan"]))
        if info.id != document["scan"]:
            raise UsageError(f"there is no scan {document['scan']}")
        given = report_data(wiring, store, info, asked=asked_again(store, document), format="pdf")
    except KeyError:
        return
    except (ValueError, TypeError, AttributeError) as error:
        told.bad("scan", [f"it cannot be compared: {error}"])
        return
    _seals(told, document, store, info)
    if _findings(told, store, document, given, opened):
        _pages(told, opened, given)


def asked_again(store: Store, document: Mapping[str, Any]) -> Asked:
    """Say in the words of the command line what the report is restricted to."""
    from reports.words import moment

    only = document["restricted"]
    accounts = [str(each["id"]) for each in document["summary"]["accounts"]] if only["accounts"] else ()
    key, _, value = str(only["owner"] or "").rpartition(" = ")
    since = str(only["since"] or "")
    begins = [info.id for info in store.scans() if info.finished and moment(info.as_of) == since]
    period = begins[-1] if begins and begins[-1] != document["scan"] else since
    return Asked(period, accounts, f"{key}={value}" if key else "")


def _seals(told: Told, document: Mapping[str, Any], store: Store, info: ScanInfo) -> None:
    stored = {seal.account: seal.head for seal in store.seals(info.id)}
    given = dict(document.get("seals") or {})
    wrong = [account for account, head in sorted(given.items()) if stored.get(account) != head]
    told.bad("seals", [f"{account}: {given[account]} is not in the store's chain with {info.id}" for account in wrong])
    if not wrong and given:
        told.good("seals", f"{len(given)}, each in the chain of its account with scan {info.id}")


def _findings(told: Told, store: Store, document: Mapping[str, Any], given: ReportData, opened: Opened) -> bool:
    """Compare files and store; say whether they agree to the letter, so that the pages can be compared too."""
    from reports.agreement import compare, compare_tables
    from reports.attachments import FINDINGS_JSON, attachments

    made = opened.author.removeprefix("phiward ")
    same = made == version("phiward")
    if not same:
        told.left("version", f"the report is of phiward {made or 'unknown'}, this is {version('phiward')}: "
                  "what both tell is compared")  # fmt: skip
    files = {file.name: file.text for file in attachments(given)}
    ever = given_ever(store)
    agreed = compare(document, json.loads(files[FINDINGS_JSON]), ever, same=same)
    told.bad("scan", agreed.faults)
    tables = [
        fault
        for name, text in files.items()
        if name != FINDINGS_JSON and name in opened.files
        for fault in compare_tables(name, opened.files[name], text.decode(), same=same, decided=bool(agreed.decided))
    ]
    if same and not (agreed.faults or agreed.decided) and opened.files[FINDINGS_JSON] != files[FINDINGS_JSON]:
        tables.append(f"{FINDINGS_JSON}: the same values as the store's, written otherwise")
    told.bad("files", tables)
    if not (agreed.faults or tables):
        told.good("scan", f"{info_words(given)} are those of the store, in JSON and in both tables")
    for words in agreed.decided[:MOST]:
        told.good("acceptances", f"decided since: {words}")
    if not same or agreed.decided:
        why = "acceptances are others by now" if same else "another version made it"
        told.left("pages", f"what is printed was not compared: {why}")
    return same and not (agreed.faults or agreed.decided)


def given_ever(store: Store) -> list[tuple[str, Mapping[str, Any]]]:
    """Give all acceptances that were ever given, by what `reports.agreement.subject` names them."""
    return [
        (f"{event.subject} {event.account}".strip(), json.loads(event.words))
        for event in store.acceptance_log()
        if event.action == "accept"
    ]


def info_words(given: ReportData) -> str:
    """Say what was compared."""
    return f"{given.scan}: {len(given.findings):,} findings, {len(given.coverage):,} calls and every count"


def _pages(told: Told, opened: Opened, given: ReportData) -> None:
    """Draw the report anew: where the bytes are the same, nothing printed is another; else compare what is said."""
    from reports import pdf
    from reports.pdf_check import Opened, UnreadableError
    from reports.printing import PdfError

    try:
        drawn = pdf.render(given)
    except PdfError as error:
        told.left("pages", f"what is printed was not compared: {error}")
        return
    if opened.data == drawn or (opened.signed and opened.only_signed(drawn)):
        told.good("pages", f"{opened.pages}, drawn anew from the store: the same to the byte")
        return
    anew = Opened(drawn)
    try:
        other = [page for page in range(min(opened.pages, anew.pages)) if opened.text(page) != anew.text(page)]
    except UnreadableError as error:
        told.bad("pages", [str(error)])
        return
    if opened.pages != anew.pages:
        told.bad("pages", [f"there are {opened.pages}; the store gives {anew.pages}"])
    told.bad("pages", [f"page {page + 1} does not say what the store gives by this config.toml" for page in other])
    if not other and opened.pages == anew.pages:
        told.left(
            "pages", "they say in words what the store gives; what is drawn was not verified: the bytes differ from "
            "what this machine draws, as other fonts or another WeasyPrint make them"
        )  # fmt: skip
