"""A Dask cluster on loopback: the same findings as threads, also when a worker dies; what does not fit is one line."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

import distributed
import pytest
from distributed import KilledWorker

from bench.dask_here import DaskHere
from bench.endpoint.description import MANAGEMENT, Described, key_of
from bench.endpoint.server import Endpoint
from scanner.aws import cluster, far
from scanner.aws.errors import AwsError
from scanner.aws.sessions import Target
from scanner.cli import run
from scanner.cli.wire import Wiring
from scanner.engine.registry import kinds
from scanner.model.secret import KEY_VARIABLE
from scanner.store import Store

KEY = "0123456789abcdef"
RULES = ["--rule", "kms_key_rotation", "--rule", "s3_bucket_versioning", "--fail-on", "critical"]
CONFIG = '[aws]\norganization = true\nrole = "Audit"\nregions = ["us-east-1", "eu-west-1"]\n'


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(Described(5, latency=0.03, refusing=frozenset({"100000000002"}))) as served:
        yield served


def _environment(endpoint: Endpoint) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": key_of(MANAGEMENT), "AWS_SECRET_ACCESS_KEY": "synthetic"}
    return {**keys, "AWS_DEFAULT_REGION": "us-east-1", "AWS_ENDPOINT_URL": endpoint.url, KEY_VARIABLE: KEY}


@pytest.fixture(scope="module")
def dask(endpoint: Endpoint) -> Iterator[DaskHere]:
    with DaskHere(2, _environment(endpoint)) as started:
        yield started


@pytest.fixture(autouse=True)
def here(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _environment(endpoint).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    Path("config.toml").write_text(CONFIG)


def _open(name: str) -> Store:
    return Wiring.find(Path("config.toml"), name).store()


def _seen(name: str) -> tuple[Any, ...]:
    """What a store holds, without what differs from scan to scan."""
    with _open(name) as store:
        (info,) = store.scans()
        snapshot = store.snapshot(info.id)
        assert store.verify() == []
        assert store.places_done(info.id) == set(info.targets)
        return (
            sorted((each.fingerprint, str(each.verdict)) for each in store.findings()),
            sorted(
                (each.account, each.region, each.arn, repr(sorted(each.sections.items())))
                for each in snapshot.resources
            ),
            sorted(map(repr, snapshot.coverage)),
            set(info.targets),
        )


def test_a_cluster_sees_what_threads_see_though_a_worker_is_killed(dask: DaskHere, endpoint: Endpoint) -> None:
    assert run(["scan", *RULES, "--store", "threads.db", "-q"]) == 0
    before = sum(endpoint.served.values())

    def kill() -> None:
        while sum(endpoint.served.values()) < before + 25:
            time.sleep(0.01)
        dask.kill(0)

    killer = threading.Thread(target=kill)
    killer.start()
    assert run(["scan", *RULES, "--store", "dask.db", "-q", "--engine", dask.engine]) == 0
    killer.join()
    assert _seen("dask.db") == _seen("threads.db")


def test_a_place_that_kills_worker_after_worker_is_told_as_not_answered() -> None:
    class Dead:
        def result(self, **_: float) -> None:
            last: Any = None
            raise KilledWorker("task", last, 3)

    key = kinds()["AWS::KMS::Key"]
    there = cluster.Cluster("tcp://x:1", {key.cfn: key}, "", datetime(2026, 1, 1, tzinfo=UTC), "us-east-1")
    nobody: Any = None
    found = there._result(Dead(), (Target("100000000001"), "us-east-1", [key]), nobody)  # noqa: SLF001
    assert (found.account, found.region, found.resources) == ("100000000001", "us-east-1", [])
    assert {(each.state, each.error) for each in found.coverage} == {("error", "KilledWorker")}
    assert any(each.listing for each in found.coverage)


def test_an_answer_whose_worker_is_dead_is_waited_for_only_while_there_are_workers() -> None:
    class Held:
        def result(self, **_: float) -> None:
            raise TimeoutError

    class Deserted:
        workers: ClassVar = iter([{"tcp://x:2": 2}])

        def nthreads(self) -> dict[str, int]:
            return next(self.workers, {})

    room = cluster._Room(Deserted(), cluster.Waits(again=0))  # noqa: SLF001
    room._next = 0  # noqa: SLF001  as if the last look were a while ago
    there = cluster.Cluster("tcp://x:1", {}, "", datetime(2026, 1, 1, tzinfo=UTC), "us-east-1")
    with pytest.raises(AwsError, match="lost all its workers; what was seen is kept"):
        there._result(Held(), (Target("100000000001"), "us-east-1", []), room)  # noqa: SLF001


def test_a_workers_threads_are_sampled_by_nobody(dask: DaskHere) -> None:
    def running(dask_worker: Any) -> list[str]:
        return [
            name for name, each in dask_worker.periodic_callbacks.items() if "profile" in name and each.is_running()
        ]

    connect: Any = distributed.Client
    with connect(dask.engine.replace("dask", "tcp"), set_as_default=False) as client:
        client.submit(far._alongside, pure=False).result()  # noqa: SLF001
        sampled = client.run(running)
    assert [] in sampled.values()


def test_the_calls_left_to_an_account_are_shared_by_its_places(dask: DaskHere, endpoint: Endpoint) -> None:
    def collected() -> int:
        services = ("kms.", "s3.", "s3control.", "resourcegroupstaggingapi.")
        return sum(count for call, count in endpoint.served.items() if call.startswith(services))

    before = collected()
    Path("config.toml").write_text(f'{CONFIG}max_calls = 9\n[organization.exclude]\naccounts = ["{MANAGEMENT}"]\n')
    account = ["--account", "100000000001", "--fail-on", "low"]
    assert run(["scan", *RULES, *account, "--store", "own.db", "-q", "--engine", dask.engine]) in {1, 3}
    with _open("own.db") as store:
        gaps = [each for each in store.coverage(store.scans()[0].id) if not each.ok]
    assert collected() - before == 9
    assert {each.error for each in gaps} == {"MaxCallsSpent"}
    assert {each.message for each in gaps} == {"all 9 calls of account 100000000001 are spent (max_calls)"}


def _refused(capfd: pytest.CaptureFixture[str], engine: str) -> str:
    capfd.readouterr()
    assert run(["scan", *RULES, "--store", "own.db", "-q", "--engine", engine]) == 2
    said = capfd.readouterr().err
    assert said.count("\n") == 1, said
    return said


def test_what_does_not_fit_is_one_line(
    dask: DaskHere, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as other:
        other.setenv(KEY_VARIABLE, "another")
        assert "its redaction key" in _refused(capfd, dask.engine)
    with monkeypatch.context() as other:
        other.setattr(far, "code", lambda: "phiward 9.9")
        assert "where the scan runs phiward 9.9: install the same on both" in _refused(capfd, dask.engine)
    with monkeypatch.context() as other:
        other.setenv("AWS_ACCESS_KEY_ID", key_of("100000000001"))
        Path("config.toml").write_text('[aws]\nregions = ["us-east-1"]\n')
        assert "credentials are of account 100000000000, and 100000000001 is to be" in _refused(capfd, dask.engine)


def test_no_cluster_is_one_line_and_begins_nothing(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster.Waits, "connect", 0.5)
    monkeypatch.setattr(cluster.Waits.__init__, "__defaults__", (0.5, 1, 1))
    assert "no Dask scheduler answers at tcp://127.0.0.1:1" in _refused(capfd, "dask://127.0.0.1:1")
    with _open("own.db") as store:
        assert store.scans() == []
    for wrong in ("dask://", "dask://u@h:1", "dask://h:x", "ray://h:1", "dask:h", "dask://h:1/x"):
        assert "give `threads`, dask://HOST:PORT, or dask+tls://HOST:PORT" in _refused(capfd, wrong)


ADDRESSES = {
    "dask://h": "tcp://h:8786",
    "dask://10.0.0.1:99": "tcp://10.0.0.1:99",
    "dask+tls://h:1": "tls://h:1",
    "dask://[::1]:5": "tcp://[::1]:5",
    "dask://[::1]": "tcp://[::1]:8786",
}


@pytest.mark.parametrize("engine", ADDRESSES)
def test_addresses(engine: str) -> None:
    assert cluster.address_of(engine) == ADDRESSES[engine]
