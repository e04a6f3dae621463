"""Measures a scan of many accounts: in threads, and on a Dask cluster of two workers of which one is killed half-way.

Run `python -m bench.accounts [ACCOUNTS [REGIONS [LATENCY [RULE ...]]]]` from the top folder: so many synthetic accounts
(bench/endpoint), every rule unless some are named, answers held back for LATENCY seconds. It says how long each way
took, and fails unless both hold every account and Region exactly once, whole, with the same verdicts.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

from bench.dask_here import DaskHere
from bench.endpoint.description import REGIONS
from scanner.cli.wire import Wiring
from scanner.model.secret import KEY_VARIABLE

PROGRAM = (sys.executable, "-c", "from scanner.cli import main; main()")
WORKERS = 2


@dataclass(frozen=True)
class Dose:
    """What is measured: accounts, Regions of each, seconds that each answer is held back, and the rules (none: all)."""

    accounts: int = 200
    regions: int = 4
    latency: float = 0.0
    rules: tuple[str, ...] = ()

    @property
    def places(self) -> int:
        """The accounts' Regions; the synthetic organization has a management account besides."""
        return (self.accounts + 1) * self.regions


@dataclass(frozen=True)
class Run:
    """How a scan went: seconds on the clock; processor seconds and megabytes of the process that writes the store."""

    engine: str
    wall: float
    cpu: float
    peak: float
    calls: int


@contextmanager
def endpoint(dose: Dose) -> Iterator[dict[str, str]]:
    """Serve the accounts in a process of their own; give the environment that leads to it."""
    command = [sys.executable, "-m", "bench.endpoint.server", "--accounts", str(dose.accounts)]
    command += ["--latency", str(dose.latency)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None  # noqa: S101  it was asked for
        said = served.stdout.readline() + served.stdout.readline()
        found = dict(re.findall(r"([A-Z_]+)=(\S+)", said))
        yield {**found, "AWS_DEFAULT_REGION": "us-east-1", KEY_VARIABLE: "0123456789abcdef"}
    finally:
        served.kill()
        served.wait(10)
        if served.stdout is not None:
            served.stdout.close()


def scan(folder: Path, dose: Dose, env: Mapping[str, str], name: str, engine: str) -> Run:
    """Scan into a store of its own.

    Raises:
        RuntimeError: the scan neither ran clean nor found something.
    """
    regions = ", ".join(f'"{region}"' for region in REGIONS[: dose.regions])
    (folder / "config.toml").write_text(f'[aws]\norganization = true\nrole = "Audit"\nregions = [{regions}]\n')
    words = ["scan", "--engine", engine, "--store", f"{name}.db", "-q"]
    words += [word for rule in dose.rules for word in ("--rule", rule)]
    began = time.monotonic()
    process = subprocess.Popen([*PROGRAM, *words], cwd=folder, env={**os.environ, **env})
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 1}:
        raise RuntimeError(f"the scan ended with {process.returncode}")
    wall = time.monotonic() - began
    return Run(name, wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, served(env))


def served(env: Mapping[str, str]) -> int:
    """Ask the endpoint how many calls it has answered so far."""
    import json

    with urlopen(f"{env['AWS_ENDPOINT_URL']}/_served", timeout=60) as answer:  # noqa: S310  loopback
        return int(json.load(answer)["total"])


def kill_halfway(cluster: DaskHere, env: Mapping[str, str], calls: int) -> threading.Thread:
    """End a worker when so many calls were answered."""

    def run() -> None:
        while served(env) < calls:
            time.sleep(0.1)
        cluster.kill(0)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def whole(folder: Path, name: str, dose: Dose) -> set[tuple[str, str]]:
    """See that a store holds every account and Region exactly once and whole; give its verdicts.

    Raises:
        AssertionError: it does not.
    """
    with Wiring.find(folder / "config.toml", str(folder / f"{name}.db")).store() as store:
        (info,) = store.scans()
        snapshot = store.snapshot(info.id)
        verdicts = {(each.fingerprint, str(each.verdict)) for each in store.findings()}
        faults = store.verify()
        done = store.places_done(info.id)
    asked = Counter((each.account, each.region, each.kind, each.call) for each in snapshot.coverage)
    held = Counter((each.account, each.region, each.kind, each.arn, each.id) for each in snapshot.resources)
    wrong = {
        "it was not finished whole": not (info.finished and info.complete),
        "a seal is broken": bool(faults),
        "a place is missing": done != set(info.targets) or len(info.targets) < dose.places,
        "a call is told twice": max(asked.values()) > 1,
        "a resource is held twice": max(held.values()) > 1,
        "a call was not answered": not all(each.ok for each in snapshot.coverage),
    }
    said = [what for what, is_so in wrong.items() if is_so]
    if said:
        raise AssertionError(f"{name}: {'; '.join(said)}")
    return verdicts


def measure(folder: Path, dose: Dose) -> list[Run]:
    """Scan both ways, and see that both hold the same.

    Raises:
        AssertionError: they do not.
    """
    with endpoint(dose) as env:
        threads = scan(folder, dose, env, "threads", "threads")
        with DaskHere(WORKERS, env) as cluster:
            killer = kill_halfway(cluster, env, threads.calls + threads.calls // 2)
            dask = scan(folder, dose, env, "dask", cluster.engine)
            killer.join(1)
            if cluster.processes[1].poll() is None:
                raise AssertionError("no worker was killed: the scan was over before")
    if whole(folder, "threads", dose) != whole(folder, "dask", dose):
        raise AssertionError("threads and the cluster judged differently")
    return [threads, Run("dask", dask.wall, dask.cpu, dask.peak, dask.calls - threads.calls)]


def main(given: Sequence[str]) -> None:
    """Measure and print."""
    accounts, regions, latency = [*given[:3], *("200", "4", "0")[len(given[:3]) :]]
    dose = Dose(int(accounts), int(regions), float(latency), tuple(given[3:]))
    with tempfile.TemporaryDirectory(prefix="phiward-accounts") as folder:
        runs = measure(Path(folder), dose)
    print(f"{dose.accounts + 1} accounts x {dose.regions} Regions, {os.cpu_count()} cores, latency {dose.latency} s")
    print("engine    wall s   CPU s of the writer   peak MB of the writer     calls   calls/s")
    for run in runs:
        rate = run.calls / run.wall
        print(f"{run.engine:8} {run.wall:7.1f} {run.cpu:21.1f} {run.peak:23.0f} {run.calls:9,} {rate:9.0f}")
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    print(f"dask takes {runs[1].wall / runs[0].wall:.2f} times as long, one of its {WORKERS} workers killed half-way")
    print(f"all processes together: {spent.ru_utime + spent.ru_stime:.0f} s of CPU")


if __name__ == "__main__":
    main(sys.argv[1:])
