"""Reads every form back as its reader would: the texts in it, and the numbers that it tells."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import import_module
from typing import Any
from xml.etree import ElementTree as ET

import cmarkgfm  # type: ignore[import-untyped]
import pypdf
from prometheus_client.parser import text_string_to_metric_families

from reports.exchange import counts_as
from tests.reports import recount
from tests.reports.browser import parse, words
from tests.reports.html_sample import unpacked

Texts = Iterator[str]
Numbers = Mapping[str, int]
VERDICTS = ("PASS", "FAIL", "UNKNOWN", "ERROR", "SKIP")


def leaves(value: Any) -> Texts:
    """Give the texts of a JSON value, the names of members too."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield from (str(name), *leaves(each))
    elif isinstance(value, list | tuple) or hasattr(value, "tolist"):
        yield from (text for each in value for text in leaves(each))
    elif value is not None:
        yield str(value)


def elements(root: Any) -> Texts:
    """Give the texts and attributes of a tree of elements."""
    for node in root.iter():
        yield from (*map(str, node.attrib.values()), node.text or "", node.tail or "")


def of_json(made: Any) -> Texts:
    return leaves(json.loads(made))


def of_csv(made: Any) -> Texts:
    return (cell for row in csv.reader(io.StringIO(made, newline=""), strict=True) for cell in row)


def of_xml(made: Any) -> Texts:
    return elements(ET.fromstring(made))  # noqa: S314  our own rendering


def of_html(made: Any) -> Texts:
    yield from elements(parse(made))
    for part in unpacked(made):
        yield from leaves(part)


def markdown_page(made: Any) -> Any:
    """Give the elements that GitHub makes of Markdown, before it drops what it calls unsafe."""
    return parse(cmarkgfm.github_flavored_markdown_to_html(made, options=UNSAFE))


UNSAFE = import_module("cmarkgfm.cmark").Options.CMARK_OPT_UNSAFE


def of_markdown(made: Any) -> Texts:
    yield " ".join(words(markdown_page(made)).split())


def of_prometheus(made: Any) -> Texts:
    for family in text_string_to_metric_families(made):
        for sample in family.samples:
            yield from (sample.name, *sample.labels.values())


def of_parquet(made: Any) -> Texts:
    table = import_module("pyarrow.parquet").read_table(io.BytesIO(made))
    yield from leaves(table.to_pylist())
    yield from ((value.decode()) for name, value in table.schema.metadata.items() if name != b"ARROW:schema")


HEAD = 4
"""The cover, the contents and the summary of a PDF: what says the figures."""


def of_pdf(made: Any) -> Texts:
    document = pypdf.PdfReader(io.BytesIO(made))
    yield " ".join(" ".join(page.extract_text() for page in document.pages[:HEAD]).split())
    for name, (content, *_) in document.attachments.items():
        yield from (of_json if name.endswith(".json") else of_csv)(content.decode())


def of_terminal(made: Any) -> Texts:
    yield " ".join(made.replace("│", " ").split())


READERS: Mapping[str, Callable[[Any], Texts]] = {
    "table": of_terminal, "html": of_html, "pdf": of_pdf, "csv": of_csv, "json": of_json, "markdown": of_markdown,
    "sarif": of_json, "junit": of_xml, "github": lambda made: iter(made.splitlines()), "gitlab": of_json,
    "ocsf": of_json, "asff": of_json, "oscal": of_json, "prometheus": of_prometheus, "parquet": of_parquet,
}  # fmt: skip


# ---- the numbers ----


def passed(text: str) -> Numbers:
    """Find the score where it is said first."""
    found = re.search(r"([\d,]+) of ([\d,]+)\W+(?:\w+ )?checks passed", text)
    assert found, text[:500]
    return dict(zip(("passed", "of"), (int(each.replace(",", "")) for each in found.groups()), strict=True))


def sentence(text: str) -> Numbers:
    """Find the failed, accepted and unlearned ones in a sentence such as that of a report's head."""
    wanted = {
        "FAIL": r"([\d,]+) (?:checks? )?failed", "accepted": r"([\d,]+) of them accepted",
        "UNKNOWN": r"([\d,]+) could not be assessed", "ERROR": r"([\d,]+) met an error",
    }  # fmt: skip
    found = {name: re.search(pattern, text) for name, pattern in wanted.items()}
    return {name: int(match[1].replace(",", "")) for name, match in found.items() if match}


TOTALS = r"checks?: (\d+) PASS, (\d+) FAIL(?: \((\d+) accepted\))?, (\d+) UNKNOWN, (\d+) ERROR\. (\d+) more do not"


def told_terminal(made: Any) -> Numbers:
    (text,) = of_terminal(made)
    found = re.search(TOTALS, text)
    assert found, text[-500:]
    names = ("PASS", "FAIL", "accepted", "UNKNOWN", "ERROR", "SKIP")
    return {**passed(text), **dict(zip(names, (int(each or 0) for each in found.groups()), strict=True))}


def told_pdf(made: Any) -> Numbers:
    text = next(of_pdf(made))
    return {**passed(text), **sentence(text)}


def told_html(made: Any) -> Numbers:
    body = parse(made).find("body")
    assert body is not None
    index, _, _ = unpacked(made)
    shown = passed(words(body))
    assert shown == index["summary"]["score"], "what is seen is what is embedded"
    return of_summary(index["summary"])


def of_summary(summary: Mapping[str, Any]) -> Numbers:
    return {**summary["score"], **summary["verdicts"], "accepted": summary["accepted"]}


def counted(rows: Iterator[recount.Row]) -> Numbers:
    """Reckon all numbers from the findings that a form tells."""
    found = recount.summary(rows)[""]
    verdicts: dict[str, int] = found["verdicts"]
    score = {"passed": verdicts["PASS"], "of": sum(verdicts.values()) - verdicts["SKIP"]}
    return {**verdicts, **score, "accepted": found["accepted"]}


def _counted_by(rows: Callable[[Any], Iterator[recount.Row]], made: Any) -> Numbers:
    return counted(rows(made))


def told_prometheus(made: Any) -> Numbers:
    families = {family.name: family.samples for family in text_string_to_metric_families(made)}
    counts: Counter[str] = Counter()
    for sample in families["phiward_checks"]:
        counts[sample.labels["verdict"]] += int(sample.value)
    accepted = sum(int(sample.value) for sample in families["phiward_checks_accepted"])
    return {**{name: counts[name] for name in VERDICTS}, "accepted": accepted}


def told_junit(made: Any) -> Numbers:
    """A test case is a check, those that do not apply among them."""
    return {"cases": int(ET.fromstring(made).get("tests") or 0)}  # noqa: S314  our own rendering


def told_github(made: Any) -> Numbers:
    shown = sum(line.startswith(("::error", "::warning")) for line in made.splitlines())
    more = re.search(r"([\d,]+) more finding", made)
    return {"standing": shown + (int(more[1].replace(",", "")) if more else 0)}


def told_markdown(made: Any) -> Numbers:
    text = next(of_markdown(made))
    counts = [int(each) for each in re.findall(r"(\d+) (?:new|known|not assessed)", text)[:3]]
    return {**passed(text), "standing": sum(counts)}


def told_sarif(made: Any) -> Numbers:
    (run,) = json.loads(made)["runs"]
    stands = [each for each in run["results"] if each["kind"] in {"fail", "open"} and not each["suppressions"]]
    return {"standing": len(stands)}


NUMBERS: Mapping[str, Callable[[Any], Numbers]] = {
    "table": told_terminal, "html": told_html, "pdf": told_pdf,
    "csv": partial(_counted_by, recount.csv_rows), "json": partial(_counted_by, recount.json_rows),
    "markdown": told_markdown, "sarif": told_sarif, "junit": told_junit, "github": told_github,
    "gitlab": lambda made: {"standing": len(json.loads(made))}, "prometheus": told_prometheus,
    **{form: partial(_counted_by, rows) for form, rows in recount.FORMS.items()},
}  # fmt: skip


def expected(data: Any, summary: Mapping[str, Any]) -> Numbers:
    """Give all that a form may tell, as the JSON's summary and its findings have it."""
    numbers = of_summary(summary)
    adverse = [each for each in data.findings if counts_as(each) in {"FAIL", "UNKNOWN", "ERROR"}]
    day = data.as_of.date().isoformat()
    return {
        **numbers,
        "cases": numbers["of"] + numbers["SKIP"],
        "standing": sum(not (counts_as(each) == "FAIL" and _in_force(each.acceptance, day)) for each in adverse),
    }


def _in_force(acceptance: Any, day: str) -> bool:
    return (
        bool(acceptance) and not (acceptance.get("revoked") or acceptance.get("lapsed")) and acceptance["until"] >= day
    )
