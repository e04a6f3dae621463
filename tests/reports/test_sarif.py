"""SARIF: valid by the OASIS schema and by the sentences of the standard that a schema cannot say."""

from __future__ import annotations

import json
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import msgspec
import pytest

from reports import sarif
from reports.view import ReportData
from scanner.model.finding import Verdict
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, GOLDEN, LIVE, RISK, STATES, state

SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))
URI = re.compile(r"[A-Za-z0-9/._~-]+(?:%[0-9A-F]{2}[A-Za-z0-9/._~-]*)*")


def run(data: ReportData, **more: Any) -> dict[str, Any]:
    document = json.loads(sarif.render(data, **more))
    assert document["version"] == "2.1.0"
    (only,) = document["runs"]
    return dict(only)


def wrong(document: Any) -> list[str]:
    """The tool that brings `jsonschema`, Cloud Custodian, is always there for the tests; it ships no types."""
    return [
        f"{error.json_path}: {error.message}"
        for error in import_module("jsonschema").Draft4Validator(SCHEMA).iter_errors(document)
    ]


def by_state(data: ReportData = LIVE) -> dict[str, dict[str, Any]]:
    results = {result["partialFingerprints"]["phiward/v1"]: result for result in run(data)["results"]}
    return {name: results[found.fingerprint] for name, found in STATES.items() if found.fingerprint in results}


@pytest.mark.parametrize(
    "data", [GOLDEN, LIVE, ATTACKED, report(findings=[])], ids=["golden", "live", "hostile", "empty"]
)
def test_it_is_valid_by_the_schema(data: ReportData) -> None:
    assert wrong(json.loads(sarif.render(data))) == []


def test_the_schema_refuses_what_is_not_sarif() -> None:
    document = json.loads(sarif.render(LIVE))
    result = document["runs"][0]["results"][0]
    for key, value in (
        ("baselineState", "reopened"),
        ("level", "fatal"),
        ("kind", "unknown"),
        ("line", 1),
        ("message", {}),
    ):
        spoilt = json.loads(json.dumps(document))
        spoilt["runs"][0]["results"][0] = result | {key: value}
        assert wrong(spoilt)


def test_each_state_has_its_baseline_state_and_kind() -> None:
    assert {
        name: (result["baselineState"], result["kind"], result["level"]) for name, result in by_state().items()
    } == {
        "new": ("new", "fail", "warning"),
        "still": ("unchanged", "fail", "warning"),
        "reopened": ("new", "fail", "warning"),
        "lapsed": ("updated", "fail", "warning"),
        "revoked": ("unchanged", "fail", "warning"),
        "accepted": ("unchanged", "fail", "warning"),
        "resolved": ("absent", "pass", "none"),
        "gone": ("absent", "notApplicable", "none"),
        "unseen": ("unchanged", "open", "none"),
        "unknown": ("new", "open", "none"),
        "error": ("new", "open", "none"),
    }


def test_only_an_acceptance_in_force_suppresses() -> None:
    held = {name: result["suppressions"] for name, result in by_state().items()}
    reason = {"owner": "j.doe", "until": "2027-01-31"}
    assert held.pop("accepted") == [
        {"kind": "external", "status": "accepted", "justification": RISK["reason"], "properties": reason}
    ]
    # Section 3.27.23: present, if empty, on all results of a run once it is on any.
    assert all(given == [] for given in held.values())


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        ("critical", "error", 9.0),
        ("high", "error", 7.0),
        ("medium", "warning", 4.0),
        ("low", "note", 0.1),
        ("info", "note", 0.0),
    ],
)
def test_severity_is_told_as_level_and_score(severity: str, level: str, score: float) -> None:
    data = report(findings=[state(1, severity=severity, rule="own_rule", title="Own")], rules=[])
    only = run(data)
    (rule,) = only["tool"]["driver"]["rules"]
    assert only["results"][0]["level"] == rule["defaultConfiguration"]["level"] == level
    assert score <= float(rule["properties"]["security-severity"]) <= 10.0


def test_rules_carry_what_a_reader_needs_and_results_point_at_them() -> None:
    only = run(GOLDEN)
    rules = only["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == sorted(rule.id for rule in GOLDEN.rules)
    for result in only["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    rotation = next(rule for rule in rules if rule["id"] == "kms_key_rotation")
    assert rotation["name"] == "KmsKeyRotation"
    assert rotation["shortDescription"]["text"] == "Customer managed keys rotate"
    assert "so one leak opens all of it" in rotation["fullDescription"]["text"]
    assert "type: set-rotation" in rotation["help"]["text"]
    assert rotation["properties"]["tags"] == ["security", "HIPAA 164.312(a)(2)(iv)"]
    assert "helpUri" not in rotation
    assert all(len(rule["fullDescription"]["text"]) <= 1024 and len(rule["properties"]["tags"]) <= 20 for rule in rules)


def test_the_fingerprint_is_the_findings_own_and_no_line_is_in_it() -> None:
    found = STATES["new"]
    for places in ({}, {found.fingerprint: ("main.tf", 3)}, {found.resource: ("main.tf", 4)}):
        results = run(report(findings=[found]), places=places)["results"]
        assert [result["partialFingerprints"] for result in results] == [{"phiward/v1": found.fingerprint}]


def test_a_location_is_the_resources_own_path_or_the_file_and_line_that_are_given() -> None:
    found = STATES["new"]
    (own,) = run(report(findings=[found]))["results"][0]["locations"]
    path = "aws/111122223333/us-east-1/AWS-KMS-Key/key/3f0c9a1e-4c1e-4d0a-9a55-0242ac1201f5"
    assert own["physicalLocation"] == {"artifactLocation": {"uri": path}, "region": {"startLine": 1}}
    assert own["logicalLocations"] == [{"name": found.name, "fullyQualifiedName": found.resource, "kind": "resource"}]
    (real,) = run(report(findings=[found]), places={found.resource: ("infra/my keys.tf", 12)})["results"][0][
        "locations"
    ]
    assert real["physicalLocation"] == {"artifactLocation": {"uri": "infra/my%20keys.tf"}, "region": {"startLine": 12}}
    assert real["logicalLocations"] == own["logicalLocations"]


def test_hostile_names_are_text_and_no_link_placeholder_or_path() -> None:
    only = run(ATTACKED)
    assert len(only["results"]) == len(ATTACKED.findings)
    assert (
        len({result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in only["results"]}) > 40
    )
    for result in only["results"]:
        text = result["message"]["text"]
        assert not re.search(r"\]\(", text)
        assert not re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", text)
        address = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert URI.fullmatch(address)
        assert not {"..", ".", ""} & set(unquote(address).split("/"))


def test_what_was_not_learned_is_told_beside_the_results() -> None:
    (invocation,) = run(LIVE)["invocations"]
    assert invocation["executionSuccessful"] is False
    said = [notice["message"]["text"] for notice in invocation["toolExecutionNotifications"]]
    assert [notice["level"] for notice in invocation["toolExecutionNotifications"]] == ["error", *["warning"] * 3]
    assert said[0].startswith("kms_key_rotation on arn:aws:kms:")
    assert any(
        "kms.GetKeyRotationStatus in 444455556666" in text and text.endswith("allow kms:GetKeyRotationStatus")
        for text in said
    )
    whole = msgspec.structs.replace(LIVE, complete=True, findings=[STATES["new"]], coverage=[])
    assert run(whole)["invocations"][0]["executionSuccessful"] is True


def test_what_passed_or_does_not_apply_is_no_result() -> None:
    told = by_state()
    assert not {"pass", "skip"} & set(told)
    assert STATES["pass"].verdict is Verdict.PASS
    assert len(run(LIVE)["results"]) == len(STATES) - 2
