"""Terminal, CSV and JSON: as they were approved, in agreement, and with nothing in them that acts."""

from __future__ import annotations

import csv
import io
import json
import os
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from rich.console import Console

from reports import FORMATS, csv_report, explain, json_report, terminal
from reports.figures import Score, figures
from reports.view import Interval
from scanner.model.finding import Verdict
from tests.reports.factory import ACCOUNTS, REGIONS, hostile, report

GOLDEN = Path(__file__).parent / "golden"
SMALL = report()
TINY = msgspec.structs.replace(SMALL, findings=SMALL.findings[::6])
FINDING_KEYS = (
    "fingerprint rule title verdict severity category status kind resource name account region part message evidence "
    "missing hipaa hipaa_proposed aliases in_scope first_seen last_seen acceptance remedy"
).split()


def explained() -> str:
    unknown = next(found for found in SMALL.findings if found.rule == "ecs_container_non_root" and found.evidence)
    history = [Interval("2026-10-01T02:30:00Z", "2026-11-02T02:30:00Z", "PASS"), Interval("2026-11-02", "", "FAIL")]
    return explain.render(SMALL, unknown.fingerprint, history)


RENDERED = {
    "report.80.txt": lambda: terminal.render(SMALL, 80),
    "report.160.txt": lambda: terminal.render(SMALL, 160),
    "report.csv": lambda: csv_report.render(TINY).replace("\r\n", "\n"),
    "report.json": lambda: json_report.render(TINY),
    "explain.80.txt": explained,
}


@pytest.mark.parametrize("name", RENDERED)
def test_the_rendering_is_as_it_was_approved(name: str) -> None:
    """`PHIWARD_GOLDEN=1` writes the files anew, for a reader to approve in the diff."""
    path, made = GOLDEN / name, RENDERED[name]()
    if os.environ.get("PHIWARD_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8")


def test_the_json_has_the_agreed_keys_and_no_others() -> None:
    document = json.loads(FORMATS["json"].render(SMALL))
    keys = "schema scan as_of complete findings coverage accepted_gaps summary trend restricted seals"
    assert list(document) == keys.split()
    assert document["schema"] == "phiward/1"
    assert document["as_of"] == "2026-11-20T02:30:00Z"
    for finding in document["findings"]:
        assert list(finding) == FINDING_KEYS
        assert all(list(fact) == ["fact", "value", "path", "redacted"] for fact in finding["evidence"])
        assert all(list(gap) == ["permission", "call", "error"] for gap in finding["missing"])
    assert any(" @ arn:aws:ecr" in fact["path"] for finding in document["findings"] for fact in finding["evidence"])


def test_json_csv_and_terminal_agree() -> None:
    document = json.loads(json_report.render(SMALL))
    rows = list(csv.DictReader(io.StringIO(csv_report.render(SMALL))))
    assert [row["fingerprint"] for row in rows] == [finding["fingerprint"] for finding in document["findings"]]
    assert Counter(row["verdict"] for row in rows) == Counter(found["verdict"] for found in document["findings"])
    total = figures(SMALL).total
    assert document["summary"]["score"] == {"passed": total.score.passed, "of": total.score.of}
    said = terminal.render(SMALL, 160)
    assert f"{Score(*document['summary']['score'].values())} checks passed" in said
    verdicts = document["summary"]["verdicts"]
    for name in ("PASS", "FAIL", "UNKNOWN", "ERROR", "SKIP"):
        assert f"{verdicts[name]} " in said
    shown = [found for found in document["findings"] if found["fingerprint"][:8] in said]
    assert len(shown) == sum(
        found["status"] == "unseen"
        or (found["verdict"] in {"FAIL", "UNKNOWN", "ERROR"} and found["status"] != "resolved")
        for found in document["findings"]
    )


@pytest.mark.parametrize("width", [80, 120, 160])
def test_the_terminal_keeps_its_width_and_names_every_account_and_permission(width: int) -> None:
    said = terminal.render(report(extra=hostile()), width)
    assert max(len(line) for line in said.splitlines()) <= width
    assert "allow kms:GetKeyRotationStatus" in said
    assert all(account.name in said for account in ACCOUNTS[:3])
    assert "compliant" not in said.lower()


def test_long_names_are_cut_in_the_middle_so_that_siblings_can_be_told_apart() -> None:
    lines = [line for line in terminal.render(report(), 80).splitlines() if "-worker-" in line]
    assert len({line.split()[1] for line in lines}) == len(lines) > 3
    assert all(":17" in line and "…" in line for line in lines)


def test_a_limit_says_what_it_leaves_out() -> None:
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    with console.capture() as captured:
        terminal.show(SMALL, console, limit=2)
    assert "… and 31 more findings" in captured.get()
    with console.capture() as captured:
        terminal.show(SMALL, console, verdicts={Verdict.PASS})
    assert "PASS" in captured.get()
    assert "port 22 is open" not in captured.get()


def test_no_colour_where_none_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    def coloured(console: Console) -> bool:
        with console.capture() as captured:
            terminal.show(SMALL, console)
        return "\x1b[1;31m" in captured.get()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert coloured(Console(file=io.StringIO(), force_terminal=True, color_system="standard"))
    assert not coloured(Console(file=io.StringIO()))
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(Console(file=io.StringIO(), force_terminal=True, color_system="standard"))


def test_hostile_names_command_no_terminal_and_no_markup() -> None:
    data = report(extra=hostile())
    texts = [terminal.render(data, 160), *(explain.render(data, found.fingerprint) for found in hostile())]
    for text in texts:
        assert not set(text) & {"\x1b", "\x07", "\u202e", "\r"}
    assert "[bold red]markup[/bold red]" in texts[0]
    assert "\\x1b[2J" in texts[0]


@pytest.mark.parametrize("start", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", " =1", "\u3000=1"])
def test_what_a_spreadsheet_would_run_is_made_text(start: str) -> None:
    assert csv_report.inert(start) == f"'{start}"
    assert csv_report.inert("a" + start) == "a" + start


def test_explaining_names_the_call_behind_a_fact_the_lack_and_both_kinds_of_citation() -> None:
    known = next(found for found in SMALL.findings if found.rule == "kms_key_rotation" and found.missing)
    said = explain.render(SMALL, known.fingerprint[:8])
    assert "To mend it: allow kms:GetKeyRotationStatus" in said
    fact = explain.render(SMALL, next(f for f in SMALL.findings if len(f.evidence) == 2).fingerprint)
    assert "rotates = false\n    from kms.GetKeyRotationStatus, AWS::KMS::Key turn.KeyRotationEnabled" in fact
    own = explained()
    assert own.index("phiward's own mapping") < own.index("164.308(a)(4)(ii)(B)")
    assert "2026-10-01 to 2026-11-02  PASS" in own
    assert "redacted (keyed hash" in own


@pytest.mark.parametrize(("start", "trouble"), [("f", "too short"), ("zzzzzz", "no finding"), ("0000000", "several")])
def test_a_fingerprint_that_names_no_single_finding_is_refused_in_one_line(start: str, trouble: str) -> None:
    with pytest.raises(explain.NoSuchFindingError, match=trouble) as caught:
        explain.find(report(extra=hostile()), start)
    assert "\n" not in str(caught.value)


def test_an_empty_scan_can_be_told_in_every_text_format() -> None:
    bare = report(findings=[], coverage=[], rules=[], trend=[], complete=True, regions=REGIONS)
    empty = msgspec.structs.replace(bare, accounts=())
    assert "0 of 0 checks passed" in terminal.render(empty)
    assert json.loads(json_report.render(empty))["summary"]["score"] == {"passed": 0, "of": 0}
    assert len(csv_report.render(empty).splitlines()) == 1
