"""JUnit: valid by the schema of Jenkins' xUnit plugin, counted right, failing only on what is new."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec
import pytest

from reports import junit
from reports.figures import figures
from reports.view import ReportData
from scanner.model.finding import Finding, Verdict
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, GOLDEN, LIVE, STATES, state
from tests.reports.xsd import Schema

SCHEMA = Schema(Path(__file__).parent / "schemas" / "junit-10.xsd")


def cases(data: ReportData) -> list[ET.Element]:
    return list(ET.fromstring(junit.render(data)).iter("testcase"))  # noqa: S314  our own rendering


def outcome(*findings: Finding) -> tuple[str, str]:
    (case,) = cases(report(findings=findings))
    return (case[0].tag, case[0].get("message", "")) if len(case) else ("", "")


@pytest.mark.parametrize(
    "data", [GOLDEN, LIVE, ATTACKED, report(findings=[])], ids=["golden", "live", "hostile", "empty"]
)
def test_it_is_valid_by_the_schema(data: ReportData) -> None:
    assert SCHEMA.problems(junit.render(data)) == []


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("<testsuites><testcase name='a'/></testsuites>", "testsuites holds <testcase>"),
        ("<testsuites><testsuite name='a' tests='1' failures='0'/></testsuites>", "testsuite@errors is required"),
        ("<testcase name='a' line='3'/>", "testcase@line is not declared"),
        ("<testcase name='a'>words</testcase>", "testcase holds text"),
        ("<testcase name='a'><failed/></testcase>", "testcase holds <failed>"),
        ("<testsuites time='soon'/>", "testsuites@time is 'soon'"),
        ("<report/>", "no root report"),
    ],
)
def test_the_schema_refuses_what_is_not_junit(document: str, problem: str) -> None:
    assert SCHEMA.problems(document) == [problem]


@pytest.mark.parametrize("data", [GOLDEN, LIVE, ATTACKED], ids=["golden", "live", "hostile"])
def test_the_counts_are_those_of_the_cases(data: ReportData) -> None:
    root = ET.fromstring(junit.render(data))  # noqa: S314  our own rendering
    for element in (root, *root.iter("testsuite")):
        found = list(element.iter("testcase"))
        assert all(len(case) <= 1 for case in found)
        tags = Counter(case[0].tag for case in found if len(case))
        assert element.get("tests") == str(len(found))
        assert element.get("failures") == str(tags["failure"])
        assert element.get("errors") == str(tags["error"])
        if element is not root:
            assert element.get("skipped") == str(tags["skipped"])
    assert len(list(root.iter("testcase"))) == len(figures(data).checks)
    names = [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]
    assert len(set(names)) == len(names)


def test_only_what_failed_new_or_again_is_a_failure() -> None:
    said = {name: outcome(found) for name, found in STATES.items()}
    assert {name: tag for name, (tag, _) in said.items()} == {
        "new": "failure",
        "still": "skipped",
        "reopened": "failure",
        "lapsed": "failure",
        "revoked": "skipped",
        "accepted": "skipped",
        "resolved": "",
        "gone": "skipped",
        "unseen": "error",
        "unknown": "error",
        "error": "error",
        "pass": "",
        "skip": "skipped",
    }
    assert said["new"][1] == "automatic rotation is off"
    assert said["still"][1] == "known since 2026-11-02: automatic rotation is off"
    assert said["revoked"][1].endswith("(acceptance revoked)")
    assert said["accepted"][1].startswith("accepted until 2027-01-31 by j.doe: Migrated in January, ticket SEC-411")
    assert said["unseen"][1].startswith("could not be assessed: not seen in this scan")


def test_a_case_is_a_rule_on_a_resource_and_comes_out_as_its_gravest_part() -> None:
    def part(name: str, status: str, verdict: Verdict) -> Finding:
        return msgspec.structs.replace(
            state(1, verdict, status=status), part=name, message=f"{name} is so", fingerprint=name * 32
        )

    known, again, unknown = (
        part("a", "still", Verdict.FAIL),
        part("b", "new", Verdict.FAIL),
        part("c", "new", Verdict.UNKNOWN),
    )
    error = part("d", "new", Verdict.ERROR)
    assert outcome(known) == ("skipped", "known since 2026-11-02: a is so")
    assert outcome(known, unknown)[0] == "error"
    assert outcome(known, unknown, again) == ("failure", "b is so")
    assert outcome(known, unknown, again, error)[0] == "error"
    (case,) = cases(report(findings=[unknown, again, known]))
    assert case.get("classname") == "kms_key_rotation"
    body = case[0].text or ""
    assert all(f"[{letter * 32}]" in body for letter in "abc")


def test_files_and_lines_stand_in_the_details() -> None:
    found = STATES["new"]
    text = junit.render(report(findings=[found]), {found.fingerprint: ("infra/keys.tf", 12)})
    assert SCHEMA.problems(text) == []
    assert f"{found.resource}\ninfra/keys.tf:12\n" in text
    assert "infra" not in junit.render(report(findings=[found]))


def test_hostile_names_come_back_as_text() -> None:
    text = junit.render(ATTACKED)
    assert "]]>" not in text
    assert "<!" not in text
    found = cases(ATTACKED)
    messages = [case[0].get("message", "") for case in found]
    assert any("]]><x/>" in message for message in messages)
    assert any("\\x00\\x08\\ufffe\\uffff" in message for message in messages)
    assert any("</script><script>" in message for message in messages)
