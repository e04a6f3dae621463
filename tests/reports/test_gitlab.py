"""GitLab's Code Quality report, held to what GitLab's documentation asks of it: no package has a schema of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reports import gitlab
from reports.view import ReportData
from scanner.model.finding import Verdict
from tests.reports.factory import report
from tests.reports.pipelines import ATTACKED, GOLDEN, LIVE, RISK, STATES, state

SEVERITIES = {"info", "minor", "major", "critical", "blocker"}


def entries(data: ReportData, **more: Any) -> list[dict[str, Any]]:
    document = json.loads(gitlab.render(data, **more))
    assert isinstance(document, list)
    return document


@pytest.mark.parametrize("data", [GOLDEN, LIVE, ATTACKED], ids=["golden", "live", "hostile"])
def test_it_is_as_the_documentation_asks(data: ReportData) -> None:
    assert gitlab.render(data).startswith("[")
    found = entries(data)
    assert found
    for entry in found:
        assert list(entry) == ["description", "check_name", "fingerprint", "severity", "location"]
        assert all(isinstance(entry[name], str) and entry[name] for name in list(entry)[:4])
        assert entry["severity"] in SEVERITIES
        assert list(entry["location"]) == ["path", "lines"]
        assert not entry["location"]["path"].startswith(("/", "./", "../"))
        assert list(entry["location"]["lines"]) == ["begin"]
        assert entry["location"]["lines"]["begin"] >= 1
    assert len({entry["fingerprint"] for entry in found}) == len(found)


def test_what_stands_and_is_not_accepted_is_told() -> None:
    told = {entry["fingerprint"] for entry in entries(LIVE)}
    names = {name for name, found in STATES.items() if found.fingerprint in told}
    assert names == {"new", "still", "reopened", "lapsed", "revoked", "unseen", "unknown", "error"}


@pytest.mark.parametrize(
    ("severity", "said"),
    [("critical", "blocker"), ("high", "critical"), ("medium", "major"), ("low", "minor"), ("info", "info")],
)
def test_severity_is_in_gitlabs_words(severity: str, said: str) -> None:
    assert [entry["severity"] for entry in entries(report(findings=[state(1, severity=severity)]))] == [said]
    unknown = state(1, Verdict.UNKNOWN, severity=severity)
    assert [entry["severity"] for entry in entries(report(findings=[unknown]))] == ["info"]
    assert entries(report(findings=[state(1, severity=severity, acceptance=RISK)])) == []


def test_a_file_and_line_are_taken_where_they_are_given() -> None:
    found = STATES["new"]
    (own,) = entries(report(findings=[found]))
    assert own["location"] == {
        "path": "aws/111122223333/us-east-1/AWS-KMS-Key/key/3f0c9a1e-4c1e-4d0a-9a55-0242ac1201f5",
        "lines": {"begin": 1},
    }
    (real,) = entries(report(findings=[found]), places={found.fingerprint: ("keys.tf", 9)})
    assert real["location"] == {"path": "keys.tf", "lines": {"begin": 9}}
    assert real["fingerprint"] == own["fingerprint"] == found.fingerprint
