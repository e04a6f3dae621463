"""The generated files: up to date, the same bytes every time, whole, and every link leads somewhere."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from scanner.engine.citations import citations
from scanner.engine.registry import kinds, rules
from scanner.generate.__main__ import main
from scanner.generate.files import stale, write
from scanner.model.rule import Rule

HOME = Path(__file__).resolve().parents[2]
RULES = [pytest.param(rule, id=rule.id) for rule in rules().values()]


def headings(text: str) -> list[tuple[int, str]]:
    """Give the headings outside of code, with their level."""
    outside = re.sub(r"^ *```.*?^ *```$", "code", text, flags=re.MULTILINE | re.DOTALL)
    return [(len(found[1]), found[2]) for found in re.finditer(r"^(#+) (.*)$", outside, re.MULTILINE)]


def test_what_is_checked_in_is_up_to_date(made: dict[str, str]) -> None:
    assert list(stale(made, HOME)) == [], "make docs"


def test_every_rule_has_a_page_and_no_page_is_without_a_rule(made: dict[str, str]) -> None:
    pages = {PurePosixPath(name).stem for name in made if name.startswith("docs/rules/")}
    assert pages == {*rules(), "README"}


@pytest.mark.parametrize("seed", ["1", "2"])
def test_other_processes_make_the_same_bytes(made: dict[str, str], tmp_path: Path, seed: str) -> None:
    command = [sys.executable, "-W", "error", "-m", "scanner.generate", "--root", str(tmp_path)]
    subprocess.run(command, cwd=HOME, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True)
    written = {file.relative_to(tmp_path).as_posix(): file.read_text() for file in tmp_path.rglob("*.*")}
    assert written == made


def test_no_page_has_an_empty_section_or_a_double_one(made: dict[str, str]) -> None:
    for name, text in made.items():
        if name.endswith(".md"):
            found = headings(text)
            assert [title for level, title in found if level == 1] == [found[0][1]], name
            assert not re.search(r"^(#+) .*\n+\1 ", text, re.MULTILINE), f"{name}: an empty section"
            assert not re.search(r"^#+ .*\s*\Z", text, re.MULTILINE), f"{name}: the last section is empty"
            assert "\n\n\n" not in text, name
            assert text.endswith("\n"), name


def test_every_link_leads_to_a_page(made: dict[str, str]) -> None:
    for name, text in made.items():
        for target in re.findall(r"\]\(([^)]+\.md)\)", text) if name.endswith(".md") else ():
            page = (PurePosixPath(name).parent / target).as_posix()
            assert page in made or (HOME / page).is_file(), (name, target)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_page_says_all(made: dict[str, str], rule: type[Rule]) -> None:
    text = made[f"docs/rules/{rule.id}.md"]
    titles = [title for _, title in headings(text)]
    expected = ["Why", "Passes", "Fails", "HIPAA Security Rule", "Founding documents", "Remedy", "What is read"]
    assert [title for title in titles if title in expected] == [
        title for title in expected if title != "Founding documents" or rule.sources
    ]
    assert ("No citation is mapped to this rule" in text) != bool(rule.hipaa or rule.hipaa_proposed)
    assert ("Mapped by public sources" in titles) == bool(rule.hipaa)
    assert ("phiward's own mapping (unreviewed)" in titles) == bool(rule.hipaa_proposed)
    public, _, own = text.partition("### phiward's own mapping (unreviewed)")
    assert all(f"| {name} | {citations()[name].title} |" in public for name in rule.hipaa)
    assert all(f"| {name} | {citations()[name].title} |" in own for name in rule.hipaa_proposed)
    assert re.search(r"^- says", text.partition("## Fails")[2], re.MULTILINE)
    assert "- says" not in text.partition("## Passes")[2].partition("## Fails")[0]


@pytest.mark.parametrize("rule", RULES)
def test_every_setting_is_described(made: dict[str, str], rule: type[Rule]) -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.*?) \|$", settings_of(made, rule.id), re.MULTILINE)
    assert [row[0] for row in rows] == list(rule.Settings.__struct_fields__)
    assert all(all(cell.strip() for cell in row) for row in rows), rows


def settings_of(made: dict[str, str], name: str) -> str:
    return made[f"docs/rules/{name}.md"].partition("## Settings")[2].partition("\n## ")[0]


@pytest.mark.parametrize("rule", RULES)
def test_what_a_rule_reads_is_allowed_by_the_policy(made: dict[str, str], rule: type[Rule]) -> None:
    listed = made[f"docs/rules/{rule.id}.md"].partition("### API operations and IAM permissions")[2]
    found = set(re.findall(r"`([a-z0-9-]+:[A-Z][A-Za-z0-9]+)`", listed))
    allowed = {
        action
        for name, text in made.items()
        if name.startswith("docs/iam-policy")
        for statement in json.loads(text)["Statement"]
        for action in statement["Action"]
    }
    assert found or not all(kind.calls for kind in rule.needs), "what no call lists, its user gives"
    assert found <= allowed


def test_a_page_names_the_calls_behind_the_facts_and_what_these_hang_on(made: dict[str, str]) -> None:
    listed = made["docs/rules/kms_key_rotation.md"].partition("### API operations and IAM permissions")[2]
    row = "| `AWS::KMS::Key` | `{0}` | `{1}` | {2} |"
    assert row.format("kms.ListKeys", "kms:ListKeys", "which there are") in listed
    assert row.format("kms.GetKeyRotationStatus", "kms:GetKeyRotationStatus", "`rotates`") in listed
    assert "kms:GetKeyPolicy" not in listed


def test_the_coverage_holds_every_citation_once(made: dict[str, str]) -> None:
    rows = re.findall(r"^\| (164\.\S+) \| (.*?) \| (.*?) \| (.*?) \| (.*?) \|$", made["docs/coverage.md"], re.MULTILINE)
    assert [row[0] for row in rows] == list(citations())
    for citation, _, _, public, own in rows:
        for column, said in (("hipaa", public), ("hipaa_proposed", own)):
            assert re.findall(r"\[(\w+)\]", said) == [
                rule.id for rule in rules().values() if citation in getattr(rule, column)
            ]
        assert public or own


def test_no_rule_cites_what_is_organisational_or_unknown() -> None:
    cited = {name for rule in rules().values() for name in (*rule.hipaa, *rule.hipaa_proposed)}
    assert cited <= set(citations())
    assert [name for name in sorted(cited) if citations()[name].organisational] == []


def test_every_founding_place_is_on_the_coverage_page(made: dict[str, str]) -> None:
    said = made["docs/coverage.md"].partition("\n## Founding documents")[2].partition("\n## ")[0]
    parts = dict(re.findall(r"^### (.*?)\n(.*?)(?=^### |\Z)", said, re.MULTILINE | re.DOTALL))
    for rule in rules().values():
        for source in rule.sources:
            page = getattr(source, "page", None)
            row = rf"^\| {page or '[^|]+'} \| .*\[{rule.id}\]"
            assert re.search(row, parts[source.document], re.MULTILINE), (rule.id, source)


def test_every_kind_and_fact_is_on_the_page_of_kinds(made: dict[str, str]) -> None:
    parts = dict(re.findall(r"^## `(.*?)`\n(.*?)(?=^## |\Z)", made["docs/kinds.md"], re.MULTILINE | re.DOTALL))
    assert list(parts) == list(kinds())
    for cfn, kind in kinds().items():
        assert all(f"| `{name}` | " in parts[cfn] for name in kind.facts)
        assert all(f"`{call.operation}`" in parts[cfn] for call in kind.calls.values() if call.operation)


def test_check_says_each_stale_file_in_one_line(
    made: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sorted(made) == write(made, tmp_path)
    assert write(made, tmp_path) == []
    assert main(["--check", "--root", str(tmp_path)]) == 0
    (tmp_path / "docs/coverage.md").write_text("something else")
    (tmp_path / "docs/kinds.md").unlink()
    (tmp_path / "docs/rules/gone.md").write_text("a rule that is no more")
    (tmp_path / "docs/notes.md").write_text("written by hand")
    assert main(["--check", "--root", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "docs/coverage.md: out of date (make docs)",
        "docs/kinds.md: missing (make docs)",
        "docs/rules/gone.md: nothing makes it any more (make docs)",
    ]
    assert main(["--root", str(tmp_path)]) == 0
    assert main(["--check", "--root", str(tmp_path)]) == 0
    assert (tmp_path / "docs/notes.md").read_text() == "written by hand"
