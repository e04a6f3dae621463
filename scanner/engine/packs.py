"""Packs: named sets of rules, derived from what each rule says of itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from scanner.model.rule import Rule
from scanner.model.source import CityWebapps, ClientCells, EcsGuide, PhiCluster, WebProposal

HIPAA = "hipaa"
ADVISORY = "advisory"
PACKS: Mapping[str, str] = {
    HIPAA: "rules that are mapped to the HIPAA Security Rule by public sources or by phiward",
    **{
        source.pack: f"rules that carry the {source.document}"
        for source in (EcsGuide, PhiCluster, CityWebapps, ClientCells, WebProposal)
    },
    "resilience": "rules on staying up and coming back",
    "operations": "rules on running things well",
    ADVISORY: "advice that never fails a gate; off unless named",
}


class UnknownPackError(ValueError):
    """A pack is named that does not exist."""


def packs_of(rule: type[Rule]) -> tuple[str, ...]:
    """Name the packs that a rule belongs to, sorted."""
    found = {source.pack for source in rule.sources}
    found |= {HIPAA} if rule.hipaa or rule.hipaa_proposed else set()
    found |= {rule.category} & set(PACKS)
    return tuple(sorted(found))


def select(rules: Iterable[type[Rule]], packs: Iterable[str]) -> list[type[Rule]]:
    """Give the rules of the packs; without packs all rules but the advisory ones.

    Raises:
        UnknownPackError: a pack does not exist.
    """
    wanted = tuple(packs)
    for name in wanted:
        if name not in PACKS:
            near = get_close_matches(name, PACKS, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownPackError(f"there is no pack {name!r}{hint} (packs: {', '.join(PACKS)})")
    if not wanted:
        return [rule for rule in rules if rule.category != ADVISORY]
    return [rule for rule in rules if set(packs_of(rule)) & set(wanted)]
