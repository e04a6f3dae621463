"""Sessions that a server ends: a scan takes its accounts again, unless another one has them by then."""

from __future__ import annotations

from collections import UserDict
from collections.abc import KeysView
from typing import TYPE_CHECKING

import pytest

from scanner.store import StoreError
from tests.store.beside import OF_ONE, OF_OTHER, finish, write
from tests.store.nights import ACCOUNT, REGION, key, listing, night
from tests.store.olden import ask

if TYPE_CHECKING:
    from scanner.store import Store


def test_a_scan_that_lost_its_lock_takes_it_again(beside: tuple[Store, Store], store_url: str) -> None:
    one, two = beside
    one.begin(night(0))
    drop_sessions(store_url)
    write(one, night(0))
    with pytest.raises(StoreError, match="another scan is writing here"):
        two.begin(night(1))
    drop_sessions(store_url)
    assert [each.status for each in finish(one, night(0))] == ["new"]
    assert one.verify() == []


def test_a_scan_that_lost_its_account_to_another_writes_nothing_more(
    beside: tuple[Store, Store], store_url: str
) -> None:
    one, two = beside
    one.begin(night(0, targets=(*OF_ONE, *OF_OTHER)))
    drop_sessions(store_url)
    two.begin(night(1, targets=OF_OTHER))
    write(one, night(0, targets=OF_ONE))
    for act in (
        lambda: write(one, night(0, targets=OF_OTHER)),
        lambda: finish(one, night(0)),
    ):
        with pytest.raises(StoreError, match="was overtaken by a newer one, so it cannot go on; begin a new one"):
            act()
    write(two, night(1, targets=OF_OTHER))
    finish(two, night(1, targets=OF_OTHER))
    assert two.unfinished() is None
    assert two.verify() == []


def drop_sessions(url: str) -> None:
    """End all other sessions on the server, as its restart would."""
    ask(
        url,
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'",
    )


def test_a_session_that_ends_within_a_write_is_said_and_the_scan_goes_on(
    beside: tuple[Store, Store], store_url: str
) -> None:
    one, _ = beside
    one.begin(night(0))
    things = [key()]
    broken = key("k2")
    broken.tags = Dropping(store_url)
    with pytest.raises(StoreError, match="the database server ended the session") as caught:
        one.add(night(0).id, ACCOUNT, REGION, [*things, broken], [listing()])
    assert "phiward scan --resume" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert one.places_done(night(0).id) == set()
    write(one, night(0))
    finish(one, night(0))
    assert one.verify() == []


class Dropping(UserDict[str, str]):
    """Tags in the middle of which the server goes away."""

    def __init__(self, url: str) -> None:
        super().__init__(a="b")
        self.url = url

    def keys(self) -> KeysView[str]:
        drop_sessions(self.url)
        return super().keys()
