"""What is kept, how it is counted, what a night costs, and what is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, inspect, text

from scanner.engine.citations import standard_of
from scanner.model.resource import ABSENT, seen, unseen
from scanner.store import Store, StoreError, new_id
from tests.store.nights import ACCOUNT, BUCKET, DENIED, FIRST, finding, key, listing, night, noisy, run, same

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url, noisy("meta.Used", "log[].at")) as opened:
        yield opened


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


def rows(url: str) -> dict[str, int]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    tables = inspect(engine).get_table_names()
    engine.dispose()
    return {table: ask(url, f"SELECT count(*) FROM {table}")[0][0] for table in tables}  # noqa: S608


def test_an_id_is_readable_and_sorts_by_time() -> None:
    ids = [new_id(FIRST + timedelta(seconds=some)) for some in range(3)]
    assert ids == sorted(ids)
    assert ids[0].startswith("20261121T020000Z-")
    assert len(ids[0]) == len("20261121T020000Z-ab12")


def test_an_unchanged_night_costs_one_row_a_place_and_account(store: Store, store_url: str) -> None:
    things = [key(f"k{number}", meta=seen({"n": number}), turn=ABSENT, pol=unseen(DENIED)) for number in range(20)]
    verdicts = [("FAIL", "PASS", "SKIP", "UNKNOWN")[number % 4] for number in range(20)]
    for number in range(2):
        findings = [finding(verdict, f"k{some}") for some, verdict in enumerate(verdicts)]
        run(store, night(number), findings, things)
    before = rows(store_url)
    run(store, night(2), [finding(verdict, f"k{some}") for some, verdict in enumerate(verdicts)], things)
    more = {table: count - before[table] for table, count in rows(store_url).items() if count != before[table]}
    assert more.pop("summaries") == 4
    assert more.pop("standards") == 4
    assert more == {"scans": 1, "visits": 1, "judgements": 1, "seals": 1}


def test_a_change_costs_what_changed(store: Store, store_url: str) -> None:
    run(store, night(0), [], [key("k1"), key("k2")])
    before = rows(store_url)
    run(store, night(1), [], [key("k1"), key("k2", meta=seen({"KeyId": "k2", "on": True}))])
    after = rows(store_url)
    assert after["sections"] - before["sections"] == 1
    assert after["resources"] == before["resources"]


def test_a_veil_does_not_end_what_is_known(store: Store, store_url: str) -> None:
    for number, section in enumerate((seen({"a": 1}), unseen(DENIED), unseen(DENIED), seen({"a": 1}))):
        run(store, night(number), [], [key(meta=section)])
    found = ask(store_url, "SELECT state, since, ended FROM sections WHERE section = 'meta' ORDER BY since")
    assert found == [("ok", 1, None), ("unseen", 2, 4)]
    assert store.snapshot(night(2).id).resources[0].sections["meta"] == unseen(DENIED)
    assert store.snapshot(night(3).id).resources[0].sections["meta"] == seen({"a": 1})


def test_what_a_listing_hid_is_unseen_and_as_last_known(store: Store) -> None:
    run(store, night(0), [], [key("k1"), key("k2")])
    run(store, night(1), [], [key("k1")], [listing("throttled")])
    assert [item.id for item in store.snapshot(night(1).id).resources] == ["k1"]
    ((hidden, gap),) = store.unseen(night(1).id)
    assert (hidden.id, hidden.sections) == ("k2", key("k2").sections)
    assert (gap.call, str(gap.state)) == ("kms.ListKeys", "throttled")
    run(store, night(2), [], [key("k1")])
    assert store.unseen(night(2).id) == []


def test_a_narrower_scan_asks_less_and_ends_nothing(store: Store, store_url: str) -> None:
    both = [key(meta=seen(1), turn=seen(2)), key("b1", kind=BUCKET)]
    run(store, night(0), [], both, [listing(), listing(kind=BUCKET)])
    before = rows(store_url)
    narrow = [key(meta=seen(1))]
    run(store, night(1), [], narrow)
    assert same(store.snapshot(night(1).id), narrow, [listing()])
    run(store, night(2), [], both, [listing(), listing(kind=BUCKET)])
    assert rows(store_url)["sections"] == before["sections"]
    assert same(store.snapshot(night(2).id), both, [listing(), listing(kind=BUCKET)])


def test_noise_changes_the_content_but_not_the_second_hash(store: Store, store_url: str) -> None:
    for number in range(2):
        things = [key(meta=seen({"Used": number, "On": True}), log=seen([{"at": number, "by": "ann"}]))]
        run(store, night(number), [], things)
    found = ask(
        store_url, "SELECT section, count(*), count(DISTINCT hash), count(DISTINCT stable) FROM sections GROUP BY 1"
    )
    assert sorted(found) == [("@", 1, 1, 1), ("log", 2, 2, 1), ("meta", 2, 2, 1)]
    assert store.snapshot(night(0).id).resources[0].sections["meta"].doc == {"Used": 0, "On": True}


def test_the_trend_counts_each_rule_and_resource_by_its_worst_part(store: Store) -> None:
    night_0 = [
        finding("FAIL", part="web"),
        finding("FAIL", part="db", severity="high"),
        finding("PASS", "k2"),
        finding("PASS", "k3"),
        finding("UNKNOWN", "k1", rule="kms_key_policy", hipaa=("164.308(a)(4)(ii)(B)", "164.312(a)(1)")),
    ]
    run(store, night(0), night_0, [key()])
    run(store, night(1), [finding("PASS")], [key()])
    found = [(row.scan, row.rule, row.severity, row.verdict, row.count) for row in store.trend()]
    assert found[:3] == [
        (night(0).id, "kms_key_policy", "medium", "UNKNOWN", 1),
        (night(0).id, "kms_key_rotation", "high", "FAIL", 1),
        (night(0).id, "kms_key_rotation", "medium", "PASS", 2),
    ]
    assert {row.account for row in store.trend()} == {ACCOUNT}
    standards = [(row.standard, row.verdict, row.count) for row in store.standards() if row.scan == night(0).id]
    assert standards == [
        ("164.308(a)(4)", "UNKNOWN", 1),
        ("164.312(a)", "FAIL", 1),
        ("164.312(a)", "PASS", 2),
        ("164.312(a)", "UNKNOWN", 1),
    ]


@pytest.mark.parametrize(
    ("citation", "standard"),
    [
        ("164.308(a)(1)(ii)(A)", "164.308(a)(1)"),
        ("164.308(b)(1)", "164.308(b)"),
        ("164.312(a)(2)(iv)", "164.312(a)"),
        ("45 CFR 164.316(b)(2)(i)", "164.316(b)"),
        ("164.314(a)", "164.314(a)"),
        ("something else", "something else"),
    ],
)
def test_a_citation_belongs_to_a_standard(citation: str, standard: str) -> None:
    assert standard_of(citation) == standard


def accept(store: Store, fingerprint: str, **changes: Any) -> None:
    words: dict[str, Any] = {
        "reason": "partner cannot yet",
        "owner": "ann",
        "until": "2026-11-30",
        "by": "bob",
        "at": FIRST,
    }
    store.accept(fingerprint, **(words | changes))


def test_an_accepted_finding_stays_a_failure_and_says_so(store: Store) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    name = finding("FAIL").fingerprint
    accept(store, name, addressable_reason="not reasonable", equivalent_measure="a locked room")
    told = run(store, night(1), [finding("FAIL")], [key()])["k1", ""]
    assert (told.verdict, told.status) == ("FAIL", "still")
    assert told.acceptance == {
        "reason": "partner cannot yet",
        "owner": "ann",
        "until": "2026-11-30",
        "by": "bob",
        "at": "2026-11-21T02:00:00Z",
        "addressable_reason": "not reasonable",
        "equivalent_measure": "a locked room",
        "expired": False,
        "lapsed": "",
    }
    assert [item.subject for item in store.acceptances()] == [name]
    store.revoke(name, by="eve", at=FIRST, reason="over")
    assert store.findings()[0].acceptance is None
    assert [(each.action, each.by) for each in store.acceptance_log()] == [("accept", "bob"), ("revoke", "eve")]
    assert store.findings(night(0).id)[0].acceptance is not None
    with pytest.raises(StoreError, match="is not accepted, so there is nothing to revoke"):
        store.revoke(name, by="eve", at=FIRST)


def test_an_accepted_gap_belongs_to_an_account(store: Store) -> None:
    words = {"reason": "r", "owner": "ann", "until": "2027-01-01", "by": "bob"}
    store.accept_gap("kms.ListKeys", ACCOUNT, at=FIRST, **words)
    assert [(item.scope, item.subject, item.account) for item in store.acceptances()] == [
        ("gap", "kms.ListKeys", ACCOUNT)
    ]
    store.revoke("kms.ListKeys", account=ACCOUNT, by="bob", at=FIRST)
    assert store.acceptances() == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": " "}, "an acceptance needs its reason"),
        ({"owner": ""}, "an acceptance needs its owner"),
        ({"until": "next year"}, "'next year' is none; write it as 2027-06-30"),
    ],
)
def test_an_acceptance_needs_its_words(store: Store, changes: dict[str, str], said: str) -> None:
    run(store, night(0), [finding("FAIL")], [key()])
    with pytest.raises(StoreError, match=said):
        accept(store, finding("FAIL").fingerprint, **changes)
    assert store.acceptances() == []


def test_only_a_finding_can_be_accepted(store: Store) -> None:
    with pytest.raises(StoreError, match="no finding has the fingerprint 0000"):
        accept(store, "0000")


def yearly(store: Store) -> list[str]:
    ids = []
    for year in range(4):
        started = FIRST.replace(year=2020 + year)
        info = night(0, id=f"{2020 + year}1121T020000Z-0000", started=started, as_of=started)
        things = [key("k1"), key("k2", meta=seen({"year": year}))] + ([key("old")] if year == 0 else [])
        findings = [finding("FAIL"), finding("PASS", "k2", message=f"in {year}")]
        run(store, info, findings + ([finding("FAIL", "old")] if year == 0 else []), things)
        ids.append(info.id)
    return ids


def test_what_is_older_than_the_retention_is_forgotten_but_its_seals(store: Store, store_url: str) -> None:
    ids = yearly(store)
    head = store.seals()[0].head
    kept = {name: (store.snapshot(name), store.findings(name)) for name in ids[2:]}
    first = ask(store_url, "SELECT head FROM seals ORDER BY scan")[0][0]
    assert store.prune(now=datetime.fromisoformat("2026-11-21T02:00:00Z")) == []
    blobs = rows(store_url)["blobs"]
    assert store.prune(now=datetime.fromisoformat("2028-06-01T00:00:00Z")) == ids[:2]
    assert [scan.id for scan in store.scans()] == ids[2:]
    assert rows(store_url)["blobs"] < blobs
    assert rows(store_url)["seals"] == 4
    assert ask(store_url, "SELECT count(*) FROM resources WHERE name = 'old'") == [(0,)]
    for name, (snapshot, findings) in kept.items():
        assert same(store.snapshot(name), snapshot.resources, snapshot.coverage)
        assert store.findings(name) == findings
    assert store.findings()[0].first_seen == "2020-11-21T02:00:00Z"
    for known in (None, head, first):
        assert store.verify(known) == []
    assert store.history(finding("FAIL").fingerprint)[0].since == "2020-11-21T02:00:00Z"
    with pytest.raises(StoreError, match="is older than the retention: its seal is kept, what it saw is not"):
        store.snapshot(ids[0])
    told = run(store, night(0), [finding("FAIL")], [key()])
    assert told["k1", ""].status == "still"
    assert store.verify(head) == []


def test_the_newest_scan_is_never_forgotten(store: Store) -> None:
    ids = yearly(store)
    assert store.prune(0, now=datetime.fromisoformat("2040-01-01T00:00:00Z")) == ids[:3]
    assert [scan.id for scan in store.scans()] == ids[3:]
    assert store.verify() == []


def test_an_empty_store_answers(store: Store) -> None:
    assert store.scans() == []
    assert store.findings() == []
    assert store.newest() is None
    assert store.unfinished() is None
    assert store.seals() == []
    assert store.verify() == []
    assert store.trend() == []
    assert store.prune() == []
