"""Remediation's log: nothing noted is lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from scanner.store import RemedyEvent, Store, StoreError
from tests.store.nights import FIRST, finding, key, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator


ROOT = Path(__file__).parents[2]
BODY = {"before": {"rotates": None}, "ids": ["k1", "k2"], "wörter": "naïve\n\x00", "max": 2**40, "share": 0.5}

JOURNAL = """
import os, signal, sys
from scanner.store import Store
from tests.store.nights import FIRST
store = Store.open(sys.argv[1])
for number in range(25):
    store.note_remedy("p1", "h1", "call", step=f"s{number}", by="ann", body={"number": number}, at=FIRST)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with Store.open(store_url) as opened:
        yield opened


def ask(url: str, statement: str) -> list[tuple[Any, ...]]:
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        rows = [tuple(row) for row in found] if found.returns_rows else []
    engine.dispose()
    return rows


def test_what_is_noted_is_read_in_order(store: Store, store_url: str) -> None:
    given = [
        store.note_remedy("p1", "h1", "planned", by="ann", body=BODY, at=FIRST),
        store.note_remedy("p2", "h2", "planned", at=FIRST - timedelta(days=1)),
        store.note_remedy("p1", "h1", "call", step="1/kms", at=FIRST + timedelta(microseconds=5)),
    ]
    assert given[0] == RemedyEvent(
        seq=1, plan="p1", hash="h1", at="2026-11-21T02:00:00Z", event="planned", by="ann", body=BODY
    )
    assert (given[2].at, given[2].step, given[2].body) == ("2026-11-21T02:00:00.000005Z", "1/kms", {})
    assert store.remedy_log() == given
    assert store.remedy_log("p1") == [given[0], given[2]]
    assert store.remedy_log("p3") == []
    with Store.open(store_url) as other:
        assert other.remedy_log() == given


def test_what_is_given_back_is_what_is_read(store: Store) -> None:
    given = store.note_remedy("p1", "h1", "planned", body={"ids": ("k1",), "at": FIRST}, at=FIRST)
    assert given.body == {"ids": ["k1"], "at": "2026-11-21T02:00:00Z"}
    assert store.remedy_log() == [given]


@pytest.mark.parametrize("missing", ["plan", "hash", "event"])
def test_a_missing_word_is_said(store: Store, missing: str) -> None:
    words: dict[str, Any] = {"plan": "p1", "hash": "h1", "event": "planned"} | {missing: " "}
    with pytest.raises(StoreError, match=f"the log of remediation needs the {missing}; give it"):
        store.note_remedy(**words, at=FIRST)
    assert store.remedy_log() == []


def test_what_json_cannot_hold_leaves_nothing(store: Store) -> None:
    with pytest.raises(TypeError):
        store.note_remedy("p1", "h1", "planned", body={"x": object()}, at=FIRST)
    assert store.remedy_log() == []


def test_a_number_is_never_given_twice(store: Store, store_url: str) -> None:
    for _ in range(2):
        store.note_remedy("p1", "h1", "planned", at=FIRST)
    ask(store_url, "DELETE FROM remediation_log WHERE seq = 2")
    assert store.note_remedy("p1", "h1", "planned", at=FIRST).seq == 3


def test_an_entry_that_was_changed_is_said(store: Store, store_url: str) -> None:
    store.note_remedy("p1", "h1", "planned", at=FIRST)
    ask(store_url, "UPDATE remediation_log SET body = '[]'")
    with pytest.raises(StoreError, match="entry 1 of the remediation log was changed; restore it from a backup"):
        store.remedy_log()


def test_a_kill_right_after_leaves_all_that_was_noted(store_url: str) -> None:
    done = subprocess.run([sys.executable, "-c", JOURNAL, store_url], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    with Store.open(store_url) as store:
        assert [(each.step, each.body["number"]) for each in store.remedy_log()] == [(f"s{n}", n) for n in range(25)]


def hasty(url: str) -> str:
    """Have a server promise less by default, as some are set up to be."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "postgresql":
        parsed = parsed.update_query_dict({"options": f"{parsed.query['options']} -c synchronous_commit=off"})
    return parsed.render_as_string(hide_password=False)


def test_what_is_written_reaches_the_disk_before_it_is_given_back(store_url: str) -> None:
    """What the database itself says of its promise, at the moment of writing."""
    question, promise = (
        ("PRAGMA synchronous", 2) if store_url.startswith("sqlite") else ("SHOW synchronous_commit", "on")
    )
    promised = list[Any]()
    with Store.open(hasty(store_url)) as store:
        event.listen(
            store._engine,  # noqa: SLF001
            "commit",
            lambda connection: promised.append(connection.exec_driver_sql(question).scalar()),
        )
        store.note_remedy("p1", "h1", "planned", at=FIRST)
        run(store, night(0), [finding("FAIL")], [key()])
    assert promised == [promise] * 4


def test_the_log_is_outside_the_seal_and_outlives_pruning(store: Store) -> None:
    for number in range(3):
        run(store, night(number), [finding("FAIL")], [key()])
    given = store.note_remedy("p1", "h1", "planned", at=FIRST - timedelta(days=3000))
    seals = store.seals()
    assert store.verify() == []
    assert len(store.prune(keep=0, now=FIRST + timedelta(days=9000))) == 2
    assert store.remedy_log() == [given]
    assert store.seals() == seals
    assert store.verify() == []


def test_it_is_noted_while_a_scan_is_written(store: Store, store_url: str) -> None:
    store.begin(night(0))
    with Store.open(store_url) as other, other.remedying("p1"):
        assert other.note_remedy("p1", "h1", "applied", at=FIRST).seq == 1


def test_the_log_is_written_fast_enough_for_a_large_plan(store_file: Path) -> None:
    """A hundred entries, each on the disk before the next, in a time that a slow disk allows too."""
    with Store.open(str(store_file)) as store:
        began = time.monotonic()
        for number in range(100):
            store.note_remedy("p1", "h1", "call", step=f"s{number}", body=BODY, at=FIRST)
        assert time.monotonic() - began < 10
    connection = sqlite3.connect(store_file)
    assert connection.execute("SELECT count(*) FROM remediation_log").fetchone() == (100,)
    connection.close()
