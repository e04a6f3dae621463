"""A plan as one HTML file that needs nothing else, as a PDF, and as a section of the auditor's PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from markupsafe import Markup

from reports import charts
from reports.budget import Budget
from reports.html import policy
from reports.pages import environment, resource
from reports.printing import Attached, draw
from reports.remediation_brief import brief
from reports.remediation_code import commands, hcl, policy_yaml
from reports.remediation_view import (
    DONE,
    FORMS,
    ID,
    MEANS,
    NO_DOWNTIME,
    RISKS,
    VERDICTS,
    Place,
    Seen,
    View,
    lines,
    moment_of,
    reversal,
    tally,
    worst,
)
from reports.words import clean, fit_arn, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reports.budget import Cut
    from scanner.model.plan import Plan, Rehearsal, Step

ATTACHMENT = "phiward-plan.json"
PAGE_STEPS = 2000
PDF_STEPS = 100
PDF_ROWS = 600
SECTION_ROWS = 120
VALUE_LIMIT = 600
NAME_LIMIT = 120
MARKS = {
    "refuted": "v-FAIL",
    "not-provable": "v-UNKNOWN",
    "proved-on-fake": "low",
    "proved": "v-PASS",
    "manual": "v-SKIP",
    "not-rehearsed": "v-SKIP",
}
COLOURS = {
    "proved": "pass",
    "proved-on-fake": "low",
    "not-provable": "unknown",
    "refuted": "fail",
    "manual": "muted",
    "not-rehearsed": "info",
}
NOTES = (
    "The plan by itself changes nothing. It is approved by name for this very hash and applied by phiward remediate "
    "apply, which looks at every resource again first, leaves out what has changed since, and stops at the first "
    "surprise. A change in code is for the people of that code; a runbook is for people."
)


def render(plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = ()) -> str:
    """Give the page: filters and steps; scripts and styles run by their hashes only, and nothing may be fetched."""
    style, script = resource("report.css") + resource("remediation.css"), resource("remediation.js")
    view = View(plan, rehearsal, events)
    return (
        environment()
        .get_template("remediation.html.j2")
        .render(
            **_context(view, Budget(PAGE_STEPS)),
            policy=policy(style, script),
            style=Markup(style),  # noqa: S704  our own file
            script=Markup(script),  # noqa: S704  our own file
        )
    )


def render_pdf(plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = ()) -> bytes:
    """Give the PDF, with the plan attached as JSON: the same bytes for the same plan.

    Raises:
        reports.printing.PdfError: WeasyPrint or Pango is missing.
    """
    text = msgspec.json.format(msgspec.json.encode(plan, order="sorted"), indent=2) + b"\n"
    attached = Attached(ATTACHMENT, "The plan, as JSON", text)
    return draw(html_of_pdf(plan, rehearsal, events), moment_of(plan.as_of), attached)


def html_of_pdf(plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = ()) -> str:
    """Give the page that is printed: all steps as rows, the first hundred told in full."""
    view = View(plan, rehearsal, events)
    rows = Budget(PDF_ROWS).take(_rows(view))
    made = _context(view, Budget(PDF_STEPS))
    return environment().get_template("remediation.pdf.html.j2").render(**made, rows=rows, attachment=ATTACHMENT)


def section(plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = ()) -> Markup:
    """Give the chapter of the auditor's PDF: a row for each remedy. Its anchor is `remediation`."""
    view = View(plan, rehearsal, events)
    rows = Budget(SECTION_ROWS).take(brief(view))
    made = environment().get_template("remediation.section.html.j2").render(**_head(view), rows=rows)
    return Markup(made)  # noqa: S704  the template escapes all


def _context(view: View, budget: Budget) -> dict[str, Any]:
    cut = [(place, budget.take(place.seen)) for place in view.places]
    return {
        **_head(view),
        "accounts": [_account(view, account, seen) for account, seen in view.accounts],
        "places": [_place(view, place, part) for place, part in cut if part.rows],
        "steps_left_out": sum(part.left_out for _, part in cut),
        "chosen": [(name.replace("_", " "), value) for name, value in view.plan.chosen.items() if value],
    }


def _head(view: View) -> dict[str, Any]:
    counts = tally(view.seen)
    names = {"form": {**DONE}, "risk": {}, "verdict": VERDICTS}
    shown = [name for name in VERDICTS if counts["verdict"].get(name)]
    return {
        "view": view,
        "plan": view.plan,
        "as_of": when(view.plan.as_of),
        "made_at": when(view.plan.made_at),
        "counts": {
            part: [(key, names[part].get(key, key), count) for key, count in some.items()]
            for part, some in counts.items()
        },
        "means": [(name, _first_up(VERDICTS[name]), _first_up(MEANS[name])) for name in shown],
        "notes": NOTES,
        "marks": MARKS,
    }


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _account(view: View, account: str, seen: Sequence[Seen]) -> dict[str, Any]:
    machine = sum(each.step.runs for each in seen)
    verdicts = tally(seen)["verdict"]
    risks = tally(seen)["risk"]
    parts = [(COLOURS[name], verdicts.get(name, 0)) for name in COLOURS]
    return {
        "id": account,
        "label": view.label(account),
        "steps": len(seen),
        "machine": machine,
        "hand": len(seen) - machine,
        "risks": [risks.get(risk, 0) for risk in RISKS],
        "proved": verdicts.get("proved", 0) + verdicts.get("proved-on-fake", 0),
        "refuted": verdicts.get("refuted", 0),
        "bar": charts.bar(parts, len(seen)),
    }


def _place(view: View, place: Place, part: Cut[Seen]) -> dict[str, Any]:
    return {
        "account": place.account,
        "label": place.label,
        "region": place.region,
        "count": len(place.seen),
        "steps": [_step(view, seen) for seen in part.rows],
    }


def _step(view: View, seen: Seen) -> dict[str, Any]:
    step = seen.step
    numbers = {each.step.id: each.number for each in view.seen} if step.follows else {}
    return {
        **_brief(seen),
        "step": step,
        "region": step.region,
        "account": step.account,
        "arn": clean(step.resource),
        "members": [fit_arn(clean(arn), NAME_LIMIT) for arn in step.resources] if len(step.resources) > 1 else [],
        "changes": lines(step, VALUE_LIMIT),
        "form_name": FORMS[step.form],
        "terms": [(name, said) for name, said in _terms(seen) if said],
        "follows": [(numbers.get(first), first) for first in step.follows],
        "code": list(_code(step)),
    }


def _brief(seen: Seen) -> dict[str, Any]:
    step = seen.step
    back, by = reversal(step)
    return {
        "number": seen.number,
        "id": step.id,
        "short": step.id[:ID],
        "title": step.title,
        "name": fit_arn(clean(step.name or step.resource), NAME_LIMIT),
        "kind": step.kind.removeprefix("AWS::").lstrip(":"),
        "form": step.form,
        "risk": step.risk,
        "severity": worst(step),
        "back": back,
        "by": by,
        "verdict": seen.verdict,
        "verdict_name": _first_up(VERDICTS[seen.verdict]),
        "why": seen.why,
        "event": seen.event,
    }


def _terms(seen: Seen) -> Iterator[tuple[str, str]]:
    step = seen.step
    yield "Downtime", step.downtime or NO_DOWNTIME
    yield "Cost", step.cost
    back, by = reversal(step)
    yield "Reversible", f"{back}: {by}"
    yield "Rehearsal", VERDICTS[seen.verdict] + (f": {seen.why}" if seen.why else "")
    yield "Journal", seen.event
    yield "May then fail", ", ".join(step.brings)
    yield "Permissions", ", ".join(step.permissions)
    yield "HIPAA", ", ".join(f"45 CFR {each}" for each in step.hipaa)
    yield "Terraform", step.managed_by
    yield "Why so", step.why


def _code(step: Step) -> Iterator[tuple[str, str]]:
    """Give the texts that do it, that say the same in code, and that undo it."""
    if step.form == "custodian" and step.policy is not None:
        yield "The policy", policy_yaml(step.policy)
    if step.form == "direct" and step.writes:
        yield "The calls, in order", commands(step.writes)
    if step.terraform:
        yield (
            ("The change in code" if step.form == "patch" else "The same in Terraform, where code manages it"),
            hcl(step),
        )
    if step.undo and step.form != "patch":
        yield "To undo it", commands(step.undo)


def _rows(view: View) -> list[dict[str, Any]]:
    """Give a row for each finding; a step that mends none has one all the same."""
    found = []
    for seen in view.seen:
        step = seen.step
        where = {"account": view.label(step.account), "region": step.region}
        brief = {**_brief(seen), **where, "form_name": FORMS[step.form].removeprefix("Cloud ")}
        for mended in step.mends or (None,):
            rule, message = (mended.rule, mended.message) if mended else ("", "")
            found.append(
                {**brief, "rule": rule, "message": message, "print": mended.fingerprint[:ID] if mended else ""}
            )
    return found
