"""What was sealed cannot be changed unseen: every table, every column that a report rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text

from scanner.model.resource import ABSENT, seen, unseen
from scanner.store import Store, StoreError
from tests.store.nights import ACCOUNT, DENIED, finding, key, listing, night, noisy, run

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def filled(store_url: str) -> str:
    with Store.open(store_url, noisy("meta.Used")) as store:
        for number in range(4):
            thing = key(meta=seen({"Used": number}), turn=unseen(DENIED), pol=ABSENT)
            verdict = "FAIL" if number < 2 else "PASS"
            things = [thing] if number != 3 else []
            run(store, night(number), [finding(verdict)], things, [listing("ok" if number != 3 else "denied")])
    return store_url


@pytest.fixture
def tamper(filled: str) -> Callable[[str], None]:
    def change(statement: str) -> None:
        engine = create_engine(filled.replace("postgresql://", "postgresql+psycopg://"))
        with engine.begin() as connection:
            met = connection.execute(text(statement)).rowcount
        engine.dispose()
        assert met > 0, "the edit met nothing"

    return change


def problems(url: str, head: str | None = None) -> list[str]:
    with Store.open(url) as store:
        return store.verify(head)


def test_an_untouched_store_is_as_sealed(filled: str) -> None:
    with Store.open(filled) as store:
        heads = store.seals()
        assert [(seal.account, seal.scan) for seal in heads] == [(ACCOUNT, night(3).id)]
        assert len(heads[0].head) == 64
        assert store.verify() == []
        assert store.verify(heads[0].head) == []


EDITS = {
    "blob": (
        "UPDATE blobs SET content = (SELECT content FROM blobs b2 WHERE b2.hash <> blobs.hash LIMIT 1)",
        "content",
    ),
    "verdict": ("UPDATE verdicts SET verdict = 'PASS' WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "severity": ("UPDATE verdicts SET severity = 'low' WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "what was said": ("UPDATE verdicts SET said = subject WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "first failure": ("UPDATE verdicts SET first = 2 WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "verdict's start": ("UPDATE verdicts SET since = 2 WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "verdict's end": ("UPDATE verdicts SET ended = 2 WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "verdict removed": ("DELETE FROM verdicts WHERE verdict = 'FAIL'", "the verdicts were changed"),
    "judgement": ("DELETE FROM judgements WHERE scan = 2", "is not what was sealed"),
    "judgement's digest": ("UPDATE judgements SET digest = 'x' WHERE scan = 2", "the verdicts were changed"),
    "coverage": (
        "UPDATE visits SET coverage = (SELECT coverage FROM visits v2 WHERE v2.scan = 1) WHERE scan = 4",
        f"what was seen in {ACCOUNT} eu-west-1 was changed",
    ),
    "visit removed": ("DELETE FROM visits WHERE scan = 2", "is not what was sealed"),
    "visit's digest": ("UPDATE visits SET digest = 'x' WHERE scan = 2", "was changed"),
    "section's content": (
        "UPDATE sections SET hash = (SELECT max(hash) FROM sections s2) WHERE section = '@'",
        "was changed",
    ),
    "section's noise hash": ("UPDATE sections SET stable = 'x' WHERE section = 'meta'", "was changed"),
    "section's state": ("UPDATE sections SET state = 'skipped' WHERE state = 'absent'", "was changed"),
    "gap": ("DELETE FROM sections WHERE state = 'unseen' AND section = 'turn'", "was changed"),
    "veil over a resource": ("DELETE FROM sections WHERE state = 'unseen' AND section = '@'", "was changed"),
    "resource's name": ("UPDATE resources SET arn = 'arn:other'", "was changed"),
    "as of": ("UPDATE scans SET as_of = '2020-01-01T00:00:00Z' WHERE seq = 2", "was changed"),
    "completeness": ("UPDATE scans SET complete = (seq > 0) WHERE seq = 4", "is not what was sealed"),
    "scope": (
        "UPDATE scans SET scope = (SELECT max(hash) FROM blobs WHERE hash <> scope) WHERE seq = 2",
        "is not what was sealed",
    ),
    "summary": ("UPDATE summaries SET count = 7 WHERE scan = 2", "is not what was sealed"),
    "standards": ("DELETE FROM standards WHERE scan = 2", "is not what was sealed"),
    "seal": ("UPDATE seals SET content = head WHERE scan = 2", "the seal was changed"),
    "seal removed": ("DELETE FROM seals WHERE scan = 2", "the seal before it was removed"),
    "last seal removed": ("DELETE FROM seals WHERE scan = 4", "the newest seals were removed"),
    "false pruning": ("UPDATE seals SET pruned = (scan > 0) WHERE scan = 3", "marked as pruned"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_shows(filled: str, tamper: Callable[[str], None], edit: str) -> None:
    statement, expected = EDITS[edit]
    tamper(statement)
    found = problems(filled)
    assert any(expected in problem for problem in found), found


def test_a_store_cut_back_shows_against_the_head_of_a_report(filled: str, tamper: Callable[[str], None]) -> None:
    with Store.open(filled) as store:
        newest = store.seals()[0].head
    for statement in (
        "DELETE FROM seals WHERE scan = 4",
        "UPDATE accounts SET head = (SELECT head FROM seals WHERE scan = 3)",
        "DELETE FROM verdicts WHERE since = 4",
        "UPDATE verdicts SET ended = NULL WHERE ended = 4",
        "DELETE FROM sections WHERE since = 4",
        "DELETE FROM judgements WHERE scan = 4",
        "DELETE FROM summaries WHERE scan = 4",
        "DELETE FROM standards WHERE scan = 4",
        "DELETE FROM visits WHERE scan = 4",
        "DELETE FROM scans WHERE seq = 4",
    ):
        try:
            tamper(statement)
        except AssertionError:
            continue
    assert problems(filled) == []
    assert problems(filled, newest) == [
        f"no scan here has the seal {newest}: the scan was removed, or it or one before it was changed"
    ]


def test_changed_content_is_not_read(filled: str, tamper: Callable[[str], None]) -> None:
    tamper(EDITS["blob"][0])
    with Store.open(filled) as store:
        with pytest.raises(StoreError, match="was changed: restore it from a backup"):
            store.snapshot(night(0).id)
        with pytest.raises(StoreError, match="was changed: restore it from a backup"):
            store.findings()


def test_an_acceptance_lies_outside_the_seal(filled: str) -> None:
    with Store.open(filled) as store:
        words = {"reason": "planned", "owner": "ann", "by": "bob"}
        store.accept(finding("FAIL").fingerprint, until="2027-01-31", at=night(5).started, **words)
        assert store.verify() == []
