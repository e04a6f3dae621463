"""A folder with a config.toml, a store, a clock to move and stubs to tell what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from scanner.cli import run
from scanner.store.scheduling import JobRun, Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
DRIVER = Path(__file__).with_name("driver.py")
FIRST = datetime(2026, 11, 20, 12, tzinfo=UTC)
NIGHTLY = '[schedule.nightly]\ncron = "0 2 * * *"\naction = "scan"\n'
REPORT = '[schedule.report]\ncron = "0 2 * * *"\naction = "report"\nformats = ["html", "json"]\n'
PATIENCE = 60.0


class Stage:
    """Where a scheduler plays; its clock begins on 20 November 2026 at noon, UTC."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"sqlite:///{folder}/phiward.db"
        self.at(FIRST)

    def config(self, jobs: str = NIGHTLY) -> None:
        text = f'[store]\nurl = "{self.url}"\n[reports]\nout = "{self.folder}/out"\n{jobs}'
        (self.folder / "config.toml").write_text(text)

    def at(self, moment: datetime) -> None:
        """Move the clock; it goes on from there."""
        beside = self.folder / "clock.new"
        beside.write_text(str((moment - datetime.now(UTC)).total_seconds()))
        beside.replace(self.folder / "clock")

    def tell(self, action: str, deed: str) -> None:
        (self.folder / f"do.{action}").write_text(deed)

    def go(self) -> None:
        """Let all that hold go on."""
        (self.folder / "go").touch()

    def work(self) -> list[str]:
        """What the stubs noted."""
        file = self.folder / "work"
        return file.read_text().splitlines() if file.exists() else []

    def begun(self, action: str = "scan") -> list[list[str]]:
        """The words of each command that began."""
        return [line.split()[1:] for line in self.work() if line.startswith(f"begin {action}")]

    def runs(self, job: str = "nightly") -> list[JobRun]:
        """The runs of a job, the oldest first."""
        with Schedule.open(self.url) as book:
            return book.runs(job)[::-1]

    def entered(self) -> bool:
        """Whether a scheduler entered the jobs."""
        with Schedule.open(self.url) as book:
            return bool(book.times())

    def told(self, job: str = "nightly") -> list[tuple[int, str, int]]:
        """Each run's day, how it ended (or what it waits for), and its tries."""
        return [(each.due.day, each.outcome or each.state, each.attempts) for each in self.runs(job)]

    def command(self, *words: str) -> list[str]:
        return ["schedule", *words, "--config", str(self.folder / "config.toml")]

    def once(self) -> int:
        """Run what is due, here."""
        return run(self.command("run", "--once"))

    def until(self, seen: Callable[[], Any]) -> int:
        """Run the scheduler here until something is seen, then ask it to stop; give its exit code."""
        failed: list[BaseException] = []

        def watch() -> None:
            try:
                soon(seen)
            except BaseException as error:  # noqa: BLE001  told below, in the test's own thread
                failed.append(error)
            os.kill(os.getpid(), signal.SIGTERM)

        watcher = Thread(target=watch)
        before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
        watcher.start()
        try:
            code = run(self.command("run", "--port", "0"))
        finally:
            watcher.join()
            signal.signal(signal.SIGTERM, before)
        if failed:
            raise failed[0]
        return code

    @contextmanager
    def started(self) -> Iterator[Process]:
        """Start the scheduler as a process; what is left of it is killed."""
        command = [sys.executable, str(DRIVER), str(self.folder), *self.command("run", "--port", "0")]
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, env=_env()) as process:
            own = Process(process)
            try:
                yield own
            finally:
                process.kill()
                process.wait()
                own.reader.join()


class Process:
    """A running scheduler, and what it says."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        self.lines: list[str] = []
        self.reader = Thread(target=self._read)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line.decode())

    def events(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in list(self.lines)]

    def heard(self, event: str) -> list[dict[str, Any]]:
        return [each for each in self.events() if each["event"] == event]

    def address(self) -> str:
        return str(soon(lambda: self.heard("listening"))[0]["address"])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


def _env() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT)}


def soon(seen: Callable[[], Any]) -> Any:
    """Wait until something is seen, and give it."""
    deadline = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert time.monotonic() < deadline, "it was not seen in time"
        time.sleep(0.01)
    return found
