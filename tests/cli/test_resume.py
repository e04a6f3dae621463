"""A scan that is broken off keeps what it saw; `--resume` fetches only what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.aws.collect import Collector
from scanner.cli import INTERRUPTED, run
from scanner.cli.wire import Wiring
from tests.cli.conftest import Demo

if TYPE_CHECKING:
    import pytest

RULE = ["--rule", "kms_key_rotation", "--region", "us-east-1"]


def test_what_was_seen_is_kept_and_the_rest_is_fetched(
    inside: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = str(tmp_path / "own.db")
    whole = Collector.collect
    seen: list[tuple[str, str]] = []

    def broken(self: Collector, targets: Any, skip: Any = ()) -> Iterator[Any]:
        for place in whole(self, targets, skip):
            yield place
            seen.append((place.account, place.region))
            raise KeyboardInterrupt

    def watched(self: Collector, targets: Any, skip: Any = ()) -> Iterator[Any]:
        assert set(skip) == set(seen)
        yield from whole(self, targets, skip)

    monkeypatch.setattr(Collector, "collect", broken)
    assert run(["scan", *RULE, "--store", store, "-q"]) == INTERRUPTED
    assert "--resume" in capsys.readouterr().err
    with Wiring.find(inside.config, store).store() as opened:
        assert not [scan for scan in opened.scans() if scan.finished]
    monkeypatch.setattr(Collector, "collect", watched)
    assert run(["scan", "--store", store, "-q", "--resume"]) in {0, 1, 3}
    monkeypatch.setattr(Collector, "collect", whole)
    with Wiring.find(inside.config, store).store() as opened:
        resumed = opened.findings()
        asked = {target for scan in opened.scans() for target in scan.targets}
        assert {(entry.account, entry.region) for entry in opened.snapshot(opened.scans()[-1].id).coverage} <= asked
    assert {finding.rule for finding in resumed} == {"kms_key_rotation"}
    assert run(["scan", *RULE, "--store", str(tmp_path / "other.db"), "-q"]) in {0, 1, 3}
    with Wiring.find(inside.config, str(tmp_path / "other.db")).store() as opened:
        straight = opened.findings()
    assert {(f.fingerprint, f.verdict) for f in resumed} == {(f.fingerprint, f.verdict) for f in straight}


def test_there_must_be_something_to_resume(inside: Demo, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["scan", "--resume", "--store", str(tmp_path / "own.db")]) == 2
    assert "no interrupted scan" in capsys.readouterr().err
