"""In which order the files of tests are run, and which share a worker of pytest-xdist."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

ROOT = Path(__file__).parents[1]
SHARES = re.compile(r"^\s*from tests\.cli\.conftest import .*\bDemo\b", re.MULTILINE)
"""What stands in a file whose tests take the demo that a whole run serves and scans once."""


class ByFile(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Gives a file to one worker, and those that share the demo to the same one: it takes a minute to make."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return "the demo" if shares_the_demo(file) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Choose who runs what; `--dist` is not heeded."""
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with what takes longest; the order is otherwise the random one. It needs `--no-loadscope-reorder`."""
    long = {_file(item) for item in items if item.get_closest_marker("long")}
    items.sort(key=lambda item: (not shares_the_demo(_file(item)), _file(item) not in long))


@cache
def shares_the_demo(file: str) -> bool:
    """Say whether a file of tests takes the demo."""
    return bool(SHARES.search((ROOT / file).read_text(encoding="utf-8")))


def _file(item: pytest.Item) -> str:
    return item.nodeid.partition("::")[0]
