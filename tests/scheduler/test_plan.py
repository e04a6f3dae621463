"""The commands of a run are commands that phiward has, with all that the job says."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import typer

from scanner.cli.app import app
from scanner.engine.scheduled import FORMS, TAKES
from scanner.engine.settings import parse
from scheduler.plan import Job, jobs_of

DUE = datetime(2026, 11, 21, 2, tzinfo=UTC)
LISTS = {
    "accounts": ["a", "123456789012"],
    "regions": ["us-east-1", "us-west-2"],
    "kinds": ["AWS::KMS::Key"],
    "rules": ["kms_key_rotation"],
    "packs": ["hipaa"],
}
GIVEN = {"fail_on": "low", "allow_incomplete": True, "baseline": "b", "out": "o", "since": "week", "owner": "ann"}


def job(action: str) -> Job:
    """A job of an action that is given all that the action takes."""
    values: dict[str, Any] = LISTS | GIVEN | {"formats": sorted(FORMS.get(action, ()))}
    lines = [f"{key} = {str(value).lower() if value is True else repr(value)}" for key, value in values.items()]
    taken = [line for line in lines if line.split()[0] in TAKES[action]]
    text = "\n".join(["[schedule.j]", 'cron = "@daily"', f'action = "{action}"', *taken])
    return jobs_of(parse(text), "config.toml")[0]


def understood(words: list[str]) -> tuple[str, dict[str, Any]]:
    """Have the command line read the words, and give the command and what it was given."""
    group: Any = typer.main.get_command(app)
    whole = group.make_context("phiward", list(words))
    name, command, rest = group.resolve_command(whole, list(words))
    made = command.make_context(name, rest, parent=whole)
    if not hasattr(command, "resolve_command"):
        return name, made.params
    under, command, rest = command.resolve_command(made, rest)
    return f"{name} {under}", command.make_context(under, rest, parent=made).params


@pytest.mark.parametrize("resume", [False, True])
def test_a_scan(resume: bool) -> None:
    (words,) = job("scan").commands(DUE, "scan-1", resume=resume)
    name, said = understood([*words, "--config", "config.toml"])
    assert (name, said["id"], said["quiet"], said["resume"]) == ("scan", "scan-1", True, resume)
    assert (said["fail_on"].value, said["allow_incomplete"]) == ("low", True)
    asked = {key: list(said[key.removesuffix("s")] or ()) for key in LISTS}
    assert asked == ({key: [] for key in LISTS} if resume else LISTS)


def test_reports() -> None:
    runs = [understood(words) for words in job("report").commands(DUE)]
    assert {name for name, _ in runs} == {"report"}
    assert [said["format"].value for _, said in runs] == sorted(FORMS["report"])
    for _, said in runs:
        assert (said["since"], said["owner"], said["account"]) == ("week", "ann", LISTS["accounts"])
        assert said["quiet"] is True
    files = [str(said["out"]) for _, said in runs]
    assert len(set(files)) == len(files), "no form overwrites another"
    assert {"o/j-20261121T0200Z.html", "o/j-20261121T0200Z.ocsf.json", "o/j-20261121T0200Z.pdf"} <= set(files)


def test_gates() -> None:
    runs = [understood(words) for words in job("gate").commands(DUE)]
    assert {(name, said["baseline"], said["fail_on"].value) for name, said in runs} == {("gate", "b", "low")}
    assert [said["format"].value for _, said in runs] == sorted(FORMS["gate"])
    assert len({str(said["out"]) for _, said in runs}) == len(runs)


@pytest.mark.parametrize(("action", "command"), [("prune", "prune"), ("notify", "notify send")])
def test_what_takes_no_options(action: str, command: str) -> None:
    (words,) = job(action).commands(DUE)
    name, said = understood(words)
    assert (name, said["quiet"]) == (command, True)
