"""One place on an incremental night: where every change has its event it sees what a full night does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
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
from scanner.kinds.canon import normaliser
from scanner.kinds.steady import births, steady
from tests.aws.changing import HOME, KINDS, KNOWN, SORTS, Account, happen, operations
from tests.aws.gather import ACCOUNT
from tests.aws.night import Steps

if TYPE_CHECKING:
    from scanner.aws.client import AwsClient
    from scanner.aws.due import Due
    from scanner.aws.pool import Pool
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource

NORMALISER, BIRTHS = normaliser(KNOWN.values()), births(KNOWN.values())
TABLE = IncrementalTable(sample=0.01)
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


NAMES = st.sampled_from(["ward-0", "ward-1", "ward-2", "ward-3", "front"])
FORMS = st.sampled_from(["name", "arn", "deep", "nothing", "fault"])
THINGS = st.tuples(st.sampled_from(sorted(SORTS)), NAMES)


@st.composite
def changes(draw: st.DrawFn) -> tuple[str, Any]:
    """Draw what happens: a setting is changed, a thing is made, goes, or is made anew; a role goes; or nothing much."""
    what = draw(st.sampled_from(["set", "set", "set", "make", "drop", "again", "leave", "noise", "refused"]))
    thing = draw(THINGS)
    return what, (thing, draw(st.sampled_from(operations(thing[0]))), draw(st.integers(1, 3)), draw(FORMS))


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
    operation = data.draw(st.sampled_from(operations(thing[0])))
    account.things[thing][operation] = 9
    windows = {each: Window() for each in (HOME, "eu-west-1")}
    full, _ = night(deepcopy(account), region)
    spared, shortcut = night(account, region, windows, before)
    told = outcome(shortcut)
    assert bool(told.wrong) == (seen(spared) == seen(full))
    assert all(name.startswith(thing[0]) for name in told.wrong)
