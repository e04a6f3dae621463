"""What two scans say different things of is found without reading the rest, and is all that drift needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.store import Store
from tests.store.nights import ACCOUNT, BUCKET, KEY, REGION, ROTATION, finding, listing, night, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model.finding import Finding

OTHER = "999922223333"
RULES = (ROTATION, "kms_key_policy")
SAID = st.tuples(
    st.sampled_from(["PASS", "FAIL", "UNKNOWN", "SKIP"]),
    st.sampled_from(["k1", "k2"]),
    st.sampled_from(RULES),
    st.sampled_from(["", "a"]),
    st.sampled_from([ACCOUNT, OTHER]),
)
NIGHT = st.tuples(st.lists(SAID, max_size=6), st.sampled_from([RULES, RULES[:1]]), st.booleans())


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


def undated(some: Iterable[Finding]) -> list[Finding]:
    """Leave out what is not read of what turned."""
    plain = [msgspec.structs.replace(each, first_seen="", last_seen="", acceptance=None) for each in some]
    return sorted(plain, key=lambda each: (each.account, each.fingerprint))


def subject(each: Finding) -> tuple[str, ...]:
    return each.account, each.rule, each.region, each.kind, each.key


def told(some: Iterable[Finding]) -> dict[str, tuple[str, str]]:
    """What a comparison goes by: the verdict of each finding, and whether it was seen."""
    return {each.fingerprint: (str(each.verdict), "unseen" if each.status == "unseen" else "") for each in some}


@settings(max_examples=40, deadline=None)
@given(st.lists(NIGHT, min_size=2, max_size=4))
def test_it_is_all_that_either_says_of_what_differs(
    nights: list[tuple[list[tuple[str, ...]], tuple[str, ...], bool]],
) -> None:
    with Store.open(":memory:") as store:
        for number, (said, rules, both) in enumerate(nights):
            accounts = (ACCOUNT, OTHER) if both else (ACCOUNT,)
            info = night(number, rules=rules, targets=tuple((account, REGION) for account in accounts))
            found = [
                finding(verdict, name, rule=rule, part=part, account=account)
                for verdict, name, rule, part, account in said
                if rule in rules and account in accounts
            ]
            run(store, info, found)
        older, newer = night(0).id, night(len(nights) - 1).id
        whole = store.findings(older), store.findings(newer)
        found_apart = store.turned(older, newer)
    about = {subject(each) for side in found_apart for each in side}
    for all_of, some in zip(whole, found_apart, strict=True):
        assert undated(each for each in all_of if subject(each) in about) == undated(some)
    before, after = ({each.fingerprint: each for each in side} for side in whole)
    for name in before.keys() | after.keys():
        sides = [told(side.values()).get(name) for side in (before, after)]
        if sides[0] != sides[1]:
            assert subject(before.get(name) or after[name]) in about


def test_what_goes_on_is_not_read(store: Store) -> None:
    for number in range(2):
        run(store, night(number), [finding("FAIL"), finding("PASS", "k2")])
    assert store.turned(night(0).id, night(1).id) == ([], [])


def test_what_one_scan_alone_judged_differs(store: Store) -> None:
    run(store, night(0, rules=RULES), [finding("FAIL"), finding("FAIL", rule=RULES[1])])
    run(store, night(1), [finding("FAIL")])
    before, after = store.turned(night(0).id, night(1).id)
    assert [each.rule for each in before] == [RULES[1]]
    assert after == []


@pytest.mark.parametrize("known", [True, False])
def test_each_account_has_its_own_scan_before(store: Store, *, known: bool) -> None:
    both = ((ACCOUNT, REGION), (OTHER, REGION))
    run(store, night(0, targets=both[1:]), [finding("PASS", account=OTHER)])
    run(store, night(1), [finding("FAIL")])
    run(store, night(2, targets=both), [finding("FAIL"), finding("FAIL", account=OTHER)])
    own = {ACCOUNT: night(1).id, OTHER: night(0).id} if known else {ACCOUNT: night(1).id}
    before, after = store.turned(night(1).id, night(2).id, own=own)
    assert [(each.account, each.verdict) for each in before] == ([(OTHER, "PASS")] if known else [])
    assert [(each.account, each.verdict) for each in after] == [(OTHER, "FAIL")]


def test_a_kind_that_one_scan_alone_listed_differs(store: Store) -> None:
    bucket = finding("FAIL", "b1", kind=BUCKET, rule=RULES[1])
    run(store, night(0, rules=RULES), [finding("FAIL"), bucket], coverage=[listing(), listing(kind=BUCKET)])
    run(store, night(1, rules=RULES), [finding("FAIL")], coverage=[listing(kind=KEY)])
    before, after = store.turned(night(0).id, night(1).id)
    assert [each.key for each in before] == ["b1"]
    assert after == []
