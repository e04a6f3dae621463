"""What a remedy's effect means, in words: for the rules' pages, for `rules show` and for reports alike."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from scanner.engine.normalise import builtin
from scanner.model.remedy import NOTHING_SAID, Direct, Remedy, Risk, Runbook

RISK: dict[Risk, str] = {
    "low": "low: nobody notices",
    "medium": "medium: it may refuse what somebody uses, or change how something behaves",
    "high": "high: it interrupts, moves data, or is hard to take back",
}
BEGINNINGS = frozenset(
    {"A", "An", "Before", "Containers", "Keys", "Members", "New", "No", "Nobody", "Programs", "The", "What"}
)
"""Words that begin a sentence and lose their capital within one."""
BACK = "`phiward remediate rollback` brings the former state back"
MADE_OUT = "made out for each resource from what the scan saw; where a person must decide, the plan says why"


class Said(NamedTuple):
    """One thing to say of an effect: what it is about, and the words; code stands between backticks."""

    about: str
    words: str


def effect_in_words(remedy: Remedy) -> Iterator[Said]:
    """Say what carrying a remedy out means; nothing where the declaration says nothing."""
    effect = remedy.effect
    if effect == NOTHING_SAID:
        return
    sets = [f"`{name}` is `{json.dumps(builtin(value))}`" for name, value in effect.sets.items()]
    yield from _told("afterwards", "; ".join(filter(None, [*sets, _clause(effect.after)])))
    yield Said("risk", RISK[effect.risk])
    yield from _told("downtime", _clause(effect.downtime))
    yield from _told("cost", _clause(effect.cost))
    if not isinstance(remedy, Runbook):
        yield Said("way back", f"none: {effect.lasting}" if effect.lasting else BACK)
    yield from _told("comes after", ", ".join(f"`{name}`" for name in effect.follows))
    yield from _told("may then fail", ", ".join(f"`{name}`" for name in effect.brings))


def operations_in_words(remedy: Direct) -> str:
    """Say which API operations a remedy may make whose function makes them out."""
    form = "API operations" if remedy.also else "API operation"
    return f"the {form} {', '.join(f'`{name}`' for name in remedy.operations)}: {MADE_OUT}"


def _told(about: str, words: str) -> Iterator[Said]:
    if words:
        yield Said(about, words)


def _clause(text: str) -> str:
    """Make a clause of a sentence that begins with an article or the like; a name keeps its capital."""
    begins = text.partition(" ")[0]
    return (text[:1].lower() + text[1:] if begins in BEGINNINGS else text).rstrip(".")
