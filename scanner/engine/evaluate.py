"""Judging: every rule on every resource of its kind, by five verdicts, with the evidence recorded by reading."""

from __future__ import annotations

import gc
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from scanner.engine.recording import Recorder, Told
from scanner.engine.telling import Judgement, Merged, Teller, first_id
from scanner.model.gap import Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.rule import INJECTED, Fail, Missing, Note, Rule, Settings, Skip

if TYPE_CHECKING:
    from scanner.model.finding import Finding
    from scanner.model.kind import Kind
    from scanner.model.resource import Resource

__all__ = ["Bound", "Context", "Judgement", "Recorder", "default_settings", "evaluate", "first_id", "judge"]


@dataclass(frozen=True)
class Context:
    """What judging needs besides the rules: the inventory, the scan's moment, settings and scope.

    `settings` gives the typed parameters of a rule for a resource; `scope` says `yes`, `no` or `unknown` of PHI.
    `told` keeps what findings on the same resource share.
    """

    inventory: Inventory
    as_of: datetime
    settings: Any = None
    scope: Any = None
    told: Told = field(default_factory=Told, init=False, repr=False, compare=False)


def judge(rule: type[Rule], resource: Resource, context: Context) -> Judgement:
    """Judge one resource by one rule; never raises."""
    return Bound(rule, context).judge(resource)


class Bound:
    """A rule made ready to judge many resources: what does not hang on the resource is looked up once."""

    __slots__ = ("_applies", "_check", "_kinds", "_needs", "_scope", "_settings", "_with_world", "context", "rule")

    def __init__(self, rule: type[Rule], context: Context) -> None:
        """Bind a rule to what it judges with."""
        self.rule, self.context = rule, context
        self._kinds = {kind.cfn: kind for kind in reversed(rule.judged())}
        self._needs = frozenset((*rule.judged(), *rule.needs))
        self._with_world = "world" in rule.check_takes or "world" in rule.applies_takes
        self._scope: str | None = None
        self._settings = _settings_of(rule, context.settings)
        self._check, self._applies = _picker(rule.check_takes), _picker(rule.applies_takes)

    def judge(self, resource: Resource) -> Judgement:
        """Judge one resource; never raises."""
        context = self.context
        recorder = Recorder(resource)
        said = Judgement()
        try:
            subject = self._kinds[resource.kind](resource, recorder)
            settings = self._settings(resource)
            world = None
            if self._with_world:
                world = World(context.inventory, self._needs, resource.account, resource.region, recorder)
            self._run(subject, (world, settings, context.as_of), said)
        except Unknown as error:
            said.gaps += error.gaps
        except Exception as error:  # noqa: BLE001  the one place where a bug of ours becomes the verdict ERROR
            last = traceback.extract_tb(error.__traceback__)[-1]
            said.error = f"{type(error).__name__}: {error} ({last.filename.rpartition('/')[2]}:{last.lineno})"
        said.evidence = recorder.evidence(context.told)
        return said

    def _run(self, subject: Kind, given: tuple[Any, ...], said: Judgement) -> None:
        rule = self.rule
        if rule.applies is not None:
            answer = rule.applies(subject, *self._applies(given)) if self._applies else rule.applies(subject)
            if isinstance(answer, str) or not answer:
                said.skip = answer if isinstance(answer, str) and answer else self._speaks_only_of()
                return
        outcomes = rule.check(subject, *self._check(given)) if self._check else rule.check(subject)
        for outcome in outcomes or ():
            if isinstance(outcome, Fail):
                said.fails.append(outcome)
            elif isinstance(outcome, Missing):
                said.gaps += outcome.gaps
            elif isinstance(outcome, Note):
                said.notes.append(outcome.message)
            elif isinstance(outcome, Skip):
                said.skip = outcome.reason
            else:
                message = f"{rule.id} yielded {outcome!r}"
                raise TypeError(message)

    def _speaks_only_of(self) -> str:
        if self._scope is None:
            self._scope = f"speaks only of: {self.rule.describe_scope()}"
        return self._scope


def _picker(names: Sequence[str]) -> Callable[[tuple[Any, ...]], Sequence[Any]] | None:
    """Give what picks, of all that may be given, what is asked for by these names; None where nothing is."""
    if not names:
        return None
    places = [INJECTED.index(name) for name in names]
    return itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))


def _settings_of(rule: type[Rule], settings: Any) -> Callable[[Resource], Settings]:
    if settings is None:
        return partial(default_settings, rule)
    of_rule: Callable[[type[Rule]], Callable[[Resource], Settings]] | None = getattr(settings, "of_rule", None)
    return of_rule(rule) if of_rule is not None else partial(settings, rule)


def evaluate(rules: Iterable[type[Rule]], context: Context) -> Iterator[Finding]:
    """Judge every resource by every rule of its kind.

    Yields one finding for each failed part, else one for each resource; a listing that is not whole gives an UNKNOWN of
    its own. Members of one class (`Kind.identity`) are judged apart and shown as one, by the worst. In a stable order.
    """
    for rule in sorted(rules, key=lambda rule: rule.id):
        with _no_garbage():
            found = _of_one(rule, context)
        yield from found


def _of_one(rule: type[Rule], context: Context) -> Iterable[Finding]:
    bound, teller = Bound(rule, context), Teller(rule, context.told, context.scope)
    found = Merged()
    for kind in rule.judged():
        for resource in context.inventory.resources(kind):
            for finding in teller.findings(resource, bound.judge(resource)):
                found.add(finding)
    for finding in teller.holes(context.inventory):
        found.add(finding)
    return found.findings()


@contextmanager
def _no_garbage() -> Iterator[None]:
    """Spare the collector of garbage its search: judging makes much that stays, and nothing that refers to itself."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()  # what was made is called old without being looked through
        gc.unfreeze()
        if was_on:
            gc.enable()


def default_settings(rule: type[Rule], _resource: Resource) -> Settings:
    """Give a rule's parameters as they are without a config.toml."""
    return rule.Settings()
