"""A plan as its renderings see it: steps numbered and grouped, with what rehearsal and journal say of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NamedTuple

from reports.words import plural, value_text, when
from scanner.model.plan import Outcome, Plan, Rehearsal, Step
from scanner.model.rule import SEVERITIES

FORMS = {
    "custodian": "Cloud Custodian policy",
    "direct": "API calls",
    "patch": "change in code",
    "runbook": "runbook",
}
DONE = {
    "custodian": "by Cloud Custodian",
    "direct": "by API calls",
    "patch": "in code",
    "runbook": "by runbook",
}
RISKS = ("high", "medium", "low")
NOT_REHEARSED = "not-rehearsed"
VERDICTS = {
    "refuted": "refuted",
    "not-provable": "not provable here",
    "proved-on-fake": "proved on phiward's fake",
    "proved": "proved",
    "manual": "by hand",
    NOT_REHEARSED: "not rehearsed",
}
MEANS = {
    "refuted": "the step does not do what it says, or something else worsened; a plan with such a step is not approved",
    "not-provable": "the twin cannot show it; the reason is named",
    "proved-on-fake": "as proved, but phiward's own extension of the twin answered some of the calls",
    "proved": "run on a twin of the resources: each finding turned PASS and nothing else worsened",
    "manual": "a change in code or a runbook: nobody ran it",
    NOT_REHEARSED: "no rehearsal of this plan was given",
}
NO_DOWNTIME = "none stated"
ID = 8
"""The characters of a step's id that are shown; `phiward remediate` takes a beginning."""


class Seen(NamedTuple):
    """A step with its place in the plan, what its rehearsal showed and what the journal last says of it."""

    number: int
    step: Step
    outcome: Outcome | None
    verdict: str
    event: str

    @property
    def why(self) -> str:
        """Say why the verdict is what it is, in one sentence; empty where there is nothing to add."""
        if self.outcome is None:
            return ""
        fakes = self.outcome.fake if self.verdict == "proved-on-fake" else ()
        said = [self.outcome.why, f"phiward's own answers: {', '.join(fakes)}" if fakes else ""]
        return "; ".join(part for part in said if part)


class Place(NamedTuple):
    """The steps of one account and Region."""

    account: str
    label: str
    region: str
    seen: Sequence[Seen]


class Line(NamedTuple):
    """One thing that changes: values in words. `after` may be the step's own words."""

    what: str
    before: str
    after: str


@dataclass(frozen=True)
class View:
    """A plan, the rehearsal and the journal's events.

    An event is an entry of the log of remediation as a map: `event` (what happened), `at`, `by`, `step` (a step's id,
    empty for the whole plan), `plan` and `hash` (another plan's are left out), and `body` with `reason` or `why`.
    A rehearsal of another plan is not used, which `note` says.
    """

    plan: Plan
    given: Rehearsal | None = None
    events: Sequence[Mapping[str, Any]] = ()

    @cached_property
    def hash(self) -> str:
        """Give the plan's hash."""
        return self.plan.hash

    @cached_property
    def rehearsal(self) -> Rehearsal | None:
        """Give the rehearsal, where it is one of this very plan."""
        return self.given if self.given is not None and self.given.hash == self.hash else None

    @property
    def note(self) -> str:
        """Say what a reader must know of the rehearsal before its verdicts."""
        if self.rehearsal is not None:
            return ""
        if self.given is not None:
            return "The rehearsal that was given is of another plan, or of this plan before it was altered: not used."
        return "Not rehearsed: no step of this plan has been tried on a twin yet."

    @cached_property
    def seen(self) -> Sequence[Seen]:
        """Give the steps in the plan's order."""
        outcomes = {each.step: each for each in self.rehearsal.outcomes} if self.rehearsal else {}
        events = {str(event["step"]): self._told(event) for event in self._own if event.get("step")}
        found = []
        for number, step in enumerate(self.plan.steps, 1):
            outcome = outcomes.get(step.id)
            verdict = outcome.verdict if outcome else NOT_REHEARSED
            found.append(Seen(number, step, outcome, verdict, events.get(step.id, "")))
        return found

    @property
    def news(self) -> Sequence[str]:
        """Give what the journal says of the plan as a whole, in order."""
        return [self._told(event) for event in self._own if not event.get("step")]

    @property
    def _own(self) -> Sequence[Mapping[str, Any]]:
        return [event for event in self.events if event.get("plan", self.plan.id) == self.plan.id]

    def _told(self, event: Mapping[str, Any]) -> str:
        body = event.get("body") or {}
        by, at, why = event.get("by"), str(event.get("at") or ""), body.get("reason") or body.get("why")
        said = " ".join(filter(None, (str(event.get("event") or ""), f"by {by}" if by else "", when(at))))
        said += f": {why}" if why else ""
        altered = event.get("hash", self.hash) not in {self.hash, ""}
        return f"{said} (of this plan before it was altered)" if altered else said

    @cached_property
    def places(self) -> Sequence[Place]:
        """Give the steps by account and Region, both in the order in which the plan first comes to them."""
        found: dict[str, dict[str, list[Seen]]] = defaultdict(lambda: defaultdict(list))
        for each in self.seen:
            found[each.step.account][each.step.region].append(each)
        return [
            Place(account, self.label(account), region, steps)
            for account, regions in found.items()
            for region, steps in regions.items()
        ]

    @cached_property
    def accounts(self) -> Sequence[tuple[str, Sequence[Seen]]]:
        """Give the steps by account."""
        found: dict[str, list[Seen]] = defaultdict(list)
        for each in self.seen:
            found[each.step.account].append(each)
        return list(found.items())

    @cached_property
    def refuted(self) -> Sequence[Seen]:
        """Give the steps that the rehearsal refuted."""
        return [each for each in self.seen if each.verdict == "refuted"]

    @cached_property
    def findings(self) -> int:
        """Count the findings that the steps mend."""
        return len({mended.fingerprint for step in self.plan.steps for mended in step.mends})

    def label(self, account: str) -> str:
        """Name an account as people do."""
        return self.plan.accounts.get(account) or account

    def whole_label(self, account: str) -> str:
        """Name an account with its number."""
        name = self.plan.accounts.get(account)
        return f"{name} ({account})" if name else account

    def names(self, ids: Iterable[str]) -> str:
        """Name steps by their numbers: `step 3, step 5`; one that the plan lacks by its id."""
        numbers = {each.step.id: each.number for each in self.seen}
        return ", ".join(
            f"step {numbers[each]}" if each in numbers else f"{each[:ID]} (not in this plan)" for each in ids
        )


def tally(seen: Iterable[Seen]) -> dict[str, dict[str, int]]:
    """Count steps by form, risk and verdict, the worst first; only what there is."""
    some = list(seen)
    counts: dict[str, tuple[Iterable[str], Counter[str]]] = {
        "form": (FORMS, Counter(each.step.form for each in some)),
        "risk": (RISKS, Counter(each.step.risk for each in some)),
        "verdict": (VERDICTS, Counter(each.verdict for each in some)),
    }
    return {
        name: {**{key: count[key] for key in order if count[key]}, **{k: n for k, n in count.items() if k not in order}}
        for name, (order, count) in counts.items()
    }


def lines(step: Step, limit: int = 0) -> Sequence[Line]:
    """Say what a step changes, value by value; long values are cut at `limit`."""
    if not step.changes:
        return [Line("", "", step.after)] if step.after else []
    return [
        Line(
            change.what,
            "not set" if change.before is None else value_text(change.before, limit),
            step.after if change.after is None else value_text(change.after, limit),
        )
        for change in step.changes
    ]


def reversal(step: Step) -> tuple[str, str]:
    """Say whether a step can be undone: `yes`, `no`, `in code` or `by hand`, and by what, or why not."""
    if step.form == "patch" and not step.lasting:
        return "in code", "take the change out of the code and apply it"
    if step.undo:
        many = len(step.undo) > 1
        return "yes", f"{plural(len(step.undo), 'operation')} {'bring' if many else 'brings'} the former state back"
    if step.lasting:
        return "no", step.lasting
    return ("no", "the step names nothing that undoes it") if step.runs else ("by hand", "as the steps were done")


def worst(step: Step) -> str:
    """Give the step's severity, if it is one that there is."""
    return step.severity if step.severity in SEVERITIES else "info"


def moment_of(text: str) -> datetime:
    """Read a moment of RFC 3339; what is none counts as the year 2000, so that the same plan gives the same bytes."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime(2000, 1, 1, tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
