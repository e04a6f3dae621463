"""The journal of a plan: who approved it, what was begun, what ended, and what that leaves to be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from scanner.model.plan import Plan, PlanError

REHEARSED, APPROVED, REVOKED = "rehearsed", "approved", "revoked"
APPLYING, STOPPED, FINISHED, VERIFIED = "apply began", "apply stopped", "apply ended", "verified"
BEGAN, CALLING, CALLED, ENDED, SKIPPED = "step began", "call began", "call ended", "step ended", "step skipped"
UNDOING, UNDO_CALLING, UNDO_CALLED, UNDONE = "undo began", "undo call began", "undo call ended", "undo ended"
UNDO_SKIPPED, EXPECTED, FAILED = "undo skipped", "expected", "step failed"


class Event(Protocol):
    """One entry; `scanner.store.RemedyEvent` is one."""

    @property
    def plan(self) -> str:
        """The plan's id."""

    @property
    def hash(self) -> str:
        """The plan's hash when this was written."""

    @property
    def at(self) -> str:
        """When, in UTC."""

    @property
    def event(self) -> str:
        """What happened."""

    @property
    def step(self) -> str:
        """The step's id, if it is a step's."""

    @property
    def by(self) -> str:
        """Who did it, if somebody did."""

    @property
    def body(self) -> Mapping[str, Any]:
        """What there is to say of it."""


class Log(Protocol):
    """Where the journal is kept; `scanner.store.Store` is one. What was noted is durable when `note_remedy` returns."""

    def note_remedy(
        self, plan: str, hash: str, event: str, *, step: str = "", by: str = "",
        body: Mapping[str, Any] | None = None, at: datetime,
    ) -> Event:  # fmt: skip
        """Write an entry."""

    def remedy_log(self, plan: str = "") -> Iterable[Event]:
        """Give the entries, of one plan if it is named, in order."""

    def remedying(self, plan: str) -> AbstractContextManager[int | None]:
        """Keep others from applying; the value is the lock's file descriptor, if it has one."""


@dataclass
class StepState:
    """How far a step is: `new`, `open` (begun, its end is not known), `done`, `skipped`, `undoing`, `undone`.

    `began` counts the operations, of carrying it out or of undoing it, that were begun, `calls` those answered.
    """

    state: str = "new"
    began: int = 0
    calls: int = 0
    why: str = ""


@dataclass(frozen=True)
class Approval:
    """That somebody approved a plan of this hash, why, and until when (ISO 8601 in UTC)."""

    hash: str
    by: str
    reason: str
    until: str
    at: str


@dataclass
class Journal:
    """The journal of one plan."""

    log: Log
    plan: Plan
    now: Callable[[], datetime]
    by: str = ""
    hash: str = field(init=False)
    entries: list[Event] = field(default_factory=list)
    _states: dict[str, StepState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what is there; the plan's hash is made once, for a large plan takes a second."""
        self.hash = self.plan.hash
        self.refresh()

    def refresh(self) -> None:
        """Read it again: somebody else may have taken the approval back meanwhile."""
        self.entries = []
        self._states = {step.id: StepState() for step in self.plan.steps}
        for entry in self.log.remedy_log(self.plan.id):
            self._take(entry)

    def _take(self, entry: Event) -> None:
        self.entries.append(entry)
        if entry.step in self._states:
            _advance(self._states[entry.step], entry)

    def note(self, event: str, step: str = "", **body: Any) -> None:
        """Write an entry, and keep it in mind."""
        made = self.log.note_remedy(
            self.plan.id, self.hash, event, step=step, by=self.by, body=body, at=self.now()
        )  # fmt: skip
        self._take(made)

    def approval(self) -> Approval | None:
        """Give the approval in force, if there is one; it may have expired, or be of another hash."""
        found = None
        for each in self.entries:
            if each.event == APPROVED:
                body = each.body
                found = Approval(each.hash, each.by, str(body.get("reason")), str(body.get("until")), each.at)
            if each.event == REVOKED:
                found = None
        return found

    def approved(self) -> Approval:
        """Give the approval by which the plan may be applied now.

        Raises:
            PlanError: there is none, it expired, or the plan was altered after it.
        """
        found, plan = self.approval(), self.plan
        if found is None:
            raise PlanError(f"plan {plan.id} is not approved; `phiward remediate rehearse`, then `approve`")
        if found.hash != self.hash:
            raise PlanError(
                f"plan {plan.id} was altered: {found.by} approved {found.hash[:16]}, this is {self.hash[:16]}; "
                "rehearse and approve it anew"
            )
        if found.until <= self.now().strftime("%Y-%m-%dT%H:%M:%SZ"):
            raise PlanError(f"the approval of plan {plan.id} by {found.by} expired at {found.until}; approve it anew")
        return found

    def unaltered(self) -> None:
        """Make sure that what was carried out is what the plan says now.

        Raises:
            PlanError: the plan was altered since.
        """
        for each in self.entries:
            if each.event in {BEGAN, UNDOING} and each.hash != self.hash:
                raise PlanError(
                    f"plan {self.plan.id} is not what was carried out: that was {each.hash[:16]}, this is "
                    f"{self.hash[:16]}; it was altered since"
                )

    def order(self) -> dict[str, int]:
        """Give the order in which steps were carried out, by their ids."""
        found = {step.id: -1 for step in self.plan.steps}
        return found | {each.step: at for at, each in enumerate(self.entries) if each.event == BEGAN}

    def rehearsal(self) -> Mapping[str, Any] | None:
        """Give what the newest rehearsal of this very plan showed."""
        shown = [each.body for each in self.entries if each.event == REHEARSED and each.hash == self.hash]
        return shown[-1] if shown else None

    def state(self, step: str) -> StepState:
        """Say how far a step is now."""
        return replace(self._states[step])


def _advance(now: StepState, entry: Event) -> None:
    event, body = entry.event, entry.body
    if event in {BEGAN, UNDOING}:
        state = "open" if event == BEGAN else "undoing"
        if now.state != state:
            now.began = now.calls = 0
        now.state = state
    elif event in {CALLING, UNDO_CALLING}:
        now.began = max(now.began, int(body["number"]) + 1)
    elif event in {CALLED, UNDO_CALLED}:
        now.calls = int(body["number"]) + 1
    elif event in {ENDED, SKIPPED, UNDONE}:
        now.state = {ENDED: "done", SKIPPED: "skipped", UNDONE: "undone"}[event]
        now.why = str(body.get("why", ""))
