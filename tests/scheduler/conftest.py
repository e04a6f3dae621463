"""The stage of a test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scheduler.driver import prepared
from tests.scheduler.stage import ROOT, Stage


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """A stage with a nightly scan; schedulers that run here are on its clock and run its stubs."""
    made = Stage(tmp_path)
    made.config()
    prepared(tmp_path, monkeypatch.setattr)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return made
