"""OSCAL: assessment results that trestle's models take, whole in their references, never satisfied by the unknown."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError
from trestle.oscal.assessment_results import AssessmentResults

from reports import oscal
from reports.figures import figures
from reports.matrix import matrix
from reports.view import ReportData
from scanner.model.finding import Verdict
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, LIVE, STATES, state


def document(data: ReportData) -> dict[str, Any]:
    return dict(json.loads(oscal.render(data))["assessment-results"])


def result(data: ReportData) -> dict[str, Any]:
    return dict(document(data)["results"][0])


def values(node: Any, key: str) -> list[str]:
    if isinstance(node, dict):
        return [found for name, each in node.items() for found in ([each] if name == key else values(each, key))]
    return [found for each in node for found in values(each, key)] if isinstance(node, list) else []


@pytest.mark.parametrize("data", [report(), LIVE, ATTACKED], ids=["golden", "states", "hostile"])
def test_trestle_reads_it_and_writes_the_same(data: ReportData, tmp_path: Path) -> None:
    text = oscal.render(data)
    path = tmp_path / "results.json"
    path.write_text(text, encoding="utf-8")
    read = AssessmentResults.oscal_read(path)
    assert isinstance(read, AssessmentResults)
    assert len(read.results[0].observations or []) == len(data.findings)
    again = json.loads(read.oscal_serialize_json())["assessment-results"]
    assert again.keys() == document(data).keys()
    assert sorted(values(again, "uuid")) == sorted(values(json.loads(text), "uuid"))


def test_the_models_refuse_what_is_no_assessment_result() -> None:
    made = document(LIVE)
    made["results"][0]["observations"][0]["collected"] = "yesterday"
    with pytest.raises(ValidationError, match="collected"):
        AssessmentResults.model_validate(made)


@pytest.mark.parametrize("data", [report(), LIVE, ATTACKED], ids=["golden", "states", "hostile"])
def test_every_reference_has_what_it_names_and_no_identifier_stands_twice(data: ReportData) -> None:
    made = document(data)
    known = values(made, "uuid")
    assert max(Counter(known).values()) == 1
    assert all(re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", each)
               for each in known)  # fmt: skip
    for key in ("observation-uuid", "risk-uuid", "subject-uuid", "actor-uuid", "component-uuid"):
        assert set(values(made, key)) <= set(known)
    assert made["import-ap"]["href"].removeprefix("#") in known
    parts = {part["id"] for aim in made["local-definitions"]["objectives-and-methods"] for part in aim["parts"]}
    assert {finding["target"]["target-id"] for finding in made["results"][0]["findings"]} == parts


def test_the_controls_are_the_citations_and_what_no_rule_speaks_of_is_excluded() -> None:
    reviewed = result(report())["reviewed-controls"]
    (choice,) = reviewed["control-selections"]
    looked, left = ({each["control-id"] for each in choice[name]} for name in ("include-controls", "exclude-controls"))
    assert len(looked) + len(left) == len(report().standards)
    assert {"hipaa-164.312.a.2.iv", "hipaa-164.312.a.1"} <= looked
    states = {prop["name"]: prop["class"] for prop in reviewed["props"]}
    assert {states[control] for control in left} == {"organisational", "no-rule"}
    assert states["hipaa-164.312.a.2.iv"] == "assessed"
    found = {finding["target"]["target-id"].partition("_")[0] for finding in result(report())["findings"]}
    assert found <= looked


def test_a_finding_has_the_matrix_figures_and_names_the_observations_they_come_from() -> None:
    data = report()
    lines = {line.standard.citation: line for _, _, part in matrix(data, figures(data)) for line in part}
    for finding in result(data)["findings"]:
        said = {prop["name"]: prop["value"] for prop in finding["props"]}
        citation = finding["title"].split()[5]
        tally = getattr(lines[citation], said["mapping"])
        assert (int(said["passed"]), int(said["of"])) == tally.score
        assert (finding["target"]["status"]["state"] == "satisfied") == (tally.score.passed == tally.score.of)


@pytest.mark.parametrize(
    ("second", "state_", "reason"),
    [
        (Verdict.PASS, "satisfied", "pass"),
        (Verdict.SKIP, "satisfied", "pass"),
        (Verdict.FAIL, "not-satisfied", "fail"),
        (Verdict.UNKNOWN, "not-satisfied", "other"),
        (Verdict.ERROR, "not-satisfied", "other"),
    ],
)
def test_what_is_not_known_satisfies_nothing(second: Verdict, state_: str, reason: str) -> None:
    data = report(findings=[STATES["pass"], state(700, second)])
    (finding,) = result(data)["findings"]
    assert finding["target"]["status"]["state"] == state_
    assert finding["target"]["status"]["reason"] == reason


def test_an_accepted_failure_and_one_not_seen_again_satisfy_nothing() -> None:
    for name in ("accepted", "unseen"):
        (finding,) = result(report(findings=[STATES[name]]))["findings"]
        assert finding["target"]["status"]["state"] == "not-satisfied"
    assert "findings" not in result(report(findings=[STATES["skip"]]))


def test_risks_say_where_they_stand() -> None:
    said = {}
    for name, finding in STATES.items():
        risks = result(report(findings=[finding])).get("risks", [])
        said[name] = risks[0]["status"] if risks else ""
    assert said == {
        "new": "open", "still": "open", "reopened": "open", "lapsed": "open", "revoked": "open",
        "accepted": "deviation-approved", "resolved": "closed", "gone": "closed", "unseen": "investigating",
        "unknown": "investigating", "error": "investigating", "pass": "", "skip": "",
    }  # fmt: skip
    (accepted,) = result(report(findings=[STATES["accepted"]]))["risks"]
    assert accepted["deadline"] == "2027-01-31T23:59:59Z"
    assert "j.doe until 2027-01-31" in accepted["risk-log"]["entries"][0]["description"]


def test_a_risk_keeps_its_identifier_over_the_nights_and_an_observation_does_not() -> None:
    tonight, tomorrow = (result(msgspec.structs.replace(LIVE, scan=scan)) for scan in ("a", "b"))
    assert [risk["uuid"] for risk in tonight["risks"]] == [risk["uuid"] for risk in tomorrow["risks"]]
    assert not {each["uuid"] for each in tonight["observations"]} & {each["uuid"] for each in tomorrow["observations"]}


def test_markup_in_names_is_escaped() -> None:
    text = oscal.render(ATTACKED)
    said = [each["description"] for each in json.loads(text)["assessment-results"]["results"][0]["observations"]]
    assert not [each for each in said if re.search(r"(?<!\\)(<script|\]\(|\*\*b|\{\{)", each)]
    assert any(r"\<script\>" in each for each in said)
