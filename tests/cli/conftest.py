"""The demo organisation, served and scanned once for the tests of a worker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scanner.aws.sessions import Sessions
from scanner.cli.data import chosen_scan, report_data
from scanner.cli.remedies import doing
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import DemoServer, Organisation, Served, pass_night, seed
from scanner.engine.settings import Config
from scanner.run import Result
from tests.cli.drift_nights import keys, night
from tests.cli.remedying import Place, lead

NIGHTS = 3


@dataclass(frozen=True)
class Demo:
    """A served organisation, its folder, and what each night's scan gave."""

    organisation: Organisation
    folder: Path
    wiring: Wiring
    results: list[Result]
    calls: list[Served]

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def document(self) -> dict[str, Any]:
        """The newest scan as JSON."""
        from reports import FORMATS

        with self.wiring.store() as store:
            data = report_data(self.wiring, store, chosen_scan(store))
        return dict(json.loads(FORMATS["json"].render(data)))


@pytest.fixture(scope="session")
def served() -> Iterator[Organisation]:
    with DemoServer() as server:
        yield seed(server)


@pytest.fixture(scope="session")
def demo(served: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "config.toml").write_text(served.config_toml(str(folder / "phiward.db")))
    with pytest.MonkeyPatch.context() as patch:
        for name, value in served.environment().items():
            patch.setenv(name, value)
        wiring = Wiring.find(folder / "config.toml")
        served.server.forget_calls()
        results = []
        with wiring.store() as store:
            for night in range(NIGHTS):
                if night:
                    pass_night(served, night)
                served.server.forget_calls()
                clock = Clock(served.server.clock)
                results.append(run_scan(wiring, Wanted(), Sessions(), store=store, clock=clock))
        calls = served.server.calls()
        yield Demo(served, folder, wiring, results, calls)


@pytest.fixture
def inside(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Demo:
    """The demo, with the environment that leads boto3 to it and its folder as the current one."""
    for name, value in demo.organisation.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(demo.folder)
    return demo


def later(demo: Demo, hours: int = 1) -> Clock:
    return Clock(demo.organisation.server.clock + timedelta(hours=hours))


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    """A store where the command line looks for it, in a folder without a config.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    return Wiring(Config(), store_url="sqlite:///phiward.db")


@pytest.fixture
def three(bare: Wiring) -> Wiring:
    """Three nights: `a` no longer rotates on the second, `b` not on the third."""
    night(bare, 0, keys({"a": True, "b": True}))
    night(bare, 1, keys({"a": False, "b": True}))
    night(bare, 2, keys({"a": False, "b": False}))
    return bare


@pytest.fixture(scope="session")
def loopback() -> Iterator[DemoServer]:
    """An empty AWS, in which each test has an account of its own."""
    with DemoServer() as server:
        yield server


@pytest.fixture
def place(loopback: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """An account to mend."""
    lead(monkeypatch, loopback)
    monkeypatch.setattr(doing, "PAUSES", ())
    yield Place(loopback, tmp_path)
    loopback.allow()
