"""The drill: two hundred accounts in four Regions, in threads and on a cluster that loses a worker half-way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bench.accounts import Dose, measure

DRILL = bool(os.environ.get("PHIWARD_DRILL"))


@pytest.mark.drill
@pytest.mark.skipif(not DRILL, reason="test_cluster.py is the small dose; this one takes minutes")
@pytest.mark.timeout(3600)
def test_every_account_is_in_the_store_exactly_once(tmp_path: Path) -> None:
    runs = measure(tmp_path, Dose(200, 4))
    assert [run.engine for run in runs] == ["threads", "dask"]
    for run in runs:
        print(f"{run.engine}: {run.wall:.0f} s, {run.cpu:.0f} s of CPU, {run.peak:.0f} MB, {run.calls:,} calls")  # noqa: T201
    print(f"dask takes {runs[1].wall / runs[0].wall:.2f} times as long")  # noqa: T201  `make drill` shows it with -rP
