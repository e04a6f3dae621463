"""Which writes touch what: names in every form, births, doubt, faults, and the sample."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.incremental import (
    FULL,
    INCREMENTAL,
    Night,
    Spared,
    mentions,
    names_of,
    sample_of,
    touched_by,
    words_of,
)
from scanner.engine.settings import ConfigError, parse
from scanner.engine.trail_event import TrailEvent
from scanner.engine.trail_event import parse as parse_event
from tests.engine.trail_records import record

BUCKET, ALB = "wards", "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/front/50dc6c495c0c9188"
LISTENER = ALB.replace(":loadbalancer/", ":listener/") + "/f2f7dc8efc522ab2"
RULE = LISTENER.replace(":listener/", ":listener-rule/") + "/9683b2d02a6cabee"
S3, ELB = "s3.amazonaws.com", "elasticloadbalancing.amazonaws.com"
KNOWN = [
    *((S3, name) for name in names_of(BUCKET, f"arn:aws:s3:::{BUCKET}")),
    *((ELB, name) for arn in (ALB, LISTENER) for name in names_of(arn)),
    *(("ec2.amazonaws.com", name) for name in names_of("i-0123456789abcdef0", "default")),
]
BIRTHS = {S3: ("CreateBucket",), "ec2.amazonaws.com": ("RunInstances",)}
HARMLESS = frozenset({(S3, "PutNothing")})


def event(name: str, service: str, asked: Any, **more: Any) -> TrailEvent:
    found = parse_event(record(name, service, asked, **more))
    assert isinstance(found, TrailEvent)
    return found


def touched(*events: TrailEvent) -> Any:
    return touched_by(events, KNOWN, BIRTHS, HARMLESS, frozenset({"tagging.amazonaws.com"}))


NAMED = {
    "a bucket by its name": (event("PutBucketPolicy", "s3", {"bucketName": BUCKET}), names_of(BUCKET)),
    "a bucket by its ARN": (event("TagResource", "s3", {"resourceArn": f"arn:aws:s3:::{BUCKET}"}), names_of(BUCKET)),
    "a listener by a rule's ARN": (event("ModifyRule", "elasticloadbalancing", {"ruleArn": RULE}), names_of(LISTENER)),
    "by ARN, by another service": (event("AssociateWebACL", "wafv2", {"resourceArn": ALB}), names_of(ALB)),
    "by a fault that may have done its work": (
        event("PutBucketPolicy", "s3", {"bucketName": BUCKET}, errorCode="InternalError"), names_of(BUCKET)),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_what_a_write_names_is_touched(name: str) -> None:
    told, names = NAMED[name]
    found = touched(told)
    assert found.names(names)
    assert found.sources <= {"wafv2.amazonaws.com"}


UNTOUCHED = {
    "a read": event("GetBucketPolicy", "s3", {"bucketName": BUCKET}, readOnly=True),
    "a refused write": event("PutBucketPolicy", "s3", {"bucketName": BUCKET}, errorCode="AccessDenied"),
    "a harmless write": event("PutNothing", "s3", {"bucketName": BUCKET}),
    "a data event": event("PutObject", "s3", {"bucketName": BUCKET}, eventCategory="Data", managementEvent=False),
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_what_changes_nothing_touches_nothing(name: str) -> None:
    found = touched(UNTOUCHED[name])
    assert (found.words, found.sources, found.all) == (set(), set(), False)


@pytest.mark.parametrize(
    "asked",
    [{}, None, {"policy": "x"}, {"omitted": True, "reason": "requestParameters too large"}, {"name": "default"}],
)
def test_a_write_that_names_nothing_known_puts_its_service_in_doubt(asked: Any) -> None:
    found = touched(event("ModifySomething", "ec2", asked))
    assert found.sources == {"ec2.amazonaws.com"}
    assert not found.all


def test_what_reaches_into_other_services_puts_all_in_doubt_unless_it_names_something() -> None:
    known = touched(event("TagResources", "tagging", {"resourceARNList": [f"arn:aws:s3:::{BUCKET}"]}))
    assert (known.all, known.names(names_of(BUCKET))) == (False, True)
    assert touched(event("TagResources", "tagging", {"resourceARNList": ["arn:aws:s3:::other"]})).all


@pytest.mark.parametrize("order", [1, -1])
def test_what_was_made_since_is_known_too(order: int) -> None:
    made = event("CreateBucket", "s3", {"bucketName": "new"})
    later = event("PutBucketPolicy", "s3", {"bucketName": "new"})
    assert touched(*[made, later][::order]).sources == set()
    assert touched(later).sources == {S3}


def test_what_a_new_thing_is_set_to_is_no_name() -> None:
    made = event("RunInstances", "ec2", {"instanceType": "m5.large", "tenancy": "host"})
    assert touched(made, event("ModifyHosts", "ec2", {"tenancy": "host"})).sources == {"ec2.amazonaws.com"}


@pytest.mark.parametrize(
    ("text", "names", "names_not"),
    [
        ("arn:aws:ecs:us-east-1:1:task-definition/web:7", {"web", "task-definition/web:7"}, {"task-definition", "7"}),
        ("arn:aws:s3:::wards/beds.csv", {"wards", "wards/beds.csv"}, {"aws", "s3"}),
        (RULE, {"f2f7dc8efc522ab2", "50dc6c495c0c9188"}, {"listener-rule", "us-east-1", "123456789012"}),
        (
            "arn:aws:logs:us-east-1:1:log-group:/ecs/web:*",
            {"arn:aws:logs:us-east-1:1:log-group:/ecs/web"},
            {"log-group"},
        ),
        ("web:7", {"web:7", "web"}, {"7"}),
        ("default", {"default"}, set()),
    ],
)
def test_words_of_a_text_name_things_and_not_their_types(text: str, names: set[str], names_not: set[str]) -> None:
    found = set(words_of(text))
    assert {text} | names <= found
    assert not found & names_not


def test_a_policy_mentions_whom_it_names() -> None:
    assert "nurse" in mentions(b'{"Principal":{"AWS":"arn:aws:iam::123456789012:role/wards/nurse"}}')
    assert "nurse" in mentions(b'"{\\"AWS\\":\\"arn:aws:iam::123456789012:role/nurse\\"}"')
    assert mentions(b'{"a":"nurse"}') == set()


@given(st.lists(st.text(), unique=True), st.floats(0.001, 1), st.text())
def test_the_sample_is_a_share_and_at_least_one(names: list[str], share: float, seed: str) -> None:
    chosen = sample_of(names, share, seed)
    assert chosen <= set(names)
    assert chosen == sample_of(list(reversed(names)), share, seed)
    assert len(chosen) >= min(1, len(names))
    assert share * len(names) <= len(chosen) <= share * len(names) + 1


def test_the_sample_is_another_one_each_night() -> None:
    names = [str(number) for number in range(100)]
    assert len(set().union(*(sample_of(names, 0.05, f"night {number}") for number in range(60)))) > 80


def test_a_night_is_told() -> None:
    fine = Spared(account="1", region="global", since="s", spared=1200, sampled=60, pages=3)
    wrong = Spared(account="1", region="us-east-1", since="s", spared=9, sampled=2, pages=1, wrong=("a", "b", "c", "d"))
    night = Night(mode=INCREMENTAL, places=(fine, wrong))
    assert night.line == (
        "incremental night: 1,200 answers taken from scan s; 58 of 62 asked again were as before; "
        "4 requests to CloudTrail"
    )
    (warning,) = night.warnings
    assert warning.startswith("1/us-east-1: 4 of 2 answers asked again were not as in s")
    assert "a; b; c; ..." in warning
    assert Night(mode=FULL, why="--full").line == "full night: --full"
    assert "no answer taken" in Night(mode=INCREMENTAL).line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("full_every = 0", "line 2, aws.incremental.full_every: input should be greater than or equal to 1"),
        ("sample = 0.0", "line 2, aws.incremental.sample: input should be greater than 0"),
        ("sample = 1.5", "line 2, aws.incremental.sample: input should be less than or equal to 1"),
        ("pages = 'x'", "line 2, aws.incremental.pages: input should be a valid integer"),
        ("every = 2", "line 2, aws.incremental.every: there is no such key; known here: full_every, pages, sample"),
    ],
)
def test_a_wrong_table_is_said_in_one_line(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse(f"[aws.incremental]\n{text}\n")
    assert said in str(told.value)
    assert "\n" not in str(told.value)


def test_the_table_is_absent_by_default_and_has_defaults() -> None:
    assert parse("").aws.incremental is None
    table = parse("[aws.incremental]\n").aws.incremental
    assert table is not None
    assert (table.full_every, table.sample, table.pages) == (7, 0.05, 60)
