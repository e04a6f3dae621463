"""Opening: a database that cannot be used is said in one line; one that can be is made with care."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanner.store import Store, StoreError, migrations
from tests.store.nights import finding, key, night, run

if TYPE_CHECKING:
    from collections.abc import Iterator


def said(url: Path | str) -> str:
    with pytest.raises(StoreError) as caught:
        Store.open(str(url))
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_plain_path_and_a_url_open_the_same_database(store_file: Path) -> None:
    with Store.open(str(store_file)) as store:
        run(store, night(0), [finding("FAIL")], [key()])
    with Store.open(f"sqlite:///{store_file}") as store:
        assert [scan.id for scan in store.scans()] == [night(0).id]


def test_a_new_database_is_for_its_owner_alone(store_file: Path) -> None:
    previous = os.umask(0o022)
    try:
        with Store.open(str(store_file)) as store:
            run(store, night(0), [finding("FAIL")], [key()])
            files = sorted(store_file.parent.iterdir())
            assert {file.name for file in files} >= {"phiward.db", "phiward.db-wal", "phiward.db.lock"}
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    finally:
        os.umask(previous)


def test_memory_is_a_store_too() -> None:
    with Store.open("sqlite://") as store:
        run(store, night(0), [finding("FAIL")], [key()])
        assert len(store.findings()) == 1


def test_a_file_that_is_no_database(store_file: Path) -> None:
    store_file.write_text("accounts:\n" * 400)
    assert said(store_file) == (
        f"{store_file}: this is no phiward database; name another one in [store] url, or move the file away"
        " (file is not a database)"
    )
    assert store_file.read_text().startswith("accounts:")


def test_a_damaged_database(store_file: Path) -> None:
    with Store.open(str(store_file)) as store:
        for number in range(3):
            run(store, night(number), [finding("FAIL")], [key(f"k{some}") for some in range(200)])
    content = bytearray(store_file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store_file.write_bytes(content)
    with pytest.raises(StoreError, match=f"{store_file}: the database is damaged; restore it from a backup"):
        _read_all(store_file)


def _read_all(file: Path) -> None:
    with Store.open(str(file)) as store:
        store.snapshot(night(0).id)


def test_a_database_of_another_program(store_file: Path) -> None:
    connection = sqlite3.connect(store_file)
    connection.execute("CREATE TABLE songs (title TEXT)")
    connection.close()
    assert said(store_file) == (
        f"{store_file}: this database belongs to another program; name another one in [store] url"
    )


def test_a_newer_database(store_file: Path) -> None:
    Store.open(str(store_file)).close()
    connection = sqlite3.connect(store_file)
    connection.execute("UPDATE meta SET value = '99'")
    connection.commit()
    connection.close()
    assert said(store_file) == (
        f"{store_file}: a newer phiward wrote this database (schema 99, this one knows {migrations.newest()});"
        " update phiward"
    )


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "phiward.db"
    assert said(file) == f"{file}: the folder does not exist; make it, or name another in [store] url"


def test_a_folder_instead_of_a_file(tmp_path: Path) -> None:
    assert said(tmp_path) == f"{tmp_path}: this is a folder; name a file in [store] url"


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others may reach, unlike pytest's own; the tests may run as root."""
    path = Path(tempfile.mkdtemp())
    path.chmod(0o755)
    yield path
    path.chmod(0o755)
    shutil.rmtree(path)


@pytest.fixture
def mortal(folder: Path) -> Iterator[None]:
    folder.chmod(0o555)
    root = os.geteuid() == 0
    if root:
        os.seteuid(65534)
    yield
    if root:
        os.seteuid(0)


@pytest.mark.usefixtures("mortal")
def test_a_folder_that_cannot_be_written(folder: Path) -> None:
    file = folder / "phiward.db"
    assert said(file) == (
        f"{file}: the database cannot be written (permission denied); allow it, or name another place in [store] url"
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mysql://host/name", "mysql: phiward stores in sqlite and postgresql only; change [store] url"),
        ("://", ": this is no database URL; write sqlite:///./phiward.db"),
    ],
)
def test_a_url_that_names_no_store(url: str, expected: str) -> None:
    assert said(url) == expected


def test_a_password_is_not_told() -> None:
    message = said("postgresql://ann:hunter2@127.0.0.1:1/phiward")
    assert "hunter2" not in message
    assert "127.0.0.1:1/phiward" in message


@pytest.mark.parametrize("content", [b"", None], ids=["empty file", "no file"])
def test_an_empty_database_is_brought_to_the_newest_schema(store_file: Path, content: bytes | None) -> None:
    if content is not None:
        store_file.write_bytes(content)
    Store.open(str(store_file)).close()
    connection = sqlite3.connect(store_file)
    assert connection.execute("SELECT value FROM meta WHERE name = 'schema'").fetchall() == [
        (str(migrations.newest()),)
    ]
    assert [row[0] for row in connection.execute("SELECT version FROM migrations")] == [migrations.newest()]
    connection.close()
