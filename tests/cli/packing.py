"""A store of three nights of two accounts, and evidence packs of it: read, forged, and checked."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reports import evidence_pack
from reports.evidence_verify import Pack, checks
from scanner.cli.data import chosen_scan
from scanner.cli.evidencing import Pieces, citations_of, gather
from scanner.cli.focus import Asked
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from scanner.cli.wire import Wiring

ENCRYPTION = "164.312(a)(2)(iv)"
TEAMS = {"a": {"owner": "clinical"}, "b": {"owner": "platform"}, "c": {"owner": "clinical"}}
HOSTILE = (
    '=HYPERLINK("http://example.invalid","x")',
    "../../etc/passwd",
    "<script>alert(1)</script>",
    "end\nof line",
    "\x1b[2Jwiped\u202egpj.exe",
)


def fill(wiring: Wiring) -> None:
    """Store three nights: `a` rotates on the first alone, `b` never, of `c` in the other account nobody knows."""
    for number in range(3):
        first, second = keys({"a": number < 1, "b": False}), keys({"c": None}, OTHER)
        for each in (*first, *second):
            each.tags = TEAMS[each.name]
        night(wiring, number, [*first, *second], accounts=(ACCOUNT, OTHER))


def fill_hostile(wiring: Wiring) -> None:
    """Store a night of keys whose names are attacks."""
    found = keys(dict.fromkeys(HOSTILE, False))
    for each in found:
        each.tags = {each.name: each.name}
    night(wiring, 0, found)


@dataclass(frozen=True)
class Packed:
    """A pack as it was written."""

    content: bytes

    def members(self) -> dict[str, bytes]:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def document(self, name: str) -> Any:
        return json.loads(self.members()[name])

    def head(self, account: str) -> str:
        """Give the seal of the pack's scan."""
        seals = self.document("seals.json")
        chain = next(each for each in seals["accounts"] if each["account"] == account)
        return str(next(link["head"] for link in chain["links"] if link["scan"] == seals["scan"]))


def pack(wiring: Wiring, *wanted: str, proof: bool = False, scan: str = "", **asked: Any) -> Packed:
    """Make a pack as `phiward report --evidence` does."""
    pieces = Pieces(wanted or (ENCRYPTION,), proof=proof)
    file = io.BytesIO()
    with wiring.store() as store:
        info = chosen_scan(store, scan)
        found = gather(wiring, store, info, citations_of(wiring, pieces.citations), asked=Asked(**asked), proof=proof)
        evidence_pack.write(found, file)
    return Packed(file.getvalue())


def forged(packed: Packed, change: Callable[[dict[str, bytes]], None], *, manifest: bool) -> dict[str, bytes]:
    """Change members; with `manifest`, make the manifest fit them, as one would who knows how."""
    members = packed.members()
    before = dict(members)
    change(members)
    assert members != before, "the forgery met nothing"
    if manifest:
        listed = json.loads(members["manifest.json"])
        listed["files"] = [
            {"path": name, "size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in sorted(members.items())
            if name != "manifest.json"
        ]
        members["manifest.json"] = json.dumps(listed).encode()
    return members


def unpacked(members: Mapping[str, bytes], folder: Path) -> Path:
    for name, content in members.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def wrong(folder: Path, *heads: str) -> dict[str, list[str]]:
    """Run the checks of an unpacked pack; give what does not hold, by check."""
    return {name: problems for name, problems, _ in checks(Pack(str(folder)), heads) if problems}
