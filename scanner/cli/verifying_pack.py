"""`phiward verify EVIDENCE.zip`: a pack of evidence that comes back, by its own checks and laid beside the store."""

from __future__ import annotations

import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.data import chosen_scan
from scanner.cli.evidencing import citations_of, gather
from scanner.cli.output import answer
from scanner.cli.verifying import Told, asked_again, given_ever
from scanner.cli.wire import UsageError, Wiring
from scanner.model.exits import CLEAN, VIOLATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reports.evidence_verify import Pack
    from scanner.store import Store

FINDINGS = ("findings.json", "findings.csv")
DECIDED = ("acceptances.json", "rules.json", "rules.md")
"""What people may have changed since: acceptances, parameters, rules of their own."""


def is_pack(path: Path) -> bool:
    """Say whether this is a pack of evidence, or the folder one was unpacked to, by its look."""
    import zipfile

    return path.is_dir() or (path.is_file() and zipfile.is_zipfile(path) and not _is_pdf(path))


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(5) == b"%PDF-"


def verify_pack(wiring: Wiring, path: Path, head: str = "") -> int:
    """Check a pack; give the exit code.

    Raises:
        UsageError: it is none, or cannot be read.
    """
    from reports.evidence_verify import BROKEN, MANIFEST, Pack, checks

    try:
        pack = Pack(str(path))
        made = pack.json(MANIFEST)
        scan, by = str(made["scan"]), str(made["phiward"])
    except BROKEN as error:
        raise UsageError(f"{path}: this is no pack of evidence ({type(error).__name__}: {error})") from error
    told = Told()
    for name, problems, notes in checks(pack, [head] if head else ()):
        told.bad(name, problems)
        if not problems:
            told.good(name, "; ".join(notes))
    with wiring.store() as store:
        told.bad("store", store.verify(head or None))
        if not told.faults:
            _against(told, wiring, store, pack, scan=scan, same=by == version("phiward"))
    if told.faults:
        return VIOLATION
    answer(f"{path.name} agrees with the store{'' if told.whole else ', as far as it was compared'}\n")
    return CLEAN


def _against(told: Told, wiring: Wiring, store: Store, pack: Pack, *, scan: str, same: bool) -> None:
    """Make the pack anew from the store, and compare."""
    from reports import evidence_pack
    from reports.evidence_verify import MANIFEST
    from reports.evidence_verify import Pack as Read

    try:
        info = chosen_scan(store, scan)
        if info.id != scan:
            raise UsageError(f"there is no scan {scan}")
        citations = citations_of(wiring, [str(each["citation"]) for each in pack.json(MANIFEST)["citations"]])
        asked = asked_again(store, pack.json("findings.json"))
        anew = gather(wiring, store, info, citations, asked=asked, proof=pack.proof)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        told.bad("scan", [f"it cannot be compared: {error}"])
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "pack.zip"
        with place.open("w+b") as file:
            evidence_pack.write(anew, file)
        if pack.zip and pack.folder.read_bytes() == place.read_bytes():
            told.good("pack", "made anew from the store: the same to the byte")
            return
        _members(told, store, pack, Read(str(place)), same=same)


def _members(told: Told, store: Store, pack: Pack, anew: Pack, *, same: bool) -> None:
    """Compare member by member: what is sealed must be the same, what grows or is decided may be another."""
    from reports.evidence_verify import MANIFEST

    here, there = set(pack.names), set(anew.names)
    other = (here ^ there) | {name for name in here & there if pack.digest(name) != anew.digest(name)}
    agreed, decided = _findings(store, pack, anew, same=same) if other & set(FINDINGS) else ([], [])
    words = other - {MANIFEST, "seals.json", *FINDINGS}
    bad = sorted(name for name in words if _must_agree(name, same=same))
    told.bad("pack", [f"it speaks of other {key}" for key in _wrong_head(pack.json(MANIFEST), anew.json(MANIFEST))])
    told.bad("pack", [*_chain(pack, anew), *agreed, *(f"{name} is not what the store gives" for name in bad)])
    for line in decided:
        told.good("acceptances", f"decided since: {line}")
    if left := sorted(words - set(bad)):
        told.left("words", f"{', '.join(left)}: not what store and config.toml give now, so not compared")
    if not told.faults:
        told.good("pack", "findings, documents and seals are those of the store")


def _must_agree(name: str, *, same: bool) -> bool:
    """Say whether a file must be as the store gives it: what is named by its content, and words of this version."""
    kept = name.startswith(("documents/", "sealed/")) and not name.endswith("/index.json")
    return kept or (same and name not in DECIDED)


def _chain(pack: Pack, anew: Pack) -> list[str]:
    """Say which chains are not the beginning of the store's."""
    stored = {one["account"]: one for one in anew.json("seals.json")["accounts"]}
    wrong = []
    for one in pack.json("seals.json")["accounts"]:
        now = stored.get(one["account"], {"links": [], "record": None})
        pruned = [{**link, "pruned": False} for link in now["links"][: len(one["links"])]]
        given = [{**link, "pruned": False} for link in one["links"]]
        if given != pruned or one["record"] != now["record"]:
            wrong.append(f"the chain of account {one['account']} is not the store's")
    return wrong


def _wrong_head(given: Mapping[str, Any], stored: Mapping[str, Any]) -> list[str]:
    return [name for name in ("scan", "as_of", "accounts", "citations", "restricted") if given[name] != stored[name]]


def _findings(store: Store, pack: Pack, anew: Pack, *, same: bool) -> tuple[list[str], Sequence[str]]:
    """Compare the findings; give what does not agree, and what was decided since."""
    from reports.agreement import compare, compare_tables

    ever = given_ever(store)
    agreed = compare(pack.json("findings.json"), anew.json("findings.json"), ever, same=same)
    given, stored = pack.text("findings.csv").encode(), anew.text("findings.csv")
    tables = compare_tables("findings.csv", given, stored, same=same, decided=bool(agreed.decided))
    return [*agreed.faults, *tables], agreed.decided
