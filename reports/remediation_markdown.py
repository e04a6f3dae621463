"""A plan as a ticket in Markdown: every step with what it changes, what it risks, and the very text that does it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from reports.markdown import code, prose
from reports.remediation_code import commands, hcl, policy_yaml
from reports.remediation_view import (
    DONE,
    FORMS,
    ID,
    MEANS,
    NO_DOWNTIME,
    VERDICTS,
    Seen,
    View,
    lines,
    reversal,
    tally,
    worst,
)
from reports.words import clean, plural, when

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from scanner.model.plan import Plan, Rehearsal, Step

VALUE_LIMIT = 280
_TICKS = re.compile(r"`+")


def render(plan: Plan, rehearsal: Rehearsal | None = None, events: Sequence[Mapping[str, Any]] = ()) -> str:
    """Give the ticket: figures, then every step under its account and Region."""
    view = View(plan, rehearsal, events)
    return "\n".join((*_head(view), *_places(view), *_tail(view))).rstrip() + "\n"


def _head(view: View) -> Iterator[str]:
    plan, counts = view.plan, tally(view.seen)
    yield f"# Remediation: {plural(len(view.seen), 'step')} for {plural(view.findings, 'finding')}"
    yield ""
    yield f"Plan {code(plan.id)} from scan {code(plan.scan)} as of {prose(when(plan.as_of))}. Hash {code(view.hash)}."
    yield ""
    said = [f"**{count:,}** {prose(DONE.get(name, name))}" for name, count in counts["form"].items()]
    yield f"- How: {', '.join(said) or 'nothing'}"
    said = [f"**{count:,}** {prose(name)}" for name, count in counts["risk"].items()]
    yield f"- Risk: {', '.join(said) or 'none'}"
    said = [f"**{count:,}** {VERDICTS[name]}" for name, count in counts["verdict"].items()]
    yield f"- Rehearsal: {', '.join(said) or 'none'}"
    yield from (f"- Journal: {prose(line)}" for line in view.news)
    if view.refuted:
        numbers = ", ".join(str(each.number) for each in view.refuted)
        yield ""
        yield f"**This plan cannot be approved: refuted {'steps' if len(view.refuted) > 1 else 'step'} {numbers}.**"
    if view.note:
        yield ""
        yield f"**{view.note}**"
    if view.seen:
        yield ""
        yield "| Account | Steps | By machine | By hand | High risk | Proved | Refuted |"
        yield "|---|--:|--:|--:|--:|--:|--:|"
    for account, seen in view.accounts:
        machine = sum(each.step.runs for each in seen)
        high = sum(each.step.risk == "high" for each in seen)
        proved = sum(each.verdict in {"proved", "proved-on-fake"} for each in seen)
        refuted = sum(each.verdict == "refuted" for each in seen)
        figures = (len(seen), machine, len(seen) - machine, high, proved, refuted)
        yield f"| {_account(view, account)} | {' | '.join(f'{count:,}' for count in figures)} |"


def _account(view: View, account: str) -> str:
    name = view.plan.accounts.get(account)
    return f"{code(name)} {code(account)}" if name else code(account)


def _places(view: View) -> Iterator[str]:
    for place in view.places:
        yield ""
        yield f"## {_account(view, place.account)} in {code(place.region)}"
        for seen in place.seen:
            yield from _step(view, seen)


def _step(view: View, seen: Seen) -> Iterator[str]:
    step = seen.step
    yield ""
    yield f"### {seen.number}. {prose(step.title)}"
    yield ""
    more = f" and {len(step.resources) - 1:,} more" if len(step.resources) > 1 else ""
    yield f"{code(step.name or step.resource)}{more}, {code(step.kind)}, step {code(step.id[:ID])}"
    yield ""
    yield from _changes(step)
    yield from (f"- {name}: {said}" for name, said in _terms(view, seen) if said)
    yield from _doing(seen)


def _changes(step: Step) -> Iterator[str]:
    found = lines(step, VALUE_LIMIT)
    if step.changes:
        yield "| What changes | Before | After |"
        yield "|---|---|---|"
        for line in found:
            words = step.after if line.after == step.after else ""
            after = prose(words) if words else code(line.after)
            yield f"| {code(line.what)} | {code(line.before)} | {after} |"
    else:
        yield from (f"Afterwards: {prose(line.after)}" for line in found)
    yield ""


def _terms(view: View, seen: Seen) -> Iterator[tuple[str, str]]:
    step = seen.step
    for mended in step.mends:
        part = f" ({code(mended.part)})" if mended.part and mended.part not in mended.message else ""
        yield "Mends", f"{code(mended.rule)}, {worst(step)}: {prose(mended.message)}{part}"
    yield "Form", FORMS[step.form]
    yield "Risk", f"**{prose(step.risk)}**"
    yield "Downtime", prose(step.downtime or NO_DOWNTIME)
    yield "Cost", prose(step.cost)
    back, by = reversal(step)
    yield "Reversible", f"**{back}**: {prose(by)}"
    yield "Rehearsal", f"**{VERDICTS[seen.verdict]}**{': ' + prose(seen.why) if seen.why else ''}"
    yield "Journal", prose(seen.event)
    yield "After", prose(view.names(step.follows))
    yield "What is made may fail", ", ".join(map(code, step.brings))
    yield "Permissions", ", ".join(map(code, step.permissions))
    yield "HIPAA Security Rule", prose(", ".join(f"45 CFR {each}" for each in step.hipaa))
    yield "Terraform manages it", code(step.managed_by) if step.managed_by else ""
    yield "Why so", prose(step.why)
    yield "Resources", ", ".join(map(code, step.resources)) if len(step.resources) > 1 else ""


def _doing(seen: Seen) -> Iterator[str]:
    """Give what does it, what undoes it, and the same in code; what a person does is numbered."""
    step = seen.step
    if step.form == "custodian" and step.policy is not None:
        yield from _block("The policy:", "yaml", policy_yaml(step.policy))
    if step.form == "direct" and step.writes:
        yield from _block("The calls, in order:", "sh", commands(step.writes))
    if step.runbook:
        yield ""
        yield "By hand:"
        yield ""
        yield from (f"{number}. {_by_hand(said)}" for number, said in enumerate(step.runbook, 1))
    if step.terraform:
        said = "The change in code:" if step.form == "patch" else "The same in Terraform, where code manages it:"
        yield from _block(said, "hcl", hcl(step))
    if step.undo and step.form != "patch":
        yield from _block("To undo it:", "sh", commands(step.undo))


def _by_hand(said: str) -> str:
    """Show a step of a runbook; a command whole, so that nobody copies half of one."""
    return code(said, 0) if said.startswith("aws ") else prose(said)


def _block(said: str, language: str, text: str) -> Iterator[str]:
    """Fence a text with more ticks than it holds, each of its lines made harmless."""
    inner = [clean(line) for line in text.split("\n")]
    fence = "`" * max(3, 1 + max((len(ticks) for line in inner for ticks in _TICKS.findall(line)), default=0))
    yield from ("", said, "", f"{fence}{language}", *inner, fence)


def _tail(view: View) -> Iterator[str]:
    left = view.plan.left_out
    if left:
        yield from ("", "## Findings without a step", "")
        yield from (f"- {count:,}: {prose(why)}" for why, count in left.items())
    shown = [name for name in VERDICTS if any(each.verdict == name for each in view.seen)]
    if shown:
        yield from ("", "## What the rehearsal's words mean", "")
        yield from (f"- **{VERDICTS[name]}**: {MEANS[name]}" for name in shown)
