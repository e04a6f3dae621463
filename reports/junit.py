"""JUnit XML: one test case for each check (a rule on a resource); only what failed new or again is a failure.

Source: junit-10.xsd of Jenkins' xUnit plugin, the strictest of the forms in use; GitLab reads it too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple
from xml.etree import ElementTree as ET

from reports.ci import Places, fresh, known_since, said, spot, whereabouts
from reports.exchange import restricted
from reports.figures import accepted, current, order, standing, why_not_accepted
from reports.words import clean
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.view import ReportData
    from scanner.model.finding import Finding

# Char of XML 1.0; `clean` has shown control characters and lone surrogates already.
_NO_XML = re.compile(r"[^\x09\x0a\x0d\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Outcome(NamedTuple):
    """How a test case came out: the element that says so (none where it passed), its type and message, the details."""

    tag: str
    type: str = ""
    message: str = ""
    body: str = ""


def render(data: ReportData, places: Places | None = None) -> str:
    """Give the document: a suite for each account, its cases ordered by rule and resource.

    The schema knows no file of a case: files and lines of `places` stand in the details.
    """
    suites: dict[str, dict[tuple[str, ...], list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in current(data.findings):
        case = (finding.rule, finding.region, finding.kind, finding.key)
        suites[finding.account][case].append(finding)
    part = restricted(data)
    root = ET.Element("testsuites", name=_text(f"phiward {data.scan}{f' (only {part})' if part else ''}"))
    total: Counter[str] = Counter()
    for account, cases in sorted(suites.items()):
        suite = ET.SubElement(root, "testsuite", name=_text(f"{data.account_label(account)} ({account})"))
        if part:
            ET.SubElement(ET.SubElement(suite, "properties"), "property", name="restricted", value=_text(part))
        counts = Counter(_case(suite, sorted(cases[case], key=order), data.as_of, places) for case in sorted(cases))
        total += counts
        _count(suite, counts)
        suite.set("skipped", str(counts["skipped"]))
        suite.set("timestamp", f"{data.as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%S}")
    _count(root, total)
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode").replace("##", "#&#35;")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _count(element: ET.Element, counts: Counter[str]) -> None:
    for name, count in (("tests", counts.total()), ("failures", counts["failure"]), ("errors", counts["error"])):
        element.set(name, str(count))


def _case(suite: ET.Element, parts: Sequence[Finding], as_of: datetime, places: Places | None) -> str:
    case = ET.SubElement(suite, "testcase", name=_text(whereabouts(parts[0])), classname=_text(parts[0].rule))
    outcome = _outcome(parts, as_of, places)
    if outcome.tag:
        element = ET.SubElement(case, outcome.tag, message=_text(outcome.message))
        if outcome.type:
            element.set("type", outcome.type)
        element.text = "\n".join(_text(line) for line in outcome.body.splitlines()) or None
    return outcome.tag


def _outcome(parts: Sequence[Finding], as_of: datetime, places: Places | None) -> Outcome:
    of = {verdict: [part for part in parts if standing(part) is verdict] for verdict in Verdict}
    news = [part for part in of[Verdict.FAIL] if fresh(part) and not accepted(part, as_of)]
    if of[Verdict.ERROR]:
        return _told("error", "ERROR", of[Verdict.ERROR], parts, places)
    if news:
        return _told("failure", news[0].severity, news, parts, places)
    if of[Verdict.UNKNOWN]:
        return _told("error", "UNKNOWN", of[Verdict.UNKNOWN], parts, places)
    if of[Verdict.FAIL]:
        return Outcome("skipped", message="; ".join(dict.fromkeys(_known(part, as_of) for part in of[Verdict.FAIL])))
    if of[Verdict.PASS] or not of[Verdict.SKIP]:
        return Outcome("")
    return Outcome("skipped", message="; ".join(dict.fromkeys(said(part) for part in of[Verdict.SKIP])))


def _told(tag: str, type: str, chosen: Sequence[Finding], parts: Sequence[Finding], places: Places | None) -> Outcome:
    files = [f"{where.path}:{where.line}" for where in (spot(part, places) for part in chosen) if where.real]
    lines = [parts[0].title, *dict.fromkeys([*(part.resource for part in chosen), *files])]
    adverse = (part for part in parts if standing(part) not in {Verdict.PASS, Verdict.SKIP})
    lines += [
        f"{part.severity} {standing(part)} ({part.status}): {said(part)} [{part.fingerprint}]" for part in adverse
    ]
    body = "\n".join(clean(line) for line in lines)
    return Outcome(tag, type, "; ".join(dict.fromkeys(said(part) for part in chosen)), body)


def _known(part: Finding, as_of: datetime) -> str:
    if accepted(part, as_of):
        given = part.acceptance or {}
        until, owner, reason = (str(given.get(name) or "not said") for name in ("until", "owner", "reason"))
        return f"accepted until {until} by {owner}: {reason} ({said(part)})"
    lapse = why_not_accepted(part, as_of)
    return f"{known_since(part)}: {said(part)}" + (f" ({lapse})" if lapse else "")


def _text(text: str) -> str:
    return _NO_XML.sub(lambda match: f"\\u{ord(match.group()):04x}", clean(text))
