"""In which order the files of tests are run, and which share a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

SHARED = ("served",)
"""Fixtures of a whole run that are dear to make: all who take one of them share a worker."""


@pytest.hookimpl
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file on one worker, and those that take a shared fixture together; start with what takes longest.

    The order is otherwise the random one. It needs xdist's `--dist loadgroup --no-loadscope-reorder`.
    """
    sharing = {_file(item): name for name in SHARED for item in items if name in _fixtures(item)}
    long = {_file(item) for item in items if item.get_closest_marker("long")} | set(sharing)
    for item in items:
        item.add_marker(pytest.mark.xdist_group(sharing.get(_file(item), _file(item))))
    items.sort(key=lambda item: (_file(item) not in sharing, _file(item) not in long))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]


def _fixtures(item: pytest.Item) -> Iterable[str]:
    return getattr(item, "fixturenames", ())
