"""What an evidence pack says to people: README.txt, and the rules in Markdown."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

import msgspec

from reports.figures import figures
from reports.hipaa import compiled
from reports.markdown import code, prose
from reports.matrix import NO_RULE, NOTHING, ORGANISATIONAL, matrix
from reports.words import clean, moment, plural, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reports.evidence_citations import Asked
    from reports.matrix import Line
    from reports.view import ReportData

WIDTH = 100
STATES = {
    ORGANISATIONAL: "organisational: no AWS API can decide it, so no rule of phiward does. This pack holds no finding "
    "for it; the evidence is with people: policies, contracts, training, records of reviews.",
    NO_RULE: "phiward has no rule for it, or none that was run in this scan. This pack holds no finding for it, and "
    "says nothing of whether it is met.",
    NOTHING: "rules for it were run, and the accounts held nothing that they speak of.",
}
OWN = "by phiward's own mapping, which neither AWS nor HHS has reviewed: "
CONTENTS = {
    "findings.json, findings.csv": "every verdict of the rules behind these citations, PASS included, with its facts; "
    "the form is phiward's documented JSON",
    "evidence.csv": "each fact of each finding with the document that shows it",
    "documents/": "what the AWS APIs answered for the resources judged, one file for each section, named by its "
    "SHA-256. Secrets were replaced by keyed hashes as they were read",
    "documents/index.json": "from a resource to its documents, and from which scan until which each was so",
    "history.json": "how long each verdict was what it is, within the period",
    "rules.md, rules.json": "what the rules demand and why, with their parameters as they were in force when this "
    "pack was made (a scan does not keep them)",
    "coverage.json": "how far the API calls behind the findings were answered",
    "acceptances.json": "risks that people accepted; an accepted risk remains a FAIL. Not sealed",
    "seals.json": "each account's chain of seals, from its first scan to its newest",
    "sealed/": "what the scan's seals stand for: the lists of all sections and all verdicts of these accounts",
    "verify.py": "checks this pack; needs Python 3.8 or newer and nothing else",
    "manifest.json": "the SHA-256 of every other file",
}


def readme(
    data: ReportData, asked: Sequence[Asked], rules: Sequence[Mapping[str, Any]], not_run: Sequence[str], *, proof: bool
) -> str:
    """Give the text that says what this is, what it holds, and how to check it."""
    title = f"Evidence for 45 CFR {', '.join(each.citation for each in asked)}"
    parts = (
        [title, "=" * min(len(title), WIDTH)],
        _facts(data),
        _block("What the citations came to", *_citations(data, asked)),
        _own(rules),
        _block("Rules for these citations that the scan did not run", ", ".join(not_run)) if not_run else [],
        _block(
            "What is in here", *(f"{name}: {said}." for name, said in CONTENTS.items() if _there(name, proof=proof))
        ),
        _block("How to check it", *_how(proof=proof)),
        _block(
            "What it does not say",
            "A passed check is evidence for a requirement, not its fulfilment. UNKNOWN means that something the "
            "verdict needs could not be learned, and counts against. Addressable does not mean optional: what is not "
            "done needs a documented reason, 45 CFR 164.306(d)(3). This is no legal opinion and no certification. The "
            f"list of citations was compiled on {compiled()}; check it against ecfr.gov.",
        ),
    )
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _there(name: str, *, proof: bool) -> bool:
    return proof or name != "sealed/"


def _facts(data: ReportData) -> list[str]:
    since, left_out = data.restricted.since, msgspec.structs.replace(data.restricted, since=None).words
    answered = (
        f"{sum(entry.ok for entry in data.coverage):,} of {plural(len(data.coverage), 'call')} behind the findings"
    )
    period = f"from {moment(since)} to {moment(data.as_of)}" if since else f"the scan alone, {moment(data.as_of)}"
    names = (f"{account.id} ({account.name})" if account.name else account.id for account in data.accounts)
    rows = {
        "Scan": data.scan,
        "Period": period,
        "Accounts": ", ".join(names),
        "Regions": ", ".join(data.regions) or "none",
        "Only": left_out,
        "Answered": f"{answered} in full: see coverage.json",
        "Made by": f"phiward {data.version}",
    }
    found: list[str] = []
    for name, said in rows.items():
        if said:
            found += _wrapped(f"{name + ':':<10}{clean(said)}", " " * 10)
    return found


def _citations(data: ReportData, asked: Sequence[Asked]) -> Iterator[str]:
    lines = {line.standard.citation: line for _, _, part in matrix(data, figures(data)) for line in part}
    for citation in dict.fromkeys(citation for each in asked for citation in each.covers):
        line = lines.get(citation)
        if line is not None:
            standard = line.standard
            yield f"{citation} {standard.title} ({standard.kind}): {_came_to(line)}"


def _came_to(line: Line) -> str:
    said = []
    if line.rules or not line.proposed_rules:
        said.append(_state(line.state, len(line.rules)))
    if line.proposed_rules:
        said.append(OWN + _state(line.proposed_state, len(line.proposed_rules)))
    return "; ".join(said)


def _state(state: str, rules: int) -> str:
    return STATES.get(state) or f"{state} checks passed, {plural(rules, 'rule')}"


def _own(rules: Sequence[Mapping[str, Any]]) -> list[str]:
    own = [rule for rule in rules if rule["cited_by"] == "phiward's own mapping"]
    if not own:
        return []
    return _block(
        "phiward's own mapping",
        "These rules are in this pack by this project's own mapping alone. No public rule set gives these citations "
        "for them, and neither AWS nor HHS has reviewed it.",
        *(f"{rule['id']}: {rule['title']}" for rule in own),
    )


def _how(*, proof: bool) -> Iterator[str]:
    yield "Unpack it and run `python3 verify.py`, or `python3 verify.py PACK.zip` with a copy of it that you trust."
    yield (
        "`python3 verify.py --head HASH` also asks whether a seal that you were given earlier, printed in a PDF report "
        "or in a notification, stands in the chain."
    )
    if proof:
        yield (
            "It proves that findings, documents and coverage are those that were sealed with the scan, and that no "
            "verdict for these citations was left out; with --head, that they are what they were when that seal, of "
            "this scan or a later one, was given out."
        )
    else:
        yield (
            "It proves that nothing in the pack was changed since it was made, that the facts lead to documents, and "
            "that the chain of seals is whole. It does not tie findings and documents to the seal: that takes the "
            "lists of everything that was sealed, which name what has nothing to do with these citations. "
            "`phiward report --evidence CITATION --proof` adds them."
        )
    yield "Nothing here can prove that AWS answered truly, or that the pack was made by the one who says so."


def _block(title: str, *said: str) -> list[str]:
    return [title, "-" * len(title), *(line for text in said for line in _wrapped(f"- {clean(text)}", "  "))]


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def rules_page(rules: Sequence[Mapping[str, Any]]) -> str:
    """Give the rules as a page: what each demands, why, where from, and its parameters in force."""
    lines = ["# The rules of this pack", ""]
    if not rules:
        lines += ["None: no rule that was run in this scan speaks of what was asked for.", ""]
    for rule in rules:
        lines += [*_rule(rule), ""]
    return "\n".join(lines)


def _rule(rule: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {code(rule['id'], 0)}: {prose(rule['title'])}"
    for paragraph in str(rule["why"]).split("\n\n"):
        if paragraph.strip():
            yield ""
            yield prose(" ".join(paragraph.split()))
    yield ""
    if rule["speaks_of"]:
        yield f"- Speaks of: {prose(rule['speaks_of'])}"
    yield f"- Judges: {_codes(rule['kinds'])}"
    yield f"- Severity: {prose(rule['severity'])}, {prose(rule['category'])}"
    yield f"- Citations of public sources: {_codes(rule['hipaa']) or 'none'}"
    if rule["hipaa_proposed"]:
        yield f"- phiward's own mapping: {_codes(rule['hipaa_proposed'])}"
    if rule["sources"]:
        yield f"- Sources: {'; '.join(prose(source) for source in rule['sources'])}"
    for parameter in rule["parameters"]:
        yield f"- Parameter {_parameter(parameter)}"
    for override in rule["overrides"]:
        yield f"- Where {code(value_text(override['where']), 0)}: {code(value_text(override['values']), 0)}"


def _parameter(given: Mapping[str, Any]) -> str:
    value, default = (code(value_text(given[name]), 0) for name in ("value", "default"))
    meaning = f": {prose(given['description'])}" if given["description"] else ""
    return f"{code(given['name'], 0)} is {value} (by default {default}){meaning}"


def _codes(values: Iterable[str]) -> str:
    return ", ".join(code(value, 0) for value in values)
