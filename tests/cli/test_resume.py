"""A scan that is broken off keeps what it saw; `--resume` fetches only what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from scanner.aws.collect import Collector
from scanner.cli import INTERRUPTED, run
from scanner.cli.wire import Wiring
from scanner.store.scheduling import Schedule
from tests.cli.conftest import Demo

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


JOBS = """
[schedule.nightly]
cron = "0 2 * * *"
action = "scan"
rules = ["kms_key_rotation"]
regions = ["us-east-1"]
[schedule.report]
cron = "0 2 * * *"
action = "report"
formats = ["json"]
"""


def test_a_scheduled_scan_that_was_broken_off_goes_on_as_the_same_scan(inside: Demo, tmp_path: Path) -> None:
    store, config = str(tmp_path / "own.db"), tmp_path / "config.toml"
    config.write_text(f'{inside.organisation.config_toml(store)}[reports]\nout = "{tmp_path}"\n{JOBS}')
    wiring, due = Wiring.find(config), datetime(2026, 11, 21, 2, tzinfo=UTC)
    with Schedule.open(store) as book, book.alone():
        for job in ("nightly", "report"):
            book.enter(job, "0 2 * * *", due)
        book.fire("nightly", due, due)
        scan = book.begin(book.open_runs()[0], "20261121T020000Z-abcd", at=due).scan
    broken_off(wiring, scan)
    assert run(["schedule", "run", "--once", "--config", str(config)]) in {0, 1, 3}
    with wiring.store() as opened:
        (kept,) = opened.scans()
        assert kept.finished
        assert kept.id == scan
        assert {finding.rule for finding in opened.findings()} == {"kms_key_rotation"}
        assert opened.verify() == []
    with Schedule.open(store) as book:
        resumed = book.runs("nightly")[-1]
        assert (resumed.due, resumed.attempts, resumed.outcome in {"ok", "violation"}) == (due, 2, True)
    (written,) = tmp_path.glob("report-*.json")
    assert json.loads(written.read_text())["scan"] == scan


def broken_off(wiring: Wiring, scan: str) -> None:
    """Leave a scan as a killed process leaves it: begun, one place of all seen."""
    from scanner.aws.sessions import Sessions
    from scanner.cli.scanning import Wanted, run_scan

    def one(self: Collector, targets: Any, skip: Any = ()) -> Iterator[Any]:
        yield next(iter(whole(self, targets, skip)))
        raise KeyboardInterrupt

    whole = Collector.collect
    wanted = Wanted(regions=["us-east-1"], rules=["kms_key_rotation"], id=scan)
    with pytest.MonkeyPatch.context() as patch, wiring.store() as store:
        patch.setattr(Collector, "collect", one)
        with pytest.raises(KeyboardInterrupt):
            run_scan(wiring, wanted, Sessions(), store=store)
