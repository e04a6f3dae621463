"""The fault drill: an account is scanned while the endpoint fails, and compared with a sound scan of the same."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
import botocore.session
import pytest

from bench.endpoint.description import key_of
from bench.endpoint.faults import Fault, Faults
from bench.endpoint.paging import ALL, Pager, Size, pager_of
from bench.endpoint.server import Endpoint
from bench.endpoint.world import World
from scanner.aws.client import Patience
from scanner.aws.collect import Collector
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, rules
from scanner.model.finding import Finding, Verdict
from scanner.model.resource import Coverage, Resource, SectionState, Snapshot
from scanner.run import Judge, scan

NOW = datetime(2026, 11, 21, tzinfo=UTC)
QUICK = Patience(connect=2, read=1.0, poll=0.02, sleep=lambda _: None)
FULL = bool(os.environ.get("PHIWARD_DRILL"))
FAST = 1e9
"""A rate at which nothing waits for its turn."""

UNKNOWN = Verdict.UNKNOWN
DOWNLOAD, LAYER = "HTTPS GET", "ecr.GetDownloadUrlForLayer"


@cache
def loader() -> Any:
    """Give what keeps the models of services that it has read, for all scans."""
    return botocore.session.Session().get_component("data_loader")


def sessions(key: str) -> Sessions:
    """Give sessions of one access key."""
    inner = botocore.session.Session()
    inner.register_component("data_loader", loader())
    inner.set_credentials(key, "synthetic", "synthetic")
    return Sessions(boto3.Session(botocore_session=inner, region_name="us-east-1"))


@dataclass
class Night:
    """What a scan saw and judged, in how many calls."""

    snapshot: Snapshot
    findings: list[Finding]
    made: int
    seconds: float

    @property
    def gaps(self) -> list[Coverage]:
        return [entry for entry in self.snapshot.coverage if not entry.ok]

    def resources(self) -> dict[tuple[str, ...], Resource]:
        return {(each.kind, each.account, each.region, each.arn or each.id): each for each in self.snapshot.resources}


@dataclass
class Drill:
    """An account behind an endpoint that can be told to fail."""

    endpoint: Endpoint
    world: World
    sound: Night = field(init=False)

    def __post_init__(self) -> None:
        self.sound = self.night()

    def night(
        self, *faults: Fault, seed: int = 1, patience: Patience = QUICK, targets: Sequence[Target] = (),
        using: Sessions | None = None, **more: Any,
    ) -> Night:  # fmt: skip
        """Scan while these faults are dealt."""
        self.endpoint.go_wrong(Faults(faults, seed, pause=0.001, pieces=3, **more))
        self.endpoint.counters.reset()
        began = time.monotonic()
        collector = Collector(
            using or sessions(key_of(self.world.home)), kinds(), Redactor(b"key", lambda *_: []), NOW, 16,
            Limits(lambda: Bucket(rate=FAST, least=FAST, most=FAST)), patience,
        )  # fmt: skip
        told = scan(
            Snapshot("drill", NOW),
            collector.collect(targets or [Target(self.world.home, regions=self.world.regions)]),
            Judge(list(rules().values())),
        )
        assert not self.endpoint.counters.unknown + self.endpoint.counters.broken
        return Night(told.snapshot, told.findings, collector.made, time.monotonic() - began)

    @property
    def dealt(self) -> Mapping[str, int]:
        return self.endpoint.counters.faults


@cache
def _short_pages(operation: str) -> Pager | None:
    """Cut a listing into pages of four at most, so that a small account has second ones too."""
    pager = pager_of(operation)
    return pager if pager is None or pager.size.most == ALL else replace(pager, size=Size(4, 4))


@contextmanager
def drilling(world: World) -> Iterator[Drill]:
    """Serve an account, with nothing waited for between two tries."""
    with Endpoint(world) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint.url)
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        for name in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.delenv(name, raising=False)
        patch.setattr("bench.endpoint.answers.pager_of", _short_pages)
        patch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
        yield Drill(endpoint, world)


def wrongs(sound: Night, ill: Night) -> list[str]:
    """Say where a night that met faults says otherwise than the sound one, in any way but that it does not know."""
    return [*_sections(sound, ill), *_new(sound, ill), *_gone(sound, ill), *_unexplained(sound, ill)]


def _sections(sound: Night, ill: Night) -> Iterator[str]:
    """Name what was read and is not what the account has: a failed read must not pass for an answer."""
    before = sound.resources()
    for name, resource in ill.resources().items():
        was = before.get(name)
        if was is None:
            if any(section.state is SectionState.UNSEEN for section in resource.sections.values()):
                continue  # its own name could not be learned
            yield f"{name} is not there"
            continue
        roots = {call.name for call in kinds()[resource.kind].roots()}
        for call, section in resource.sections.items():
            if section.state is SectionState.UNSEEN:
                if section.gap is None or not section.gap.call or not section.gap.error:
                    yield f"{name}.{call} is unseen, but by {section.gap!r}"
            elif call in {"of", *roots}:  # by which of several listings it was found, and what its parent is called
                continue
            elif (section.state, section.doc) != (was.sections[call].state, was.sections[call].doc):
                yield f"{name}.{call}: {was.sections[call]!r:.300} became {section!r:.300}"


def _told(finding: Finding) -> str:
    return f"{finding.rule}: {finding.verdict} of {finding.resource} {finding.part}".rstrip()


def _new(sound: Night, ill: Night) -> Iterator[str]:
    before = {finding.fingerprint: finding for finding in sound.findings}
    for finding in ill.findings:
        was = before.get(finding.fingerprint)
        if finding.verdict is not UNKNOWN and (was is None or was.verdict is not finding.verdict):
            yield f"{_told(finding)} was {was.verdict if was else 'not there'} in the sound night"


def _gone(sound: Night, ill: Night) -> Iterator[str]:
    after = {finding.fingerprint for finding in ill.findings}
    covered = {
        (finding.rule, finding.account, finding.region, what)
        for finding in ill.findings
        if finding.verdict is UNKNOWN
        for what in ({finding.kind} if finding.part == "listing" else {finding.key, finding.resource, *finding.members})
    }
    for finding in sound.findings:
        place = (finding.rule, finding.account, finding.region)
        named = {(*place, what) for what in (finding.kind, finding.key, finding.resource)}
        if finding.fingerprint not in after and not named & covered:
            yield f"{_told(finding)} has gone without a word"


def asked_by(entry: Coverage) -> set[str]:
    """Name all that a call asks whose coverage tells the first reason alone, be it of its start or of its download."""
    call = kinds()[entry.kind].calls.get(entry.call)
    return {entry.operation, *(call.operations if call else ()), *([DOWNLOAD] if entry.operation == LAYER else ())}


def _unexplained(sound: Night, ill: Night) -> Iterator[str]:
    known = {finding.fingerprint for finding in sound.findings if finding.verdict is UNKNOWN}
    calls = {operation for entry in ill.gaps for operation in asked_by(entry)}
    for entry in ill.gaps:
        if not entry.operation or not entry.error:
            yield f"the coverage does not say why: {entry}"
    for finding in ill.findings:
        if finding.verdict is UNKNOWN and finding.fingerprint not in known:
            if not finding.missing:
                yield f"{_told(finding)} without a reason"
            for gap in finding.missing:
                if gap.call not in calls or not gap.error:
                    yield f"{_told(finding)}: {gap!r} is in no coverage"
