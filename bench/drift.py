"""Measures drift: 100,000 resources of four sections in two nights, 1 % of them changed, noise in every one.

Run `python -m bench.drift [RESOURCES]` from the top folder. The nights are written by a process of their own, so that
the memory told is that of the comparison.
"""

from __future__ import annotations

import resource as machine
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scanner.engine.drift import Comparer, Normaliser
from scanner.engine.registry import kinds
from scanner.kinds.canon import normaliser, version
from scanner.model.change import Change
from scanner.model.resource import Coverage, Resource, seen
from scanner.store import ScanInfo, Store

ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "eu-west-2")
KIND = "AWS::EC2::Instance"
START = datetime(2026, 11, 21, 2, tzinfo=UTC)
NAMES = ("night-0", "night-1")


def instance(number: int, region: str, night: int, *, is_changed: bool) -> Resource:
    """Make one resource: its launch time and the order of its groups are other ones every night."""
    groups = [{"GroupId": f"sg-{number % 97:017x}"}, {"GroupId": f"sg-{number % 89:017x}"}]
    options = {"HttpTokens": "optional" if is_changed and night else "required", "State": "applied"}
    box = {
        "InstanceId": f"i-{number:017x}", "InstanceType": "m7g.large", "ImageId": f"ami-{number % 40:017x}",
        "LaunchTime": f"2026-11-{20 + night}T0{number % 10}:00:00Z", "MetadataOptions": options,
        "SecurityGroups": groups[::-1] if night else groups, "Placement": {"AvailabilityZone": f"{region}a"},
        "StateTransitionReason": "x" * 300,
    }  # fmt: skip
    sections = {"box": seen(box), "node": seen({"PingStatus": "Online", "LastPingDateTime": str(night)})}
    sections |= {"script": seen({"Value": {"$redacted": f"{number:064x}", "$key": "k"}}), "summaries": seen([])}
    arn = f"arn:aws:ec2:{region}:{ACCOUNT}:instance/i-{number:017x}"
    tags = {"Name": f"host-{number}", "Owner": f"team-{number % 12}"}
    return Resource(KIND, f"i-{number:017x}", arn=arn, account=ACCOUNT, region=region, tags=tags, sections=sections)


def normal() -> Normaliser:
    """Give the normaliser that a scan has."""
    return normaliser(kinds().values())


def fill(file: Path, count: int) -> None:
    """Write the two nights."""
    targets = tuple((ACCOUNT, region) for region in REGIONS)
    with Store.open(str(file), normal()) as store:
        for night, name in enumerate(NAMES):
            moment = START + timedelta(days=night)
            began = time.perf_counter()
            store.begin(
                ScanInfo(id=name, started=moment, as_of=moment, targets=targets, versions={"normaliser": version()})
            )
            for place, region in enumerate(REGIONS):
                here = [
                    instance(number, region, night, is_changed=number % 200 == place)
                    for number in range(place, count, len(REGIONS))
                ]
                listing = Coverage(ACCOUNT, region, KIND, "box", "ec2.DescribeInstances", listing=True)
                store.add(name, ACCOUNT, region, here, [listing])
            store.finish(name, [], finished=moment)
            print(f"night {night} written in {time.perf_counter() - began:.1f} s")


def measure(file: Path, *, explain: bool) -> int:
    """Compare them, and print what it cost."""
    wall, cpu = time.perf_counter(), time.process_time()
    with Store.open(str(file), normal()) as store:
        groups = store.between(*NAMES, every=explain)
        found = [isinstance(each, Change) for each in Comparer(normal(), explain=explain).compare(groups)]
    how = "with what is suppressed" if explain else "changes"
    print(
        f"{how:<24} {sum(found):,} changes, {len(found) - sum(found):,} suppressed: "
        f"{time.perf_counter() - wall:.1f} s wall, {time.process_time() - cpu:.1f} s CPU, "
        f"{machine.getrusage(machine.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB at most"
    )
    return sum(found)


def main(count: int) -> None:
    """Fill in a process of its own, then measure in one each."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "phiward.db"
        for what in ("fill", "changes", "explain"):
            subprocess.run([sys.executable, "-m", "bench.drift", what, str(file), str(count)], check=True)
        print(f"file {file.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    if len(sys.argv) > 2:  # noqa: PLR2004  a step of its own
        verb, place, number = sys.argv[1:]
        if verb == "fill":
            fill(Path(place), int(number))
        else:
            assert measure(Path(place), explain=verb == "explain") == int(number) // 100  # noqa: S101
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
