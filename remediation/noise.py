"""Which facts change by themselves: what a plan was made from is not called changed because of them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from scanner.engine.registry import kinds
from scanner.kinds.canon import canons
from scanner.model.canon import Canon
from scanner.model.fact import alternatives

WINDOWS = ("cloudwatch.GetMetricData", "cloudwatch.GetMetricStatistics")
"""Operations that answer for a time that ends when they are asked."""


def is_noise(kind: str, fact: str) -> bool:
    """Say whether a fact of a CloudFormation type changes without anybody changing anything."""
    known = kinds().get(kind)
    if known is None or fact not in known.facts:
        return False
    declared = known.facts[fact]
    operations = [name for section in declared.sections if section in known.calls
                  for name in known.calls[section].operations]  # fmt: skip
    if operations and all(name in WINDOWS for name in operations):
        return True
    volatile, paths = _canons()[kind].volatile, alternatives(declared.api)
    return bool(paths) and all(any(_within(path, noise) for noise in volatile) for path in paths)


def _within(path: str, noise: str) -> bool:
    return path == noise or path.startswith((f"{noise}.", f"{noise}["))


@cache
def _canons() -> Mapping[str, Canon]:
    return canons(kinds().values())
