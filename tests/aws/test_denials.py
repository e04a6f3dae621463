"""With one API denied its facts alone become UNKNOWN: tried for every declared call in turn.

The world is synthetic (`synthetic.py`), the collection, the coverage, the facts and the rules are the real ones.
"""

from __future__ import annotations

import os

import pytest

from scanner.engine.registry import kinds, rules
from scanner.model.finding import Verdict
from scanner.model.gap import Unknown
from scanner.model.kind import PLAIN, Kind
from scanner.model.operation import Call, Form
from tests.aws.night import PLACES, Night, by_operation, night, seen

pytestmark = [pytest.mark.drill, pytest.mark.long]

WORLDS = "abcdefghijkl"
DRILL = 4 if os.environ.get("PHIWARD_DRILL") else 1
CALLS = [
    pytest.param(kind, call, operation, id=f"{kind.cfn}.{call.name}-{operation}")
    for kind in kinds().values()
    for call in kind.calls.values()
    for operation in call.operations
]


def _asks(name: str, kind: type[Kind], call: Call) -> bool:
    coverage = (entry for region in PLACES for entry in seen(name, region, "")[1])
    return any(entry.asked for entry in coverage if (entry.kind, entry.call) == (kind.cfn, call.name))


@pytest.mark.parametrize("kind", [pytest.param(kind, id=kind.cfn) for kind in kinds().values()])
def test_every_declared_call_is_carried_out_where_nothing_is_denied(kind: type[Kind]) -> None:
    never = [call.name for call in kind.calls.values() if not any(_asks(name, kind, call) for name in WORLDS)]
    assert never == [], "make its condition hold in some world: WORDS or CRAFTED in crafted.py"
    assert not kind.calls or kind.cfn in {
        resource.kind for name in WORLDS for resource in night(name).snapshot.resources
    }


@pytest.mark.parametrize("name", WORLDS[:DRILL])
def test_nothing_is_missing_where_nothing_is_denied(name: str) -> None:
    told = night(name).snapshot
    assert [entry for entry in told.coverage if not entry.ok] == []
    assert told.complete


def test_the_worlds_are_worth_the_trial() -> None:
    """Most rules decide something in one of them, and no verdict is our own error."""
    verdicts = [(rule, verdict) for name in WORLDS[:4] for (rule, _), verdict in night(name).verdicts.items()]
    decided = {rule for rule, verdict in verdicts if verdict in {Verdict.PASS, Verdict.FAIL}}
    assert [rule for rule, verdict in verdicts if verdict is Verdict.ERROR] == []
    assert len(decided) >= 0.8 * len(rules()), sorted(set(rules()) - decided)


@pytest.mark.parametrize(("kind", "call", "operation"), CALLS)
def test_a_denied_call(kind: type[Kind], call: Call, operation: str) -> None:
    asking = [name for name in WORLDS if _asks(name, kind, call)]
    for name in asking[:DRILL]:
        alone = None if call.union else call  # what goes out with others is denied with them
        before, after = night(name), night(name, operation, alone)
        _coverage_names_the_permission(kind, call, operation, after)
        _verdicts_stay_or_become_unknown(before, after)
        _facts_of_other_calls_stay(operation, before, after)


@pytest.mark.parametrize("name", WORLDS[:DRILL])
@pytest.mark.parametrize("operation", sorted(op for op, calls in by_operation().items() if len(calls) > 1))
def test_a_denied_operation_that_several_calls_make(name: str, operation: str) -> None:
    before, after = night(name), night(name, operation)
    assert not after.snapshot.complete
    _verdicts_stay_or_become_unknown(before, after)
    _facts_of_other_calls_stay(operation, before, after)


def _coverage_names_the_permission(kind: type[Kind], call: Call, operation: str, after: Night) -> None:
    assert not after.snapshot.complete
    entry = next(entry for entry in after.snapshot.coverage if (entry.kind, entry.call) == (kind.cfn, call.name))
    wanted = call.permissions[0] if operation == call.start else call.permissions[-1]
    assert not entry.ok
    assert (entry.operation, entry.permission, entry.error) == (operation, wanted, "AccessDeniedException")
    assert entry.failed > 0


def _verdicts_stay_or_become_unknown(before: Night, after: Night) -> None:
    regions = {resource.arn: resource.region for resource in before.snapshot.resources}
    wrong = []
    for (rule, arn), verdict in before.verdicts.items():
        now = after.verdicts.get((rule, arn))
        if now is None:
            if not after.unknown(rule, regions[arn]):
                wrong.append(f"{rule}: {verdict} of {arn} has gone without a word")
        elif now is not verdict and now is not Verdict.UNKNOWN:
            wrong.append(f"{rule}: {arn} turned from {verdict} to {now}")
    wrong += [
        f"{rule}: {now} of {arn}, which was not seen before"
        for (rule, arn), now in after.verdicts.items()
        if (rule, arn) not in before.verdicts and now is not Verdict.UNKNOWN
    ]
    assert not wrong


def _facts_of_other_calls_stay(operation: str, before: Night, after: Night) -> None:
    known = {(resource.kind, resource.arn): resource for resource in before.snapshot.resources}
    touched = _touched(operation)
    wrong = []
    for resource in after.snapshot.resources:
        was = known.get((resource.kind, resource.arn))
        for name, fact in kinds()[resource.kind].facts.items() if was else ():
            now, then = _read(resource, fact), _read(was, fact)
            if now == then:
                continue
            if now is not None:
                wrong.append(f"{resource.kind}.{name} of {resource.arn}: {then!r} became {now!r}")
            elif not {f"{resource.kind}.{section}" for section in fact.sections} & touched:
                wrong.append(f"{resource.kind}.{name} of {resource.arn} became unknown, though its call was answered")
    assert not wrong


def _read(resource: object, fact: object) -> object:
    """Give the value in a box, None where it is unknown."""
    try:
        return (PLAIN.read(resource, fact),)  # type: ignore[arg-type]
    except Unknown:
        return None


def _touched(operation: str) -> set[str]:
    """Name the sections (`kind.section`) that an operation's denial may leave unseen, by what each call builds on."""
    by_name = {kind.__name__: kind for kind in kinds().values()}
    builds: dict[str, set[str]] = {}
    for kind in kinds().values():
        for call in kind.calls.values():
            upon = {f"{kind.cfn}.{used}" for used in call.uses}
            if call.of is not None:
                upon |= {f"{call.of.cfn}.{section}" for section in call.of.calls}
            for text in call.facts if call.form is Form.REFS else ():
                owner, _, fact = text.partition(".")
                upon |= {f"{by_name[owner].cfn}.{section}" for section in by_name[owner].facts[fact].sections}
                upon |= {f"{by_name[owner].cfn}.{root.name}" for root in by_name[owner].roots()}
            builds[f"{kind.cfn}.{call.name}"] = upon
    found = {
        f"{kind.cfn}.{c.name}" for kind in kinds().values() for c in kind.calls.values() if operation in c.operations
    }
    while True:
        more = {section for section, upon in builds.items() if upon & found} - found
        if not more:
            return found
        found |= more


def test_every_operation_is_denied_in_some_case() -> None:
    assert {case.values[2] for case in CALLS} == set(by_operation())
