"""Stands for a command of phiward in the tests of the scheduler: notes that it began and ended, does as it is told.

`do.<action>` in its folder says what: an exit code; `crash`, as a Python that breaks; `die`, by a signal; `flaky`,
with 2 the first time; `hold` until the file `go` is there, or until it is interrupted or the scheduler is gone;
`stubborn`, the same, but heeding neither; `whole`, as a scan that is kept and then dies before it says so; `broken`,
with 3 the first time, as a scan that is kept and not whole. Without the file it exits with 0.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from datetime import UTC, datetime
from pathlib import Path


def main(folder: Path, words: list[str]) -> int:
    note(folder, f"begin {words[0]} {' '.join(words[1:])}")
    told = folder / f"do.{words[0]}"
    deed = told.read_text() if told.exists() else "0"
    if deed == "crash":
        raise RuntimeError(deed)
    sys.stdout.write(f"told: {deed}\n")
    sys.stdout.flush()
    code = 0
    if deed == "flaky":
        told.write_text("0")
        code = 2
    elif deed == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    elif deed == "whole":
        keep(folder, words[words.index("--id") + 1])
        os.kill(os.getpid(), signal.SIGKILL)
    elif deed == "broken":
        told.write_text("0")
        keep(folder, words[words.index("--id") + 1], whole=False)
        code = 3
    elif deed in {"hold", "stubborn"}:
        code = hold(folder, heeding=deed == "hold")
    else:
        code = int(deed)
    note(folder, f"end {words[0]} {code}")
    return code


def hold(folder: Path, *, heeding: bool) -> int:
    interrupted: list[int] = []
    signal.signal(signal.SIGINT, lambda *_: interrupted.append(1))
    note(folder, "holding")
    while not (folder / "go").exists():
        gone = bool(select.select([sys.stdin], [], [], 0)[0])
        if heeding and (interrupted or gone):
            return 130
        time.sleep(0.01)
    return 0


def keep(folder: Path, scan: str, *, whole: bool = True) -> None:
    from scanner.store import ScanInfo, Store

    now = datetime.now(UTC)
    with Store.open(str(folder / "phiward.db")) as store:
        store.begin(ScanInfo(id=scan, started=now, as_of=now))
        if whole:
            store.finish(scan, [], finished=now)


def note(folder: Path, text: str) -> None:
    with (folder / "work").open("a") as file:
        file.write(text + "\n")


if __name__ == "__main__":
    sys.exit(100 + main(Path(sys.argv[1]), sys.argv[2:]))
