"""A group's comparison in a terminal and as JSON: nothing wider than the terminal, nothing left unsaid."""

from __future__ import annotations

import json

import pytest

from reports.parity import document, render, render_json
from scanner.engine.parity.result import Difference, Parity, Reading, Row, Unseen
from scanner.model.gap import Gap, GapState

A, B, C = "111111111111", "222222222222", "333333333333"
BUCKET = ("AWS::S3::Bucket", "", "*-records")
DENIED = Gap("s3.GetBucketVersioning", "s3:GetBucketVersioning", "AccessDenied", state=GapState.DENIED)
UNKNOWN, ABSENT = Reading("unknown", (), (DENIED,)), Reading("absent")


def _is(*values: object) -> Reading:
    return Reading("is", values)


def _parity(blueprint: str = "") -> Parity:
    policy = [{"Action": f"s3:Action{number}", "Resource": "*"} for number in range(40)]
    rows = (
        Row(*BUCKET, "versioning", ("Enabled",), 2, 3, {A: _is("Enabled"), B: _is("Suspended"), C: _is("Enabled")}),
        Row(*BUCKET, "policy", (policy,), 1, 3, {A: _is(policy), B: _is(policy[1:]), C: UNKNOWN}),
        Row("AWS::EC2::FlowLog", "us-east-1", "of cell-*", "", (1,), 2, 3, {A: _is(1), B: _is(1), C: _is(0)}),
        Row("AWS::Logs::LogGroup", "us-east-1", "/app", "days", None, 1, 2, {A: _is(7), B: _is(8), C: ABSENT}),
    )  # fmt: skip
    differences = (
        Difference("other", B, *BUCKET, "versioning", ("Suspended",), ("Enabled",), 2, 3, blueprint),
        Difference("other", B, *BUCKET, "policy", (policy[1:],), (policy,), 1, 3, blueprint),
        Difference("missing", C, "AWS::EC2::FlowLog", "us-east-1", "of cell-*", "", (0,), (1,), 2, 3, blueprint),
        *(
            Difference("tie", who, "AWS::Logs::LogGroup", "us-east-1", "/app", "days", (days,), (), 1, 2)
            for who, days in ((A, 7), (B, 8))
        ),
        Difference("more", B, *BUCKET[:2], "exports\x1b[31m", "", (1,), (0,), 2, 3, blueprint, "a research contract"),
    )
    names = {A: "alpha", B: "beta", C: ""}
    unseen = (Unseen(C, "AWS::EC2::Subnet", "us-east-1", (Gap("ec2.DescribeSubnets", error="AccessDenied"),)),)
    return Parity("cells", blueprint, names, 400, rows, differences, unseen, ("AWS::WAF::WebACL",))


@pytest.mark.parametrize("blueprint", ["", A])
@pytest.mark.parametrize("width", [80, 160])
def test_the_terminal_shows_slots_then_the_matrix_within_its_width(width: int, blueprint: str) -> None:
    text = render(_parity(blueprint), width)
    assert max(map(len, text.splitlines())) <= width
    joined = " ".join(text.split())
    assert "AWS::S3::Bucket *-records in 1 of 3 cells" in joined
    assert 'beta: versioning is "Suspended"' in joined
    assert 'lacks {"Action":"s3:Action0","Resource":"*"}' in joined
    assert "333333333333: missing" in joined
    assert "AWS::Logs::LogGroup us-east-1 /app in 2 of 3 cells" in joined
    assert text.index("in 1 of 3 cells") < text.index("Property")
    assert "there is one; 2 of 3 cells have none (a research contract)" in joined or blueprint
    assert "s3:GetBucketVersioning" in joined
    assert "AccessDenied" in joined
    assert "AWS::WAF::WebACL" in joined
    assert "\x1b" not in text


def test_with_a_blueprint_what_is_alike_is_a_sign() -> None:
    row = next(line for line in render(_parity(A), 160).splitlines() if "versioning" in line and "Suspended" in line
               and "Enabled" in line and "=" in line)  # fmt: skip
    assert row.split() == ["versioning", "Enabled", "Suspended", "="]


def test_the_document_holds_all() -> None:
    found = document(_parity())
    assert json.loads(render_json(_parity())) == json.loads(json.dumps(found))
    assert found["alike"] is False
    assert [one["said"] for one in found["differences"]][2] == "missing; 2 of 3 cells have it"
    assert found["matrix"][1]["readings"][C]["gaps"][0]["permission"] == "s3:GetBucketVersioning"
    assert found["gaps"][C][0]["call"] == "ec2.DescribeSubnets"
    assert found["blueprint"] is None


def test_where_all_is_alike_there_is_no_matrix() -> None:
    text = render(Parity("cells", A, {A: "alpha", B: "beta"}, 12, (), ()))
    assert "no difference" in text
    assert "Property" not in text
