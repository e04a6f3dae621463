"""Findings: evidence, classes, order, fingerprints, settings, canonical values."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from typing import Annotated, Any

import msgspec
import pytest

from scanner.engine.evaluate import Context, evaluate, judge
from scanner.engine.examples import ACCOUNT, AS_OF, REGION, resource_of
from scanner.engine.normalise import builtin, canonical, plain
from scanner.model.finding import Verdict, fingerprint
from scanner.model.gap import Unknown
from scanner.model.resource import Resource, Source
from scanner.model.rule import Fail, Outcome
from scanner.model.rule import Settings as RuleSettings
from tests.engine.doors import (
    GAP,
    GUARDED,
    Base,
    Door,
    Guard,
    context,
    door,
    findings,
    inventory,
    rule,
)


def fails(_: Door) -> Iterator[Outcome]:
    yield Fail("bad")


def test_evidence_is_what_was_read_of_whom() -> None:
    subject, guard = door(), resource_of(Guard, {"awake": True})
    said = judge(GUARDED, subject, context(subject, guard))
    assert [(item.fact, item.value, item.resource) for item in said.evidence] == [
        ("id", "front", ""),
        ("door", "front", guard.arn),
        ("awake", True, guard.arn),
    ]


def test_evidence_names_the_path_in_the_source_and_marks_what_was_redacted() -> None:
    def check(subject: Door) -> Iterator[Outcome]:
        if subject.open or subject.locks:
            yield Fail("open")

    subject = Resource(Door.cfn, "front", account=ACCOUNT, region=REGION, source=Source.FACTS)
    subject.facts = {"id": "front", "tags": {}, "open": False, "group": "", "locks": [{"$redacted": "x"}]}
    subject.source = Source.API
    evidence = judge(rule("test_door", check), subject, context(subject)).evidence
    assert [(item.path, item.redacted) for item in evidence] == [
        ("Test::Door door.Open", False),
        ("Test::Door door.Locks", True),
    ]


def test_what_could_not_be_read_is_no_evidence() -> None:
    subject = door(open=Unknown(GAP))
    said = judge(Base, subject, context(subject))
    assert (said.verdict, said.evidence, said.gaps) == (Verdict.UNKNOWN, (), [GAP])


# ---- classes, order, fingerprints ----


def test_members_of_a_class_are_one_finding_by_the_worst() -> None:
    members = [door(id=f"d{number}", group="fire", open=number == 2) for number in range(3)]
    for order in permutations(members):
        (finding,) = [item for item in findings(Base, *order) if item.key == "fire"]
        assert (finding.verdict, finding.resource) == (Verdict.FAIL, members[2].arn)
        assert finding.members == tuple(sorted(member.arn for member in members))


@pytest.mark.parametrize(
    ("opens", "wanted"),
    [
        ((False, Unknown(GAP)), Verdict.UNKNOWN),
        ((True, Unknown(GAP)), Verdict.FAIL),
        ((False, False), Verdict.PASS),
    ],
)
def test_one_member_that_was_not_seen_leaves_no_pass(opens: tuple[Any, ...], wanted: Verdict) -> None:
    members = [door(id=f"d{number}", group="fire", open=value) for number, value in enumerate(opens)]
    (finding,) = findings(Base, *members)
    assert finding.verdict is wanted
    assert bool(finding.missing) is any(isinstance(value, Unknown) for value in opens)


def test_the_same_resources_in_any_order_give_the_same_bytes() -> None:
    resources = [door(id=f"d{number}", group="fire" if number < 2 else "", open=number % 2 == 0) for number in range(4)]
    resources += [resource_of(Guard, {"id": "g", "door": "d1"})]
    seen = {
        b"".join(canonical(msgspec.to_builtins(finding)) for finding in evaluate([GUARDED, Base], context(*order)))
        for order in permutations(resources)
    }
    assert len(seen) == 1


def test_a_fingerprint_hangs_on_the_class_and_not_on_the_member() -> None:
    first = findings(Base, door(id="d1", group="fire"))[0]
    second = findings(Base, door(id="d2", group="fire"))[0]
    alone = findings(Base, door(id="d2"))[0]
    assert first.fingerprint == second.fingerprint != alone.fingerprint


def test_a_fingerprint_is_the_same_for_ever() -> None:
    """Histories, acceptances and baselines hang on it: this value must never change."""
    assert fingerprint("kms_key_rotation", "aws", ACCOUNT, REGION, "k1", "") == "6a5630f2321b6dd2d3f1f2aafe259a9f"


def test_a_fingerprint_tells_every_part_of_it_apart() -> None:
    parts = ["rule", "aws", ACCOUNT, REGION, "key", "part"]
    others = [[*parts[:place], "x", *parts[place + 1 :]] for place in range(len(parts))]
    assert len({fingerprint(*names) for names in [parts, *others]}) == 7
    assert fingerprint("r", "aws", ACCOUNT, "a", "b", "") != fingerprint("r", "aws", ACCOUNT, "ab", "", "")


def test_a_rule_that_got_another_name_keeps_its_fingerprints() -> None:
    before = findings(rule("test_old", fails), door())[0]
    after = findings(rule("test_new", fails, was=("test_old",)), door())[0]
    assert (after.rule, after.fingerprint) == ("test_new", before.fingerprint)


# ---- settings reach the check ----


def test_settings_and_the_moment_are_given_to_those_who_ask() -> None:
    class Own(RuleSettings, frozen=True):
        minimum: Annotated[int, msgspec.Meta(ge=0)] = 2

    def check(subject: Door, settings: Own, as_of: Any) -> Iterator[Outcome]:
        if len(subject.locks) < settings.minimum:
            yield Fail(f"{len(subject.locks)} locks on {as_of:%Y-%m-%d}")

    judging = rule("test_locks", check, Settings=Own)
    subject = door(locks=("one",))
    assert judge(judging, subject, context(subject)).fails == [Fail("1 locks on 2026-11-21")]
    lenient = Context(inventory(subject), AS_OF, lambda *_: Own(minimum=1))
    assert judge(judging, subject, lenient).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"severity": "awful"}, "severity 'awful' is unknown"),
        ({"category": "other"}, "category 'other' is unknown"),
        ({"GOOD": ()}, "GOOD has no example"),
        ({"BAD": ()}, "BAD has no example"),
        ({"__doc__": ""}, "the docstring is missing"),
        ({"check": staticmethod(lambda _, clock: clock)}, "not clock"),
    ],
)
def test_a_rule_that_lacks_something_is_refused(given: dict[str, Any], said: str) -> None:
    body = {"__doc__": "Doors hold.", "id": "test_wrong", **given}
    with pytest.raises(TypeError, match=said):
        type("Wrong", (Base,), body)


# ---- canonical values ----


def test_values_are_plain_and_their_bytes_do_not_hang_on_the_order() -> None:
    assert plain({"b": AS_OF, "a": b"x", "ResponseMetadata": {}}) == {"b": "2026-11-21T02:00:00Z", "a": "eA=="}
    assert canonical({"b": 1, "a": [2]}) == canonical({"a": [2], "b": 1}) == b'{"a":[2],"b":1}'
    assert builtin({"x": frozenset({"b", "a"}), "t": (1, AS_OF)}) == {"x": ["a", "b"], "t": [1, "2026-11-21T02:00:00Z"]}
