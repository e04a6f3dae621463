"""Without Cloud Custodian all but its policies works; credentials are written nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.cli.remedying import INSIGHTS, ROTATES, Place

if TYPE_CHECKING:
    import pytest

HIDING = """
from importlib.machinery import PathFinder

find = PathFinder.find_spec

def hiding(name, path=None, target=None):
    return None if name.partition(".")[0] == "c7n" else find(name, path, target)

PathFinder.find_spec = hiding
"""
MISSING = "Cloud Custodian is not installed: install phiward with the extra `custodian`"


def test_without_custodian(place: Place) -> None:
    (place.folder / "hiding").mkdir()
    (place.folder / "hiding" / "sitecustomize.py").write_text(HIDING)
    hiding = str(place.folder / "hiding")
    place.configure()
    place.clusters("a")
    place.client("kms").create_key()
    words = [word for rule in (INSIGHTS, ROTATES) for word in ("--rule", rule)]
    made = place.spawn(
        ["scan", "-q", *words], ["remediate", "plan", "-q"], ["remediate", "rehearse", "-q"], path=hiding
    )  # fmt: skip
    assert made.out.split()[-6:] == ["exit", "0", "exit", "0", "exit", "2"]
    assert made.err.count(MISSING) == 1
    assert len(made.err.strip().splitlines()) == 1
    place.rehearsed()
    ran = place.spawn(
        ["remediate", "approve", "--reason", "x"], ["remediate", "apply"], ["remediate", "apply", "--dry-run"],
        ["remediate", "apply", "--rule", INSIGHTS], ["remediate", "rollback"], path=hiding,
    )  # fmt: skip
    codes = [line for line in ran.out.splitlines() if line.startswith("exit")]
    assert codes == [f"exit {code}" for code in (0, 2, 2, 0, 0)], ran
    assert ran.err.count(MISSING) == 2
    assert place.events("a")[-1] == "undo ended"
    assert place.observed() == {"a": "disabled"}


def test_credentials_come_to_rest_nowhere(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from remediation.custodian import _Process

    place.clusters("a")
    place.client("kms").create_key()
    place.approved(INSIGHTS, ROTATES)
    ask, given, seen = _Process.ask, [], []

    def watched(self: _Process, asked: dict[str, Any]) -> dict[str, Any]:
        found = ask(self, asked)
        given.extend(asked["credentials"].values())
        process = Path(f"/proc/{self._process.pid}")
        seen.append((process / "cmdline").read_bytes() + (process / "environ").read_bytes())
        return found

    monkeypatch.setattr(_Process, "ask", watched)
    assert place.apply().code == 0
    assert place.rollback().code == 0
    monkeypatch.undo()
    seen += [path.read_bytes() for path in place.folder.rglob("*") if path.is_file()]
    assert len(given) == 6, "key, secret and token, for the dry run and for the run"
    assert len({*given}) == 3
    assert b"remediation.custodian_child" in seen[0]
    assert any(b"step ended" in text for text in seen)
    assert not [value for value in {*given} for text in seen if value.encode() in text]
