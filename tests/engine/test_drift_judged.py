"""A rule is said to have turned by what changed on its own resource, and each change is told, of one name or not."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scanner.engine.drift import judge
from scanner.engine.drift.diff import At, Leaf
from scanner.engine.drift.grade import grade
from scanner.model.canon import Canon, Touch
from scanner.model.change import Action, Change
from scanner.model.finding import Evidence, Finding, Verdict
from scanner.run import distinct

ROLE = "AWS::IAM::Role"


def changed(account: str = "1", region: str = "global", **more: object) -> Change:
    given = {
        "account": account, "region": region, "kind": ROLE, "resource": f"arn:aws:iam::{account}:role/app",
        "key": "app", "name": "app", "action": Action.CHANGED, "path": "trust", "property": "role.Trust",
        "seen": datetime(2026, 11, 21, tzinfo=UTC),
    }  # fmt: skip
    return Change(**(given | more))  # type: ignore[arg-type]


def failing(account: str, verdict: str = "FAIL", status: str = "new") -> Finding:
    return Finding(
        fingerprint="f", rule="role_trust", title="", verdict=Verdict(verdict), severity="critical", status=status,
        category="security", resource=f"arn:aws:iam::{account}:role/app", name="app", message="", kind=ROLE, key="app",
        account=account, region="global", evidence=(Evidence("trust", {}, f"{ROLE} role.Trust"),), part="", hipaa=(),
    )  # fmt: skip


def test_a_rule_turned_in_one_account_says_nothing_of_another_that_has_a_thing_of_that_name() -> None:
    here, there = changed("1"), changed("2")
    judge([here, there], [], [failing("2")])
    assert (here.rules, here.severity, here.direction) == ((), "low", "")
    assert (there.rules, there.severity, there.direction) == (("role_trust FAIL",), "critical", "worse")


def test_a_class_is_known_by_its_key_where_it_lies() -> None:
    shown = changed("2", resource="arn:aws:iam::2:role/another")
    judge([shown], [], [failing("2")])
    assert shown.rules == ("role_trust FAIL",)


def test_two_elements_of_one_name_are_two_changes() -> None:
    """Two statements without a Sid that allow the same, on different buckets."""
    path, kinds = "policy.Statement[Allow s3:GetObject]", ("AWS::S3::Bucket", "AWS::S3::Shadow")
    one, other = (changed(action=Action.ADDED, path=path, after={"Resource": name}, kind=kinds[0]) for name in "ab")
    shadow = changed(action=Action.ADDED, path=path, after={"Resource": "a"}, kind=kinds[1])
    assert distinct([one, other]) == [one, other]
    assert one.id != other.id
    assert distinct([shadow, one, other]) == [shadow]
    regional = changed(region="eu-west-1", action=Action.ADDED, path=path, after={"Resource": "a"})
    assert distinct([one, other, regional]) == [regional]


def test_an_object_that_comes_or_goes_whole_weighs_what_its_members_do() -> None:
    touch = Touch(path="box.Net.Ip.Public", severity="critical", impact="security", bad=("ON",))
    canon = Canon(kind=ROLE, touches=(touch,))
    whole = {"Ip": {"Public": "ON", "Groups": ["a"]}}
    said = [
        grade(Leaf(At("Net", "box.Net"), Action.ADDED, None, whole), canon),
        grade(Leaf(At("Net", "box.Net"), Action.REMOVED, whole, None), canon),
        grade(Leaf(At("Net", "box.Net"), Action.ADDED, None, {"Ip": [{"Public": "ON"}]}), canon),
        grade(Leaf(At("Net", "box.Net"), Action.ADDED, None, {"Ip": {"Groups": ["a"]}}), canon),
    ]
    assert [(each.severity, each.direction) for each in said] == [
        ("critical", "worse"), ("low", ""), ("critical", "worse"), ("low", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("after", "direction"),
    [
        ([("PASS", "still")], "better"),
        ([("SKIP", "resolved")], "better"),
        ([("UNKNOWN", "new")], ""),
        ([("FAIL", "unseen")], ""),
        ([("ERROR", "new")], ""),
        ([], ""),
    ],
)
def test_what_could_not_be_judged_again_is_not_mended(after: list[tuple[str, str]], direction: str) -> None:
    change = changed("2")
    judge([change], [failing("2")], [failing("2", *each) for each in after])
    assert (change.direction, change.rules) == (direction, ("role_trust PASS",) if direction else ())


def test_what_is_gone_fails_no_more() -> None:
    gone = changed("2", action=Action.REMOVED, path="", property="")
    judge([gone], [failing("2")], [])
    assert gone.rules == ("role_trust PASS",)
