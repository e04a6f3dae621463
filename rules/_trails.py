"""What several rules ask of trails: whether one of those that record an account, or a bucket, does as it should."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from scanner.kinds.cloudtrail import CoveringTrail, Trail
from scanner.kinds.cloudtrail_data import unrecorded
from scanner.model.gap import Unknown
from scanner.model.inventory import World, any_of
from scanner.model.rule import Gaps

AnyTrail = CoveringTrail | Trail
Test = Callable[[Any], str]
OBJECTS = "AWS::S3::Object"


def any_trail(world: World, holds: Callable[[AnyTrail], object]) -> bool:
    """Say whether it holds of a trail that reaches the home Region, or of one of the account's own in any Region.

    The rule needs `CoveringTrail` and `Trail`.

    Raises:
        Unknown: it holds of none that could be seen, and some could not.
    """
    return any_of((lambda: any_of(world.all(CoveringTrail), holds), lambda: any_of(world.everywhere(Trail), holds)))


def shortcomings(trail: AnyTrail, tests: Iterable[Test]) -> list[str]:
    """Give what the tests, each empty where it is met, say against a trail.

    Raises:
        Unknown: nothing is known against it, and some test could not be decided.
    """
    gaps, said = Gaps(), []
    for test in tests:
        with gaps:
            said.append(test(trail))
    found = [text for text in said if text]
    if not found and gaps.found:
        raise Unknown(*gaps.found)
    return found


class Search:
    """Looks for a trail that meets all tests, and keeps what is said against the others."""

    def __init__(self, *tests: Test) -> None:
        """Take the tests."""
        self.tests = tests
        self.said: list[str] = []

    def __call__(self, trail: AnyTrail) -> bool:
        """Say whether the trail meets all tests."""
        found = shortcomings(trail, self.tests)
        self.said += [f"trail {trail.id.rpartition('/')[2]} {text}" for text in found]
        return not found

    @property
    def why(self) -> str:
        """Say why no trail was found."""
        return "; ".join(dict.fromkeys(self.said)) or "there is no trail"


def reaches_everywhere(trail: AnyTrail) -> str:
    """Say so where a trail records one Region only."""
    return "" if trail.multi_region else f"records {trail.home} only"


def reaches(region: str) -> Test:
    """Give the test that a trail records a Region."""
    return lambda trail: "" if trail.multi_region or trail.home == region else f"records {trail.home} only"


def is_on(trail: AnyTrail) -> str:
    """Say so where a trail is switched off."""
    return "" if trail.logging else "is switched off"


def records_management(trail: AnyTrail) -> str:
    """Say which management events a trail does not record all of."""
    lost = [side for side in ("read", "write") if not getattr(trail.management, side)]
    return f"does not record all {' and '.join(lost)} management events" if lost else ""


def records_data(type: str, beginning: str, sides: Iterable[str] = ("read", "write")) -> Test:
    """Give the test that a trail records all data events, on these sides, of resources whose ARN begins so."""

    def test(trail: AnyTrail) -> str:
        lost = [side for side in unrecorded(trail.data, type, beginning) if side in sides]
        where = f"{type} under {beginning}" if beginning else type
        return f"does not record all {' and '.join(lost)} data events of {where}" if lost else ""

    return test
