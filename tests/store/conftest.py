"""The database of a test: a fresh SQLite file, or a fresh schema of the PostgreSQL that PHIWARD_TEST_POSTGRES names."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SERVER = os.environ.get("PHIWARD_TEST_POSTGRES", "")


@pytest.fixture
def store_url(tmp_path: Path) -> Iterator[str]:
    if not SERVER:
        yield f"sqlite:///{tmp_path / 'phiward.db'}"
        return
    engine, schema = create_engine(SERVER), f"test_{secrets.token_hex(4)}"
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    return tmp_path / "phiward.db"
