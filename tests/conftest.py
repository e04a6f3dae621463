"""The dose of property tests: small in `make test`, large in `make drill`. And PostgreSQL, for those that ask."""

from __future__ import annotations

import os

from hypothesis import settings

from tests.order import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.postgres import postgres_database, postgres_server, postgres_url

__all__ = [
    "postgres_database",
    "postgres_server",
    "postgres_url",
    "pytest_collection_modifyitems",
    "pytest_xdist_make_scheduler",
]

settings.register_profile("drill", max_examples=1000, deadline=None)
settings.register_profile("small", deadline=None)
settings.load_profile("drill" if os.environ.get("PHIWARD_DRILL") else "small")
