"""One place on an incremental night: where every change has its event it sees what a full night does."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.aws.builder import Builder
from scanner.aws.carrier import Carrier
from scanner.aws.incremental_place import PlaceShortcut
from scanner.aws.place import PlaceGraph
from scanner.engine.examples import AS_OF
from scanner.engine.incremental import Recalled, Spared, Window
from scanner.engine.incremental_table import IncrementalTable
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.engine.trail_event import TrailEvent, parse
from scanner.kinds.canon import normaliser
from scanner.kinds.steady import births, steady
from tests.aws.gather import ACCOUNT
from tests.aws.night import Steps
from tests.engine.trail_records import record

if TYPE_CHECKING:
    from scanner.aws.client import AwsClient, Request
    from scanner.aws.due import Due
    from scanner.aws.pool import Pool
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource

HOME = "us-east-1"
ROLE = "nurse"
REGIONAL = ("AWS::ECR::Repository", "AWS::KMS::Key", "AWS::ElasticLoadBalancingV2::TargetGroup")
KINDS = {"global": ("AWS::S3::Bucket",), HOME: REGIONAL}
KNOWN = {cfn: kinds()[cfn] for some in KINDS.values() for cfn in some}
NORMALISER, BIRTHS = normaliser(KNOWN.values()), births(KNOWN.values())
TABLE = IncrementalTable(sample=0.01)


@dataclass(frozen=True)
class Sort:
    """How a kind's resources are listed, named, and made; which operations say their settings."""

    service: str
    listing: str
    path: str
    made: str
    gone: str
    parameter: str

    def item(self, name: str) -> dict[str, Any]:
        arn = self.arn(name)
        items: dict[str, dict[str, Any]] = {
            "s3": {"Name": name, "BucketRegion": "eu-west-1" if name.endswith("1") else HOME},
            "ecr": {"repositoryName": name, "repositoryArn": arn, "registryId": ACCOUNT},
            "kms": {"KeyId": name, "KeyArn": arn},
            "elbv2": {"TargetGroupArn": arn, "TargetGroupName": name, "LoadBalancerArns": []},
        }
        return items[self.service]

    def arn(self, name: str) -> str:
        return {
            "s3": f"arn:aws:s3:::{name}", "ecr": f"arn:aws:ecr:{HOME}:{ACCOUNT}:repository/{name}",
            "kms": f"arn:aws:kms:{HOME}:{ACCOUNT}:key/{name}",
            "elbv2": f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:targetgroup/{name}/0123456789abcdef",
        }[self.service]  # fmt: skip


SORTS = {
    "AWS::S3::Bucket": Sort("s3", "s3.ListBuckets", "Buckets", "CreateBucket", "DeleteBucket", "bucketName"),
    "AWS::ECR::Repository": Sort("ecr", "ecr.DescribeRepositories", "repositories", "CreateRepository",
                                 "DeleteRepository", "repositoryName"),
    "AWS::KMS::Key": Sort("kms", "kms.ListKeys", "Keys", "CreateKey", "ScheduleKeyDeletion", "keyId"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Sort("elbv2", "elbv2.DescribeTargetGroups", "TargetGroups",
                                                     "CreateTargetGroup", "DeleteTargetGroup", "targetGroupArn"),
}  # fmt: skip
SOURCES = {"elbv2": "elasticloadbalancing"}


@dataclass
class Account:
    """What stands: by kind and name, the number that each operation's answer bears; and who is still there."""

    things: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    gone: bool = False

    def pages(self, _place: tuple[str, str], request: Request) -> Iterator[dict[str, Any]]:
        self.calls[request.operation] += 1
        for cfn, sort in SORTS.items():
            if request.operation == sort.listing:
                yield {sort.path: [sort.item(name) for kind, name in self.things if kind == cfn]}
                return
            found = [name for kind, name in self.things if kind == cfn and _asked(request, sort, name)]
            if request.operation.startswith(f"{sort.service}.") and found:
                yield self._said(cfn, sort, found, request)
                return
        yield {}

    def one(self, place: tuple[str, str], request: Request) -> dict[str, Any]:
        return next(self.pages(place, request))

    def _said(self, cfn: str, sort: Sort, found: Sequence[str], request: Request) -> dict[str, Any]:
        number = self.things[cfn, found[0]].get(request.operation, 0)
        tags = [{"Key": "n", "TagKey": "n", "Value": str(number), "TagValue": str(number)}]
        who = "AROAEXAMPLE" if self.gone else f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        policy = json.dumps({"Version": "2012-10-17", "Id": str(number), "Statement": [{"Principal": {"AWS": who}}]})
        if request.operation == "elbv2.DescribeTags":
            each = {name: self.things[cfn, name].get(request.operation, 0) for name in found}
            return {"TagDescriptions": [
                {"ResourceArn": sort.arn(name), "Tags": [{"Key": "n", "Value": str(each[name])}]} for name in found
            ]}  # fmt: skip
        meta = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyState": "Enabled", "KeyId": found[0]}
        return {
            "Policy": policy, "policyText": policy, "lifecyclePolicyText": str(number), "TagSet": tags, "Tags": tags,
            "tags": tags, "Grants": [number], "Rules": [{"ID": str(number)}], "KeyMetadata": meta, "Owner": {},
            "ServerSideEncryptionConfiguration": {"Rules": [number]}, "Status": "Enabled", "MFADelete": number,
            "PublicAccessBlockConfiguration": {"n": number}, "OwnershipControls": {"Rules": [number]},
            "Attributes": [number], "ReplicationConfiguration": {"n": number}, "ObjectLockConfiguration": {"n": number},
        }  # fmt: skip


def _asked(request: Request, sort: Sort, name: str) -> bool:
    said = json.dumps(request.params, default=str)
    return f'"{name}"' in said or f'"{sort.arn(name)}"' in said


def _operations(cfn: str) -> list[str]:
    return sorted(
        {KNOWN[cfn].calls[call].operation for kind, call in steady() if kind == cfn} - {"s3.GetBucketLocation"}
    )


Seen = tuple[list["Resource"], PlaceShortcut | None]


def night(
    account: Account, region: str, windows: Mapping[str, Window] | None = None, before: Any = None, wait: int = 0
) -> Seen:
    """Collect a place; with what was `before`, an incremental night whose writes are read after so many tasks."""
    pool, done = Steps(), list[PlaceGraph]()
    carrier: Due = Carrier(cast("AwsClient", account), cast("Pool", pool))
    shortcut = None
    if before is not None:
        known = [(each.kind, each.arn, each.id) for each in before]
        recalled = Recalled("before", AS_OF - timedelta(days=1), before, known)
        shortcut = PlaceShortcut(
            carrier, cast("Pool", pool), (ACCOUNT, region), HOME, "aws", AS_OF, recalled, KNOWN, steady(), BIRTHS,
            NORMALISER, TABLE, "seed",
        )  # fmt: skip
        asked = shortcut

        def decide(left: int) -> None:
            if left:
                pool.submit(decide, left - 1)
            else:
                asked.decide(windows or {})

        shortcut.prepare = lambda: pool.submit(decide, wait)

    def make(kind: type[Kind], root: str = "", parent: Builder | None = None) -> Builder:
        return Builder(kind, "aws", ACCOUNT, region, AS_OF, root, parent)

    wanted = [KNOWN[cfn] for cfn in KINDS[region]]
    graph = PlaceGraph((ACCOUNT, region), wanted, make, Redactor(b"key"), shortcut or carrier, done.append)
    pool.submit(graph.start)
    pool.run()
    assert done == [graph]
    return [resource for state in graph.states.values() for resource in state.resources], shortcut


def event(sort: Sort, name: str, asked: Any, **more: Any) -> TrailEvent:
    found = parse(record(name, SOURCES.get(sort.service, sort.service), asked, **more))
    assert isinstance(found, TrailEvent)
    return found


NAMES = st.sampled_from(["ward-0", "ward-1", "ward-2", "ward-3", "front"])
FORMS = st.sampled_from(["name", "arn", "deep", "nothing", "fault"])
THINGS = st.tuples(st.sampled_from(sorted(SORTS)), NAMES)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw what happens: a setting is changed, a thing is made, goes, or is made anew; a role goes; or nothing much."""
    what = draw(st.sampled_from(["set", "set", "set", "make", "drop", "again", "leave", "noise", "refused"]))
    thing = draw(THINGS)
    return what, (thing, draw(st.sampled_from(_operations(thing[0]))), draw(st.integers(1, 3)), draw(FORMS))


def happen(account: Account, what: str, told: Any) -> list[TrailEvent]:
    """Let something happen, and give the events that tell of it."""
    thing, operation, number, form = told
    cfn, name = thing
    sort = SORTS[cfn]
    forms: dict[str, dict[str, Any]] = {
        "name": {sort.parameter: sort.arn(name) if sort.service == "elbv2" else name},
        "arn": {"resourceArn": sort.arn(name)},
        "deep": {"a": [{"b": [sort.arn(name)]}]},
        "fault": {"resourceArn": sort.arn(name)},
    }
    named, error = forms.get(form), {"errorCode": "InternalFailure"} if form == "fault" else {}
    if what == "noise":
        return [event(Sort("ssm", "", "", "", "", ""), "UpdateInstanceInformation", {"instanceId": "i-1"})]
    if what == "leave":
        account.gone = True
        return [event(Sort("iam", "", "", "", "", ""), "DeleteRole", {"roleName": ROLE})]
    if what == "refused":
        return [event(sort, "PutSomething", named, errorCode="AccessDenied")]
    if what == "make" and thing not in account.things:
        account.things[thing] = {operation: number}
        return [event(sort, sort.made, {sort.parameter: name})]
    if thing not in account.things:
        return []
    if what == "drop":
        del account.things[thing]
        return [event(sort, sort.gone, {sort.parameter: name})]
    if what == "again":
        account.things[thing] = {operation: number}
        return [event(sort, sort.gone, {sort.parameter: name}), event(sort, sort.made, {sort.parameter: name})]
    account.things[thing][operation] = number
    return [event(sort, f"Put{operation.partition('.')[2].removeprefix('Get')}", named, **error)]


@given(
    st.sets(THINGS, max_size=12), st.lists(changes(), max_size=6), st.integers(0, 40), st.sampled_from(sorted(KINDS))
)
def test_where_every_change_has_its_event_an_incremental_night_sees_what_a_full_one_does(
    things: set[tuple[str, str]], what: list[tuple[str, Any]], wait: int, region: str
) -> None:
    account = Account({thing: {} for thing in sorted(things)})
    before, _ = night(account, region)
    events = [each for change, told in what for each in happen(account, change, told)]
    windows = {each: Window(tuple(events)) for each in (HOME, "eu-west-1")}
    full, _ = night(deepcopy(account), region)
    spared, shortcut = night(account, region, windows, before, wait)
    assert seen(spared) == seen(full)
    assert outcome(shortcut).wrong == ()


def seen(resources: Sequence[Resource]) -> dict[tuple[str, str], Any]:
    return {(each.kind, each.arn): (each.id, each.name, each.tags, each.sections) for each in resources}


def outcome(shortcut: PlaceShortcut | None) -> Spared:
    assert shortcut is not None
    return shortcut.outcome()


EVERYTHING = {(cfn, f"ward-{number}"): dict[str, int]() for cfn in SORTS for number in range(4)}


@pytest.mark.parametrize("region", KINDS)
def test_on_an_unchanged_night_all_that_stays_is_spared_but_the_sample(region: str) -> None:
    account = Account(deepcopy(EVERYTHING))
    before, _ = night(account, region)
    first = account.calls.copy()
    account.calls.clear()
    windows = {each: Window() for each in (HOME, "eu-west-1")}
    after, shortcut = night(account, region, windows, before)
    assert seen(after) == seen(before)
    told = outcome(shortcut)
    assert shortcut is not None
    assert told.spared == len(shortcut.pairs) - told.sampled
    assert told.sampled == 1
    assert account.calls.total() < first.total() / 2
    for operation in {"global": ["s3.ListBuckets"], HOME: ["kms.DescribeKey", "kms.GetKeyRotationStatus"]}[region]:
        assert account.calls[operation] == first[operation]


@pytest.mark.parametrize("lacking", [HOME, "eu-west-1"])
def test_where_a_region_does_not_tell_nothing_that_hangs_on_it_is_spared(lacking: str) -> None:
    account = Account(deepcopy(EVERYTHING))
    before, _ = night(account, "global")
    windows = {each: Window(why="refused" if each == lacking else "") for each in (HOME, "eu-west-1")}
    _, shortcut = night(account, "global", windows, before)
    told = outcome(shortcut)
    assert told.why == f"{lacking}: refused"
    assert shortcut is not None
    pairs = shortcut.regions()
    assert pairs[HOME] == 3 * pairs["eu-west-1"] > 20
    assert told.spared + told.sampled == (0 if lacking == HOME else pairs[HOME])


@given(st.sampled_from(sorted(EVERYTHING)), st.data())
def test_a_change_that_no_event_names_is_wrong_where_it_is_sampled_and_only_there(
    thing: tuple[str, str], data: st.DataObject
) -> None:
    region = "global" if thing[0] == "AWS::S3::Bucket" else HOME
    account = Account(deepcopy(EVERYTHING))
    before, _ = night(account, region)
    operation = data.draw(st.sampled_from(_operations(thing[0])))
    account.things[thing][operation] = 9
    windows = {each: Window() for each in (HOME, "eu-west-1")}
    full, _ = night(deepcopy(account), region)
    spared, shortcut = night(account, region, windows, before)
    told = outcome(shortcut)
    assert bool(told.wrong) == (seen(spared) == seen(full))
    assert all(name.startswith(thing[0]) for name in told.wrong)
