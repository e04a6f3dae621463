"""What the auditor's PDF says: who owns what and since when, what was accepted or has lapsed, what was not run."""

from __future__ import annotations

import io
import re
from collections import Counter
from typing import TYPE_CHECKING

import msgspec
import pypdf
from markupsafe import Markup

from reports import pdf, pdf_findings, pdf_summary, printing
from reports.budget import Budget
from reports.figures import AGAINST, RESOLVED, figures, standing
from reports.spoken import spoken
from reports.view import Account, RuleInfo
from tests.reports.browser import parse, words
from tests.reports.drifting import drift
from tests.reports.factory import ACCOUNTS, hostile, one, report
from tests.reports.sayings import RULES, SAID
from tests.reports.trending import trending

if TYPE_CHECKING:
    from scanner.model.finding import Finding

ADVICE = RuleInfo(id="ecr_image_size", title="Images are small", severity="info", category="advisory")
LATER = RuleInfo(id="kms_alias", title="Keys have names", severity="low")
FILE = printing.Attached("a.txt", "a file, as PDF/A-3 asks for one here", b"a")
DATA = trending(drift=drift(), not_run=(LATER, ADVICE))
PAGE = pdf.html(DATA)
TREE = parse(PAGE)


def text_after(heading: str) -> str:
    """Give the words between a heading and the next chapter."""
    body = words(next(TREE.iter("body")))
    return body.partition(f" {heading} ")[2]


def failing(**more: object) -> Finding:
    keys = RULES[1]
    said = next(said for said in SAID[keys.id][2] if said.verdict == "FAIL")
    return one(keys, ACCOUNTS[0].id, "us-east-1", 91, said, **more)


def test_every_link_leads_somewhere_and_every_place_has_one_name() -> None:
    ids = [node.get("id") for node in TREE.iter() if node.get("id")]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    targets = {str(node.get("href")) for node in TREE.iter("a")}
    assert targets
    assert all(target.startswith("#") for target in targets)
    assert {target.removeprefix("#") for target in targets} <= set(ids)


def test_every_drawing_has_words() -> None:
    assert PAGE.count("<svg") > 20
    assert len(re.findall(r'<svg [^>]*role="img"><title>[^<]+</title>', PAGE)) == PAGE.count("<svg")


def test_a_drawing_keeps_its_words_or_takes_those_that_are_given() -> None:
    named = Markup(
        '<svg role="img" aria-labelledby="a b"><title id="a">One</title><desc id="b">a &lt; b</desc><g/></svg>'
    )
    assert spoken(named) == '<svg role="img"><title>One: a &lt; b</title><g/></svg>'
    bare = Markup('<svg aria-hidden="true"><g/></svg>')
    assert spoken(bare, "1 < 2") == '<svg role="img"><title>1 &lt; 2</title><g/></svg>'
    assert spoken(Markup()) == ""


def test_a_finding_says_whose_it_is_and_how_old() -> None:
    tags = {"Owner": "clinical", "team": "sre"}
    assert pdf_findings.owner(failing(tags=tags), "owner") == "clinical"
    assert pdf_findings.owner(failing(tags=tags), "Team") == "sre"
    assert pdf_findings.owner(failing(tags={}), "owner") == "no owner tag"
    assert pdf_findings.owner(failing(tags=None), "owner") == "tags not known"
    assert pdf_findings.age(failing(), DATA.as_of) == "18 days"
    assert pdf_findings.age(failing(first_seen="2026-11-19T02:30:00Z"), DATA.as_of) == "1 day"
    assert pdf_findings.age(failing(first_seen=""), DATA.as_of) == ""


def test_of_every_rule_that_fails_some_findings_are_printed_and_all_are_counted() -> None:
    data = report(3, repeats=30)
    wanted = [found for found in data.findings if standing(found) in AGAINST and found.status != RESOLVED]
    made = pdf_findings.chapter(data, Budget(1000))
    printed = sum(len(rule["rows"]) for group in made.groups for rule in group["rules"])
    assert made.anchors == {found.rule for found in wanted}
    assert sum(each.found for each in made.counts) == len(wanted) == printed + made.left_out
    assert sum(each.printed for each in made.counts) == printed < len(wanted)
    assert sum(rule["more"] for group in made.groups for rule in group["rules"]) == made.left_out
    assert made.counts[0].name == "error"
    assert any(each.accepted for each in made.counts)


def test_acceptances_that_hold_come_before_those_that_lapsed() -> None:
    risk = {"reason": "ticket SEC-9", "owner": "j.doe", "until": "2027-01-31"}
    given = [
        failing(acceptance=risk | {"lapsed": "accepted value changed (state)"}, severity="critical"),
        failing(acceptance=risk | {"until": "2026-11-01"}, severity="high"),
        failing(acceptance=risk, severity="low"),
        failing(acceptance=risk, status="resolved", severity="low"),
        failing(),
    ]
    data = report(findings=given)
    shown = [pdf_findings.row(data, each, {}) for each in pdf_findings.risks(data)]
    assert [row["state"] for row in shown[:2]] == ["accepted", "does not fail any more"]
    assert {row["state"] for row in shown[2:]} == {"accepted value changed (state)", "expired acceptance"}
    assert {row["accepted_by"] for row in shown} == {"j.doe"}


def test_the_top_risks_leave_out_what_somebody_accepted() -> None:
    risk = {"reason": "ticket SEC-9", "owner": "j.doe", "until": "2027-01-31"}
    alone = report(findings=[failing(acceptance=risk)])
    assert pdf_summary.risks(alone, figures(alone)) == []
    found = pdf_summary.risks(DATA, figures(DATA))
    assert [risk.severity for risk in found] == sorted(
        (risk.severity for risk in found), key=["critical", "high", "medium", "low"].index
    )
    assert found[0].title in text_after("Top risks")


def test_rules_are_named_by_their_versions() -> None:
    whole = pdf_summary.rule_set(DATA)
    first, *others = DATA.rules
    other = msgspec.structs.replace(DATA, rules=[*others, msgspec.structs.replace(first, digest="ab" * 32)])
    assert pdf_summary.rule_set(msgspec.structs.replace(DATA, rules=DATA.rules[::-1])) == whole
    assert pdf_summary.rule_set(other) != whole
    assert f"SHA-256 {whole}" in words(TREE)


def test_rules_that_were_not_run_are_named_with_the_reason() -> None:
    said = text_after("Rules that were not run")
    assert "1 rule: advice, which runs only where its pack is named. ecr_image_size" in said
    assert "1 rule: not asked for, or newer than the scan. kms_alias" in said
    assert "None: every rule that there is was run." in words(parse(pdf.html(report())))


def test_drift_names_who_changed_how_much() -> None:
    actors = text_after("By whom")
    assert re.search(r"mara\.okafor console, 203\.0\.113\.7 2 Critical", actors)
    assert re.search(r"nobody known not known \d High", actors)


def test_the_summary_is_one_page_whatever_the_names_and_numbers_are() -> None:
    long = [Account(each.id, f"{each.name} {'of a very large organisation ' * 3}") for each in ACCOUNTS]
    large = trending(6, repeats=2, extra=hostile(), drift=drift())
    page = pdf.html(msgspec.structs.replace(large, accounts=long))
    page = re.sub(r"\b(\d+) of (\d+)\b", r"\g<1>,345 of \g<2>,678", page)
    begin, end = page.index('<h1 id="summary">'), page.index('<h1 id="method">')
    drawn = printing.draw(f"{page[: page.index('<body>')]}<body>{page[begin:end]}", large.as_of, FILE)
    (only,) = pypdf.PdfReader(io.BytesIO(drawn)).pages
    assert "Top risks" in only.extract_text()
