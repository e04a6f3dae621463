"""The control matrix in figures: each citation's checks by verdict, and the score of each standard of the rule."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from reports.figures import Score, Tally, tally
from reports.matrix import NO_RULE, NOTHING, ORGANISATIONAL, matrix
from scanner.engine.citations import heads, standard_of
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reports.figures import Check, Figures
    from reports.hipaa import Standard
    from reports.matrix import Line
    from reports.view import ReportData


class Counts(NamedTuple):
    """The checks of a citation: those that passed, failed (`accepted` of them accepted risks) and are not known.

    An error of phiward's own is counted as not known.
    """

    passed: int
    failed: int
    accepted: int
    unknown: int

    @classmethod
    def of(cls, counted: Tally) -> Counts:
        """Take them out of a tally."""
        verdicts = counted.verdicts
        unknown = verdicts[Verdict.UNKNOWN] + verdicts[Verdict.ERROR]
        return cls(verdicts[Verdict.PASS], verdicts[Verdict.FAIL], counted.accepted, unknown)


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """One citation; `public` and `own` are None where no check of that mapping was judged, and `said` says why.

    `rules` are those of both mappings. `own` is phiward's own mapping.
    """

    citation: str
    anchor: str
    title: str
    kind: str
    organisational: bool
    public: Counts | None
    own: Counts | None
    said: str
    rules: Sequence[str]


class Section(NamedTuple):
    """A section of the regulation: its number, its title and its citations in order."""

    number: str
    title: str
    controls: Sequence[Control]


class Graded(msgspec.Struct, frozen=True, kw_only=True):
    """The score of one standard with its specifications; None where no check was judged, and `said` says why.

    `both` counts each check once, whichever mapping speaks of it.
    """

    citation: str
    anchor: str
    title: str
    public: Score | None
    own: Score | None
    both: Tally
    said: str


def anchor(citation: str) -> str:
    """Name the place of a citation in a page: `c-164-312-a-1`."""
    return "c-" + re.sub(r"[^a-z0-9]+", "-", citation.casefold()).strip("-")


def controls(data: ReportData, counted: Figures) -> list[Section]:
    """Give the matrix by section of the regulation."""
    return [
        Section(number, title, [_control(line) for line in lines]) for number, title, lines in matrix(data, counted)
    ]


def _control(line: Line) -> Control:
    public = Counts.of(line.public) if line.public.score.of else None
    own = Counts.of(line.proposed) if line.proposed.score.of else None
    return Control(
        citation=line.standard.citation,
        anchor=anchor(line.standard.citation),
        title=line.standard.title,
        kind=str(line.standard.kind),
        organisational=line.standard.organisational,
        public=public,
        own=own,
        said="" if public else _why(line),
        rules=sorted({*line.rules, *line.proposed_rules}),
    )


def _why(line: Line) -> str:
    if line.rules:
        return NOTHING
    if line.standard.organisational:
        return ORGANISATIONAL
    return "" if line.proposed_rules else NO_RULE


def graded(data: ReportData, counted: Figures) -> list[Graded]:
    """Give the standards of the regulation in order, each with its score by public citations and by phiward's own."""
    public, own, both = (_by_standard(counted.checks, names) for names in (("hipaa",), (OWN,), ("hipaa", OWN)))
    parts: dict[str, list[Standard]] = defaultdict(list)
    for each in data.standards:
        parts[standard_of(each.citation)].append(each)
    return [
        Graded(
            citation=citation,
            anchor=anchor(head.citation),
            title=head.title,
            public=_score(public.get(citation, ())),
            own=_score(own.get(citation, ())),
            both=tally(both.get(citation, ())),
            said=ORGANISATIONAL if all(each.organisational for each in parts[citation]) else NO_RULE,
        )
        for citation, head in heads(data.standards).items()
    ]


OWN = "hipaa_proposed"


def _by_standard(checks: Iterable[Check], names: Sequence[str]) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        for standard in {standard_of(citation) for name in names for citation in getattr(check, name)}:
            found[standard].append(check)
    return found


def _score(checks: Sequence[Check]) -> Score | None:
    counted = tally(checks).score
    return counted if counted.of else None
