"""The gate as text for a terminal or a log, and as JSON for programs."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

import msgspec

from reports.json_report import SCHEMA, encode, finding_document
from reports.words import plural
from scanner.engine.gate import Gate, stops, unclear
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from scanner.model.finding import Finding
    from scanner.model.given import Origin

SHOWN_DOUBTS = 10


def render_json(gate: Gate, fail_on: str) -> str:
    """Give the document: what stops, what else is new, fixed, kept, accepted, in doubt, and where it is written."""
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "gate": gate.name,
        "fail_on": fail_on,
        "passed": not stops(gate, fail_on) and not gate.problems,
        "problems": list(gate.problems),
        "notes": list(gate.notes),
    }
    stopping = {each.fingerprint for each in stops(gate, fail_on)}
    for name in ("new", "accepted", "fixed", "kept", "doubts"):
        found: Sequence[Finding] = getattr(gate, name)
        made[name] = [
            {**finding_document(each), "origin": _origin(gate, each), "stops": each.fingerprint in stopping}
            for each in _ordered(found)
        ]
    made["summary"] = {name: len(made[name]) for name in ("new", "accepted", "fixed", "kept", "doubts")}
    return msgspec.json.format(encode(made), indent=2).decode() + "\n"


def _origin(gate: Gate, finding: Finding) -> dict[str, Any] | None:
    found = gate.origins.get(finding.fingerprint)
    return msgspec.to_builtins(found) if found is not None else None


def render(gate: Gate, fail_on: str) -> str:
    """Give the answer as lines of text, as a log of a pipeline shows them: plain, without colour."""
    return "\n".join(_lines(gate, fail_on)) + "\n"


def _lines(gate: Gate, fail_on: str) -> Iterator[str]:
    stopping = stops(gate, fail_on)
    verdict = f"stopped: {plural(len(stopping), 'new violation')} at or above {fail_on}" if stopping else "passed"
    yield f"gate {_plain(gate.name)} {verdict}"
    counts = Counter(each.severity for each in gate.new)
    worst_first = [f"{counts[name]} {name}" for name in reversed(SEVERITIES) if counts[name]]
    new = f"{len(gate.new)} new ({', '.join(worst_first)})" if worst_first else "none new"
    yield f"{new}, {len(gate.fixed)} fixed, {len(gate.kept)} as before, {len(gate.accepted)} new but accepted"
    yield from (f"incomplete: {_plain(problem)}" for problem in gate.problems)
    yield from _findings(gate, gate.new)
    if gate.fixed:
        yield ""
        yield "fixed:"
        yield from (f"  {each.rule}  {_where(gate, each)}" for each in _ordered(gate.fixed))
    doubts = unclear(gate, fail_on)
    if doubts:
        yield ""
        yield f"no longer known at or above {fail_on}: {len(doubts)}"
        for each in _ordered(doubts)[:SHOWN_DOUBTS]:
            why = "; ".join(dict.fromkeys(str(gap) for gap in each.missing)) or each.message
            yield f"  {each.rule}  {_where(gate, each)}: {_plain(why)}"
    yield from (f"note: {_plain(note)}" for note in gate.notes)


def _findings(gate: Gate, found: Iterable[Finding]) -> Iterator[str]:
    for where, some in groupby(_ordered(found, by_place=gate), key=lambda each: _where(gate, each)):
        yield ""
        yield where
        for each in some:
            part = f" ({_plain(each.part)})" if each.part and each.part not in each.message else ""
            yield f"  {each.severity.upper():<8}  {each.rule}: {_plain(each.message)}{part}"


def _ordered(found: Iterable[Finding], by_place: Gate | None = None) -> list[Finding]:
    worst: dict[str, int] = {}
    known = list(found)
    for each in known:
        place = _where(by_place, each) if by_place is not None else ""
        worst[place] = max(worst.get(place, 0), SEVERITIES.index(each.severity))

    def key(each: Finding) -> tuple[Any, ...]:
        place = _where(by_place, each) if by_place is not None else ""
        return (-worst[place], place, -SEVERITIES.index(each.severity), each.rule, each.resource, each.part)

    return sorted(known, key=key)


def _where(gate: Gate, finding: Finding) -> str:
    origin: Origin | None = gate.origins.get(finding.fingerprint)
    if origin is None:
        return _plain(f"{finding.kind} {finding.name or finding.resource}")
    line = f"{origin.file}:{origin.line}: " if origin.file else ""
    return _plain(f"{line}{origin.address}")


def _plain(text: str) -> str:
    """Keep a name on its line, and commands of terminals and pipelines out of it."""
    line = "".join(sign if sign.isprintable() else " " for sign in text).replace("##", "# #")
    return f": :{line.lstrip()[2:]}" if line.lstrip().startswith("::") else line
