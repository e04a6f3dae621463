"""Checks an evidence pack of phiward, with nothing but Python 3.8 or newer: python3 verify.py [PACK] [--head HASH].

PACK is the zip or the folder it was unpacked to, by default the folder of this script. Says for each check whether it
holds, then what that proves. Exit code 0: all holds; 1: something does not; 2: this is no pack.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile, ZipFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Problems = Iterator[str]
    Check = Callable[["Pack"], Problems]

MANIFEST, INDEX, SHOWN = "manifest.json", "documents/index.json", 5
BROKEN = (AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError, BadZipFile, zlib.error)
COLUMNS = ("fingerprint", "verdict", "severity", "status", "rule", "account", "region", "kind")
SECTION = "kind arn id section state hash stable".split()
VERDICT = "fingerprint account region rule kind key part verdict severity card subject said - - - -".split()
BESIDE = "tags notes members key card subject said -".split()


class Pack:
    """The files of a pack; `proof`: whether what was sealed is there; `notes`: what a check says if all holds."""

    def __init__(self, place: str) -> None:
        """Open a zip or a folder."""
        self.folder = Path(place)
        self.zip = None if self.folder.is_dir() else ZipFile(place)
        files = (path for path in sorted(self.folder.rglob("*")) if path.is_file() and path.name != ".DS_Store")
        self.names = self.zip.namelist() if self.zip else [path.relative_to(place).as_posix() for path in files]
        self.proof = any(name.startswith("sealed/") for name in self.names)
        self.notes: list[str] = []
        self._digests: dict[str, str] = {}

    def text(self, name: str) -> str:
        """Give a file."""
        return self._read(name).decode("utf-8")

    def digest(self, name: str) -> str:
        """Give the SHA-256 of a file."""
        if name not in self._digests:
            self._digests[name] = hashlib.sha256(self._read(name)).hexdigest()
        return self._digests[name]

    def _read(self, name: str) -> bytes:
        return self.zip.read(name) if self.zip else (self.folder / name).read_bytes()

    def json(self, name: str) -> Any:
        """Give a JSON document."""
        return json.loads(self.text(name), object_pairs_hook=once)

    def lines(self, digest: str, fields: Sequence[str]) -> Iterator[dict[str, str]]:
        """Give a list that was sealed, each entry as a map; a name may hold a line's end."""
        held = ""
        for line in self.text(f"sealed/{digest}.txt").split("\n"):
            held = f"{held}\n{line}" if held else line
            row = held.split("\x1f")
            if len(row) >= len(fields):
                yield {name: row[place] for place, name in enumerate(fields)}
                held = ""

    def sections(self) -> list[tuple[Any, Any]]:
        """Give what the index holds: each resource with each of its sections."""
        return [(resource, section) for resource in self.json(INDEX)["resources"] for section in resource["sections"]]


def once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Give a JSON object whose keys stand there once: programs differ in which of two they read."""
    if len(dict(pairs)) == len(pairs):
        return dict(pairs)
    raise ValueError("a key stands there twice")


def sha(*lines: str) -> str:
    """Give the SHA-256 of lines."""
    return hashlib.sha256("\n".join(lines).encode("utf-8")).hexdigest()


def manifest(pack: Pack) -> Problems:
    """Every file is the one that the manifest lists, and there is no other."""
    listed = {entry["path"]: entry["sha256"] for entry in pack.json(MANIFEST)["files"]}
    there = set(pack.names) - {MANIFEST}
    if len(pack.names) > len(set(pack.names)):
        yield "a file is there more than once"
    yield from (f"{name} is missing" for name in sorted(listed.keys() - there))
    yield from (f"{name} is not in the manifest" for name in sorted(there - listed.keys()))
    yield from (f"{name} was changed" for name in sorted(there & listed.keys()) if pack.digest(name) != listed[name])
    pack.notes = [f"{len(listed)} files are as the manifest says"]


def documents(pack: Pack) -> Problems:
    """Every document bears its SHA-256 as its name, and the index names every one."""
    named = {name for name in pack.names if name.startswith(("documents/", "sealed/")) and name != INDEX}
    for name in sorted(named):
        if pack.digest(name) != name.split("/")[-1].split(".")[0]:
            yield f"{name} is not what its name says"
    wanted = {f"documents/{section['sha256']}.json" for _, section in pack.sections() if section["sha256"]}
    yield from (f"{name} is missing, and the index names it" for name in sorted(wanted - named))
    yield from (f"{name} is not in the index" for name in sorted(named - wanted) if name.startswith("documents/"))
    pack.notes = [f"{len(wanted)} documents bear their SHA-256 as their name"]


def evidence(pack: Pack) -> Problems:
    """Every fact was read of a section that the index knows."""
    there = {(resource["kind"], resource["arn"], section["section"]) for resource, section in pack.sections()}
    without = {(one["kind"], one["arn"]) for one in pack.json(INDEX)["without_document"]}
    facts = plain = 0
    for finding in pack.json("findings.json")["findings"]:
        for fact in finding["evidence"]:
            path, _, other = fact["path"].partition(" @ ")
            kind, _, steps = path.partition(" ")
            names = [step.strip().split(".")[0].split("[")[0] for step in steps.split("|") if step.strip()]
            thing = (kind, other or finding["resource"])
            facts += 1
            if not names or names[0].startswith("=") or thing in without:
                plain += 1
            elif not any((*thing, name) in there for name in names):
                yield f"{fact['fact']} of {thing[1]} leads to no document"
    pack.notes = [f"{facts - plain} facts lead to what was seen; {plain} are constants or of what has no document here"]


def agreement(pack: Pack) -> Problems:
    """The tables and the documents say the same, and speak of one scan."""
    csv.field_size_limit(2**31 - 1)
    rows = list(csv.DictReader(pack.text("findings.csv").splitlines(keepends=True)))
    found, head = pack.json("findings.json"), pack.json(MANIFEST)
    told, table = (sorted([one[name] for name in COLUMNS] for one in given) for given in (found["findings"], rows))
    if told != table:
        yield "findings.csv does not hold the findings of findings.json"
    if len({finding["fingerprint"] for finding in found["findings"]}) < len(rows):
        yield "a finding is there twice"
    if found["coverage"] != pack.json("coverage.json")["calls"]:
        yield "coverage.json does not hold the coverage of findings.json"
    others = (INDEX, "findings.json", "coverage.json", "seals.json", "acceptances.json", "history.json")
    yield from (f"{name} speaks of another scan" for name in others if pack.json(name)["scan"] != head["scan"])
    pack.notes = [f"findings.csv and findings.json hold the same {len(rows)} findings"]


def chain(pack: Pack, given: Sequence[str] = ()) -> Problems:
    """Every seal is made from the one before; those that somebody holds are there, no earlier than the scan's."""
    seals, notes = pack.json("seals.json"), {}
    if sorted(one["account"] for one in seals["accounts"]) != pack.json(MANIFEST)["accounts"]:
        yield "seals.json does not hold the seals of the pack's accounts"
    for one in seals["accounts"]:
        previous, reached = "", False
        for link in one["links"]:
            made = sha(previous, link["scan"], link["as_of"], link["content"])
            if (link["previous"], link["head"]) != (previous, made):
                yield f"account {one['account']}: the seal of scan {link['scan']} is not made from what stands here"
            previous, reached = made, reached or link["scan"] == seals["scan"]
            notes[made] = f"{made[:12]} is of account {one['account']} after scan {link['scan']}"
            if made in given and not reached:
                yield f"{made} is older than the scan: give the seal of {seals['scan']} or of a later scan"
        if previous != one["head"] or [link["scan"] for link in one["links"]].count(seals["scan"]) != 1:
            yield f"account {one['account']}: the newest seal, or the one of scan {seals['scan']}, is not there"
    yield from (f"no chain here holds the seal {name}, or it was changed" for name in given if name not in notes)
    pack.notes = [f"{len(seals['accounts'])} chains of seals", *(notes[name] for name in given if name in notes)]


def record(pack: Pack) -> Problems:
    """Findings, documents and coverage are what the scan's seals stand for, and nothing is left out."""
    seals, findings = pack.json("seals.json"), pack.json("findings.json")
    told = {one["fingerprint"]: one for one in findings["findings"]}
    lines: dict[str, dict[str, str]] = {}
    seen: dict[tuple[str, ...], tuple[str, str]] = {}
    covered = []
    for one in seals["accounts"]:
        yield from _content(pack, one, next(link for link in one["links"] if link["scan"] == seals["scan"]))
        for region, place in one["record"]["places"].items():
            for line in pack.lines(place["sections"], SECTION):
                key = (one["account"], region, line["kind"], line["arn"], line["id"], line["section"])
                seen[key] = (line["state"], line["hash"])
            for call in pack.json(f"sealed/{place['coverage']}.json"):
                where = {"account": call["account"] or one["account"], "region": call["region"] or region}
                covered.append(json.dumps({**call, **where}, sort_keys=True))
        lines.update({line["fingerprint"]: line for line in pack.lines(one["record"]["verdicts"], VERDICT)})
    kinds = {call["kind"] for call in findings["coverage"]} | {one["kind"] for one in told.values()}
    mine = sorted(call for call in covered if json.loads(call)["kind"] in kinds)
    if mine != sorted(json.dumps(call, sort_keys=True) for call in findings["coverage"]):
        yield "the coverage is not what was sealed"
    yield from _documents(pack, seen, {(one["kind"], one["resource"]) for one in told.values()})
    yield from _findings(pack, told, lines)
    pack.notes = [f"{len(told)} findings, their documents and coverage are what was sealed, and none is left out"]


def _content(pack: Pack, one: Any, link: Any) -> Problems:
    held = one["record"]
    account, scan, places, judged, _ = pack.json(f"sealed/{held['content']}.json")
    made = {name: sha(at["coverage"], at["shape"], at["sections"]) for name, at in held["places"].items()}
    if (held["content"], account, scan[0], scan[2]) != (link["content"], one["account"], link["scan"], link["as_of"]):
        yield f"account {one['account']}: the record is not the one that was sealed"
    if dict(places) != made or judged != [held["judged"], sha(held["judged"], held["verdicts"])]:
        yield f"account {one['account']}: what was seen or judged is not what was sealed"


def _documents(pack: Pack, seen: Any, judged: Any) -> Problems:
    known, current = set(), set()
    for resource, section in pack.sections():
        key = (*(resource[name] for name in ("account", "region", "kind", "arn", "id")), section["section"])
        known.add(key)
        current.update([key] if section["seen_in_scan"] else [])
        if section["seen_in_scan"] and seen.get(key) != (section["state"], section["sha256"] or ""):
            yield f"{key[3]} {key[5]} is not what was sealed"
    judged |= {(one["kind"], one["arn"]) for one in pack.json(INDEX)["without_document"]}
    left = (key for key in seen.keys() - current if key in known or key[2:4] in judged)
    yield from (f"{key[3]} {key[5]} was sealed and is left out" for key in left)


def _findings(pack: Pack, told: Any, lines: Any) -> Problems:
    asked = {one for each in pack.json(MANIFEST)["citations"] for one in each["covers"]}
    sealed = {name: pack.json(f"sealed/{name}.json") for name in {line["card"] for line in lines.values()}}
    cited = {name for name, card in sealed.items() if asked & {*card["hipaa"], *card["hipaa_proposed"]}}
    for name, line in sorted(lines.items()):
        if name not in told and line["card"] in cited:
            yield f"the {line['verdict']} of {line['rule']} on {line['key']} was sealed and is left out"
    yield from (f"finding {name} was never sealed" for name in sorted(told.keys() - lines.keys()))
    for name in sorted(told.keys() & lines.keys()):
        finding, line = told[name], lines[name]
        subject, said = (pack.json(f"sealed/{line[part]}.json") for part in ("subject", "said"))
        for fact in said["evidence"]:
            other = fact.pop("resource")
            fact["path"] += f" @ {other}" if other else ""
        for gap in said["missing"]:
            gap["error"] = ": ".join(part for part in (gap["error"] or gap["state"], gap["message"]) if part)
            del gap["state"], gap["message"]
        made = {**sealed[line["card"]], **subject, **said, **line}
        if any(finding[key] != made[key] for key in made.keys() - BESIDE):
            yield f"finding {name} is not what was sealed"


def checks(pack: Pack, given: Sequence[str] = ()) -> Iterator[tuple[str, list[str], list[str]]]:
    """Run the checks; give for each its name, what does not hold, and what does."""
    wanted: dict[str, Check] = {each.__name__: each for each in (manifest, documents, evidence, agreement)}
    wanted["chain"] = lambda pack: chain(pack, given)
    wanted.update({"record": record} if pack.proof else {})
    for name, check in wanted.items():
        try:
            problems = list(check(pack))
        except BROKEN as error:
            problems = [f"cannot be read: {type(error).__name__}: {error}"]
        yield name, problems, pack.notes


def meaning(pack: Pack, given: Sequence[str]) -> Iterator[str]:
    """Say what it proves that all checks hold, and what it does not."""
    yield "Proved: no file was changed since the manifest was made, the facts lead to documents, the seals are a chain."
    if pack.proof:
        yield "Proved: findings, documents and coverage are those sealed with the scan, and no verdict was left out."
    else:
        yield "NOT proved: that findings and documents are those that were sealed; a pack made with --proof shows that."
    if given:
        yield "Proved, for the accounts of the seals given: what this scan's seal stands for was so already then."
    else:
        yield "NOT proved: that the chain is the one of that time. Ask by --head with a seal of a report from then."
    yield "NOT proved, as it is not sealed: acceptances, status and dates of findings, counts, history, what stood in"
    yield "documents of earlier scans, rules, words, tables; nor that AWS answered truly, or who made this pack."


def say(text: str) -> None:
    """Print a line in which nothing commands a terminal."""
    shown = "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
    sys.stdout.write(shown.encode("ascii", "backslashreplace").decode() + "\n")


def main(arguments: Sequence[str]) -> int:
    """Check a pack; give the exit code."""
    parser = argparse.ArgumentParser(prog="verify.py", description="Checks an evidence pack of phiward.")
    parser.add_argument("pack", nargs="?", default=str(Path(__file__).resolve().parent), help="zip or folder")
    parser.add_argument("--head", action="append", default=[], help="a seal that you were given; may be repeated")
    asked = parser.parse_args(arguments)
    try:
        pack = Pack(asked.pack)
        head = pack.json(MANIFEST)
        say(f"scan {head['scan']}; 45 CFR {', '.join(one for each in head['citations'] for one in each['covers'])}")
    except BROKEN as error:
        say(f"verify.py: {asked.pack} is no evidence pack ({type(error).__name__}: {error})")
        return 2
    failed = False
    for name, problems, notes in checks(pack, asked.head):
        failed |= bool(problems)
        more = [f"and {len(problems) - SHOWN} more"] if len(problems) > SHOWN else []
        say(f"{'FAIL' if problems else 'ok':6}{name:11}{'; '.join([*problems[:SHOWN], *more] or notes)}")
    for line in ["This pack does NOT hold."] if failed else meaning(pack, asked.head):
        say(line)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
