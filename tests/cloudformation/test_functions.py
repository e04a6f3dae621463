from __future__ import annotations

from typing import Any

import pytest

from scanner.model.given import Given
from scanner.model.planned import UNKNOWN
from tests.cloudformation.probes import TEMPLATES, document, given

KNOWN: dict[str, Any] = {
    "RefParameter": "prod",
    "RefNumber": 30,
    "RefList": ["sg-1", "sg-2"],
    "RefResource": "${Other}",
    "ListNoValue": ["one", "two"],
    "GetArn": "${Other}",
    "GetOwn": "${Other}",
    "GetProperty": "vpc-1",
    "Region": "us-east-1",
    "Account": "123456789012",
    "Suffix": "aws/amazonaws.com",
    "SubOne": "a-prod-${Literal}-${Other}-${Other}",
    "SubTwo": "30-prod",
    "Joined": "a/prod/30",
    "JoinedList": "a+b+c",
    "Selected": "b",
    "SelectedKnown": "known",
    "Zone": "${zone 1 of us-east-1}",
    "ZoneAgain": "${zone 1 of us-east-1}",
    "ZoneNext": "${zone 2 of us-east-1}",
    "Split": ["x", "y", "z"],
    "SplitSelected": "z",
    "If": "yes-it-is",
    "IfTest": "no-it-is-not",
    "IfSame": "one",
    "IfSurely": "one",
    "IfNever": "two",
    "Found": 365,
    "FoundList": ["x", "y"],
    "FoundDefault": 1,
    "Encoded": "aGVsbG8=",
    "Blocks": ["10.0.0.0/24", "10.0.1.0/24"],
    "Length": 3,
    "Json": '{"a":[1,"prod"]}',
    "Date": "2012-10-17",
    "Port": 22,
    "Flag": True,
    "Tags": [{"Key": "phi", "Value": "true"}],
    "Keya": "value-a",
    "Keyc": "value-c",
    "DeletionPolicy": "Retain",
    "UpdateReplacePolicy": "Snapshot",
}
NOT_KNOWN = {
    "RefImage": "Systems Manager",
    "RefAbsent": "the parameter Absent has no value",
    "RefNothing": "no such parameter or resource",
    "GetLater": "before Other is made",
    "StackName": "AWS::StackName is not known",
    "SubUnknown": "Absent",
    "JoinedUnknown": "Absent",
    "SelectedPast": "more than 7 elements",
    "Zones": "zones",
    "IfUnknown": "whether the condition HasAbsent holds",
    "IfPerhaps": "whether the condition Perhaps holds",
    "FoundNot": "does not lead to a value",
    "FoundUnknown": "Absent",
    "BlocksTooMany": "Fn::Cidr",
    "Imported": "another stack",
    "Included": "macro",
    "Dynamic": "another service",
    "Strange": "Fn::Frobnicate",
}
REDACTED = ("Secretly", "MasterUserPassword")
LEFT_OUT = ("RefNoValue", "IfDropped")


@pytest.fixture(scope="module")
def found() -> Given:
    return given(TEMPLATES / "functions.yaml")


@pytest.mark.parametrize("name", KNOWN)
def test_a_value_is_known(found: Given, name: str) -> None:
    assert document(found, "Probe")[name] == KNOWN[name]


@pytest.mark.parametrize("name", NOT_KNOWN)
def test_a_value_is_not_known_and_it_is_said_why(found: Given, name: str) -> None:
    assert NOT_KNOWN[name] in document(found, "Probe")[name][UNKNOWN]


def test_the_template_tells_every_case(found: Given) -> None:
    told = {*KNOWN, *NOT_KNOWN, *REDACTED, "Keyb", "ThingName"}
    assert set(document(found, "Probe")) == told
    assert not told & set(LEFT_OUT)


def test_what_must_not_be_shown_is_redacted_and_compared_by_its_hash(found: Given) -> None:
    probe = document(found, "Probe")
    assert all("$redacted" in probe[name] and "$key" in probe[name] for name in REDACTED)
    assert "correct-horse-9" not in str(probe)
    assert "plain-in-the-template" not in str(probe)


def test_conditions_leave_out_what_is_false_and_tell_what_is_doubtful(found: Given) -> None:
    addresses = {origin.address for origin in found.after.origins.values()}
    assert addresses == {"Probe", "Other"}
    assert "Gone" not in str(found.notes)
    assert any(note.startswith("Doubtful (Test::Probe::Thing) is not judged") for note in found.notes)


def test_loops_are_written_out(found: Given) -> None:
    assert found.after.others == (("AlertsTopic", "AWS::SNS::Topic"), ("AlarmsTopic", "AWS::SNS::Topic"))


def test_what_is_wrong_but_hinders_nothing_is_noted(found: Given) -> None:
    assert any("Nothing is referred to" in note for note in found.notes)
    assert "parameters at their default: Stage, Days, Groups, Names, Image, Password" in found.notes


def test_an_override_takes_the_place_of_the_default_and_turns_the_conditions() -> None:
    found = given(TEMPLATES / "functions.yaml", parameters={"Stage": "test", "Absent": ""})
    probe = document(found, "Probe")
    assert (probe["If"], probe["IfTest"], probe["Found"], probe["IfUnknown"]) == ("no-it-is-not", "yes-it-is", 7, "two")
    assert probe["IfDropped"] == "kept"
    assert {origin.address for origin in found.after.origins.values()} == {"Probe", "Other", "Gone"}


def test_without_account_and_region_they_are_not_known() -> None:
    probe = document(given(TEMPLATES / "functions.yaml", account="", region=""), "Probe")
    assert probe["Account"][UNKNOWN].endswith("give the account")
    assert probe["Region"][UNKNOWN].endswith("give the Region")
    assert probe["Zone"] == probe["ZoneAgain"] != probe["ZoneNext"]


def test_partitions_have_their_own_suffix() -> None:
    assert document(given(TEMPLATES / "functions.yaml", partition="aws-cn"), "Probe")["Suffix"] == (
        "aws-cn/amazonaws.com.cn"
    )
