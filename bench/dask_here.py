"""A Dask cluster of processes on loopback, started as docs/scale-out.md says: what is measured is what is run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

STARTS = 60
"""Seconds within which a scheduler must have said where it is."""


@dataclass
class DaskHere:
    """`with DaskHere(2, env) as cluster:` has a scheduler at `cluster.engine` and workers; `kill(0)` is kill -9.

    With `protocol` tls, `env` must say where the certificates are.
    """

    workers: int
    env: Mapping[str, str]
    threads: int = 2
    protocol: str = "tcp"
    engine: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="phiward-dask")
        folder = Path(self._folder.name)
        told, self._log = folder / "scheduler.json", (folder / "log").open("wb")
        common = ["--no-dashboard", "--host", "127.0.0.1"]
        self._start(
            "dask_scheduler", *common, "--protocol", self.protocol, "--port", "0", "--scheduler-file", str(told)
        )
        until = time.monotonic() + STARTS
        while not told.exists() or not told.read_text():
            if time.monotonic() > until or self.processes[0].poll() is not None:
                raise OSError(f"the scheduler did not start: {(folder / 'log').read_text()[-500:]}")
            time.sleep(0.05)
        address = json.loads(told.read_text())["address"]
        self.engine = address.replace("tcp://", "dask://").replace("tls://", "dask+tls://")
        for _ in range(self.workers):
            own = ["--no-nanny", "--nthreads", str(self.threads), "--local-directory", str(folder), "--nworkers", "1"]
            self._start("dask_worker", address, *common, *own)
        return self

    def _start(self, program: str, *arguments: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *arguments]
        env = {**os.environ, **self.env, "PYTHONWARNINGS": "ignore", "DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error"}
        self.processes.append(subprocess.Popen(command, env=env, stdout=self._log, stderr=self._log))

    def kill(self, worker: int) -> None:
        """End a worker as a power cut does; -1 is the scheduler."""
        self.processes[1 + worker].kill()

    def __exit__(self, *_: object) -> None:
        for process in reversed(self.processes):
            process.kill()
            process.wait(10)
        self._log.close()
        self._folder.cleanup()
