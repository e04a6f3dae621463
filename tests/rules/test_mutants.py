"""The examples of the rules catch small faults in their predicates; at full dose in `make drill`."""

from __future__ import annotations

import os
import random

import pytest

from bench.mutants import LEAST, survivors
from scanner.engine.registry import rules

pytestmark = pytest.mark.long

SMALL = 40


@pytest.mark.drill
def test_examples_catch_mutants() -> None:
    names = list(rules())
    if not os.environ.get("PHIWARD_DRILL"):
        names = random.Random(7).sample(names, SMALL)  # noqa: S311  the same rules every time
    tried = [survivors(name) for name in names]
    made = sum(count for _, count, _ in tried)
    alive = [line for _, _, lived in tried for line in lived]
    print(f"{len(names)} rules, {made} mutants, {made - len(alive)} killed")  # noqa: T201  the drill's figure
    assert made > len(names)
    assert len(alive) <= made * (1 - LEAST), "\n".join(alive)
