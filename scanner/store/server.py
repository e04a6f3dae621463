"""PostgreSQL as a store: what its URL may say, what is told of it, and how long one waits for the server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import NoSuchModuleError

from scanner.store.errors import StoreError

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

NAMES = ("postgresql", "postgres")
DRIVER = "postgresql+psycopg"
SECRET = ("password", "sslpassword", "passfile")

PATIENCE = {
    "connect_timeout": "15",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "application_name": "phiward",
}
"""What libpq is told unless the URL says otherwise, in seconds: a server that went away shows within a minute."""

DURABLE = "SELECT set_config(name, 'on', false) FROM pg_settings WHERE name = 'synchronous_commit' AND setting = 'off'"
"""Has each commit reach the disk where the server's default would promise less; SQLite is told as it is opened."""


def shown(url: URL) -> str:
    """Write a URL without any secret."""
    if url.get_backend_name() not in NAMES:
        return url.render_as_string(hide_password=True)
    kept = {name: value for name, value in url.query.items() if name not in SECRET}
    return url.set(drivername=NAMES[0], query=kept).render_as_string(hide_password=True)


def server_engine(url: URL) -> Engine:
    """Make the engine of a URL; what it does not say (user, password, host) libpq takes from its environment.

    Raises:
        StoreError: the URL names another driver, or psycopg is missing.
    """
    where = shown(url)
    if url.drivername not in {*NAMES, DRIVER}:
        raise StoreError(
            f"{where}: phiward speaks to PostgreSQL through psycopg alone; write postgresql:// in [store] url"
        )
    given = {name: value for name, value in PATIENCE.items() if name not in url.query}
    try:
        engine = create_engine(url.set(drivername=DRIVER), pool_pre_ping=True, connect_args=given)
    except (ImportError, NoSuchModuleError):
        raise StoreError(f"{where}: the driver for PostgreSQL is missing; install phiward[postgres]") from None
    event.listen(engine, "connect", _connected)
    return engine


def _connected(dbapi: Any, _record: object) -> None:
    dbapi.execute(DURABLE)
    dbapi.commit()
