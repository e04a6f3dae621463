"""The control matrix: what the findings say of each standard and specification of the Security Rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

import msgspec

from reports.figures import Figures, Score, Tally, tally
from reports.hipaa import SECTIONS, Standard

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.figures import Check
    from reports.view import ReportData
    from scanner.engine.citations import CitationKind

ORGANISATIONAL = "organisational"
NO_RULE = "no rule"
NOTHING = "nothing to assess"


class Line(msgspec.Struct, frozen=True):
    """One citation: the rules that speak of it and how their checks went; public and proposed mappings kept apart."""

    standard: Standard
    rules: Sequence[str]
    proposed_rules: Sequence[str]
    public: Tally
    proposed: Tally

    @property
    def state(self) -> str:
        """Say `n of m` of what public sources map; or why there is no such figure."""
        return self._say(self.rules, self.public)

    @property
    def proposed_state(self) -> str:
        """Say `n of m` of what phiward's own mapping adds; empty where it adds nothing."""
        return self._say(self.proposed_rules, self.proposed) if self.proposed_rules else ""

    def _say(self, rules: Sequence[str], counted: Tally) -> str:
        if counted.score.of:
            return str(counted.score)
        if rules:
            return NOTHING
        return ORGANISATIONAL if self.standard.organisational else NO_RULE

    @property
    def open(self) -> int:
        """How many checks of either mapping count against."""
        return sum(score.of - score.passed for score in (self.public.score, self.proposed.score))


def matrix(data: ReportData, counted: Figures) -> list[tuple[str, str, list[Line]]]:
    """Give the lines by section of the regulation: its number, its title, its lines.

    A citation that a rule gives and the list of standards does not know stands last, under its own heading.
    """
    public, proposed = _by_citation(counted.checks, "hipaa"), _by_citation(counted.checks, "hipaa_proposed")
    rules, proposed_rules = _rules(data, "hipaa"), _rules(data, "hipaa_proposed")
    known = {standard.citation for standard in data.standards}
    cited = {*public, *proposed, *rules, *proposed_rules}
    strange = [
        Standard(citation, "not in the list of standards", cast("CitationKind", ""))
        for citation in sorted(cited - known)
    ]
    lines = [
        Line(
            standard,
            sorted(rules.get(standard.citation, ())),
            sorted(proposed_rules.get(standard.citation, ())),
            tally(public.get(standard.citation, ())),
            tally(proposed.get(standard.citation, ())),
        )
        for standard in (*data.standards, *strange)
    ]
    sections = {section: title for section, title in SECTIONS.items() if any(_in(line, section) for line in lines)}
    found = [(section, title, [line for line in lines if _in(line, section)]) for section, title in sections.items()]
    others = [line for line in lines if line.standard.section not in SECTIONS]
    return [*found, ("other", "Other citations", others)] if others else found


def by_section(given: Iterable[str]) -> list[tuple[str, str]]:
    """Write citations as lawyers do, each section once: `164.312` and `(a)(1), (e)(1)`."""
    found: dict[str, list[str]] = defaultdict(list)
    for citation in given:
        section, opened, paragraph = citation.partition("(")
        found[section].append(opened + paragraph)
    return [(section, ", ".join(paragraphs)) for section, paragraphs in found.items()]


def _in(line: Line, section: str) -> bool:
    return line.standard.section == section


def covered(lines: Sequence[tuple[str, str, Sequence[Line]]]) -> Score:
    """Count the citations of which some check was assessed, of all."""
    flat = [line for _, _, part in lines for line in part]
    return Score(sum(bool(line.public.score.of or line.proposed.score.of) for line in flat), len(flat))


def _by_citation(checks: Sequence[Check], which: str) -> Mapping[str, list[Check]]:
    found: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        for citation in getattr(check, which):
            found[citation].append(check)
    return found


def _rules(data: ReportData, which: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for rule in data.rules:
        for citation in getattr(rule, which):
            found[citation].add(rule.id)
    for finding in data.findings:
        for citation in getattr(finding, which):
            found[citation].add(finding.rule)
    return found
