"""A plan: the steps that would mend a scan's findings, as one document whose hash is what people approve."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

import msgspec

SCHEMA = "phiward-plan/1"
Form = Literal["custodian", "direct", "patch", "runbook"]
RUN: frozenset[str] = frozenset({"custodian", "direct"})
"""The forms that a machine carries out; a patch is proposed to code, a runbook is a person's."""


class PlanError(ValueError):
    """The plan cannot be used: the message says what is wrong, where, and what to do."""


class Change(msgspec.Struct, frozen=True):
    """One thing that a step changes; `after` None means that the step's words say it."""

    what: str
    before: Any = None
    after: Any = None


class Read(msgspec.Struct, frozen=True):
    """One fact that a verdict stood on: apply asks whether it still holds. `resource` is empty for the judged one."""

    fact: str
    value: Any
    resource: str = ""


class Mended(msgspec.Struct, frozen=True):
    """A finding that a step mends."""

    fingerprint: str
    rule: str
    title: str
    severity: str
    message: str
    part: str = ""
    before: tuple[Read, ...] = ()


class WriteCall(msgspec.Struct, frozen=True):
    """One API operation, filled in: `service.Operation`, its parameters, the Region where it is called."""

    operation: str
    parameters: dict[str, Any]
    region: str


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one thing.

    `id` is a hash of what is done to what. `resources` are the ARNs touched (several for the members of a group),
    `resource` the judged one. `undo` are the operations that bring the former state back, in order; where there are
    none, `lasting` says why. `follows` are ids of steps to be done first; `brings` rules that what is made may fail.
    `managed_by` is the address in Terraform's state where code rules the resource.
    """

    id: str
    form: Form
    account: str
    region: str
    kind: str
    resource: str
    name: str
    resources: tuple[str, ...]
    title: str
    severity: str
    mends: tuple[Mended, ...]
    changes: tuple[Change, ...] = ()
    after: str = ""
    risk: str = "low"
    downtime: str = ""
    cost: str = ""
    policy: dict[str, Any] | None = None
    writes: tuple[WriteCall, ...] = ()
    undo: tuple[WriteCall, ...] = ()
    lasting: str = ""
    runbook: tuple[str, ...] = ()
    why: str = ""
    permissions: tuple[str, ...] = ()
    hipaa: tuple[str, ...] = ()
    terraform: dict[str, Any] = {}
    managed_by: str = ""
    follows: tuple[str, ...] = ()
    brings: tuple[str, ...] = ()
    tags: dict[str, str] = {}

    @property
    def runs(self) -> bool:
        """Say whether a machine carries the step out."""
        return self.form in RUN

    @property
    def rules(self) -> tuple[str, ...]:
        """Name the rules whose findings it mends."""
        return tuple(dict.fromkeys(each.rule for each in self.mends))

    @property
    def mark(self) -> str:
        """Give what the step's id must be: twelve hexadecimal digits of a SHA-256 over what is done to what."""
        policy = {name: value for name, value in (self.policy or {}).items() if name != "name"}
        what = [self.form, self.account, self.region, self.resources, policy, self.writes, self.undo, self.runbook]
        whose = () if self.runs else self.rules
        return hashlib.sha256(msgspec.json.encode([*what, whose], order="sorted")).hexdigest()[:12]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """The steps for one scan, in the order in which they are done.

    `chosen` says by which options the findings were chosen, `left_out` why findings have no step (a count by reason).
    """

    schema: str = SCHEMA
    id: str
    scan: str
    as_of: str
    made_at: str
    phiward: str
    accounts: dict[str, str]
    chosen: dict[str, Any]
    left_out: dict[str, int]
    steps: tuple[Step, ...]

    @property
    def hash(self) -> str:
        """Give the SHA-256 of the plan's canonical JSON: what an approval binds."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()

    def step(self, id: str) -> Step:
        """Give a step by its id, or the beginning of it.

        Raises:
            PlanError: there is none, or several begin so.
        """
        found = [step for step in self.steps if step.id.startswith(id)] if id else []
        if len(found) != 1:
            raise PlanError(f"step {id!r}: {'several begin so' if found else 'the plan has none such'}")
        return found[0]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the rehearsal of one step showed.

    `verdict`: `proved` (each finding turned PASS, nothing else worsened), `proved-on-fake` (so, but phiward's own
    extension of moto answered: `fake` names the operations), `not-provable` (the twin cannot show it: `why`), `refuted`
    (it does not do what it says, or something else worsened: `why`), `manual` (a patch or a runbook: nobody ran it).
    `after` are the facts that the rules read afterwards.
    """

    step: str
    verdict: Literal["proved", "proved-on-fake", "not-provable", "refuted", "manual"]
    why: str = ""
    calls: tuple[str, ...] = ()
    fake: tuple[str, ...] = ()
    after: tuple[Read, ...] = ()
    undone: str = ""


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What the rehearsal of a plan showed, step by step, in the plan's order; `hash` is the plan's."""

    plan: str
    hash: str
    at: str
    versions: dict[str, str]
    outcomes: tuple[Outcome, ...]

    @property
    def refuted(self) -> tuple[Outcome, ...]:
        """Give the steps that do not do what they say."""
        return tuple(outcome for outcome in self.outcomes if outcome.verdict == "refuted")
