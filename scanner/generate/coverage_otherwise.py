"""What the coverage page says of rows that are judged together, in part, on another resource, or not in the demo."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from scanner.generate.founding import links
from scanner.generate.knowledge import catalogue
from scanner.generate.markdown import codes, plain, section, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanner.model.rule import Rule

MERGED = "phiward:"
"""What begins the alias that names another row of the catalogue, judged by the same rule."""

TOGETHER = (
    "Where two rows of the catalogue would judge the same thing twice, one rule judges both and keeps both names."
)
IN_PART = (
    "No row is left without a rule for want of an API. Of these rows a part stays open; the rule judges the rest, and "
    "its page says so."
)
NOT_SHOWN = "scanner.demo.not_shown"
"""The module in which the demo says what it does not show: `NOT_SHOWN`, a reason by the rule's id."""

UNSEEN = (
    "The demo organization shows the founding rules well kept and broken. Of these it lacks one or both, since what "
    "they judge cannot be made there."
)
ELSEWHERE = (
    "Where the fault is the place's and not the thing's, the place is judged: the account, the Region, the VPC. In some"
    " rows one type stands for several, or several for one."
)


def not_shown() -> Mapping[str, str]:
    """Give the reason by the id of each rule that the demo does not show both well kept and broken."""
    if find_spec(NOT_SHOWN) is None:
        return {}
    told: Any = import_module(NOT_SHOWN)
    return dict(told.NOT_SHOWN)


def otherwise(rules: Mapping[str, type[Rule]], unseen: Mapping[str, str]) -> Iterator[str]:
    """Write the sections on what is judged otherwise than row by row; one that has nothing to say is empty."""
    merged = [
        (links([rule.id]), codes(alias.removeprefix(MERGED) for alias in rule.aliases if alias.startswith(MERGED)))
        for rule in rules.values()
        if any(alias.startswith(MERGED) for alias in rule.aliases)
    ]
    yield _told("Rows judged by one rule", TOGETHER, table(("rule", "judges too"), merged))
    open_parts = [
        (links([one.rule]), plain(one.half), plain(one.reason)) for one in catalogue().undecided if one.rule in rules
    ]
    yield _told("Rows no API can decide", IN_PART, table(("rule", "what stays open", "why"), open_parts))
    judged = [
        (links([name]), codes(one.resource.split(";")), plain(one.reason))
        for one in catalogue().judged_on
        for name in one.rules
        if name in rules
    ]
    yield _told(
        "Judged on another resource than the catalogue names", ELSEWHERE, table(("rule", "judges", "why"), judged)
    )
    absent = [(links([name]), plain(why)) for name, why in sorted(unseen.items()) if name in rules]
    yield _told("Not shown in the demo", UNSEEN, table(("rule", "why"), absent))


def _told(title: str, said: str, rows: str) -> str:
    return section(title, said, rows) if rows else ""
