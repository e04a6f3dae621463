"""Which data events the selectors of a trail record."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.cloudtrail_data import DataEvents, data_events, unrecorded

S3 = "AWS::S3::Object"
DATA = {"Field": "eventCategory", "Equals": ["Data"]}
OF_S3 = {"Field": "resources.type", "Equals": [S3]}


def _basic(*resources: dict[str, Any], kind: str = "All") -> dict[str, Any]:
    return {"EventSelectors": [{"ReadWriteType": kind, "DataResources": list(resources)}]}


def _advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"FieldSelectors": list(fields)}]}


def _arn(**operators: list[str]) -> dict[str, Any]:
    return {"Field": "resources.ARN", **operators}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ()),
        (_basic(), ()),
        (_basic({"Type": S3, "Values": []}), ()),
        (_basic({"Type": S3, "Values": ["arn:aws:s3"]}), (DataEvents(S3, within=("arn:aws:s3",)),)),
        (
            _basic({"Type": S3, "Values": ["arn:aws:s3:::a/"]}, kind="WriteOnly"),
            (DataEvents(S3, read=False, within=("arn:aws:s3:::a/",)),),
        ),
        (_advanced(DATA), ()),
        (_advanced(OF_S3), ()),
        (_advanced({"Field": "eventCategory", "Equals": ["Management"]}), ()),
        (_advanced(DATA, OF_S3), (DataEvents(S3),)),
        (_advanced(OF_S3, DATA, {"Field": "readOnly", "Equals": ["true"]}), (DataEvents(S3, write=False),)),
        (_advanced(DATA, OF_S3, {"Field": "readOnly", "NotEquals": ["true"]}), (DataEvents(S3, read=False),)),
        (_advanced(DATA, OF_S3, _arn(StartsWith=["a"])), (DataEvents(S3, within=("a",)),)),
        (_advanced(DATA, OF_S3, _arn(NotStartsWith=["a"])), (DataEvents(S3, without=("a",)),)),
        (_advanced(DATA, OF_S3, _arn(NotStartsWith=["a"], NotEquals=["b"])), (DataEvents(S3, without=("b", "a")),)),
        (_advanced(DATA, OF_S3, _arn(Equals=["a"])), (DataEvents(S3, narrowed=("resources.ARN",)),)),
        (
            _advanced(DATA, OF_S3, _arn(StartsWith=["a"], NotEquals=["ab"])),
            (DataEvents(S3, narrowed=("resources.ARN",)),),
        ),
        (
            _advanced(DATA, OF_S3, {"Field": "eventName", "Equals": ["PutObject"]}),
            (DataEvents(S3, narrowed=("eventName",)),),
        ),
    ],
)
def test_data_events(answer: dict[str, Any], expected: tuple[DataEvents, ...]) -> None:
    assert data_events({"TrailARN": "arn"} | answer) == expected


@pytest.mark.parametrize(
    ("event", "covers"),
    [
        (DataEvents(S3), True),
        (DataEvents(S3, within=("arn:aws:s3",)), True),
        (DataEvents(S3, within=("arn:aws:s3:::b/", "arn:aws:s3:::a/")), True),
        (DataEvents(S3, within=("arn:aws:s3:::a/x",)), False),
        (DataEvents(S3, within=("arn:aws:s3:::ab/",)), False),
        (DataEvents(S3, without=("arn:aws:s3:::b/",)), True),
        (DataEvents(S3, without=("arn:aws:s3:::a/x",)), False),
        (DataEvents(S3, without=("arn:aws:s3:::",)), False),
        (DataEvents(S3, narrowed=("eventName",)), False),
    ],
)
def test_what_is_covered_of_a_bucket(event: DataEvents, covers: bool) -> None:
    assert event.covers("arn:aws:s3:::a/") is covers
    assert unrecorded([event], S3, "arn:aws:s3:::a/") == (() if covers else ("read", "write"))


def test_selectors_add_up() -> None:
    halves = [DataEvents(S3, read=False), DataEvents(S3, write=False)]
    assert unrecorded(halves, S3, "arn") == ()
    assert unrecorded(halves[:1], S3, "arn") == ("read",)
    assert unrecorded(halves, "AWS::DynamoDB::Table", "arn") == ("read", "write")
