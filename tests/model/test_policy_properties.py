"""Laws of policies, tried on made-up ones and against a plain evaluator of single requests."""

from __future__ import annotations

import itertools
import random
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.policy import PolicyDocument
from scanner.model.policy.glob import covers, matches, overlaps

TEXTS = ["".join(letters) for size in range(7) for letters in itertools.product("az", repeat=size)]
GLOBS = st.text(alphabet="ab*?", max_size=7)


def regex(pattern: str) -> re.Pattern[str]:
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(character, re.escape(character)) for character in pattern), re.DOTALL)


@pytest.mark.drill
@given(GLOBS, st.text(alphabet="abz", max_size=7))
def test_matching_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    assert matches(pattern, text) is (regex(pattern).fullmatch(text) is not None)


@pytest.mark.drill
@given(st.text(alphabet="a*?", max_size=4), st.text(alphabet="a*?", max_size=4))
def test_containment_and_meeting_are_exact(wide: str, narrow: str) -> None:
    within = [text for text in TEXTS if matches(narrow, text)]
    assert covers(wide, narrow) is all(matches(wide, text) for text in within)
    assert overlaps(wide, narrow) is any(matches(wide, text) for text in within)


@pytest.mark.drill
@given(GLOBS, GLOBS, st.text(alphabet="abz", max_size=8))
def test_containment_is_sound(wide: str, narrow: str, text: str) -> None:
    if matches(narrow, text):
        assert overlaps(wide, narrow) or not matches(wide, text)
        assert matches(wide, text) or not covers(wide, narrow)


def test_containment_of_costly_patterns_ends() -> None:
    assert not covers("*a" + "?" * 40 + "b*", "*a*b" * 20)


@pytest.mark.parametrize(
    ("wide", "narrow", "contained"),
    [
        ("*", "${aws:username}", True),
        ("${aws:username}", "${aws:username}", True),
        ("${aws:username}", "anna", False),
        ("${aws:username}/*", "${aws:username}/a", True),
        ("${aws:username}", "${aws:userid}", False),
        ("?", "${aws:username}", False),
        ("${*}", "*", False),
        ("a*", "a${*}", True),
        ("?*", "*?", True),
        ("a*?", "a*b?", True),
        ("**", "*", True),
    ],
)
def test_containment_with_variables_and_escapes(wide: str, narrow: str, contained: bool) -> None:
    assert covers(wide, narrow) is contained


ACTIONS = ["s3:GetObject", "s3:PutObject", "s3:*", "s3:Get*", "*", "iam:PassRole", "iam:*"]
RESOURCES = ["*", "arn:aws:s3:::b", "arn:aws:s3:::b/*", "arn:aws:s3:::b*", "arn:aws:s3:::b/x", "arn:aws:iam::1:role/*"]
PRINCIPALS: list[Any] = ["*", {"AWS": "*"}, {"AWS": "111111111111"}, {"Service": "ecs.amazonaws.com"}, {"AWS": []}]
CONDITIONS: list[Any] = [
    None,
    {"Bool": {"aws:SecureTransport": "false"}},
    {"Bool": {"aws:SecureTransport": "true"}},
    {"StringEquals": {"aws:SourceVpc": "vpc-1"}},
    {"StringLike": {"aws:SourceVpc": "vpc-*"}},
    {"StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
    {"Bool": {"aws:SecureTransport": "false"}, "StringNotEquals": {"aws:SourceVpc": "vpc-1"}},
    {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}, "Null": {"aws:SourceVpc": "false"}},
]
REQUESTS = [
    (action, resource, secure, vpc)
    for action in ("s3:GetObject", "s3:PutObject", "s3:ListBucket", "iam:PassRole")
    for resource in ("arn:aws:s3:::b", "arn:aws:s3:::b/x", "arn:aws:s3:::b/y/z", "arn:aws:iam::1:role/r")
    for secure in ("true", "false")
    for vpc in (None, "vpc-1", "vpc-2")
]


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> dict[str, Any]:
    def some(name: str, values: list[str]) -> None:
        found[draw(st.sampled_from([name, name, f"Not{name}"]))] = draw(
            st.lists(st.sampled_from(values), min_size=1, max_size=3)
        )

    found: dict[str, Any] = {"Effect": effect or draw(st.sampled_from(["Allow", "Deny"]))}
    found[draw(st.sampled_from(["Principal", "Principal", "NotPrincipal"]))] = draw(st.sampled_from(PRINCIPALS))
    some("Action", ACTIONS)
    if draw(st.booleans()):
        some("Resource", RESOURCES)
    condition = draw(st.sampled_from(CONDITIONS))
    return found if condition is None else {**found, "Condition": condition}


POLICIES = st.lists(statements(), max_size=4)


def document(entries: list[dict[str, Any]]) -> PolicyDocument:
    found = PolicyDocument.parse({"Statement": entries})
    assert found is not None
    return found


def holds(operator: str, value: str, carried: str | None) -> bool:
    match operator:
        case "Null":
            return (carried is None) is (value == "true")
        case "StringNotEquals":
            return carried != value
        case "StringEqualsIfExists" if carried is None:
            return True
        case _:
            return carried is not None and regex(value).fullmatch(carried) is not None


def applies(entry: dict[str, Any], request: tuple[str, str, str, str | None]) -> bool:
    """Whether a statement meets the request of a caller that no statement names."""
    action, resource, secure, vpc = request

    def meets(name: str, asked: str) -> bool:
        if name not in entry and f"Not{name}" not in entry:
            return True
        patterns = entry[name] if name in entry else entry[f"Not{name}"]
        found = any(regex(pattern).fullmatch(asked) for pattern in patterns)
        return found is (name in entry)

    anyone = entry.get("Principal", entry.get("NotPrincipal")) in ("*", {"AWS": "*"})
    carried = {"aws:SecureTransport": secure, "aws:SourceVpc": vpc}
    return (
        anyone is ("Principal" in entry)
        and meets("Action", action)
        and meets("Resource", resource)
        and all(
            holds(operator, value, carried[key])
            for operator, block in entry.get("Condition", {}).items()
            for key, value in block.items()
        )
    )


def permitted(entries: list[dict[str, Any]], request: tuple[str, str, str, str | None]) -> bool:
    effects = {entry["Effect"] for entry in entries if applies(entry, request)}
    return effects == {"Allow"}


@pytest.mark.drill
@given(POLICIES)
def test_what_is_not_public_lets_no_stranger_in(entries: list[dict[str, Any]]) -> None:
    for reading in ("documented", "effective"):
        if not document(entries).public(reading=reading):
            strangers = [request for request in REQUESTS if request[3] != "vpc-1"]
            assert not any(permitted(entries, request) for request in strangers)


@pytest.mark.drill
@given(POLICIES)
def test_what_is_public_in_effect_and_has_no_condition_lets_a_stranger_in(entries: list[dict[str, Any]]) -> None:
    plain = [entry for entry in entries if "Condition" not in entry and entry["Effect"] == "Allow"]
    for grant in document(plain).public():
        entry = plain[grant.statement.position]
        kept = [name for name in ("NotAction", "NotResource") if name in entry]
        assert kept or any(permitted([entry], request) for request in REQUESTS)


@pytest.mark.drill
@given(POLICIES)
def test_what_denies_insecure_transport_refuses_every_plain_request(entries: list[dict[str, Any]]) -> None:
    found = document(entries)
    if not found.denies_insecure_transport(["arn:aws:s3:::b", "arn:aws:s3:::b/*"]):
        plain = [r for r in REQUESTS if r[0].startswith("s3:") and ":s3:" in r[1] and r[2] == "false"]
        assert not any(permitted(entries, request) for request in plain)


@pytest.mark.drill
@given(POLICIES, statements("Deny"), statements("Allow"))
def test_a_deny_never_opens_and_an_allow_never_closes(
    entries: list[dict[str, Any]], deny: dict[str, Any], allow: dict[str, Any]
) -> None:
    for reading in ("documented", "effective"):
        before, denied, allowed = (
            {grant.statement for grant in document(found).public(reading=reading)}
            for found in (entries, [*entries, deny], [*entries, allow])
        )
        assert denied <= before <= allowed


@pytest.mark.drill
@given(POLICIES, st.randoms(use_true_random=False))
def test_the_order_of_statements_is_of_no_account(entries: list[dict[str, Any]], chance: random.Random) -> None:
    found, mixed = document(entries), document(chance.sample(entries, len(entries)))

    def answers(policy: PolicyDocument) -> list[Any]:
        return [
            {grant.statement for grant in policy.public()},
            set(policy.cross_account("999999999999")),
            set(policy.grants_admin()),
            {grant.statement for grant in policy.grants_near_admin()},
            {grant.statement for grant in policy.pass_role_grants()},
            set(policy.grants_outside(["s3:*"])),
            policy.denies_insecure_transport(["arn:aws:s3:::b"]) == (),
            policy.canonical(),
        ]

    assert answers(found) == answers(mixed)


@pytest.mark.drill
@given(POLICIES)
def test_the_canonical_text_is_its_own_and_keeps_the_meaning(entries: list[dict[str, Any]]) -> None:
    found = document(entries)
    again = PolicyDocument.parse(found.canonical())
    assert again is not None
    assert again.canonical() == found.canonical()
    assert bool(again.public()) is bool(found.public())
    assert bool(again.grants_admin()) is bool(found.grants_admin())
    assert PolicyDocument.parse(found.to_json()) == found
