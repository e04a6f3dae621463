"""Measures what an incremental night spares: a full night, then one on which CloudTrail names no change of a setting.

    python -m bench.incremental                        1,200 resources, one Region, 60 ms a call
    python -m bench.incremental --scale 10 --writes 2000

The endpoint's event history holds `--writes` events that touch nothing, such as an agent's telling of itself.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from bench.endpoint.description import key_of
from bench.endpoint.protocols import Asked
from bench.endpoint.server import Endpoint
from bench.endpoint.world import World
from bench.endpoint.world.place import Answer
from scanner.aws.trail_events import TRAIL_OPERATIONS

KEY = {"PHIWARD_REDACTION_KEY": "0123456789abcdef", "AWS_DEFAULT_REGION": "us-east-1"}
CONFIG = """[aws]
regions = ["us-east-1"]
[aws.incremental]
full_every = 100
[drift]
attribution = false
"""


@dataclass
class Remembering(World):
    """A world whose event history holds so many writes, all of them an agent's telling of itself."""

    writes: int = 0

    def answer(self, asked: Asked) -> Answer:
        """Answer as the world does, and tell the event history."""
        if asked.operation != "cloudtrail.LookupEvents":
            return super().answer(asked)
        account, began = self.members[0], datetime.now(UTC)
        events = []
        for number in range(self.writes):
            at = began - timedelta(seconds=number * 3600 / self.writes)
            record = {
                "eventID": f"{number:08d}", "eventName": "UpdateInstanceInformation",
                "eventSource": "ssm.amazonaws.com",
                "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}", "awsRegion": asked.region, "recipientAccountId": account,
                "readOnly": False, "managementEvent": True, "eventCategory": "Management",
                "userIdentity": {"type": "AWSService"}, "requestParameters": {"instanceId": f"i-{number % 90:017x}"},
            }  # fmt: skip
            events.append({"EventId": record["eventID"], "EventTime": at, "CloudTrailEvent": json.dumps(record)})
        return {"Events": events}


def _serve(scale: float, latency: float, writes: int) -> None:
    more = frozenset(TRAIL_OPERATIONS)
    endpoint = Endpoint(Remembering(1, scale, writes=writes), latency=latency, more=more)

    def ready() -> None:
        print(f"{endpoint.url} {key_of(endpoint.home)}", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(endpoint.serve(ready))


@contextlib.contextmanager
def _endpoint(words: list[str]) -> Iterator[dict[str, str]]:
    served = subprocess.Popen(
        [sys.executable, "-m", "bench.incremental", "--serve", *words], stdout=subprocess.PIPE, text=True
    )
    try:
        assert served.stdout is not None  # noqa: S101  it was asked for
        url, key = served.stdout.readline().split()
        yield {"AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": "synthetic", **KEY}
    finally:
        served.kill()
        served.wait(10)
        if served.stdout is not None:
            served.stdout.close()


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _night(folder: Path, env: Mapping[str, str], *words: str) -> str:
    before, began = _spent(), time.monotonic()
    known = {**os.environ, **env, "PYTHONPATH": str(Path.cwd())}
    command = [str(Path(sys.executable).with_name("phiward")), "scan", *words]
    with urlopen(f"{env['AWS_ENDPOINT_URL']}/_reset", timeout=60):  # noqa: S310  loopback
        pass
    done = subprocess.run(command, cwd=folder, env=known, capture_output=True, text=True, timeout=1800, check=False)
    wall, cpu = time.monotonic() - began, _spent() - before
    if done.returncode not in {0, 1, 3}:
        raise RuntimeError(f"the scan ended with {done.returncode}:\n{done.stderr[-3000:]}")
    with urlopen(f"{env['AWS_ENDPOINT_URL']}/_served", timeout=60) as answer:  # noqa: S310  loopback
        served = json.load(answer)
    said = "; ".join(line for line in done.stderr.splitlines() if "night: " in line or line.startswith("not spared"))
    looked = served["calls"].get("cloudtrail.LookupEvents", 0)
    return f"{served['total']:,} calls ({looked:,} to CloudTrail), {cpu:.1f} s CPU, {wall:.1f} s wall; {said}"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--scale", type=float, default=1.0, help="1,200 resources times this")
    parser.add_argument("--latency", type=float, default=0.06, help="seconds that each answer is held back")
    parser.add_argument("--writes", type=int, default=200, help="events in CloudTrail's history")
    given = parser.parse_args()
    if given.serve:
        _serve(given.scale, given.latency, given.writes)
        return
    words = ["--scale", str(given.scale), "--latency", str(given.latency), "--writes", str(given.writes)]
    with tempfile.TemporaryDirectory(prefix="phiward-bench") as name, _endpoint(words) as env:
        folder = Path(name)
        (folder / "config.toml").write_text(CONFIG)
        for title, more in (("first night", ()), ("full night", ("--full",)), ("incremental night", ())):
            print(f"{title}: {_night(folder, env, *more)}", flush=True)


if __name__ == "__main__":
    main()
