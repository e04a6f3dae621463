"""OSCAL assessment results: what was reviewed of the HIPAA Security Rule, observed, found, and what stands as a risk.

The controls are the standards and specifications of 45 CFR 164.308 to 164.316. A control's finding speaks of one
objective, that phiward's automated checks of it pass, and never of the control itself; a control that no check could
speak of has no finding, and one that no API can decide is excluded and called organisational.

Source: NIST, Open Security Controls Assessment Language, Assessment Results model, as compliance-trestle has it: the
document passes the library's models before it is written.
"""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.ci import json_text
from reports.evidence import calls_of
from reports.exchange import LAW, bare, citation_state, counts, known_rules, restricted
from reports.extras import needed
from reports.figures import Figures, Tally, figures, ordered
from reports.hipaa import compiled
from reports.matrix import Line, matrix
from reports.method import METHOD
from reports.oscal_parts import Parts, identity, prop, props, prose, risky, tool
from reports.words import clean, moment
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.view import ReportData
    from scanner.model.finding import Finding

FORM, PACKAGE = "oscal", "compliance-trestle"
MAPPINGS = {
    "public": "as public sources map them",
    "proposed": "by phiward's own mapping, reviewed neither by AWS nor by HHS",
}


class Objective(NamedTuple):
    """That the automated checks of a citation pass, under one of the two mappings."""

    line: Line
    mapping: str
    tally: Tally
    rules: Sequence[str]

    @property
    def control(self) -> str:
        """The control's id."""
        return control_id(self.line.standard.citation)

    @property
    def id(self) -> str:
        """The objective's id."""
        return f"{self.control}_obj.automated-{self.mapping}"


def control_id(citation: str) -> str:
    """Write a citation as an OSCAL token: `164.312(a)(2)(iv)` is `hipaa-164.312.a.2.iv`."""
    return "hipaa-" + re.sub(r"[^A-Za-z0-9]+", ".", citation).strip(".")


def render(data: ReportData) -> str:
    """Give the document as JSON.

    Raises:
        reports.extras.ExtraError: compliance-trestle is missing.
    """
    model: Any = needed("trestle.oscal.assessment_results", FORM, PACKAGE).AssessmentResults
    version: str = needed("trestle.oscal", FORM, PACKAGE).OSCAL_VERSION
    made = document(data, version)
    model.model_validate(made)
    return json_text({"assessment-results": made})


def document(data: ReportData, version: str) -> dict[str, Any]:
    """Give the assessment results as plain values; identifiers come from the scan and the fingerprints."""
    counted = figures(data)
    lines = [line for _, _, part in matrix(data, counted) for line in part]
    aims = list(objectives(lines))
    plan = identity("plan", data.scan)
    return bare({
        "uuid": identity("assessment-results", data.scan, moment(data.as_of), data.version),
        "metadata": {
            "title": f"{LAW}: AWS accounts as phiward assessed them",
            "last-modified": moment(data.as_of),
            "version": data.scan,
            "oscal-version": version,
            "props": [
                prop("phiward-version", data.version), prop("citations-compiled", compiled()),
                *([prop("restricted", restricted(data))] if restricted(data) else []),
            ],
            "remarks": " ".join(METHOD["What it does not say"].split()),
        },
        "import-ap": {"href": f"#{plan}", "remarks": "There is no assessment plan in OSCAL; the scan was the plan."},
        "local-definitions": bare({"objectives-and-methods": [_defined(aim) for aim in aims]}),
        "results": [_result(data, counted, lines, aims)],
        "back-matter": {"resources": [_plan(plan, data)]},
    })  # fmt: skip


def objectives(lines: Sequence[Line]) -> Iterator[Objective]:
    """Give the objectives that some check was assessed for."""
    for line in lines:
        for mapping, tally, rules in (("public", line.public, line.rules),
                                      ("proposed", line.proposed, line.proposed_rules)):  # fmt: skip
            if tally.score.of:
                yield Objective(line, mapping, tally, rules)


def _plan(uuid: str, data: ReportData) -> dict[str, Any]:
    accounts = ", ".join(f"{account.id} ({clean(account.name) or 'no name'})" for account in data.accounts)
    text = f"Scan {data.scan} of the accounts {accounts or 'none'} in {', '.join(data.regions) or 'no Region'}."
    return {"uuid": uuid, "title": "What the scan was asked to do", "description": text}


def _defined(aim: Objective) -> dict[str, Any]:
    citation = aim.line.standard.citation
    what = f"phiward's automated checks of 45 CFR {citation}, {MAPPINGS[aim.mapping]}"
    prose = f"{what}, pass on every resource they apply to."
    return {
        "control-id": aim.control,
        "description": prose,
        "parts": [{"id": aim.id, "name": "assessment-objective", "prose": f"{prose} Rules: {', '.join(aim.rules)}."}],
    }


def _result(data: ReportData, counted: Figures, lines: Sequence[Line], aims: Sequence[Objective]) -> dict[str, Any]:
    parts = Parts(data, calls_of(data), known_rules(data))
    tally = counted.total
    shown = ordered(data.findings)
    cited = _cited(shown)
    verdicts = {f"checks-{str(verdict).lower()}": str(count) for verdict, count in tally.verdicts.items()}
    return bare({
        "uuid": identity("result", data.scan, moment(data.as_of)),
        "title": f"Scan {data.scan}",
        "description": f"{tally.score} checks passed. A check is one rule on one resource, by its worst part; "
        "what could not be learned counts against, an accepted risk is a failed check.",
        "start": moment(data.started or data.as_of),
        "end": moment(data.finished) if data.finished else None,
        "props": props({**verdicts, "checks-accepted": str(tally.accepted), "as-of": moment(data.as_of),
                        "complete": "yes" if data.complete else "no", "restricted": restricted(data)}),
        "remarks": f"A part of the scan: only {prose(restricted(data))}." if restricted(data) else "",
        "local-definitions": bare({"inventory-items": parts.items(), "assessment-assets": _assets(data)}),
        "reviewed-controls": _reviewed(lines),
        "observations": [parts.observation(finding) for finding in shown],
        "risks": [parts.risk(finding) for finding in shown if risky(finding)],
        "findings": [_found(aim, cited[aim.mapping][aim.line.standard.citation], parts) for aim in aims],
    })  # fmt: skip


def _assets(data: ReportData) -> dict[str, Any]:
    used = [{"component-uuid": tool(data)["uuid"]}]
    platform = {"uuid": identity("platform", data.version), "title": "phiward", "uses-components": used}
    return {"components": [tool(data)], "assessment-platforms": [platform]}


def _cited(findings: Sequence[Finding]) -> dict[str, dict[str, list[Finding]]]:
    """Give the findings that count, by mapping and citation."""
    found: dict[str, dict[str, list[Finding]]] = {mapping: defaultdict(list) for mapping in MAPPINGS}
    for finding in findings:
        if counts(finding):
            for citation in finding.hipaa:
                found["public"][citation].append(finding)
            for citation in finding.hipaa_proposed:
                found["proposed"][citation].append(finding)
    return found


def _reviewed(lines: Sequence[Line]) -> dict[str, Any]:
    """Give the controls that rules speak of, and those that are excluded because no rule does."""
    looked = [line for line in lines if line.rules or line.proposed_rules]
    left = [line for line in lines if not (line.rules or line.proposed_rules)]
    choice: dict[str, Any] = {"include-controls": [_by_id(line) for line in looked]} if looked else {"include-all": {}}
    choice |= {
        "description": "Controls that phiward's rules speak of. A reviewed control without a finding had nothing to "
        "assess. Those excluded are organisational, for people to attest, or no rule speaks of them.",
    }
    if left:
        choice["exclude-controls"] = [_by_id(line) for line in left]
    return {
        "description": f"{LAW}, standards and implementation specifications, compiled {compiled()}",
        "props": [
            prop(
                control_id(one.citation),
                f"45 CFR {one.citation} {one.title} ({str(one.kind) or 'unknown'})",
                citation_state(line),
            )
            for line in lines
            for one in (line.standard,)
        ],
        "control-selections": [choice],
    }


def _by_id(line: Line) -> dict[str, str]:
    return {"control-id": control_id(line.standard.citation)}


def _found(aim: Objective, about: Sequence[Finding], parts: Parts) -> dict[str, Any]:
    score, verdicts = aim.tally.score, aim.tally.verdicts
    state, reason = (
        ("satisfied", "pass")
        if score.passed == score.of
        else ("not-satisfied", "fail" if verdicts[Verdict.FAIL] else "other")
    )
    citation, title = aim.line.standard.citation, aim.line.standard.title
    said = ", ".join(f"{count} {verdict}" for verdict, count in verdicts.items() if count)
    return bare({
        "uuid": identity("finding", parts.data.scan, citation, aim.mapping),
        "title": f"Automated checks of 45 CFR {citation} {title}",
        "description": f"{score} checks passed ({said}), {MAPPINGS[aim.mapping]}.",
        "props": props({
            "mapping": aim.mapping, "passed": str(score.passed), "of": str(score.of),
            "accepted": str(aim.tally.accepted),
            "organisational": "yes" if aim.line.standard.organisational else "no",
        }),
        "target": {
            "type": "objective-id", "target-id": aim.id,
            "status": {"state": state, "reason": reason, "remarks": "Of the automated checks, not of the control."},
        },
        "related-observations": [{"observation-uuid": parts.observed(finding)} for finding in about],
        "related-risks": [{"risk-uuid": parts.risked(finding)} for finding in about if risky(finding)],
    })  # fmt: skip
