"""The life of failures: how long resolved ones stood, what stands open, told the same by terminal and JSON."""

from __future__ import annotations

import json

import pytest

from reports import html, json_report, terminal
from reports.life import days
from reports.view import LifeView
from tests.reports.drifting import PHI, life
from tests.reports.factory import AS_OF, report

DATA = report(life=life())


def test_the_json_has_times_to_resolve_and_the_oldest_open_failure_of_each_severity() -> None:
    found = json.loads(json_report.render(DATA))["summary"]["life"]
    assert {name: found[name] for name in ("new", "still", "reopened", "resolved", "unseen")} == {
        "new": 1, "still": 20, "reopened": 1, "resolved": 1, "unseen": 0,
    }  # fmt: skip
    critical, medium = found["severities"]["critical"], found["severities"]["medium"]
    assert list(found["severities"]) == ["critical", "medium"]
    assert (critical["resolved"], critical["mean_days"], critical["median_days"], critical["open"]) == (
        2,
        1.75,
        1.75,
        1,
    )
    assert (medium["resolved"], medium["mean_days"], medium["open"]) == (0, None, 2)
    assert medium["oldest"] == {
        "fingerprint": "d" * 32, "rule": "kms_key_rotation", "account": PHI,
        "since": "2026-10-21T02:30:00Z", "days": 30.0,
    }  # fmt: skip


def test_the_terminal_says_it_in_two_lines() -> None:
    said = terminal.render(DATA, 160)
    assert said.splitlines()[-2:] == [
        "Failures: 1 new, 20 still failing, 1 reopened, 1 resolved, 0 not seen again.",
        "Time to resolve: critical 1.8 d mean, 1.8 d median of 2; open the longest: kms_key_rotation since 2026-10-21.",
    ]
    assert "Failures:" not in terminal.render(report(), 160)


def test_the_page_has_a_row_for_each_severity_at_which_anything_ever_failed() -> None:
    text = html.render(DATA)
    table = text[text.index('<table class="paces">') :]
    assert table[: table.index("</table>")].count("<tr>") == 3


def test_without_a_history_there_is_none() -> None:
    assert LifeView.of([], AS_OF) is None
    assert json.loads(json_report.render(report()))["summary"]["life"] is None


@pytest.mark.parametrize(
    ("given", "said"), [(None, ""), (0.0, "0 h"), (0.5, "12 h"), (1.0, "1.0 d"), (30.25, "30.2 d")]
)
def test_a_length_of_time_is_told_in_hours_or_days(given: float | None, said: str) -> None:
    assert days(given) == said
