"""Measures the store: 10,000 resources of four sections, five verdicts each; a first, an unchanged, a changed night.

Run `python -m bench.store [RESOURCES] [URL]` from the top folder; without a URL the store is a new SQLite file. With
`postgresql://...` it is a database that must be empty; the CPU of its server counts where it runs on this machine.
"""

from __future__ import annotations

import os
import resource as machine
import sys
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, event, text

from scanner.model.finding import Evidence, Finding, Verdict, fingerprint
from scanner.model.resource import Coverage, Resource, seen
from scanner.store import ScanInfo, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "eu-west-2")
KIND = "AWS::EC2::Instance"
RULES = tuple(f"bench_rule_{number}" for number in range(5))
START = datetime(2026, 11, 21, 2, tzinfo=UTC)


def instance(number: int, region: str, changed: int) -> Resource:
    """Make one resource; `changed` alters one of its sections."""
    arn = f"arn:aws:ec2:{region}:{ACCOUNT}:instance/i-{number:017x}"
    network = [{"NetworkInterfaceId": f"eni-{number:017x}", "Groups": [f"sg-{number % 97:017x}"], "PrivateIp": number}]
    sections = {
        "instance": seen(
            {"InstanceId": f"i-{number:017x}", "Type": "m7g.large", "Interfaces": network, "Filler": "x" * 900}
        ),
        "attributes": seen({"UserData": {"$redacted": f"{number:064x}"}, "Stop": changed}),
        "status": seen({"State": "running", "Zone": f"{region}a"}),
        "profile": seen({"Arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/p{number % 40}", "Roles": ["a", "b"]}),
    }
    tags = {"Name": f"host-{number}", "Owner": f"team-{number % 12}"}
    return Resource(KIND, f"i-{number:017x}", arn=arn, account=ACCOUNT, region=region, tags=tags, sections=sections)


def findings(things: list[Resource], changed: int) -> list[Finding]:
    """Judge each resource by each rule; a few fail."""
    return [
        Finding(
            fingerprint=fingerprint(rule, "aws", ACCOUNT, thing.region, thing.id, ""),
            rule=rule,
            title=f"Instances obey {rule}",
            verdict=Verdict.FAIL if (number + changed) % 50 == 0 else Verdict.PASS,
            severity="medium",
            category="security",
            kind=KIND,
            resource=thing.arn,
            key=thing.id,
            name=thing.name,
            account=ACCOUNT,
            region=thing.region,
            message="it does not" if (number + changed) % 50 == 0 else f"Instances obey {rule}",
            evidence=(Evidence("group", number % 97, f"{KIND} instance.Groups"),),
            hipaa=("164.312(a)(1)",),
            tags=dict(thing.tags or {}),
        )
        for number, thing in enumerate(things)
        for rule in RULES
    ]


class Meter:
    """Counts statements and commits, and the CPU seconds of the database's own processes."""

    def __init__(self, url: str) -> None:
        """Begin to count."""
        self.url = url
        self.sent = 0
        self.server = create_engine(url.replace("postgresql:", "postgresql+psycopg:")) if "postgresql" in url else None
        event.listen(Engine, "before_cursor_execute", self._count)
        event.listen(Engine, "commit", self._count)

    def _count(self, *_: object) -> None:
        self.sent += 1

    def spent(self) -> float:
        """Give the CPU seconds of the server's processes that there are."""
        if self.server is None:
            return 0.0
        with self.server.connect() as connection:
            pids = connection.execute(text("SELECT pid FROM pg_stat_activity")).scalars().all()
        stats = [
            path.read_text().rpartition(")")[2].split() for pid in pids if (path := Path(f"/proc/{pid}/stat")).exists()
        ]
        return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")

    def size(self) -> int:
        """Give the bytes of the database."""
        if self.server is None:
            return Path(self.url).stat().st_size
        with self.server.connect() as connection:
            return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Print how long something took."""
        server, sent = self.spent(), self.sent
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        sent = self.sent - sent
        spent = self.spent() - server
        print(f"  {what:<28} {wall:6.2f} s wall {cpu:6.2f} s CPU {spent:6.2f} s server {sent:6} statements")


def night(store: Store, meter: Meter, number: int, things: list[Resource], told: list[Finding]) -> str:
    """Store one night."""
    started = START + timedelta(days=number)
    targets = tuple((ACCOUNT, region) for region in REGIONS)
    info = ScanInfo(id=f"night-{number}", started=started, as_of=started, rules=RULES, targets=targets)
    store.begin(info)
    with meter.timed("add"):
        for region in REGIONS:
            here = [thing for thing in things if thing.region == region]
            listing = Coverage(ACCOUNT, region, KIND, "instance", "ec2.DescribeInstances", listing=True)
            store.add(info.id, ACCOUNT, region, here, [listing])
    with meter.timed("finish"):
        store.finish(info.id, told, finished=started)
    return info.id


def main(count: int, url: str) -> None:
    """Run the nights and print what they cost."""
    with tempfile.TemporaryDirectory() as folder:
        url = url or str(Path(folder) / "phiward.db")
        meter = Meter(url)
        with Store.open(url) as store:
            names = []
            for number, (title, every) in enumerate((("first", 0), ("unchanged", 0), ("1 % changed", 100))):
                things = [
                    instance(some, REGIONS[some % 2], int(every > 0 and some % every == 0)) for some in range(count)
                ]
                print(f"night {number}: {title}, {count:,} resources, {len(RULES) * count:,} verdicts")
                names.append(night(store, meter, number, things, findings(things, 0)))
            print("reading")
            with meter.timed("snapshot of the first night"):
                assert len(store.snapshot(names[0]).resources) == count  # noqa: S101  what was measured must be right
            with meter.timed("findings of the last night"):
                assert len(store.findings()) == count * len(RULES)  # noqa: S101  what was measured must be right
            with meter.timed("verify"):
                assert store.verify() == []  # noqa: S101  what was measured must be right
        print(f"  {'database':<28} {meter.size() / 1e6:6.1f} MB")
        print(f"  {'memory at most':<28} {machine.getrusage(machine.RUSAGE_SELF).ru_maxrss / 1e3:6.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000, sys.argv[2] if len(sys.argv) > 2 else "")  # noqa: PLR2004
