"""What a night costs in the database: statements that a server answers one by one, and rows, follow what changed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from scanner.model.resource import seen
from scanner.store import Store
from tests.store.nights import finding, key, night, run
from tests.store.olden import ask

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES = ("sections", "verdicts", "blobs", "resources")


@contextmanager
def counted(store: Store) -> Iterator[list[str]]:
    """Collect the statements that are sent, and the commits."""
    sent: list[str] = []

    def note(*given: object) -> None:
        sent.append(str(given[2]) if len(given) > 2 else "COMMIT")

    engine = store._engine  # noqa: SLF001
    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)
    event.remove(engine, "commit", note)


def costs(url: str, count: int) -> list[tuple[int, dict[str, int]]]:
    """Write a first, an unchanged and a changed night; give each one's statements, and the rows that it added."""
    found = []
    with Store.open(url) as store:
        for number, changed in enumerate((0, 0, 3)):
            things = [
                key(f"k{some}", meta=seen({"KeyId": some, "Old": some >= changed}), turn=seen({"On": True}))
                for some in range(count)
            ]
            told = [finding("FAIL" if some < changed else "PASS", f"k{some}") for some in range(count)]
            before = rows(url)
            with counted(store) as sent:
                run(store, night(number), told, things)
            found.append((len(sent), {table: now - before[table] for table, now in rows(url).items()}))
    return found


def rows(url: str) -> dict[str, int]:
    return {table: int(ask(url, f"SELECT count(*) FROM {table}")[0][0]) for table in TABLES}  # noqa: S608


@pytest.fixture
def small_and_large(store_url: str, bare_url: str) -> tuple[list[tuple[int, dict[str, int]]], ...]:
    return costs(store_url, 20), costs(bare_url, 520)


def test_a_night_costs_what_changed(
    small_and_large: tuple[list[tuple[int, dict[str, int]]], ...], database: str
) -> None:
    small, large = small_and_large
    assert [sent for sent, _ in small[1:]] == [sent for sent, _ in large[1:]]
    assert max(sent for sent, _ in small[1:]) <= 60
    assert large[0][0] - small[0][0] <= 12
    assert [added for _, added in small[1:]] == [added for _, added in large[1:]]
    assert (small[1][1]["sections"], small[1][1]["verdicts"], small[1][1]["resources"]) == (0, 0, 0)
    assert (small[2][1]["sections"], small[2][1]["verdicts"], small[2][1]["resources"]) == (3, 3, 0)
