"""What was accepted: the same name every night, another one when another thing fails."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.accepted import SAID, accepted_value, changed, together
from scanner.model.finding import Evidence, Finding, Verdict

KIND = "AWS::EC2::SecurityGroup"
ARN = "arn:aws:ec2:us-east-1:111122223333:security-group/sg-1"


def evidence(fact: str, value: Any, path: str = "", resource: str = "") -> Evidence:
    return Evidence(fact, value, f"{KIND} {path or 'box.' + fact}", resource=resource)


def failing(*read: Evidence, **changes: Any) -> Finding:
    given: dict[str, Any] = {
        "fingerprint": "f" * 32,
        "rule": "sg_closed",
        "title": "Security groups are closed",
        "verdict": Verdict.FAIL,
        "severity": "high",
        "category": "security",
        "kind": KIND,
        "resource": ARN,
        "key": "sg-1",
        "name": "web",
        "account": "111122223333",
        "region": "us-east-1",
        "message": "it is open",
        "evidence": read,
    }
    return Finding(**(given | changes))


def differs(one: Finding, other: Finding, *volatile: str) -> list[str]:
    forth = changed(accepted_value(one, volatile), accepted_value(other, volatile))
    assert forth == changed(accepted_value(other, volatile), accepted_value(one, volatile))
    return forth


def test_a_changed_fact_is_named() -> None:
    before = failing(evidence("cidr", "10.0.0.0/8"), evidence("port", 22))
    assert differs(before, failing(evidence("cidr", "0.0.0.0/0"), evidence("port", 22))) == ["cidr"]
    assert differs(before, failing(evidence("cidr", "0.0.0.0/0"), evidence("port", 23))) == ["cidr", "port"]
    assert differs(before, before) == []


def test_a_fact_that_was_nothing_and_is_something_is_changed() -> None:
    assert differs(failing(evidence("policy", None)), failing(evidence("policy", {"Effect": "Allow"}))) == ["policy"]
    assert differs(failing(evidence("zones", [])), failing(evidence("zones", ["a"]))) == ["zones"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (evidence("id", "sg-1"), evidence("id", "sg-2")),
        (evidence("arn", "x"), evidence("arn", "y")),
        (evidence("name", "web"), evidence("name", "www")),
        (evidence("tags", {"a": "1"}), evidence("tags", {})),
        (evidence("last_used", "2026-11-20"), evidence("last_used", "2026-11-21T02:00:00.5Z")),
        (evidence("last_used", None), evidence("last_used", "2026-11-21T02:00:00+00:00")),
        (evidence("load", 0.25), evidence("load", 0.5)),
        (evidence("use", [{"at": "2026-11-20T02:00:00Z", "n": 1.5}]), evidence("use", [])),
        (evidence("when", {"at": "2026-11-20", "on": True}), evidence("when", {"at": None, "on": True})),
        (evidence("ports", [1, 2]), evidence("ports", [2, 1])),
        (evidence("state", "up", "box.State"), evidence("state", "down", "box.State")),
        (evidence("state", "up", "box.State.Name"), evidence("state", "down", "box.State.Name")),
        (evidence("box", [{"EndTime": 1}], "box.Runs"), evidence("box", [{"EndTime": 2}], "box.Runs")),
        (
            evidence("box", [{"end_time": 1, "x": 1}], "box.Runs"),
            evidence("box", [{"end_time": 2, "x": 1}], "box.Runs"),
        ),
        (evidence("other", "a", resource="arn:y"), evidence("other", "b", resource="arn:y")),
    ],
    ids=lambda item: f"{item.fact}={item.value}"[:24],
)
def test_names_dates_figures_order_and_what_is_volatile_do_not_count(before: Evidence, after: Evidence) -> None:
    fixed = evidence("open", value=True)
    assert differs(failing(fixed, before), failing(fixed, after), "box.State", "box.Runs[].EndTime") == []


def test_what_is_not_volatile_counts_beside_what_is() -> None:
    before = failing(evidence("state", "up", "box.State | own.State"))
    after = failing(evidence("state", "down", "box.State | own.State"))
    assert differs(before, after, "box.State") == ["state"]
    assert differs(
        failing(evidence("b", [{"x": 1}], "box.R")), failing(evidence("b", [{"x": 2}], "box.R")), "box.R[].y"
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("stopped since 2026-01-01, for 30 days", "stopped since 2026-01-01, for 31 days"),
        ("silent 1 times in 24 h, from 04 Mar 12:00 to 14:00", "silent 3 times in 25 h, from 05 Mar 02:00 to 04:10"),
        ("the certificate ends on 2026-11-30, in 9 days", "the certificate ends on 2026-11-30, in 1 day"),
        ("memory is at 91 %", "memory is at 92.5 %"),
    ],
)  # fmt: skip
def test_an_age_in_a_message_does_not_lapse_every_night(before: str, after: str) -> None:
    dated = evidence("since", "2026-01-01T00:00:00Z")
    assert differs(failing(dated, message=before), failing(dated, message=after)) == []
    assert differs(failing(dated, message=before, part="p"), failing(dated, message=after, part="p")) == []


def test_an_amount_that_is_no_age_counts() -> None:
    before, after = (failing(message=f"events are kept for {days} days", part="log") for days in (30, 1))
    assert differs(before, after) == [SAID]


def test_of_a_part_its_own_message_counts_and_its_neighbours_do_not() -> None:
    rules = evidence("ingress", ["tcp/22 10.0.0.0/8"])
    more = evidence("ingress", ["tcp/22 10.0.0.0/8", "tcp/80 0.0.0.0/0"])
    before = failing(rules, part="tcp/22", message="tcp/22 is open to 10.0.0.0/8")
    assert differs(before, failing(more, part="tcp/22", message="tcp/22 is open to 10.0.0.0/8")) == []
    assert differs(before, failing(rules, part="tcp/22", message="tcp/22 is open to 0.0.0.0/0")) == [SAID]


def test_what_other_resources_do_is_stood_for_by_the_message() -> None:
    own, far = evidence("groups", ["sg-1"]), evidence("ingress", ["tcp/22"], resource="arn:sg-1")
    before = failing(own, far, message="sg-1 lets in tcp/22")
    assert differs(before, failing(own, far, message="sg-1 lets in tcp/3389")) == [SAID]


def test_a_member_of_a_class_stands_for_another() -> None:
    def of(name: str, image: str) -> Finding:
        return failing(
            evidence("instance", f"i-{name * 17}"), evidence("address", f"10.0.0.{name}"), evidence("image", image),
            key="group/web", message=f"i-{name * 17} answers", members=("a", "b"),
        )  # fmt: skip

    assert differs(of("1", "ami-11111111"), of("2", "ami-11111111")) == []
    assert differs(of("1", "ami-11111111"), of("2", "ami-22222222")) == ["image"]
    alone, other = (failing(evidence("address", f"10.0.0.{last}")) for last in (1, 2))
    assert differs(alone, other) == ["address"]


def secret(value: str, key: str, probe: str = "x") -> dict[str, Any]:
    return {"$redacted": value, "$key": key, "$detected": [], "probe": probe}


def test_a_secret_is_compared_under_one_key_only() -> None:
    before = failing(evidence("environment", [secret("aa", "k1")]))
    assert differs(before, failing(evidence("environment", [secret("bb", "k1")]))) == ["environment"]
    assert differs(before, failing(evidence("environment", [secret("bb", "k2")]))) == []
    assert differs(before, failing(evidence("environment", [secret("bb", "k2", "y")]))) == ["environment"]


def test_what_was_learned_later_is_added_and_then_held() -> None:
    first, second = failing(evidence("a", 1)), failing(evidence("a", 1), evidence("b", 1))
    held = together(accepted_value(first), accepted_value(second))
    assert changed(held, accepted_value(failing(evidence("b", 2)))) == ["b"]
    assert together(held, accepted_value(failing(evidence("a", 2)))) == held
    assert together("", held) == held
    assert changed("", held) == []


def test_nothing_in_common_is_another_value() -> None:
    assert differs(failing(evidence("a", 1)), failing(evidence("b", 1))) == [SAID]


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=6)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from("abcdef"), values, min_size=1), st.randoms(use_true_random=False))
def test_the_order_of_facts_and_of_sets_means_nothing(facts: dict[str, Any], chance: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, list):
            mixed = [shuffled(item) for item in value]
            chance.shuffle(mixed)
            return mixed
        return {name: shuffled(item) for name, item in value.items()} if isinstance(value, dict) else value

    names = list(facts)
    chance.shuffle(names)
    one = failing(*(evidence(name, value) for name, value in facts.items()))
    other = failing(*(evidence(name, shuffled(facts[name])) for name in names))
    assert accepted_value(one) == accepted_value(other)
