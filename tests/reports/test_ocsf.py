"""OCSF: events that the library's models take without losing anything, and honest about what is not known."""

from __future__ import annotations

import json
from typing import Any

import pytest
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.cloud import Cloud
from pydantic import ValidationError

from reports import ocsf
from reports.view import ReportData
from tests.reports.factory import AS_OF, report
from tests.reports.pipelines import ATTACKED, LIVE, STATES


def events(data: ReportData) -> list[dict[str, Any]]:
    return list(json.loads(ocsf.render(data)))


def event(name: str) -> dict[str, Any]:
    (made,) = events(report(findings=[STATES[name]]))
    return made


@pytest.mark.parametrize("data", [report(), LIVE, ATTACKED], ids=["golden", "states", "hostile"])
def test_the_models_take_every_event_and_nothing_of_it_is_lost(data: ReportData) -> None:
    made = events(data)
    assert len(made) == len(data.findings)
    for each in made:
        cloud = each.pop("cloud")
        assert each["compliance"].pop("status")
        taken = ComplianceFinding.model_validate(each)
        assert json.loads(taken.model_dump_json(exclude_none=True)) == each
        assert json.loads(Cloud.model_validate(cloud).model_dump_json(exclude_none=True)) == cloud
        assert each["type_uid"] == each["class_uid"] * 100 + each["activity_id"]
        assert (each["class_uid"], each["category_uid"], each["time"]) == (2003, 2, AS_OF.timestamp() * 1000)


def test_the_models_refuse_what_is_no_event() -> None:
    with pytest.raises(ValidationError, match="severity_id"):
        ComplianceFinding.model_validate(event("new") | {"severity_id": 7})


@pytest.mark.parametrize(
    ("name", "activity", "status", "compliance", "severity"),
    [
        ("new", "Create", "New", "Fail", "Medium"),
        ("still", "Update", "Unknown", "Fail", "Medium"),
        ("reopened", "Update", "New", "Fail", "Medium"),
        ("lapsed", "Update", "New", "Fail", "Medium"),
        ("revoked", "Update", "Unknown", "Fail", "Medium"),
        ("accepted", "Update", "Suppressed", "Fail", "Medium"),
        ("resolved", "Close", "Resolved", "Pass", "Informational"),
        ("gone", "Close", "Resolved", "Not applicable", "Informational"),
        ("unseen", "Update", "Unknown", "Warning", "Medium"),
        ("unknown", "Create", "New", "Warning", "Medium"),
        ("error", "Create", "New", "Unknown", "Medium"),
        ("pass", "Update", "Unknown", "Pass", "Informational"),
        ("skip", "Update", "Unknown", "Not applicable", "Informational"),
    ],
)
def test_every_state_has_its_words(name: str, activity: str, status: str, compliance: str, severity: str) -> None:
    made = event(name)
    said = (made["activity_name"], made["status"], made["compliance"]["status"], made["severity"])
    assert said == (activity, status, compliance, severity)
    assert made["compliance"]["checks"][0]["severity"] == "Medium"


def test_a_finding_says_where_it_is_what_it_rests_on_and_who_took_the_risk() -> None:
    made = event("accepted")
    assert made["cloud"]["account"] == {"name": "phi-cluster", "uid": "111122223333", "type": "AWS Account",
                                        "type_id": 10}  # fmt: skip
    assert made["resources"][0]["cloud_partition"] == "aws"
    assert made["compliance"]["requirements"] == ["45 CFR 164.312(a)(2)(iv)"]
    assert made["status_detail"].endswith("(risk accepted by j.doe until 2027-01-31)")
    assert made["unmapped"]["acceptance"]["reason"].endswith("SEC-411")
    assert "acceptance revoked" in event("revoked")["status_detail"]
    facts = [fact for each in events(report()) for fact in each.get("evidences", [])]
    assert {"name": "rotates", "verdict_id": 0, "data": {"value": "false", "call": "kms.GetKeyRotationStatus",
            "path": "AWS::KMS::Key turn.KeyRotationEnabled"}} in facts  # fmt: skip
    lacks = [lack for each in events(report()) for lack in each["unmapped"].get("missing", [])]
    assert "kms:GetKeyRotationStatus" in {lack["permission"] for lack in lacks}


def test_phiwards_own_mapping_is_no_requirement() -> None:
    own = [each for each in events(report()) if each["metadata"]["event_code"] == "ecs_container_non_root"]
    assert own
    assert all("requirements" not in each["compliance"] for each in own)
    assert all(each["unmapped"]["hipaa_proposed"] for each in own)
