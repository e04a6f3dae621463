"""ASFF: requests that BatchImportFindings takes, one account and Region each, and honest about what is not known."""

from __future__ import annotations

import copy
import json
from typing import Any

import msgspec
import pytest

from reports import asff
from reports.asff_types import asff_type
from reports.view import ReportData
from scanner.model.finding import Verdict
from scanner.model.gap import Gap, GapState
from tests.reports.asff_limits import problems
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, LIVE, STATES, state

LONG = state(600, name="n" * 3000, resource="arn:aws:kms:us-east-1:111122223333:key/" + "k" * 3000, part="p" * 3000,
             message="m" * 3000, title="t" * 3000, hipaa=tuple(f"164.312({n})" for n in range(60)),
             acceptance={"reason": "r" * 3000, "owner": "o" * 3000, "until": "2027-01-31", "by": "b"})  # fmt: skip


FACES = "\U0001f600" * 2100
LARGE = msgspec.structs.replace(
    LONG, verdict=Verdict.UNKNOWN, **dict.fromkeys(("name", "resource", "part", "message", "title", "key"), FACES),
    missing=tuple(Gap(FACES, FACES, FACES, FACES, GapState.DENIED) for _ in range(12)), hipaa_proposed=(FACES,) * 9,
    aliases=(FACES,) * 9,
)  # fmt: skip
"""Each of these letters is twelve bytes as boto3 sends it."""


def requests(data: ReportData) -> list[dict[str, Any]]:
    return list(json.loads(asff.render(data)))


def finding(name: str, **more: Any) -> dict[str, Any]:
    ((made,),) = (each["Findings"] for each in requests(report(findings=[STATES[name]], **more)))
    return dict(made)


@pytest.mark.parametrize(
    "data",
    [report(repeats=30), LIVE, ATTACKED, report(findings=[LONG]), report(findings=[LARGE])],
    ids=["many", "states", "hostile", "long", "large"],
)
def test_security_hub_would_take_every_request(data: ReportData) -> None:
    made = requests(data)
    assert [trouble for request in made for trouble in problems(request)] == []
    ids = [each["Id"] for request in made for each in request["Findings"]]
    assert sorted(ids) == sorted(f"phiward/{each.fingerprint}" for each in data.findings)


def test_more_than_a_hundred_findings_of_an_account_are_several_requests() -> None:
    sizes = [len(request["Findings"]) for request in requests(report(repeats=30))]
    assert max(sizes) == 100
    assert len(sizes) > 6


def test_what_is_too_large_is_cut_and_requests_stay_below_their_limit() -> None:
    many = [msgspec.structs.replace(LARGE, fingerprint=f"{number:032x}") for number in range(45)]
    made = requests(report(findings=many))
    sizes = [[len(json.dumps(each)) for each in request["Findings"]] for request in made]
    assert max(size for each in sizes for size in each) <= 240_000
    assert sum(map(len, sizes)) == 45
    assert max(len(json.dumps(request)) for request in made) <= 6_000_000
    assert min(len(each) for each in sizes[:-1]) > 20, "as many as go in"
    fields = made[0]["Findings"][0]["ProductFields"]
    assert fields["phiward/Name"].endswith("…")
    assert fields["phiward/Verdict"] == "UNKNOWN"


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        ({"Title": "t" * 257}, "Title is 257 long"),
        ({"Title": " "}, ".Findings.Title is blank"),
        ({"RecordState": "OPEN"}, ".Findings.RecordState is 'OPEN'"),
        ({"Compliance": {"Status": "FAIL"}}, ".Findings.Compliance.Status is 'FAIL'"),
        ({"AwsAccountId": "1"}, "AwsAccountId"),
        ({"UpdatedAt": "2026-11-20"}, "UpdatedAt"),
        ({"Resources": [{"Type": "AwsThing", "Id": "a"}]}, "Resources.Type is AwsThing"),
    ],
)
def test_the_limits_refuse_what_is_over_them(change: dict[str, Any], trouble: str) -> None:
    made = copy.deepcopy(finding("new")) | change
    assert problems({"Findings": [made]}) == [trouble]
    assert "Missing required parameter" in problems({"Findings": [{}]})[0]


@pytest.mark.parametrize(
    ("name", "compliance", "workflow", "record", "label"),
    [
        ("new", "FAILED", "NEW", "ACTIVE", "MEDIUM"),
        ("lapsed", "FAILED", "NEW", "ACTIVE", "MEDIUM"),
        ("revoked", "FAILED", "NEW", "ACTIVE", "MEDIUM"),
        ("accepted", "FAILED", "SUPPRESSED", "ACTIVE", "MEDIUM"),
        ("resolved", "PASSED", "RESOLVED", "ACTIVE", "INFORMATIONAL"),
        ("gone", "NOT_AVAILABLE", "RESOLVED", "ARCHIVED", "INFORMATIONAL"),
        ("unseen", "WARNING", "NEW", "ACTIVE", "MEDIUM"),
        ("unknown", "WARNING", "NEW", "ACTIVE", "MEDIUM"),
        ("error", "NOT_AVAILABLE", "NEW", "ACTIVE", "MEDIUM"),
        ("pass", "PASSED", "RESOLVED", "ACTIVE", "INFORMATIONAL"),
        ("skip", "NOT_AVAILABLE", "NEW", "ARCHIVED", "INFORMATIONAL"),
    ],
)
def test_every_state_has_its_words(name: str, compliance: str, workflow: str, record: str, label: str) -> None:
    made = finding(name)
    said = (made["Compliance"]["Status"], made["Workflow"]["Status"], made["RecordState"])
    assert (*said, made["FindingProviderFields"]["Severity"]["Label"]) == (compliance, workflow, record, label)
    assert ("Note" in made) == (name == "accepted")


def test_what_is_global_goes_to_a_region_that_is_looked_at() -> None:
    here = msgspec.structs.replace(STATES["new"], region="global")
    for regions, home in ((("us-west-2", "us-east-1"), "us-east-1"), (("us-west-2", "eu-west-1"), "eu-west-1")):
        ((made,),) = (each["Findings"] for each in requests(report(findings=[here], regions=regions)))
        assert made["ProductArn"] == f"arn:aws:securityhub:{home}:111122223333:product/111122223333/default"
        assert "Region" not in made["Resources"][0]
    china = msgspec.structs.replace(here, resource=here.resource.replace("arn:aws:", "arn:aws-cn:"))
    ((made,),) = (each["Findings"] for each in requests(report(findings=[china], regions=["cn-north-1"])))
    assert made["ProductArn"].startswith("arn:aws-cn:securityhub:cn-north-1:")


def test_a_remedy_that_is_cut_says_where_the_whole_of_it_is() -> None:
    rules = [msgspec.structs.replace(rule, remedy="step\n" * 400) for rule in report().rules]
    made = finding("new", rules=rules)
    text = made["Remediation"]["Recommendation"]["Text"]
    assert len(text) == 512
    assert text.endswith(f"phiward explain {made['Id'].removeprefix('phiward/')}")
    assert "Remediation" not in finding("pass")


def test_what_was_not_learned_is_a_reason_with_its_permission() -> None:
    found = [each for request in requests(report()) for each in request["Findings"]]
    reasons = [reason for each in found for reason in each["Compliance"].get("StatusReasons", [])]
    assert {"DENIED", "THROTTLED"} <= {reason["ReasonCode"] for reason in reasons}
    assert any("it needs kms:GetKeyRotationStatus" in reason["Description"] for reason in reasons)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("AWS::KMS::Key", "AwsKmsKey"),
        ("AWS::RDS::DBInstance", "AwsRdsDbInstance"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AwsElbv2LoadBalancer"),
        ("AWS::::Account", "AwsAccount"),
        ("AWS::Logs::LogGroup", "Other"),
    ],
)
def test_types_are_those_of_security_hub(kind: str, name: str) -> None:
    assert asff_type(kind) == name
