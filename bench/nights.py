"""Measures what nights add to the store: many accounts and Regions, nothing changed, then one resource of a hundred.

Run `python -m bench.nights [ACCOUNTS [REGIONS]]` from the top folder. Each account has 150 resources, in two of its
Regions, each with five verdicts; every Region is told by 75 calls.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench.store import KIND, RULES, START, instance
from scanner.model.finding import Finding, Verdict, fingerprint
from scanner.model.resource import Coverage, Resource
from scanner.store import ScanInfo, Store

EACH, CALLS, BUSY = 150, 75, 2


def own(thing: Resource, account: str) -> Resource:
    """Give the resource to an account."""
    thing.account, thing.arn = account, thing.arn.replace("111122223333", account)
    return thing


def told(thing: Resource, rule: str) -> Finding:
    """Judge a resource by a rule."""
    return Finding(
        fingerprint=fingerprint(rule, "aws", thing.account, thing.region, thing.id, ""),
        rule=rule, title=f"Instances obey {rule}", verdict=Verdict.PASS, severity="medium", category="security",
        kind=KIND, resource=thing.arn, key=thing.id, name=thing.name, account=thing.account, region=thing.region,
        message=f"Instances obey {rule}",
    )  # fmt: skip


def night(store: Store, number: int, accounts: list[str], regions: list[str], changed: int) -> None:
    """Store one night."""
    started = START + timedelta(days=number)
    places = tuple((account, region) for account in accounts for region in regions)
    info = ScanInfo(id=f"night-{number}", started=started, as_of=started, rules=RULES, targets=places)
    store.begin(info)
    findings: list[Finding] = []
    for account, region in places:
        at = regions.index(region)
        here = [] if at >= BUSY else [
            own(instance(some, region, changed * (some % 100 == 0)), account) for some in range(at, EACH, BUSY)
        ]  # fmt: skip
        calls = [
            Coverage(
                account, region, KIND, f"call{call}" if call else "instance", "ec2.DescribeInstances", listing=True
            )
            for call in range(CALLS)
        ]
        store.add(info.id, account, region, here, calls)
        findings += [told(thing, rule) for thing in here for rule in RULES]
    store.finish(info.id, findings, finished=started)


def settled(file: Path) -> int:
    """Bring SQLite's journal into its file, and give the file's bytes."""
    database = sqlite3.connect(file)
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return file.stat().st_size


def main(count: int = 20, wide: int = 17) -> None:
    """Print what each night adds."""
    accounts = [f"{number:012}" for number in range(100000000001, 100000000001 + count)]
    regions = [f"eu-test-{number}" for number in range(wide)]
    places, resources = count * wide, count * EACH
    print(f"{count} accounts x {wide} Regions = {places:,} places, {resources:,} resources, {resources * 5:,} verdicts")
    with tempfile.TemporaryDirectory() as folder:
        file, before = Path(folder) / "phiward.db", 0
        with Store.open(str(file)) as store:
            for number, changed in enumerate((0, 0, 0, 0, 1, 2, 3)):
                cpu = time.process_time()
                night(store, number, accounts, regions, changed)
                size = settled(file)
                title = "first" if not number else f"{changed and 1} % changed"
                spent = time.process_time() - cpu
                more = size - before
                print(f"night {number}: {title:12} {more / 1e3:9,.0f} kB more, {more / places:7,.0f} bytes a place, "
                      f"{spent:5.2f} s CPU")  # fmt: skip
                before = size


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
