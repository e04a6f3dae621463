"""Drift in the terminal, JSON and CSV: as approved, in agreement, told once, and with nothing in it that acts."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from rich.console import Console

from reports import changes as words
from reports import drift as rendering
from reports.view import DriftView
from scanner.model.change import Action, Attribution, Confidence
from tests.reports.drifting import NOBODY, OKAFOR, change, changes, drift, hostile_changes
from tests.reports.factory import NASTY

if TYPE_CHECKING:
    from collections.abc import Callable

GOLDEN = Path(__file__).parent / "golden"
RENDERED: dict[str, Callable[[], str]] = {
    "drift.80.txt": lambda: rendering.render(drift(), 80),
    "drift.160.txt": lambda: rendering.render(drift(), 160),
    "drift.json": lambda: rendering.FORMATS["json"](drift()),
    "drift.csv": lambda: rendering.FORMATS["csv"](drift()).replace("\r\n", "\n"),
}


@pytest.mark.parametrize("name", RENDERED)
def test_the_rendering_is_as_it_was_approved(name: str) -> None:
    """`PHIWARD_GOLDEN=1` writes the files anew, for a reader to approve in the diff."""
    path, made = GOLDEN / name, RENDERED[name]()
    if os.environ.get("PHIWARD_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def shown(view: DriftView, width: int = 100, **options: Any) -> str:
    console = Console(file=io.StringIO(), width=width, color_system=None, force_terminal=False)
    with console.capture() as captured:
        rendering.show(view, console, **options)
    return captured.get()


def test_json_csv_and_terminal_tell_the_same_changes() -> None:
    document = json.loads(rendering.FORMATS["json"](drift()))
    rows = list(csv.DictReader(io.StringIO(rendering.FORMATS["csv"](drift()))))
    assert (
        [row["id"] for row in rows]
        == [each["id"] for each in document["changes"]]
        == list(dict.fromkeys(each.id for each in [*words.ordered(changes()), *words.unseen(changes())]))
    )
    real = [each for each in document["changes"] if each["action"] != "unseen"]
    summary = document["summary"]
    assert summary["changes"] == len(real) == sum(summary["severity"].values()) == sum(summary["impact"].values())
    assert summary["action"] == {
        **dict.fromkeys(map(str, Action), 0),
        **Counter(e["action"] for e in document["changes"]),
    }
    said = rendering.render(drift(), 160)
    assert said.startswith(
        f"{len(real)} changes since 2026-11-19 02:30 UTC (scan 2026-11-19T023000Z-11aa): 1 critical,"
    )
    assert all(each["name"] in said for each in document["changes"])


def test_the_worst_comes_first_and_what_is_better_after_its_like() -> None:
    order = [(each.severity, each.direction) for each in words.ordered(changes())]
    assert [severity for severity, _ in order] == ["critical", "high", "high", "medium", "low", "info", "info"]
    assert order[-1] == ("info", "better")


def test_a_secret_is_never_told() -> None:
    secret = change(path="env[TOKEN]", before="hunter2", after="hunter3", redacted=True)
    told = words.told(secret, 0)
    assert told == "env[TOKEN] changed (redacted)"
    view = drift(changes=[secret])
    assert "hunter" not in rendering.render(view)


@pytest.mark.parametrize(
    ("made", "said"),
    [
        ({"path": "desiredCount", "before": 1, "after": 3}, "desiredCount 1 → 3"),
        ({"path": "enabled", "before": True, "after": False}, "enabled true → false"),
        ({"path": "tags.Owner", "action": Action.ADDED, "after": "ops"}, "tags.Owner added: ops"),
        ({"path": "tags.Owner", "action": Action.REMOVED, "before": "ops"}, "tags.Owner removed: ops"),
        ({"path": "cidrs[10.0.0.0/8]", "action": Action.ADDED, "after": "10.0.0.0/8"}, "cidrs[10.0.0.0/8] added"),
        (
            {"path": "statements[Open]", "action": Action.ADDED, "after": {"Sid": "Open", "Effect": "Allow"}},
            'statements[Open] added: {"Effect":"Allow","Sid":"Open"}',
        ),
        ({"action": Action.REMOVED}, "removed"),
        ({"path": "note", "before": "", "after": "x"}, 'note "" → x'),
    ],
)
def test_what_happened_is_told_in_one_line(made: dict[str, Any], said: str) -> None:
    assert words.told(change(**made), 0) == said


def test_long_values_are_cut_in_the_middle() -> None:
    told = words.told(change(path="image", before="a" * 80 + "1", after="a" * 80 + "2"), 20)
    assert told == "image aaaaaaa…aaaaaaaaaaa1 → aaaaaaa…aaaaaaaaaaa2"


def test_who_is_told_with_the_confidence_and_never_without() -> None:
    assert words.by(OKAFOR) == (
        "by mara.okafor (console, 203.0.113.7) AuthorizeSecurityGroupIngress 2026-11-19 17:00Z, confidence high"
    )
    assert words.by(NOBODY) == "by nobody known: the log holds no event on it yet"
    assert words.by(None) == ""
    assert words.who(Attribution(confidence=Confidence.NONE, session="mara.okafor")) == ""


def test_a_limit_says_what_it_leaves_out_and_without_one_all_is_told_in_full() -> None:
    assert "… and 5 more" in shown(drift(), limit=2)
    assert "desiredCount" not in shown(drift(), limit=2)
    small = next(line for line in shown(drift()).splitlines() if "desiredCount" in line)
    assert "clinic-api" in small
    whole = shown(drift(), 120, limit=None)
    assert "by terraform-run-81 (Terraform, 198.51.100.20) UpdateService 2026-11-19 21:12Z, confidence medium" in whole


def test_what_is_unseen_is_no_change_and_names_the_missing_permission() -> None:
    said = shown(drift())
    assert "7 changes since" in said
    assert "not seen again: 3 of AWS::RDS::DBInstance" in said
    assert said.count("rds:DescribeDBInstances") == 1
    assert "allow rds:DescribeDBInstances" in shown(drift(changes=[]))


def test_what_is_left_out_is_counted_by_reason_and_named_when_asked() -> None:
    said = shown(drift())
    assert "2  a state, a counter or an id that changes by itself" in said
    assert "subnet-1" not in said
    whole = shown(drift(), show_suppressed=True)
    assert whole.index("subnet-1") < whole.index("subnet-2")


def test_a_night_without_change_says_so_in_one_line() -> None:
    assert shown(drift(changes=[], suppressed=[], holes=[], complete=True, baseline="spring")) == (
        "No change since 2026-11-19 02:30 UTC (baseline spring, scan 2026-11-19T023000Z-11aa)\n"
    )


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("limit", [None, 40])
def test_hostile_names_command_no_terminal_and_keep_the_width(width: int, limit: int | None) -> None:
    view = drift(changes=[*changes(), *hostile_changes(), *(change(path=text, before=text) for text in NASTY)])
    said = shown(view, width, limit=limit)
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "[bold red]" in said
    assert max(len(line) for line in said.splitlines()) <= width


def test_no_cell_is_a_formula() -> None:
    text = rendering.FORMATS["csv"](drift(changes=hostile_changes(), baseline="=1+1"))
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert '\'=HYPERLINK("http://example.invalid","x")' in cells
