"""What the doctor learns of a database: all by looking, in either database."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.store import Store, StoreError
from scanner.store.health import examine, file_of
from scanner.store.migrations import newest
from tests.store.nights import finding, key, night, run
from tests.store.olden import write_old


def test_an_empty_database_stays_empty(bare_url: str) -> None:
    if bare_url.startswith("sqlite"):
        Path(bare_url.removeprefix("sqlite:///")).touch()
    found = examine(bare_url)
    assert (found.schema, found.known, found.writable, found.writer, found.scans) == (0, newest(), True, "", 0)
    assert examine(bare_url).schema == 0, "no table was made"


def test_scans_are_counted_and_who_writes_is_named(store_url: str) -> None:
    with Store.open(store_url) as store:
        run(store, night(0), [finding("FAIL")], [key()])
    found = examine(store_url)
    assert (found.schema, found.scans, found.writer, found.writable) == (newest(), 1, "", True)
    with Store.open(store_url) as store:
        store.begin(night(1))
        assert "process" in examine(store_url).writer
    assert not examine(store_url).writer


def test_a_server_that_only_reads(store_url: str) -> None:
    if store_url.startswith("sqlite"):
        file = Path(store_url.removeprefix("sqlite:///"))
        file.write_text("no database at all, but some text that is long enough to be one")
        with pytest.raises(StoreError, match="no phiward database"):
            examine(store_url)
        return
    head, sign, options = store_url.partition("options=")
    assert sign, store_url
    found = examine(f"{head}options=-cdefault_transaction_read_only%3Don%20{options}")
    assert (found.schema, found.writable) == (newest(), False)


@pytest.mark.parametrize("schema", [1, 4])
def test_an_older_schema_is_read_and_left(bare_url: str, schema: int) -> None:
    write_old(bare_url, schema)
    for _ in range(2):
        found = examine(bare_url)
        assert (found.schema, found.known) == (schema, newest())
        assert found.writable
        assert not found.writer


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("a/b.db", Path("a/b.db")),
        ("sqlite:///a/b.db", Path("a/b.db")),
        ("sqlite:////a/b.db", Path("/a/b.db")),
        (":memory:", None),
        ("postgresql://host/phiward", None),
    ],
)
def test_the_file_of_a_url(url: str, file: Path | None) -> None:
    assert file_of(url) == file
