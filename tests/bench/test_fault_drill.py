"""The fault drill: whatever goes wrong, the findings are those of the sound night, or UNKNOWN with the reason.

`make test` deals each kind once, to some of all requests, and once to operations of each protocol and form, for ever;
`make drill` deals each kind to 1, 3 and 10 in a hundred requests by several seeds, and to every operation in its turn.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from bench.endpoint.faults import KINDS, Fault
from bench.endpoint.throttling import CODES, SLOW_DOWN
from bench.endpoint.world import World
from scanner.aws.client import Patience
from scanner.aws.collect import operations
from scanner.aws.errors import CredentialsEndedError
from scanner.aws.sessions import Target
from scanner.engine.registry import kinds
from tests.bench.drilling import DOWNLOAD, FULL, LAYER, NOW, QUICK, Drill, asked_by, drilling, sessions, wrongs

pytestmark = pytest.mark.drill
ROLE = Target("100000000001", regions=("us-east-1",), role="Audit")
THROTTLING = {refusal.code for refusal in (*CODES.values(), SLOW_DOWN)}
KNOWN = Fault("slow", operation="sts.GetCallerIdentity")
"""Who we are is told, slowly: else a fault there could pass for the end of our credentials, as it would from AWS."""

GROUPS = 30
REFUSALS = tuple(kind for kind in KINDS if kind not in {"slow", "hang"})

AIMED = {
    "ec2, a listing": Fault("reset", operation="ec2.DescribeVpcs"),
    "ec2, a second page": Fault("cut", operation="ec2.DescribeVolumes", where={"NextToken": ""}),
    "ec2, a batch": Fault("short", operation="ec2.DescribeInstanceTypes"),
    "query, a listing": Fault("denied", operation="elbv2.DescribeLoadBalancers"),
    "query, a second page": Fault("expired", operation="iam.GetAccountAuthorizationDetails", where={"Marker": ""}),
    "query, a job": Fault("throttled", operation="iam.GetCredentialReport"),
    "json, a listing": Fault("500", operation="logs.DescribeLogGroups"),
    "json, a second page": Fault("cut", operation="kms.ListKeys", where={"Marker": ""}),
    "json, a second page of all tags": Fault(
        "short", operation="resourcegroupstaggingapi.GetResources", where={"PaginationToken": ""}
    ),
    "json, one resource": Fault("denied", operation="dynamodb.DescribeContinuousBackups"),
    "json, a batch": Fault("503", operation="ecs.DescribeServices"),
    "a download": Fault("cut", operation="ecr.download"),
    "rest-json, an answer that many share": Fault("503", operation="backup.ListProtectedResources"),
    "rest-xml, a second page": Fault("throttled", operation="s3.ListBuckets", where={"ContinuationToken": ""}),
    "rest-xml, one resource": Fault("cut", operation="s3.GetBucketPolicy"),
    "rest-xml, a listing": Fault("hang", operation="cloudfront.ListDistributions"),
}
"""What befalls an operation, or those of its requests that have a parameter, for ever."""


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    """Serve an account of a tenth of the size, with every kind of resource."""
    with drilling(World(scale=0.1, now=NOW)) as drill:
        yield drill


TOGETHER = ((("500", "reset"), 0.1), (("503", "short"), 0.1), (("cut", "slow"), 0.1), (("throttled", "expired"), 0.1),
            (("hang",), 0.03), (("denied",), 0.03))  # fmt: skip
"""The small dose: kinds of faults with their rates."""


def _doses() -> Iterator[tuple[tuple[str, ...], float, int]]:
    if FULL:
        yield from itertools.product(((kind,) for kind in KINDS), (0.01, 0.03, 0.1), range(1, 4))
        yield from ((tuple(KINDS), 0.02, seed) for seed in range(1, 6))
    else:
        yield from ((several, rate, 1) for several, rate in TOGETHER)


def test_the_sound_night_is_whole(drill: Drill) -> None:
    assert drill.sound.gaps == []
    assert {str(finding.verdict) for finding in drill.sound.findings} == {"PASS", "FAIL", "SKIP"}
    again = drill.night()
    assert wrongs(drill.sound, again) == []
    assert wrongs(again, drill.sound) == []


@pytest.mark.parametrize(("several", "rate", "seed"), list(_doses()), ids=str)
def test_a_share_of_the_requests_goes_wrong(drill: Drill, several: tuple[str, ...], rate: float, seed: int) -> None:
    ill = drill.night(KNOWN, *(Fault(kind, rate) for kind in several), seed=seed)
    assert set(several) <= set(drill.dealt) or rate < 0.1
    assert wrongs(drill.sound, ill) == []
    if several == ("slow",):
        assert ill.gaps == []


@pytest.mark.parametrize("aims", [[aim] for aim in AIMED] if FULL else [list(AIMED)], ids=str)
def test_what_goes_wrong_for_ever_is_unknown(drill: Drill, aims: list[str]) -> None:
    faults = [AIMED[aim] for aim in aims]
    ill = drill.night(*faults)
    assert set(drill.dealt) == {fault.kind for fault in faults}
    assert wrongs(drill.sound, ill) == []
    told = {entry.operation for entry in ill.gaps}
    assert {fault.operation for fault in faults} - told <= {"ecr.download"}
    assert ("ecr.download" in {fault.operation for fault in faults}) <= bool(told & {DOWNLOAD, LAYER})


@pytest.mark.parametrize("group", range(GROUPS if FULL else 0))
def test_every_operation_goes_wrong_for_ever(drill: Drill, group: int) -> None:
    """In groups of some eight, of as many services: what hangs on one hides little of the others."""
    aims = sorted(operations(kinds().values()))[group::GROUPS]
    for turn in (0, 3):
        faults = [Fault(kind, operation=aim) for kind, aim in zip(itertools.cycle(REFUSALS[turn:]), aims, strict=False)]
        ill = drill.night(*faults)
        assert wrongs(drill.sound, ill) == []
        told = {operation for entry in ill.gaps for operation in asked_by(entry)}
        assert {aim for aim in aims if drill.endpoint.counters.calls[aim]} <= told


# ---- bounded ----


def test_a_storm_of_throttling_ends(drill: Drill) -> None:
    ill = drill.night(Fault("throttled"))
    assert wrongs(drill.sound, ill) == []
    assert {entry.error for entry in ill.gaps} == THROTTLING
    most = QUICK.tries * max(QUICK.attempts, QUICK.throttled)
    assert ill.made <= QUICK.tries * drill.sound.made
    assert drill.endpoint.counters.calls.total() <= most * drill.sound.made


def test_an_endpoint_that_never_answers_ends_in_time(drill: Drill) -> None:
    quick = Patience(connect=1, read=0.1, attempts=2, tries=2, polls=3, poll=0.02, sleep=lambda _: None)
    ill = drill.night(Fault("hang"), patience=quick)
    assert wrongs(drill.sound, ill) == []
    assert {entry.error for entry in ill.gaps} == {"ReadTimeoutError"}
    asked = sum(drill.endpoint.counters.calls.values())
    assert ill.seconds < 10 + asked * quick.read


# ---- credentials ----


def test_the_keys_of_a_role_are_renewed_and_nothing_is_lost(drill: Drill) -> None:
    for most in (40, 100, 250) if FULL else (100,):
        ill = drill.night(targets=[ROLE], expire_after=most)
        assert drill.dealt["expired"] > 0
        assert drill.endpoint.counters.calls["sts.AssumeRole"] >= drill.sound.made // most
        assert wrongs(drill.sound, ill) == []
        assert ill.gaps == []


@pytest.mark.parametrize("kind", ["cut", "short", "503", "reset"] if FULL else ["cut"])
def test_a_role_session_that_goes_wrong_once_is_asked_for_again(drill: Drill, kind: str) -> None:
    ill = drill.night(Fault(kind, 1.0, "sts.AssumeRole", times=1), targets=[ROLE])
    assert drill.dealt[kind] > 0
    assert wrongs(drill.sound, ill) == []
    assert ill.gaps == []


def test_our_own_that_expire_end_it_all_at_once(drill: Drill) -> None:
    for most in (1, 20, 150, 300) if FULL else (150,):
        with pytest.raises(CredentialsEndedError):
            drill.night(expire_own_after=most)
        assert drill.endpoint.counters.calls.total() <= most + 40
        with pytest.raises(CredentialsEndedError):
            drill.night(targets=[ROLE], expire_own_after=0, using=sessions("ASIA100000000001"))
