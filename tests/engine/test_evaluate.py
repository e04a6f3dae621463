"""Judging: verdicts, holes, classes, evidence, order and fingerprints."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from scanner.engine.evaluate import judge
from scanner.engine.examples import ACCOUNT, REGION, resource_of
from scanner.model.finding import Verdict
from scanner.model.gap import Unknown
from scanner.model.rule import Fail, Gaps, Missing, Note, Outcome, Skip
from tests.engine.doors import (
    GAP,
    GUARDED,
    OTHER_GAP,
    Base,
    Door,
    Guard,
    context,
    door,
    findings,
    guarded,
    rule,
    unknown,
    verdict,
)

# ---- the five verdicts ----


def passes(_: Door) -> Iterator[Outcome]:
    yield Note("looked at it")


def fails(_: Door) -> Iterator[Outcome]:
    yield Fail("bad")


def fails_and_does_not_know(_: Door) -> Iterator[Outcome]:
    yield Fail("bad")
    raise Unknown(GAP)


def misses(_: Door) -> Iterator[Outcome]:
    yield Missing((GAP,))


def skips(_: Door) -> Iterator[Outcome]:
    yield Skip("not this one")


def breaks(_: Door) -> Iterator[Outcome]:
    yield Fail("bad")
    raise ZeroDivisionError("a bug")


def says_nonsense(_: Door) -> Iterator[Any]:
    yield "open"


VERDICTS = [
    (passes, Verdict.PASS),
    (fails, Verdict.FAIL),
    (unknown, Verdict.UNKNOWN),
    (misses, Verdict.UNKNOWN),
    (fails_and_does_not_know, Verdict.FAIL),
    (skips, Verdict.SKIP),
    (breaks, Verdict.ERROR),
    (says_nonsense, Verdict.ERROR),
]


@pytest.mark.parametrize(("check", "wanted"), VERDICTS)
def test_what_a_check_says_is_a_verdict(check: Any, wanted: Verdict) -> None:
    assert verdict(check) is wanted


@pytest.mark.parametrize(
    ("applies", "wanted"),
    [
        (lambda _: True, Verdict.FAIL),
        (lambda _: False, Verdict.SKIP),
        (lambda _: "it is a wall", Verdict.SKIP),
        (unknown, Verdict.UNKNOWN),
        (lambda _: 1 // 0, Verdict.ERROR),
    ],
)
def test_whether_it_applies_comes_first(applies: Any, wanted: Verdict) -> None:
    assert verdict(fails, applies=staticmethod(applies)) is wanted


def test_a_bug_of_ours_is_loud_and_says_where() -> None:
    (finding,) = findings(rule("test_door", breaks), door())
    assert finding.verdict is Verdict.ERROR
    assert "ZeroDivisionError: a bug (test_evaluate.py:" in finding.message


def test_a_fail_stands_beside_what_was_not_learned() -> None:
    (finding,) = findings(rule("test_door", fails_and_does_not_know), door())
    assert (finding.verdict, finding.missing) == (Verdict.FAIL, (GAP,))


def test_a_part_that_fails_leaves_the_rest_unknown() -> None:
    def check(_: Door) -> Iterator[Outcome]:
        yield Fail("bad", part="lock 1")
        raise Unknown(GAP)

    found = findings(rule("test_door", check), door())
    assert [(finding.part, finding.verdict) for finding in found] == [
        ("lock 1", Verdict.FAIL),
        ("", Verdict.UNKNOWN),
    ]


def test_what_is_unknown_of_one_thing_does_not_hide_another() -> None:
    def check(subject: Door) -> Iterator[Outcome]:
        gaps = Gaps()
        for lock in subject.locks:
            with gaps:
                if lock == "hidden":
                    raise Unknown(GAP)
                if lock == "loose":
                    yield Fail("loose", part=lock)
        yield from gaps

    judging = rule("test_door", check)
    for order in permutations(("hidden", "loose", "firm")):
        found = findings(judging, door(locks=order))
        assert {(finding.part, finding.verdict) for finding in found} == {
            ("loose", Verdict.FAIL),
            ("", Verdict.UNKNOWN),
        }
    assert [finding.verdict for finding in findings(judging, door(locks=("firm",)))] == [Verdict.PASS]


def test_an_error_inside_gaps_is_no_gap() -> None:
    with pytest.raises(ZeroDivisionError), Gaps():
        raise ZeroDivisionError


def test_severity_of_a_part_may_differ() -> None:
    def check(_: Door) -> Iterator[Outcome]:
        yield Fail("bad", part="a", severity="critical")
        yield Fail("bad", part="b")

    found = findings(rule("test_door", check), door())
    assert {finding.part: finding.severity for finding in found} == {"a": "critical", "b": "medium"}


# ---- holes ----


def test_a_listing_that_is_not_whole_is_a_finding_of_its_own() -> None:
    found = findings(Base, door(), doors=(OTHER_GAP,))
    assert [(finding.verdict, finding.part, finding.resource) for finding in found] == [
        (Verdict.PASS, "", f"arn:aws:test:{REGION}:{ACCOUNT}:door/front"),
        (Verdict.UNKNOWN, "listing", "Test::Door/*"),
    ]
    assert found[1].missing == (OTHER_GAP,)
    assert (found[1].account, found[1].region) == (ACCOUNT, REGION)


def test_no_hole_where_the_listing_is_whole() -> None:
    assert findings(Base) == []


# ---- the world ----


@pytest.mark.parametrize(
    ("guards", "gaps", "wanted"),
    [
        ([{"awake": True}], (), Verdict.PASS),
        ([{"awake": False}], (), Verdict.FAIL),
        ([], (), Verdict.FAIL),
        ([], (OTHER_GAP,), Verdict.UNKNOWN),
        ([{"awake": True}], (OTHER_GAP,), Verdict.PASS),
        ([{"awake": False}], (OTHER_GAP,), Verdict.UNKNOWN),
        ([{"awake": Unknown(GAP)}], (), Verdict.UNKNOWN),
        ([{"awake": True}, {"awake": Unknown(GAP), "id": "guard-2"}], (), Verdict.PASS),
    ],
)
def test_absence_counts_only_where_the_listing_is_whole(guards: Any, gaps: Any, wanted: Verdict) -> None:
    subject = door()
    others = [resource_of(Guard, facts, number=number) for number, facts in enumerate(guards)]
    assert judge(GUARDED, subject, context(subject, *others, guards=gaps)).verdict is wanted


def test_a_kind_that_was_not_declared_is_an_error_of_ours() -> None:
    subject = door()
    assert judge(rule("test_door", guarded, needs=()), subject, context(subject)).verdict is Verdict.ERROR
