"""Reading policies in every spelling, refusing what is none, and the one canonical text."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from scanner.model.policy import PolicyDocument, PolicyError

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
TEXT = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})


def read(value: Any) -> PolicyDocument:
    found = PolicyDocument.parse(value)
    assert found is not None
    return found


SPELLINGS = {
    "text": TEXT,
    "text within white space": f"\n {TEXT} ",
    "URL-encoded, as IAM answers": quote(TEXT),
    "URL-encoded in full": quote(TEXT, safe=""),
    "object": json.loads(TEXT),
    "one statement as an object": {"Version": "2012-10-17", "Statement": STATEMENT},
    "values in lists": {
        "Version": "2012-10-17",
        "Statement": [{**STATEMENT, "Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::b/*"]}],
    },
    "tuples": {"Version": "2012-10-17", "Statement": ({**STATEMENT, "Action": ("s3:GetObject",)},)},
    "element names in other case": {
        "version": "2012-10-17",
        "statement": [{name.lower(): value for name, value in STATEMENT.items()}],
    },
    "effect in other case": {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Effect": "allow"}]},
    "null for absent": {
        "Version": "2012-10-17",
        "Id": None,
        "Statement": [{**STATEMENT, "NotAction": None, "Condition": None}],
    },
    "empty condition": {"Version": "2012-10-17", "Statement": [{**STATEMENT, "Condition": {}}]},
}


@pytest.mark.parametrize("value", SPELLINGS.values(), ids=SPELLINGS)
def test_every_spelling_reads_the_same(value: Any) -> None:
    assert read(value) == read(TEXT)
    assert hash(read(value)) == hash(read(TEXT))


@pytest.mark.parametrize("value", [None, "", "  \n"], ids=["nothing", "empty text", "blank text"])
def test_no_text_is_no_policy(value: str | None) -> None:
    assert PolicyDocument.parse(value) is None


def one(**more: Any) -> dict[str, Any]:
    return {"Statement": [{name: value for name, value in {**STATEMENT, **more}.items() if value != "gone"}]}


MALFORMED: dict[str, tuple[Any, str]] = {
    "no JSON": ("{oops", "not JSON.*line 1, column 2"),
    "a list": ("[]", "the document must be an object, not \\[\\]"),
    "a number": ("7", "the document must be an object, not 7"),
    "no Statement": ("{}", "no Statement"),
    "unknown element": ({"Statement": [], "Statements": []}, "unknown element 'Statements'"),
    "doubled element": ('{"Statement": [], "Statement": []}', "'Statement' stands twice"),
    "doubled by case": ({"Statement": [], "statement": []}, "has Statement twice"),
    "statement is text": ({"Statement": ["Allow"]}, "Statement\\[0\\] must be an object, not 'Allow'"),
    "no Effect": (one(Effect="gone"), "Statement\\[0\\].Effect must be Allow or Deny, not nothing"),
    "another Effect": (one(Effect="Permit"), "must be Allow or Deny, not 'Permit'"),
    "no Action": (one(Action="gone"), "neither Action nor NotAction"),
    "Action and NotAction": (one(NotAction="s3:*"), "both Action and NotAction"),
    "Principal and NotPrincipal": (one(NotPrincipal="*"), "both Principal and NotPrincipal"),
    "Action is a template function": (
        one(Action={"Fn::Sub": "s3:*"}),
        "Statement\\[0\\].Action must be text .*Fn::Sub",
    ),
    "Resource in a list is null": (one(Resource=[None]), "Resource must be text .* not nothing"),
    "principal is bare text": (one(Principal="arn:aws:iam::1:root"), 'Principal must be "\\*" or an object'),
    "unknown kind of principal": (one(Principal={"Account": "1"}), "unknown element 'Account'"),
    "Condition is a list": (one(Condition=[]), "Condition must be an object"),
    "unknown operator": (one(Condition={"StringMatches": {"a": "b"}}), "unknown operator 'StringMatches'"),
    "unknown quantifier": (one(Condition={"ForSome:StringLike": {"a": "b"}}), "unknown operator"),
    "NullIfExists": (one(Condition={"NullIfExists": {"a": "true"}}), "unknown operator"),
    "operator without keys": (one(Condition={"Bool": "true"}), "Condition.Bool must be an object"),
    "condition value is an object": (one(Condition={"Bool": {"a": {"b": 1}}}), "must be text, a number or a boolean"),
    "key doubled by case": (one(Condition={"Bool": {"a:B": "true", "A:b": "true"}}), "twice"),
    "Sid is a number": (one(Sid=7), "Sid must be text, not 7"),
}


@pytest.mark.parametrize(("value", "message"), MALFORMED.values(), ids=MALFORMED)
def test_malformed_documents_say_what_is_wrong(value: Any, message: str) -> None:
    with pytest.raises(PolicyError, match=message) as caught:
        PolicyDocument.parse(value)
    assert "\n" not in str(caught.value)


def test_a_document_nested_without_end_is_refused() -> None:
    with pytest.raises(PolicyError):
        PolicyDocument.parse('{"Statement":' * 100_000)


def test_json_keeps_what_was_written() -> None:
    written = {
        "Version": "2008-10-17",
        "Id": "p",
        "Statement": [
            {
                "Sid": "S",
                "Effect": "Deny",
                "NotPrincipal": {"AWS": ["arn:aws:iam::111111111111:root"], "Service": ["ecs.amazonaws.com"]},
                "NotAction": ["S3:Get*"],
                "NotResource": ["arn:aws:s3:::b/${aws:username}"],
                "Condition": {
                    "ForAllValues:StringLikeIfExists": {"aws:tagkeys": ["a", "b"]},
                    "Bool": {"aws:x": ["true"]},
                },
            }
        ],
    }
    assert read(written).to_json() == written


ROOT = "arn:aws:iam::111111111111:root"

# Two texts, and whether they are the same policy.
PAIRS: dict[str, tuple[Any, Any, bool]] = {
    "single and list": (one(), one(Action=["s3:GetObject"]), True),
    "order of actions": (one(Action=["s3:a", "s3:b"]), one(Action=["s3:b", "s3:a"]), True),
    "doubled action": (one(Action=["s3:a", "s3:a"]), one(Action="s3:a"), True),
    "case of actions": (one(Action="S3:GetObject"), one(Action="s3:getobject"), True),
    "case of resources": (one(Resource="arn:aws:s3:::B"), one(Resource="arn:aws:s3:::b"), False),
    "account and its root": (one(Principal={"AWS": "111111111111"}), one(Principal={"AWS": [ROOT]}), True),
    "root of another account": (one(Principal={"AWS": "222222222222"}), one(Principal={"AWS": ROOT}), False),
    "order of principals": (one(Principal={"AWS": ["1", "2"]}), one(Principal={"AWS": ["2", "1"]}), True),
    "two ways to say anyone": (one(), one(Principal={"AWS": "*"}), False),
    "boolean and text": (one(Condition={"Bool": {"a:b": True}}), one(Condition={"bool": {"A:B": ["true"]}}), True),
    "number and text": (
        one(Condition={"NumericEquals": {"a:b": 12}}),
        one(Condition={"NumericEquals": {"a:b": "12"}}),
        True,
    ),
    "case of condition values": (
        one(Condition={"StringEquals": {"a:b": "X"}}),
        one(Condition={"StringEquals": {"a:b": "x"}}),
        False,
    ),
    "order of statements": (
        {"Statement": [STATEMENT, {**STATEMENT, "Effect": "Deny"}]},
        {"Statement": [{**STATEMENT, "Effect": "Deny"}, STATEMENT]},
        True,
    ),
    "doubled statement": ({"Statement": [STATEMENT, STATEMENT]}, {"Statement": STATEMENT}, True),
    "version": ({"Version": "2012-10-17", **one()}, one(), False),
    "Sid": (one(Sid="a"), one(Sid="b"), False),
    "no Resource and Resource *": (one(Resource="gone"), one(Resource="*"), False),
    "Action and NotAction": (one(), one(Action="gone", NotAction="s3:GetObject"), False),
}


@pytest.mark.parametrize(("left", "right", "same"), PAIRS.values(), ids=PAIRS)
def test_canonical_text(left: Any, right: Any, same: bool) -> None:
    assert (read(left).canonical() == read(right).canonical()) is same


def test_canonical_text_without_labels() -> None:
    named = read({"Id": "x", **one(Sid="a")})
    assert named.canonical() != named.canonical(labels=False)
    assert named.canonical(labels=False) == read(one(Sid="b")).canonical(labels=False)
    assert json.loads(named.canonical()) == {
        "Id": "x",
        "Statement": [
            {
                "Action": ["s3:getobject"],
                "Effect": "Allow",
                "Principal": "*",
                "Resource": ["arn:aws:s3:::b/*"],
                "Sid": "a",
            }
        ],
    }
