"""Models a night of very many accounts: whose rate limits, which threads, how long; nothing is called.

Run `python -m bench.limits_model [ACCOUNTS [REGIONS]]` from the top folder. Events are simulated: each call of a
place (account, Region) waits for a thread, for phiward's own bucket (the very class of scanner/aws/limits.py, with the
model's clock) and for AWS's bucket of that account, Region and service; an empty one throttles it, it backs off and
tries again. Places stand alone, so a sample of accounts tells the rate, and the night is the sample times what is left.

What a place asks was counted in the demo organisation: 75 calls of a Region where nearly nothing is, 45 of the
account's global services, and three calls more for four resources. What a call costs is bench/accounts.py's: 2.2 ms of
processor in one process for all (collect, judge, keep); spread over a cluster 0.9 ms of a worker, and 0.1 s a place of
the process that writes.
"""

from __future__ import annotations

import heapq
import random
import sys
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.aws.limits import Bucket

QUIET, GLOBAL, EACH = 75, 45, 0.75
ONE_PROCESS, WORKER, WRITER = 0.0022, 0.0009, 0.1
"""Seconds of processor: a call in one process; a call on a worker; an account and Region in the process that writes."""

RATES = {"ec2": (20.0, 100.0), "cloudtrail": (2.0, 2.0), "kms": (100.0, 500.0)}
OTHERS = (10.0, 20.0)
"""Calls a second and burst that AWS answers, of each account, Region and service.

EC2's are its developer guide's for reading actions (which count each action by itself, so it is kinder than this);
CloudTrail's and KMS's are below their guides' quotas; services that publish none are taken to answer ten a second.
"""
GLOBALS = {"iam": 20, "s3": 15, "cloudfront": 5, "route53": 2, "wafv2": 2, "waf": 1}
REGIONAL = {
    "ec2": 25, "rds": 8, "ecs": 5, "backup": 4, "config": 4, "elbv2": 4, "autoscaling": 3, "efs": 3, "logs": 3,
    "ssm": 3, "cloudwatch": 2, "ecr": 2, "events": 2, "guardduty": 2, "kms": 2, "acm": 1, "dynamodb": 1,
    "secretsmanager": 1,
}  # fmt: skip
DETAILS = {"s3": 30, "ecs": 14, "ecr": 12, "iam": 10, "elbv2": 10, "kms": 8, "rds": 8, "backup": 4, "logs": 4}
"""What the calls go to: counts of the demo, in parts."""

ATTEMPTS, TRIES = 4, 3


@dataclass
class Place:
    """An account's Region, or its global services: the calls that list, and those that come of what is listed."""

    number: int
    listings: list[str]
    details: list[str]
    waiting: int = 0


@dataclass(frozen=True)
class Night:
    """What a simulation gave: seconds, calls answered, answers that throttled, calls that were given up."""

    seconds: float
    calls: int
    throttled: int
    lost: int


def spread(parts: dict[str, int], count: int) -> list[str]:
    """Give so many calls to services by their parts, in turn."""
    whole = [name for name, part in parts.items() for _ in range(part)]
    return [
        whole[number * len(whole) // count if count <= len(whole) else number % len(whole)] for number in range(count)
    ]


def estate(accounts: int, regions: int, *, busy: int = 2, resources: int = 75) -> Iterator[Place]:
    """Give the places of accounts that use so many of their Regions, each with so many resources."""
    for account in range(accounts):
        for region in range(regions + 1):
            base = spread(GLOBALS, GLOBAL) if region == regions else spread(REGIONAL, QUIET)
            more = int(resources * EACH) if region < busy else 0
            yield Place(account * (regions + 1) + region, base, spread(DETAILS, more))


@dataclass
class Model:
    """One process that looks: so many threads, answers after `latency` seconds."""

    threads: int
    latency: float
    now: float = 0.0
    made: Counter[str] = field(default_factory=Counter)
    _pause: float = 0.0
    _ours: dict[tuple[int, str], Bucket] = field(default_factory=dict)
    _theirs: dict[tuple[int, str], tuple[float, float]] = field(default_factory=dict)
    _events: list[tuple[float, int, str, Place, str, int]] = field(default_factory=list)
    _ready: deque[tuple[Place, str]] = field(default_factory=deque)
    _chance: random.Random = field(default_factory=lambda: random.Random(164))  # noqa: S311  the same in every run

    def run(self, places: Iterator[Place]) -> Night:
        """Let a night pass; as many places are open at once as there are threads."""
        free, open_ones = self.threads, 0
        while True:
            while open_ones < self.threads and (place := next(places, None)) is not None:
                open_ones += 1
                place.waiting = len(place.listings) + len(place.details)
                self._ready.extend((place, service) for service in place.listings)
            while free and self._ready:
                free -= 1
                self._begin(*self._ready.popleft(), attempt=0)
            if not self._events:
                return Night(self.now, self.made["answered"], self.made["throttled"], self.made["lost"])
            self.now, _, what, place, service, attempt = heapq.heappop(self._events)
            if what == "ask":
                self._ask(place, service, attempt)
                continue
            free += 1
            place.waiting -= 1
            if place.waiting == len(place.details) and place.details:  # all is listed: now each resource
                self._ready.extend((place, each) for each in place.details)
                place.details = []
            if not place.waiting:
                open_ones -= 1
                self._forget(place)

    def _begin(self, place: Place, service: str, attempt: int, after: float = 0.0) -> None:
        key = (place.number, service)
        if key not in self._ours:
            self._ours[key] = Bucket(clock=lambda: self.now, sleep=self._hold)
        self._pause = 0.0
        self._ours[key].take()
        self._put(after + self._pause, "ask", place, service, attempt)

    def _ask(self, place: Place, service: str, attempt: int) -> None:
        bucket = self._ours[place.number, service]
        if self._granted(place, service):
            bucket.answered()
            self.made["answered"] += 1
            self._put(self.latency, "done", place, service, 0)
            return
        bucket.throttled()
        self.made["throttled"] += 1
        attempt += 1
        if attempt == ATTEMPTS * TRIES:
            self.made["lost"] += 1
            self._put(self.latency, "done", place, service, 0)
        elif attempt % ATTEMPTS:  # botocore's own: up to 2^n seconds, by chance
            self._put(
                self.latency + self._chance.random() * min(20, 2 ** (attempt % ATTEMPTS)),
                "ask",
                place,
                service,
                attempt,
            )
        else:  # phiward asks anew, by its own pace
            self._begin(place, service, attempt, self.latency + 0.5 * 2 ** (attempt // ATTEMPTS))

    def _granted(self, place: Place, service: str) -> bool:
        rate, burst = RATES.get(service, OTHERS)
        tokens, at = self._theirs.get((place.number, service), (burst, self.now))
        tokens = min(burst, tokens + (self.now - at) * rate)
        self._theirs[place.number, service] = (tokens - (tokens >= 1), self.now)
        return tokens >= 1

    def _hold(self, seconds: float) -> None:
        self._pause = seconds

    def _put(self, after: float, what: str, place: Place, service: str, attempt: int) -> None:
        self.made["events"] += 1
        heapq.heappush(self._events, (self.now + after, self.made["events"], what, place, service, attempt))

    def _forget(self, place: Place) -> None:
        for known in (self._ours, self._theirs):
            for service in {*REGIONAL, *GLOBALS, *DETAILS}:
                known.pop((place.number, service), None)


def hours(seconds: float) -> str:
    """Write a duration."""
    return f"{seconds / 3600:.1f} h" if seconds >= 3600 else f"{seconds / 60:.0f} min"  # noqa: PLR2004  an hour


def main(accounts: int = 2000, regions: int = 17, sample: int = 24) -> None:
    """Print the tables."""
    places = accounts * (regions + 1)
    print(
        f"{accounts:,} accounts x {regions} Regions, 75 resources in two of them each; a sample of {sample} simulated"
    )
    print(
        "threads  latency   calls a night   calls/s   throttled   by the network   by one processor   by a cluster of 8"
    )
    for threads, latency in ((8, 0.06), (32, 0.06), (64, 0.06), (32, 0.15), (128, 0.15)):
        night = Model(threads, latency).run(estate(sample, regions))
        factor = accounts / sample
        calls = night.calls * factor
        alone, spread_out = calls * ONE_PROCESS, max(places * WRITER, calls * WORKER / 8, night.seconds * factor / 8)
        print(
            f"{threads:7}  {latency * 1000:4.0f} ms  {calls:14,.0f}  {night.calls / night.seconds:8,.0f}  "
            f"{night.throttled / night.calls:9.2%}   {hours(night.seconds * factor):>14}   {hours(alone):>16}   "
            f"{hours(spread_out):>17}"
        )
    print("\none large account: so many resources in one Region, 32 threads, 60 ms")
    print("resources    calls   throttled   lost   the Region alone takes")
    for resources in (1_000, 10_000, 50_000):
        night = Model(32, 0.06).run(estate(1, 1, busy=1, resources=resources))
        print(
            f"{resources:9,}  {night.calls:7,}   {night.throttled / night.calls:9.2%}  {night.lost:5,}   "
            f"{hours(night.seconds)}"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
