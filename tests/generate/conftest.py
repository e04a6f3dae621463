from __future__ import annotations

import pytest

from scanner.engine.registry import kinds, rules
from scanner.generate.files import generated


@pytest.fixture(scope="session")
def made() -> dict[str, str]:
    """All generated files, made once."""
    return generated(kinds(), rules())
