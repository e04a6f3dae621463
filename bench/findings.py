"""Measures `phiward findings`: a stored scan of 20,000 findings of all rules on 6,000 resources, in each form.

Run `python -m bench.findings [FINDINGS]` from the top folder. It prints the seconds and the memory of the whole
command, from its start to its end. Wanted with 20,000 findings: under 2 s of CPU in table, json and csv.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench.html import AS_OF, invent
from scanner.store import ScanInfo, Store

if TYPE_CHECKING:
    from reports.view import ReportData

FORMS = {
    "table": ("--format", "table"),
    "table, all verdicts": ("--format", "table", "--all"),
    "json": ("--format", "json"),
    "csv": ("--format", "csv"),
    "one account as csv": ("--format", "csv", "--account", "111122223333"),
}
RUNS = 3


def fill(url: str, data: ReportData) -> None:
    """Store the report's findings, resources and coverage as one scan."""
    places = sorted({(entry.account, entry.region) for entry in data.coverage})
    info = ScanInfo(
        id=data.scan, started=AS_OF, as_of=AS_OF, targets=tuple(places), rules=tuple(rule.id for rule in data.rules),
        kinds=tuple(sorted({rule.kind for rule in data.rules})), names={each.id: each.name for each in data.accounts},
    )  # fmt: skip
    with Store.open(url) as store:
        store.begin(info)
        for place in places:
            here = [each for each in data.documents if (each.account, each.region) == place]
            coverage = [entry for entry in data.coverage if (entry.account, entry.region) == place]
            store.add(info.id, *place, here, coverage)
        store.finish(info.id, data.findings, finished=AS_OF)


def run(arguments: tuple[str, ...], folder: str) -> tuple[float, float, float, int]:
    """Run the command; give its wall seconds, its CPU seconds, its peak memory in MB and the bytes that it said."""
    out = Path(folder) / "said"
    with out.open("wb") as said:
        began = time.perf_counter()
        child = subprocess.Popen(
            [sys.executable, "-c", "from scanner.cli import main; main()", "findings", *arguments], stdout=said
        )
        _, status, used = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    assert child.returncode == 0, arguments  # noqa: S101  what was measured must be right
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1e3, out.stat().st_size


def main(count: int) -> None:
    """Fill a store, and print what each form costs: the best of some runs."""
    with tempfile.TemporaryDirectory() as folder:
        url = str(Path(folder) / "phiward.db")
        cpu = time.process_time()
        data = invent(count)
        made = time.process_time() - cpu
        fill(url, data)
        print(f"{'stored in':<24} {time.process_time() - cpu - made:5.2f} s CPU: {count:,} findings")
        for name, arguments in FORMS.items():
            wall, cpu, peak, size = min(run((*arguments, "--store", url), folder) for _ in range(RUNS))
            print(f"{name:<24} {wall:5.2f} s wall {cpu:5.2f} s CPU {peak:6.0f} MB at most {size / 1e6:6.1f} MB said")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
