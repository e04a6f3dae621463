"""Names that attack, in every form that there is: each is read back by its real reader, and nothing in it acts."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any
from xml.etree import ElementTree as ET

import msgspec
import pikepdf
import pytest
from prometheus_client.parser import text_string_to_metric_families

from reports import FORMATS
from reports.csv_report import COLUMNS, FORMULA
from reports.prometheus import GAUGES
from reports.view import Account, Restricted
from reports.words import INVISIBLE
from scanner.model.finding import Evidence
from scanner.model.gap import Gap, GapState
from tests.reports.browser import parse
from tests.reports.factory import NASTY, report
from tests.reports.forms import READERS, markdown_page
from tests.reports.pipelines import ATTACKED, COMMANDS

FORMULAS = (
    "=cmd|' /C calc'!A0", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1",
    "\r=1+1", " =1+1", "\u3000=1+1", '";=1+1;"', "a;=1+1;b", "x\n=1+1", "＝1+1",  # noqa: RUF001  spreadsheets take it
)  # fmt: skip
HIDDEN = ("\u2066gpj.\u2069exe", "\u200b", "\x9b31mred", "\x7f", "\udc00\ud800", "\ufeff", "\U000e0041", "]]>" * 3)
LONG = "x" * 20_000 + "\u202e" + "<b>" * 500
WORST = "".join((*NASTY, *COMMANDS, *FORMULAS, *HIDDEN))
EVERY = (*FORMULAS, *HIDDEN, LONG, WORST)


def attack() -> Any:
    """Put every attack into every text that comes from AWS, from config.toml or from who accepts."""
    found = list(ATTACKED.findings)
    for n, text in enumerate(EVERY):
        texts = dict.fromkeys(("name", "message", "title", "part"), text)
        found.append(
            msgspec.structs.replace(
                found[-1], **texts, resource=f"arn:aws:kms:us-east-1:111122223333:key/{text}", key=f"e{n}{text}",
                tags={text: text}, evidence=(Evidence(text, {text: [text, {"a": text}]}, text, resource=text),),
                missing=(Gap(text, text, text, text, GapState.DENIED),), fingerprint=f"e{n:031x}",
                acceptance={"reason": text, "owner": text, "until": "2027-01-01", "by": text} if n % 2 else None,
            )
        )  # fmt: skip
    coverage = [msgspec.structs.replace(each, state="denied", message=WORST, error=WORST) for each in ATTACKED.coverage]
    return msgspec.structs.replace(
        ATTACKED, findings=found, coverage=coverage, accounts=[Account("111122223333", WORST)],
        restricted=Restricted(accounts=(WORST,), owner=f"{WORST} = {WORST}", unknown=1),
    )  # fmt: skip


DATA = attack()
BAD = NASTY[0] + HIDDEN[0]
PAPER = msgspec.structs.replace(
    DATA, findings=[each for each in DATA.findings[-len(EVERY) :] if each.name != LONG],
    accounts=[Account("111122223333", BAD)], restricted=Restricted(accounts=(BAD,)),
)  # fmt: skip
"""For the PDF, which takes its time for each line."""
STANDING = [each for each in DATA.findings if each.acceptance is None]
TAME = report(findings=ATTACKED.findings[:1])


@cache
def made(form: str) -> str | bytes:
    return FORMATS[form].render(PAPER if form == "pdf" else DATA)


def hidden(text: str) -> set[str]:
    return {one for one in text if unicodedata.category(one) in INVISIBLE} - {"\n"}


def formulas(cells: Iterator[str]) -> list[str]:
    return [cell for cell in cells if cell.strip().startswith(FORMULA)]


def csv_is_a_table_without_formulas(content: Any) -> None:
    rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert len(rows) == len(DATA.findings) + 1
    assert formulas(cell for row in rows for cell in row) == []
    lines = content.split("\r\n")[1:-1]
    assert len(lines) == len(DATA.findings), "a name that breaks a line breaks tools that read line by line"
    elsewhere = (part for line in lines for part in re.split(r'(?<=")[,;\t](?=")', line))
    assert all(part.startswith('"') and part.endswith('"') for part in elsewhere), "every cell stands in quotes"


def xml_has_only_its_own_elements(content: Any) -> None:
    names = {node.tag for node in ET.fromstring(content).iter()}  # noqa: S314  our own rendering
    assert names == {"testsuites", "testsuite", "properties", "property", "testcase", "failure", "skipped"}


def html_has_no_element_of_a_name(content: Any) -> None:
    page, tame = parse(content), parse(str(FORMATS["html"].render(TAME)))
    assert scripts(page) == scripts(tame)
    assert {node.tag for node in page.iter()} <= {node.tag for node in tame.iter()} | HTML_MORE
    for node in page.iter():
        assert not [name for name in node.attrib if str(name).lower().startswith("on")]
        assert all(str(node.get(name, "#")).startswith("#") for name in ("href", "src", "action", "formaction"))


HTML_MORE = {"ul", "ol", "li", "dl", "dt", "dd", "code", "pre", "p", "span", "em", "strong", "h4", "h5"}
"""What a report with more findings may have that one with a single finding has not."""


def scripts(page: Any) -> list[str]:
    """Give the scripts that run: what is data has a type of its own."""
    return [node.text or "" for node in page.iter("script") if node.get("type") in {None, "", "text/javascript"}]


def pdf_has_no_action_but_to_its_own_pages(content: Any) -> None:
    with pikepdf.open(io.BytesIO(content)) as document:
        assert not {"/OpenAction", "/AA"} & set(document.Root.keys())
        actions = {
            str(each["/S"]) for each in document.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each
        }
        assert not {"/JavaScript", "/Launch", "/URI", "/SubmitForm", "/ImportData", "/GoToR"} & actions
        attached = {name: spec.get_file().read_bytes().decode() for name, spec in document.attachments.items()}
    assert formulas(cell for name in attached if name.endswith(".csv") for cell in READERS["csv"](attached[name])) == []
    assert not any(hidden(text.replace("\r\n", "\n")) for text in attached.values())


def markdown_has_no_link_and_no_element_of_a_name(content: Any) -> None:
    page = markdown_page(content)
    assert {node.tag for node in page.iter()} == set(
        "html head body h2 p strong code table thead tbody tr th td br".split()
    )
    assert not [node for node in page.iter() if set(node.attrib) - {"align"}]
    assert len(page.findall(".//tbody/tr")) == len(STANDING)


def commands_are_our_own(content: Any) -> None:
    lines = content.splitlines()
    assert len(lines) == 12, "what is restricted, ten findings, how many are left"
    assert all(re.match(r"::(error|warning|notice) (file=[^:,]*,line=\d+,)?title=[^:,]*::", line) for line in lines)


def gauges_are_our_own(content: Any) -> None:
    families = list(text_string_to_metric_families(content))
    assert {family.name for family in families} == set(GAUGES)
    assert {label for family in families for sample in family.samples for label in sample.labels} == {
        "restricted", *(label for _, labels, _ in GAUGES.values() for label in labels)
    }  # fmt: skip


def every_finding_is_there(content: Any) -> None:
    """What a name could do to a form of data is to break it, or to hide a finding."""
    text = "\n".join(READERS["parquet" if isinstance(content, bytes) else "json"](content))
    assert [each.fingerprint for each in DATA.findings if each.fingerprint not in text] == []


def standing_ones_are_there(content: Any) -> None:
    assert len(json.loads(content)) == len(STANDING)


def results_have_no_link(content: Any) -> None:
    (run,) = json.loads(content)["runs"]
    assert len(run["results"]) == len(DATA.findings)
    assert not [each for each in run["results"] if re.search(r"\]\(", each["message"]["text"])]


INERT: Mapping[str, Callable[[Any], None]] = {
    "table": lambda content: None if "[bold red]markup[/bold red]" in content else pytest.fail("markup was obeyed"),
    "html": html_has_no_element_of_a_name, "pdf": pdf_has_no_action_but_to_its_own_pages,
    "csv": csv_is_a_table_without_formulas, "markdown": markdown_has_no_link_and_no_element_of_a_name,
    "junit": xml_has_only_its_own_elements, "github": commands_are_our_own, "gitlab": standing_ones_are_there,
    "sarif": results_have_no_link, "prometheus": gauges_are_our_own,
    **dict.fromkeys(("json", "ocsf", "asff", "oscal", "parquet"), every_finding_is_there),
}  # fmt: skip


def test_every_form_is_attacked() -> None:
    assert set(INERT) == set(FORMATS)


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_acts(form: str) -> None:
    INERT[form](made(form))


def shown(form: str) -> str:
    """Give what is seen of a file: itself, where it is text; of a PDF its pages, a letter without a glyph being 0."""
    content = made(form)
    if isinstance(content, str):
        return content.replace("\r\n", "\n")
    texts = READERS[form](content)
    return next(texts).replace("\0", "") if form == "pdf" else "\n".join(texts)


@pytest.mark.parametrize("form", FORMATS)
def test_no_name_moves_a_terminal_hides_or_commands_a_runner(form: str) -> None:
    """Whoever prints a file, or a log that holds it, sees every character of it."""
    text = shown(form)
    text.encode()
    assert hidden(text) == set()
    if form not in {"table", "html", "pdf", "csv", "json", "prometheus", "parquet"}:
        assert "##[" not in text
        assert "##vso" not in text
        assert form == "github" or not [line for line in text.splitlines() if line.lstrip().startswith("::")]
