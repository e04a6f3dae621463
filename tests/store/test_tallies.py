"""The counts that the trend is reckoned from: what a tag bears, what was not seen again, what was answered."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from scanner.store import Store
from tests.store.nights import ACCOUNT, finding, listing, night, noisy, run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.store.records import StandardRow, TallyRow

TEAM, OTHERS = {"Owner": "team"}, {"Owner": "others"}


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, noisy()) as opened:
        yield opened


def counts(rows: list[TallyRow]) -> dict[str, Counter[tuple[str, str]]]:
    found: dict[str, Counter[tuple[str, str]]] = {}
    for row in rows:
        assert row.account == ACCOUNT
        found.setdefault(row.scan, Counter())[row.severity, row.verdict] += row.count
    return found


def spoken(rows: list[StandardRow]) -> Counter[tuple[str, str, str]]:
    return Counter({(row.scan, row.standard, row.verdict): row.count for row in rows})


def test_the_counts_of_a_tag_and_of_the_rest_are_those_of_all(store: Store) -> None:
    ids = [night(number).id for number in range(3)]
    for number in range(3):
        run(
            store,
            night(number),
            [
                finding("FAIL", "a", part="one", tags=TEAM),
                finding("FAIL", "a", part="two", severity="high", tags=TEAM),
                finding("PASS" if number else "FAIL", "b", tags=TEAM),
                finding("FAIL" if number else "PASS", "c", tags=OTHERS),
                finding("SKIP", "d", tags=OTHERS, hipaa=("164.308(a)(1)(ii)(D)",)),
            ],
        )
    whole, by_standard = store.tallies(ids)
    team, team_standards = store.tallies(ids, ("owner", "team"))
    others, others_standards = store.tallies(ids, ("OWNER", "others"))
    assert counts(team)[ids[1]] == {("high", "FAIL"): 1, ("medium", "PASS"): 1}
    assert {scan: counts(team)[scan] + counts(others)[scan] for scan in ids} == counts(whole)
    assert spoken(team_standards) + spoken(others_standards) == spoken(by_standard)
    assert {row.standard for row in others_standards} == {"164.312(a)", "164.308(a)(1)"}
    assert store.tallies(ids, ("owner", "nobody")) == ([], [])
    assert set(counts(store.tallies(ids[1:2])[0])) == {ids[1]}


def test_what_was_not_seen_again_counts_as_unknown(store: Store) -> None:
    run(store, night(0), [finding("FAIL", "a", tags=TEAM)])
    run(store, night(1), coverage=[listing("denied")])
    ids = [night(number).id for number in range(2)]
    for tag in (None, ("owner", "team")):
        assert counts(store.tallies(ids, tag)[0]) == {
            ids[0]: {("medium", "FAIL"): 1},
            ids[1]: {("medium", "UNKNOWN"): 1},
        }


def test_calls_are_answered_whole_or_not(store: Store) -> None:
    run(store, night(0))
    run(store, night(1), coverage=[listing("denied"), listing("ok", call="other"), listing("partial", call="third")])
    found = {row.scan: (row.account, row.answered, row.calls) for row in store.answered([night(0).id, night(1).id])}
    assert found == {night(0).id: (ACCOUNT, 1, 1), night(1).id: (ACCOUNT, 1, 3)}


def test_a_finding_belongs_to_whom_its_resource_belonged_last(store: Store) -> None:
    run(store, night(0), [finding("FAIL", "a", tags=TEAM), finding("FAIL", "b", tags=TEAM)])
    told = run(store, night(1), [finding("FAIL", "a", tags=OTHERS), finding("FAIL", "b", tags=TEAM)])
    assert store.owned(("owner", "team")) == {told["b", ""].fingerprint}
    assert store.owned(("Owner", "others")) == {told["a", ""].fingerprint}
