"""Measures judging alone: verdicts a second of one core, decoding apart, and the memory of findings.

    python -m bench.evaluate                                  a described account of 1,200 resources
    python -m bench.evaluate --scale 10                       of 12,000
    python -m bench.evaluate --config demo/config.toml        the newest scan of a store, with its settings and scope
    python -m bench.evaluate --rules                          and what each rule costs

A verdict is the judgement of one rule on one resource. What is timed is what a scan does between its last answer and
the store: every rule, facts derived anew from the sections, evidence, findings, remedies. The first round of a process
compiles paths and patterns besides; it is told apart. So is judging with the facts at hand, which leaves out what is
read from documents within documents: policies, manifests, metrics. Figures are seconds of the processor. On a machine
that is busy otherwise they are worse than they should be: take the best of several rounds.
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.scan import REGIONS, Dose, endpoint, machine
from scanner.cli.scanning import make_judge
from scanner.cli.wire import Wiring
from scanner.engine.detect import names_secret
from scanner.engine.evaluate import Context, evaluate
from scanner.model.inventory import Inventory

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scanner.model.finding import Finding
    from scanner.model.resource import Snapshot
    from scanner.run import Judge

PROGRAM = (sys.executable, "-c", "from scanner.cli import main; main()")
TAKEN = frozenset({0, 1, 3})
"""The exit codes of a scan that came to its end."""


@dataclass(frozen=True)
class Round:
    """One judging of the whole snapshot: findings, seconds of the processor, bytes that came to stay."""

    findings: Sequence[Finding]
    seconds: float
    grown: int


def scanned(folder: Path, dose: Dose) -> tuple[Judge, Snapshot]:
    """Scan the described account into a store of its own, and read the snapshot back.

    Raises:
        RuntimeError: the scan did not come to its end.
    """
    regions = ", ".join(f'"{region}"' for region in REGIONS[: dose.regions])
    (folder / "config.toml").write_text(f'[store]\nurl = "{folder / "bench.db"}"\n\n[aws]\nregions = [{regions}]\n')
    with endpoint(dose) as env:
        done = subprocess.run(
            [*PROGRAM, "scan", "-q"], cwd=folder, env={**os.environ, **env, "PYTHONPATH": str(Path.cwd())},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    if done.returncode not in TAKEN:
        raise RuntimeError(f"the scan ended with {done.returncode}:\n{done.stderr[-3000:]}")
    return stored(folder / "config.toml")


def stored(config: Path) -> tuple[Judge, Snapshot]:
    """Read the newest scan of a store.

    Raises:
        SystemExit: there is none.
    """
    wiring = Wiring.find(config)
    with wiring.store() as store:
        newest = store.newest()
        if newest is None:
            raise SystemExit(f"{config}: the store holds no finished scan")
        snapshot = store.snapshot(newest.id)
    return make_judge(wiring, wiring.rules()), snapshot


def judged(judge: Judge, snapshot: Snapshot, *, anew: bool = True) -> Round:
    """Judge the whole snapshot, from nothing derived or with the facts at hand."""
    for resource in snapshot.resources if anew else ():
        resource.facts.clear()
    gc.collect()
    before, began = _resident(), time.process_time()
    found = list(judge.findings(snapshot))
    return Round(found, time.process_time() - began, _resident() - before)


def verdicts_of(judge: Judge, snapshot: Snapshot) -> int:
    """Count the judgements of one rule on one resource: a finding may tell of several, and several of one."""
    inventory = Inventory.of(snapshot.resources, snapshot.coverage)
    return sum(1 for rule in judge.rules for kind in rule.judged() for _ in inventory.resources(kind))


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def by_rule(judge: Judge, snapshot: Snapshot) -> list[tuple[float, int, str]]:
    """Give what each rule costs in the order in which they are judged: seconds, findings, id; the dearest first."""
    for resource in snapshot.resources:
        resource.facts.clear()
    context = Context(Inventory.of(snapshot.resources, snapshot.coverage), snapshot.as_of, judge.settings, judge.scope)
    spent = []
    for rule in sorted(judge.rules, key=lambda rule: rule.id):
        began = time.process_time()
        count = sum(1 for _ in evaluate([rule], context))
        spent.append((time.process_time() - began, count, rule.id))
    return sorted(spent, reverse=True)


def report(judge: Judge, snapshot: Snapshot, rounds: int, *, rules: bool) -> None:
    """Measure and print."""
    names_secret("warm")  # what a scan has loaded when it redacted what it read
    told = [judged(judge, snapshot) for _ in range(rounds)]
    first, best = told[0], min(told, key=lambda one: one.seconds)
    verdicts = verdicts_of(judge, snapshot)
    counted = Counter(str(finding.verdict) for finding in first.findings)
    print(machine())
    print(f"  {len(snapshot.resources):,} resources, {len(judge.rules)} rules, {verdicts:,} verdicts")
    print(f"  {len(first.findings):,} findings: {', '.join(f'{n:,} {name}' for name, n in sorted(counted.items()))}")
    known = min((judged(judge, snapshot, anew=False) for _ in range(rounds)), key=lambda one: one.seconds)
    for label, one in (("first round", first), (f"best of {rounds}", best), ("facts known", known)):
        print(f"  {label:<12} {one.seconds:6.3f} s CPU {verdicts / one.seconds:9,.0f} verdicts/s")
    each = first.grown / max(len(first.findings), 1)
    print(
        f"  memory       {first.grown / 1e6:6.1f} MB, {each:,.0f} bytes for each finding, facts and evidence included"
    )
    for seconds, count, name in by_rule(judge, snapshot)[:40] if rules else ():
        print(f"  {seconds * 1e3:8.1f} ms {count:6,} findings {seconds / max(count, 1) * 1e6:8.1f} us each  {name}")


def main() -> None:
    """Measure judging."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scale", type=float, default=1.0, help="1,200 resources times this")
    parser.add_argument("--regions", type=int, default=1, choices=range(1, len(REGIONS) + 1))
    parser.add_argument("--config", type=Path, help="judge the newest scan of this configuration's store instead")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rules", action="store_true", help="say what each rule costs")
    given = parser.parse_args()
    if given.config is not None:
        judge, snapshot = stored(given.config)
        report(judge, snapshot, given.rounds, rules=given.rules)
        return
    with tempfile.TemporaryDirectory(prefix="phiward-bench") as name:
        judge, snapshot = scanned(Path(name), Dose(given.scale, given.regions, latency=0.0))
        report(judge, snapshot, given.rounds, rules=given.rules)


if __name__ == "__main__":
    main()
