"""A scan that is broken off from outside, by a signal or because credentials expire, goes on where it was."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.accounts import PROGRAM
from bench.endpoint.description import MANAGEMENT, Described, key_of
from bench.endpoint.faults import Fault, Faults
from bench.endpoint.server import Endpoint
from scanner.aws.pool import Pool
from scanner.cli import INTERRUPTED, run
from scanner.cli.wire import Wiring
from scanner.model.exits import CLEAN, INCOMPLETE
from scanner.model.secret import KEY_VARIABLE
from scanner.store import Store

pytestmark = pytest.mark.drill
FULL = bool(os.environ.get("PHIWARD_DRILL"))
WORLD = Described(4, latency=0.03)
SCAN = ["scan", "--rule", "kms_key_rotation", "--rule", "s3_bucket_versioning", "--fail-on", "critical", "-q"]
CONFIG = '[aws]\norganization = true\nrole = "Audit"\nregions = ["us-east-1", "eu-west-1", "us-west-2", "ap-south-1"]\n'
SOON = 10.0
"""Seconds: much less than what a call that hangs is waited for."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(WORLD) as served:
        yield served


@pytest.fixture(autouse=True)
def here(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint.go_wrong(Faults())
    endpoint.counters.reset()
    (tmp_path / "config.toml").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    for name, value in _env(endpoint).items():
        monkeypatch.setenv(name, value)


def _env(endpoint: Endpoint) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": key_of(MANAGEMENT), "AWS_SECRET_ACCESS_KEY": "synthetic", KEY_VARIABLE: "0123456789"}
    return {**keys, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint.url}


@pytest.fixture(scope="module")
def sound(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> tuple[set[tuple[str, str]], int]:
    """Scan undisturbed: the verdicts, and in how many calls."""
    folder = tmp_path_factory.mktemp("sound")
    (folder / "config.toml").write_text(CONFIG)
    endpoint.go_wrong(Faults())
    endpoint.counters.reset()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, value in _env(endpoint).items():
            patch.setenv(name, value)
        assert run(SCAN) == CLEAN
    return _verdicts(folder), endpoint.served.total()


def _verdicts(folder: Path) -> set[tuple[str, str]]:
    with Wiring.find(folder / "config.toml", str(folder / "phiward.db")).store() as store:
        (info,) = store.scans()
        assert info.complete
        assert info.finished
        assert store.verify() == []
        return {(each.fingerprint, str(each.verdict)) for each in store.findings()}


@contextmanager
def _scanning(endpoint: Endpoint, calls: int) -> Iterator[subprocess.Popen[str]]:
    """Scan in a process of its own, and give it when so many calls were made."""
    pipe = subprocess.PIPE
    with subprocess.Popen([*PROGRAM, *SCAN], stdout=pipe, stderr=pipe, text=True) as process:
        try:
            until = time.monotonic() + 60
            while endpoint.served.total() < calls and time.monotonic() < until and process.poll() is None:
                time.sleep(0.002)
            yield process
        finally:
            process.kill()


def _ended(process: subprocess.Popen[str], seconds: float = SOON) -> tuple[int, str]:
    out, err = process.communicate(timeout=seconds)
    assert out == ""
    return process.returncode, err


MOMENTS = [random.Random(number).random() for number in range(12)] if FULL else [0.6]  # noqa: S311  no secret


@pytest.mark.parametrize("share", MOMENTS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM] if FULL else [signal.SIGTERM])
def test_after_a_signal_the_scan_goes_on(
    endpoint: Endpoint, sound: tuple[set[tuple[str, str]], int], tmp_path: Path, share: float, number: int
) -> None:
    verdicts, calls = sound
    with _scanning(endpoint, max(1, int(0.9 * share * calls))) as process:
        process.send_signal(number)
        code, said = _ended(process)
    assert (code, said.strip()) == (
        128 + number, "phiward: interrupted; what was seen is kept: `phiward scan --resume` goes on",
    )  # fmt: skip
    made = endpoint.served.total()
    if made < 20:  # it had not begun: the accounts were not known yet
        assert run(SCAN) == CLEAN
    else:
        assert run(["scan", "--resume", "-q", "--fail-on", "critical"]) == CLEAN
    assert _verdicts(tmp_path) == verdicts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM] if FULL else [signal.SIGINT])
def test_what_hangs_does_not_hold_a_scan_that_is_broken_off(
    endpoint: Endpoint, sound: tuple[set[tuple[str, str]], int], tmp_path: Path, number: int
) -> None:
    endpoint.go_wrong(Faults((Fault("hang", operation="kms.GetKeyRotationStatus"),)))
    with _scanning(endpoint, sound[1] // 2) as process:
        time.sleep(0.2)
        process.send_signal(number)
        code, said = _ended(process)
    assert code == 128 + number
    assert said.count("\n") == 1
    endpoint.go_wrong(Faults())
    assert run(["scan", "--resume", "-q", "--fail-on", "critical"]) == CLEAN
    assert _verdicts(tmp_path) == sound[0]


def test_a_second_signal_ends_it_on_the_spot(
    endpoint: Endpoint, sound: tuple[set[tuple[str, str]], int], tmp_path: Path
) -> None:
    endpoint.go_wrong(Faults((Fault("hang", operation="kms.GetKeyRotationStatus"),)))
    with _scanning(endpoint, sound[1] // 2) as process:
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        code, said = _ended(process)
        assert time.monotonic() - began < 1.5
    assert code == 130
    assert "Traceback" not in said
    endpoint.go_wrong(Faults())
    assert run(["scan", "--resume", "-q", "--fail-on", "critical"]) == CLEAN
    assert _verdicts(tmp_path) == sound[0]


def test_the_collection_has_ended_when_it_is_said_that_it_was_interrupted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it ends with the process, where it may wait for ever for a lock that a thread held when all was stopped."""
    order: list[str] = []

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    def ended(pool: Pool) -> None:
        close(pool)
        order.append("ended")

    close = Pool.close
    monkeypatch.setattr(Pool, "close", ended)
    monkeypatch.setattr(Store, "add", interrupted)
    monkeypatch.setattr("scanner.cli.output.complain", lambda _: order.append("said"))
    assert run(SCAN) == INTERRUPTED
    assert order == ["ended", "said"]


def test_our_own_credentials_that_expire_end_the_scan_which_goes_on_with_others(
    endpoint: Endpoint, sound: tuple[set[tuple[str, str]], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    verdicts, calls = sound
    own = calls // (len(WORLD.members) + 1)
    for share in (0.3, 0.6, 0.9) if FULL else (0.5,):
        endpoint.go_wrong(Faults(expire_after=calls, expire_own_after=int(share * own)))
        endpoint.counters.reset()
        (tmp_path / "phiward.db").unlink(missing_ok=True)
        assert run(SCAN) == INCOMPLETE
        said = capsys.readouterr().err
        assert said.count("\n") == 1
        assert said.startswith("phiward: the AWS credentials have expired and cannot be renewed from here (")
        assert said.rstrip().endswith("; what was seen is kept: renew them and run `phiward scan --resume`")
        assert endpoint.counters.faults["expired"] <= 40, "no more than were under way"
        endpoint.go_wrong(Faults())
        assert run(["scan", "--resume", "-q", "--fail-on", "critical"]) == CLEAN
        assert _verdicts(tmp_path) == verdicts


def test_the_keys_of_roles_are_renewed_and_nothing_is_lost(
    endpoint: Endpoint, sound: tuple[set[tuple[str, str]], int], tmp_path: Path
) -> None:
    endpoint.go_wrong(Faults(expire_after=10))
    assert run(SCAN) == CLEAN
    assert endpoint.counters.faults["expired"] > 0
    assert endpoint.served["sts.AssumeRole"] > len(WORLD.members)
    assert _verdicts(tmp_path) == sound[0]
