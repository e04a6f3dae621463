"""The database of a test: a fresh SQLite file, and then again a fresh schema of a PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'phiward.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def store_file(tmp_path: Path) -> Path:
    return tmp_path / "phiward.db"
