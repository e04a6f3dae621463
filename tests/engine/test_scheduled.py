"""[schedule] of config.toml: jobs in the order of the file; a mistake is said with file, line and key."""

from __future__ import annotations

import pytest

from scanner.cli.options import Format, GateFormat
from scanner.engine.scheduled import GATE_FORMS, REPORT_FORMS
from scanner.engine.settings import ConfigError, parse

JOB = '[schedule.nightly]\ncron = "0 2 * * *"\naction = "scan"\n'


def test_jobs_come_in_the_order_of_the_file() -> None:
    jobs = parse(f'{JOB}[schedule.a]\ncron = "@daily"\naction = "prune"\n[schedule]\nport = 0\n').schedule.jobs
    assert [(name, job.action) for name, job in jobs.items()] == [("nightly", "scan"), ("a", "prune")]
    assert parse("").schedule.jobs == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[schedule]\nzone = "x"', "line 2, schedule.zone: there is no such key; known here: timezone, port, and a ta"),
        ("[schedule]\nport = 70000", "line 2, schedule.port: input should be less than or equal to 65535"),
        (f"{JOB}crno = 1", "line 4, schedule.nightly.crno: there is no such key; known here: cron, action, accounts"),
        ('[schedule.n]\naction = "scan"\ncron = "0 2 30 2 *"', "line 3, schedule.n.cron: '0 2 30 2 *' never comes"),
        (
            '[schedule.n]\naction = "scna"\ncron = "@daily"',
            "line 2, schedule.n.action: input should be 'scan'",
        ),
        ('[schedule.n]\naction = "scan"', "line 1, schedule.n.cron: field required"),
        (f'{JOB}formats = ["pdf"]', "line 4, schedule.nightly.formats: the action scan does not take it; it takes acc"),
        (f"{JOB}attempts = 0", "line 4, schedule.nightly.attempts: input should be greater than or equal to 1"),
        (f'{JOB}fail_on = "bad"', "line 4, schedule.nightly.fail_on: input should be 'info', 'low'"),
        ('[schedule."two words"]\naction = "scan"\ncron = "@daily"', "'two words' is no name of a job"),
        ('[schedule.n]\naction = "gate"\ncron = "@daily"', "line 1, schedule.n: the action gate needs `baseline`"),
        (
            '[schedule.n]\naction = "report"\ncron = "@daily"\nformats = ["pfd"]',
            "line 4, schedule.n.formats: 'pfd' is",
        ),
    ],
)
def test_a_mistake_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "config.toml")
    assert said in str(caught.value)
    assert str(caught.value).startswith("config.toml, line ")
    assert "\n" not in str(caught.value)


def test_the_forms_are_those_of_the_commands() -> None:
    assert {form.value for form in Format} - {"table"} == REPORT_FORMS
    assert {form.value for form in GateFormat} == GATE_FORMS
