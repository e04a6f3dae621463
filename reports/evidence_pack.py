"""The evidence pack: a zip that answers an auditor's request on a citation, and that can be checked without phiward.

The same input gives the same bytes: members by name, dated by the scan, manifest last. Documents are written one by
one, as the store gives them.
"""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib import resources
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from reports import csv_report, evidence_parts, evidence_words, json_report
from reports.words import encoded, moment

if TYPE_CHECKING:
    from reports.evidence_citations import Asked
    from reports.view import ReportData
    from scanner.store.evidence_records import Held, Link, Record, Told

FORMAT = "phiward-evidence/1"
MANIFEST = "manifest.json"
VERIFIER = "evidence_verify.py"
MODE = 0o644
UNIX = 3
FIRST_YEAR = 1980
"""The first that a zip can date."""

Give = Callable[[], bytes]
Contents = Callable[[Iterable[str]], Iterator[tuple[str, bytes]]]
"""Gives content by its SHA-256 in hexadecimal, sorted by it."""


@dataclass(frozen=True, kw_only=True)
class Pack:
    """What a pack is made from.

    `data` holds the findings and the coverage of the rules concerned alone, `rules` these rules as documents, `not_run`
    the ids of those that the scan did not run, `held`
    the intervals of what was judged and read, `told` those of the verdicts, `log` the log of acceptances, `chains` the
    seals of each account. With `proof` the pack holds what the scan's seals stand for: `records`, by account, the
    bytes of `lists` by their SHA-256, and what of the records the store keeps.
    """

    data: ReportData
    asked: Sequence[Asked]
    rules: Sequence[Mapping[str, Any]]
    held: Sequence[Held]
    told: Sequence[Told]
    log: Sequence[Any]
    chains: Mapping[str, Sequence[Link]]
    records: Mapping[str, Record]
    contents: Contents
    lists: Mapping[str, Give] = field(default_factory=dict)
    not_run: Sequence[str] = ()
    proof: bool = False


Tick = Callable[[int, int], None]
"""Takes how many members are written, of how many."""


def file_name(asked: Sequence[Asked], as_of: datetime) -> str:
    """Name the file: `phiward-evidence-164.312-a-2-iv-2026-11-21.zip`, with how many more citations there are."""
    more = f"-and-{len(asked) - 1}-more" if len(asked) > 1 else ""
    return f"phiward-evidence-{asked[0].slug}{more}-{as_of:%Y-%m-%d}.zip"


def verifier() -> bytes:
    """Give the script that checks a pack."""
    return (resources.files("reports") / VERIFIER).read_bytes()


def write(pack: Pack, file: BinaryIO, tick: Tick | None = None) -> int:
    """Write the pack to a file that can be sought in; give how many members it has."""
    documents = {evidence_parts.document_name(each): each.hash for each in pack.held if each.hash}
    kept, sealed = _sealed(pack)
    made = {**_texts(pack), **sealed}
    names = sorted({*documents, *kept, *made})
    streams = {
        "documents/": pack.contents(documents.values()),
        "sealed/": pack.contents(kept.values()),
    }
    listed: list[dict[str, Any]] = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for number, name in enumerate(names, 1):
            if name in made:
                content = made[name]()
            else:
                _, content = next(streams[name[: name.index("/") + 1]])
            listed.append({"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()})
            archive.writestr(_member(name, pack.data.as_of), content)
            if tick is not None:
                tick(number, len(names))
        archive.writestr(_member(MANIFEST, pack.data.as_of), _manifest(pack, listed))
    return len(names) + 1


def _texts(pack: Pack) -> dict[str, Give]:
    """Say how the members that stand for themselves are made; the others are named by their content."""
    data, parts = pack.data, evidence_parts
    made: dict[str, Callable[[], str | bytes]] = {
        "README.txt": lambda: evidence_words.readme(data, pack.asked, pack.rules, pack.not_run, proof=pack.proof),
        "acceptances.json": lambda: _json(parts.acceptances(data, pack.log)),
        "coverage.json": lambda: _json(parts.coverage(data)),
        "documents/index.json": lambda: _json(parts.index(data, pack.held)),
        "evidence.csv": lambda: parts.evidence_table(data, pack.held),
        "findings.csv": lambda: csv_report.render(data),
        "findings.json": lambda: json_report.render(data),
        "history.json": lambda: _json(parts.history(data, pack.told)),
        "rules.json": lambda: _json(pack.rules),
        "rules.md": lambda: evidence_words.rules_page(pack.rules),
        "seals.json": lambda: _json(parts.seals(data, pack.chains, pack.records, proof=pack.proof)),
        "verify.py": verifier,
    }
    return {name: partial(_bytes, give) for name, give in made.items()}


def _bytes(give: Callable[[], str | bytes]) -> bytes:
    made = give()
    return made.encode() if isinstance(made, str) else made


def _sealed(pack: Pack) -> tuple[dict[str, str], dict[str, Give]]:
    """Name the members that prove the seals: those that the store keeps by their SHA-256, and those that are made."""
    if not pack.proof:
        return {}, {}
    mine = {finding.fingerprint for finding in pack.data.findings}
    kept: set[str] = set()
    made: dict[str, Give] = {f"sealed/{name}.txt": give for name, give in pack.lists.items()}
    for record in pack.records.values():
        kept.update((record.judged, *record.cards))
        kept.update(name for place in record.places.values() for name in (place.coverage, place.shape))
        kept.update(name for fingerprint in mine & record.bodies.keys() for name in record.bodies[fingerprint])
        made[f"sealed/{record.content}.json"] = partial(bytes, record.parts)
    return {f"sealed/{name}.json": name for name in kept}, made


def _manifest(pack: Pack, listed: Sequence[Mapping[str, Any]]) -> bytes:
    data = pack.data
    return _json(
        {
            "format": FORMAT,
            "phiward": data.version,
            "scan": data.scan,
            "as_of": moment(data.as_of),
            "accounts": sorted(account.id for account in data.accounts),
            "citations": [msgspec.to_builtins(each) for each in pack.asked],
            "restricted": json_report.restricted(data),
            "files": listed,
        }
    )


def _json(value: Any) -> bytes:
    return msgspec.json.format(encoded(value), indent=1) + b"\n"


def _member(name: str, as_of: datetime) -> zipfile.ZipInfo:
    at = as_of.astimezone(UTC)
    made = zipfile.ZipInfo(name, (max(at.year, FIRST_YEAR), at.month, at.day, at.hour, at.minute, at.second))
    made.compress_type = zipfile.ZIP_DEFLATED
    made.create_system = UNIX
    made.external_attr = MODE << 16
    return made
