"""Measures `phiward scan` against the synthetic AWS: how long, how much, how many calls, and how many at once.

    make bench                                                        every row, written into docs/performance.md
    python -m bench.scan --scale 1 --regions 1 --latency 0.06         one row, printed
    python -m bench.scan --scale 1 --throttle                         with AWS's rates
    python -m bench.scan --scale 1 --profile scan.svg                 with a profile, by py-spy or pyinstrument

The endpoint runs in a process of its own, so that its processor time is not the scan's.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from platform import python_version
from typing import Any
from urllib.request import urlopen

from bench.measured_scan import BEGAN, OUT

DOC = Path("docs/performance.md")
MARKS = ("<!-- bench -->", "<!-- /bench -->")
REGIONS = ("us-east-1", "eu-west-1", "us-west-2", "ap-south-1")
KEY = {"PHIWARD_REDACTION_KEY": "0123456789abcdef"}
PATIENCE = 1800


@dataclass(frozen=True)
class Dose:
    """What is measured: how many resources, in how many Regions, how AWS answers, which rules (none: all).

    `scale` times 1,200 resources (0: hardly any), `latency` in seconds, `throttle` at this share of AWS's rates.
    """

    scale: float = 1.0
    regions: int = 1
    latency: float = 0.06
    throttle: float | None = None
    rules: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


ALL = (
    Dose(1, 1), Dose(1, 4), Dose(10, 1), Dose(10, 4), Dose(1, 1, throttle=1.0), Dose(1, 4, throttle=1.0),
    Dose(10, 4, throttle=1.0),
)  # fmt: skip
"""The rows of the table."""


@dataclass(frozen=True)
class Row:
    """What was measured: of the scan's process, inside it, and by the endpoint."""

    dose: Dose
    code: int
    wall: float
    inside: Mapping[str, Any]
    served: Mapping[str, Any]

    @property
    def rate(self) -> float:
        """Verdicts a second of the processor."""
        spent = self.inside["judging"]
        return sum(self.inside["verdicts"].values()) / spent if spent else 0.0

    def services(self) -> Counter[str]:
        """Count the calls by service."""
        found: Counter[str] = Counter()
        for operation, calls in self.served["calls"].items():
            found[operation.partition(".")[0]] += calls
        return found


@contextmanager
def endpoint(dose: Dose) -> Iterator[dict[str, str]]:
    """Serve the account in a process of its own; give the environment that leads to it."""
    command = [sys.executable, "-m", "bench.endpoint.server", "--latency", str(dose.latency)]
    command += ["--world", str(dose.scale), "--regions", str(dose.regions)] if dose.scale else []
    command += ["--throttle", str(dose.throttle)] if dose.throttle else []
    command += [word for fault in dose.faults for word in ("--fault", fault)]
    served = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert served.stdout is not None  # noqa: S101  it was asked for
        said = served.stdout.readline() + served.stdout.readline()
        yield {**dict(re.findall(r"([A-Z_]+)=(\S+)", said)), "AWS_DEFAULT_REGION": REGIONS[0], **KEY}
    finally:
        served.kill()
        served.wait(10)
        if served.stdout is not None:
            served.stdout.close()


def _words(dose: Dose, profile: str) -> list[str]:
    """Give the command that scans, under a profiler where a profile is wanted.

    Raises:
        SystemExit: there is no profiler.
    """
    scan = ["-m", "bench.measured_scan", "scan", "-q", "--store", "bench.db"]
    scan += [word for rule in dose.rules for word in ("--rule", rule)]
    if not profile:
        return [sys.executable, *scan]
    where = str(Path(profile).absolute())
    if found := shutil.which("py-spy"):
        return [found, "record", "--rate", "200", "--output", where, "--", sys.executable, *scan]
    if find_spec("pyinstrument"):
        return [sys.executable, "-m", "pyinstrument", "--renderer", "html", "--outfile", where, *scan]
    raise SystemExit("bench: no profiler here; bring one beside the project's own parts: uv pip install py-spy")


def _beside() -> str:
    """Let the measured process find this folder, for it runs in another."""
    return os.pathsep.join(filter(None, (str(Path.cwd()), os.environ.get("PYTHONPATH"))))


def measure(dose: Dose, profile: str = "") -> Row:
    """Scan once, into a store that is thrown away.

    Raises:
        RuntimeError: the scan ended neither clean nor with violations nor incomplete.
    """
    with tempfile.TemporaryDirectory(prefix="phiward-bench") as name, endpoint(dose) as env:
        folder = Path(name)
        regions = ", ".join(f'"{region}"' for region in REGIONS[: dose.regions])
        (folder / "config.toml").write_text(f"[aws]\nregions = [{regions}]\n")
        began = time.monotonic()
        known = {
            **os.environ,
            **env,
            OUT: str(folder / "inside.json"),
            BEGAN: str(began),
            "PYTHONPATH": _beside(),
        }
        process = subprocess.run(
            _words(dose, profile), cwd=folder, env=known, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
        wall = time.monotonic() - began
        if process.returncode not in {0, 1, 3} or not (folder / "inside.json").exists():
            raise RuntimeError(f"the scan ended with {process.returncode}:\n{process.stderr[-3000:]}")
        with urlopen(f"{env['AWS_ENDPOINT_URL']}/_served", timeout=60) as answer:  # noqa: S310  loopback
            served = json.load(answer)
        return Row(dose, process.returncode, wall, json.loads((folder / "inside.json").read_text()), served)


HEADS = (
    "resources", "Regions", "throttling", "wall s", "CPU s", "peak MB", "calls", "refused", "mean at once",
    "most at once", "bound s", "first result s", "verdicts", "verdicts/s", "store s",
)  # fmt: skip


def cells(row: Row) -> list[str]:
    """Give a row of the table."""
    inside, served, dose = row.inside, row.served, row.dose
    return [
        f"{sum(inside['resources'].values()):,}", str(dose.regions),
        "none" if dose.throttle is None else "AWS's rates" if dose.throttle == 1 else f"{dose.throttle:g} of AWS's",
        f"{row.wall:.1f}", f"{inside['cpu']:.1f}", f"{inside['peak']:.0f}", f"{served['total']:,}",
        f"{sum(served['throttled'].values()):,}", f"{served['mean']:.1f}", str(served["peak"]),
        f"{served['bound']:.1f}", f"{inside['moments'].get('store.add', (0.0, 0.0))[0]:.1f}",
        f"{sum(inside['verdicts'].values()):,}", f"{row.rate:,.0f}", f"{inside['store']:.2f}",
    ]  # fmt: skip


def table(rows: Sequence[Row]) -> str:
    """Write the figures as Markdown: the rows, and the calls by service below."""
    lines = [f"| {' | '.join(HEADS)} |", "|" + " --: |" * len(HEADS)]
    lines += [f"| {' | '.join(cells(row))} |" for row in rows]
    services = sorted({service for row in rows for service in row.services()})
    names = [f"{cells(row)[0]} in {row.dose.regions}" + (", throttled" if row.dose.throttle else "") for row in rows]
    lines += ["", f"| calls by service | {' | '.join(names)} |", "| --- |" + " --: |" * len(rows)]
    lines += [f"| {service} | {' | '.join(f'{row.services()[service]:,}' for row in rows)} |" for service in services]
    gaps = [
        f"{cells(row)[0]} in {row.dose.regions}: {_counted(row.inside['gaps'])}" for row in rows if row.inside["gaps"]
    ]
    unknown = sorted({each for row in rows for each in (*row.served["unknown"], *row.served["broken"])})
    spent = max(row.served["cpu"] / row.wall for row in rows)
    lines += ["", f"The endpoint itself was busy {spent:.0%} of the time at most."]
    lines += ["", "Not answered: " + "; ".join(gaps)] if gaps else []
    lines += ["", f"Not known to the endpoint: {', '.join(unknown)}"] if unknown else []
    return "\n".join(lines)


def _counted(counted: Mapping[str, int]) -> str:
    return ", ".join(f"{count} x {name}" for name, count in sorted(counted.items()))


def machine() -> str:
    """Say where and when it was measured."""
    said = Path("/proc/cpuinfo").read_text()
    model = next((line.partition(":")[2].strip() for line in said.splitlines() if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, Python {python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def write(text: str, latency: float) -> None:
    """Put the figures into the document, between its marks."""
    said = DOC.read_text() if DOC.exists() else f"# Performance\n\n{MARKS[0]}\n{MARKS[1]}\n"
    before, _, rest = said.partition(MARKS[0])
    after = rest.partition(MARKS[1])[2]
    told = f"Measured on {machine()}, each call answered after {latency * 1000:.0f} ms."
    DOC.write_text(f"{before}{MARKS[0]}\n{told}\n\n{text}\n{MARKS[1]}{after}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, help="one row: 1,200 resources times this; 0 for hardly any")
    parser.add_argument("--regions", type=int, default=1, choices=range(1, len(REGIONS) + 1))
    parser.add_argument("--latency", type=float, default=0.06, help="seconds that each answer is held back")
    parser.add_argument("--throttle", type=float, nargs="?", const=1.0, help="throttle, at this share of AWS's rates")
    parser.add_argument("--fault", action="append", default=[], help="what goes wrong, as bench.endpoint.server says")
    parser.add_argument("--rule", action="append", default=[], help="judge by this rule; may be repeated")
    parser.add_argument(
        "--profile", default="", help="write a profile here, by py-spy (or pyinstrument) if it is installed"
    )
    parser.add_argument("--json", action="store_true", help="print all that was measured")
    parser.add_argument("--write", action="store_true", help="write the table into docs/performance.md")
    given = parser.parse_args()
    one = Dose(given.scale or 0, given.regions, given.latency, given.throttle, tuple(given.rule), tuple(given.fault))
    rows = []
    for dose in ALL if given.scale is None else (one,):
        rows.append(measure(dose, given.profile))
        print(" | ".join(f"{head} {cell}" for head, cell in zip(HEADS, cells(rows[-1]), strict=True)), flush=True)
        if given.json:
            print(json.dumps({"code": rows[-1].code, "inside": rows[-1].inside, "served": rows[-1].served}, indent=1))
    text = table(rows)
    if given.write:
        write(text, rows[0].dose.latency)
    else:
        print(f"\n{machine()}\n\n{text}")


if __name__ == "__main__":
    main()
