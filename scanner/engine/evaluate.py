"""Judging: every rule on every resource of its kind, by five verdicts, with the evidence recorded by reading."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from scanner.engine.normalise import builtin
from scanner.model.finding import Evidence, Finding, Verdict, fingerprint
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.kind import Const, derive
from scanner.model.rule import SEVERITIES, Fail, Missing, Note, Rule, Settings, Skip

if TYPE_CHECKING:
    from scanner.model.inventory import Place
    from scanner.model.kind import Fact, Kind
    from scanner.model.resource import Resource


class Recorder:
    """A reader that keeps what was read, in the order of reading."""

    __slots__ = ("reads", "subject")

    def __init__(self, subject: Resource) -> None:
        """Record for the judging of one resource."""
        self.subject = subject
        self.reads: dict[tuple[int, str], tuple[Resource, Fact, Any]] = {}

    def read(self, resource: Resource, fact: Fact) -> Any:
        """Give the fact's value and record it.

        Raises:
            Unknown: it could not be learned.
        """
        value = derive(resource, fact)
        self.reads[id(resource), fact.name] = (resource, fact, value)
        return value

    def evidence(self) -> tuple[Evidence, ...]:
        """Give what was read as plain values."""
        return tuple(self._one(*read) for read in self.reads.values())

    def _one(self, resource: Resource, fact: Fact, value: Any) -> Evidence:
        path = fact.path(resource.source)
        text = "" if path is None else f"={path.value!r}" if isinstance(path, Const) else str(path)
        plain = builtin(value)
        where = "" if resource is self.subject else resource.arn
        return Evidence(fact.name, plain, f"{resource.kind} {text}".strip(), _holds_redacted(plain), where)


def _holds_redacted(value: Any) -> bool:
    if isinstance(value, dict):
        return "$redacted" in value or any(_holds_redacted(item) for item in value.values())
    return isinstance(value, list) and any(_holds_redacted(item) for item in value)


@dataclass
class Judgement:
    """What a rule said of one resource."""

    fails: list[Fail] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    skip: str | None = None
    error: str = ""
    evidence: tuple[Evidence, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The resource's verdict: by the worst that was said."""
        if self.error:
            return Verdict.ERROR
        if self.fails:
            return Verdict.FAIL
        if self.gaps:
            return Verdict.UNKNOWN
        return Verdict.PASS if self.skip is None else Verdict.SKIP


@dataclass(frozen=True)
class Context:
    """What judging needs besides the rules: the inventory, the scan's moment, settings and scope.

    `settings` gives the typed parameters of a rule for a resource; `scope` says `yes`, `no` or `unknown` of PHI.
    """

    inventory: Inventory
    as_of: datetime
    settings: Any = None
    scope: Any = None


def judge(rule: type[Rule], resource: Resource, context: Context) -> Judgement:
    """Judge one resource by one rule; never raises."""
    recorder = Recorder(resource)
    said = Judgement()
    try:
        subject = next(kind for kind in rule.judged() if kind.cfn == resource.kind)(resource, recorder)
        settings = context.settings(rule, resource) if context.settings else rule.Settings()
        world = World(
            context.inventory,
            {*rule.judged(), *rule.needs},
            resource.account,
            resource.region,
            recorder,
        )
        given = {"world": world, "settings": settings, "as_of": context.as_of}
        _run(rule, subject, given, said)
    except Unknown as error:
        said.gaps += error.gaps
    except Exception as error:  # noqa: BLE001  the one place where a bug of ours becomes the verdict ERROR
        last = traceback.extract_tb(error.__traceback__)[-1]
        said.error = f"{type(error).__name__}: {error} ({last.filename.rpartition('/')[2]}:{last.lineno})"
    said.evidence = recorder.evidence()
    return said


def _run(rule: type[Rule], subject: Kind, given: Mapping[str, Any], said: Judgement) -> None:
    if rule.applies is not None:
        answer = rule.applies(subject, *(given[name] for name in rule.applies_takes))
        if isinstance(answer, str) or not answer:
            said.skip = answer if isinstance(answer, str) and answer else f"speaks only of: {rule.describe_scope()}"
            return
    for outcome in rule.check(subject, *(given[name] for name in rule.check_takes)) or ():
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


def evaluate(rules: Iterable[type[Rule]], context: Context) -> Iterator[Finding]:
    """Judge every resource by every rule of its kind.

    Yields one finding for each failed part, else one for each resource; a listing that is not whole gives an UNKNOWN of
    its own. Members of one class (`Kind.identity`) are judged apart and shown as one, by the worst. In a stable order.
    """
    for rule in sorted(rules, key=lambda rule: rule.id):
        found: dict[str, Finding] = {}
        for resource in (each for kind in rule.judged() for each in context.inventory.resources(kind)):
            for finding in _findings(rule, resource, judge(rule, resource, context), context):
                _merge(found, finding)
        for finding in _holes(rule, context.inventory):
            _merge(found, finding)
        yield from found.values()


def _findings(rule: type[Rule], resource: Resource, said: Judgement, context: Context) -> Iterator[Finding]:
    verdict = said.verdict
    if verdict is Verdict.FAIL:
        for fail in said.fails:
            yield _finding(rule, resource, said, context, verdict, fail)
        if said.gaps and all(fail.part for fail in said.fails):
            yield _finding(rule, resource, said, context, Verdict.UNKNOWN, None)
    else:
        yield _finding(rule, resource, said, context, verdict, None)


def _finding(
    rule: type[Rule], resource: Resource, said: Judgement, context: Context, verdict: Verdict, fail: Fail | None
) -> Finding:
    part = fail.part if fail else ""
    message = {
        Verdict.PASS: rule.title,
        Verdict.SKIP: said.skip or "",
        Verdict.UNKNOWN: "could not be assessed: " + "; ".join(str(gap) for gap in dict.fromkeys(said.gaps)),
        Verdict.ERROR: said.error,
        Verdict.FAIL: fail.message if fail else "",
    }[verdict]
    return Finding(
        fingerprint=fingerprint(
            first_id(rule), resource.partition, resource.account, resource.region, resource.identity, part
        ),
        rule=rule.id,
        title=rule.title,
        verdict=verdict,
        severity=(fail.severity if fail and fail.severity else rule.severity),
        category=rule.category,
        kind=resource.kind,
        resource=resource.arn,
        key=resource.identity,
        name=resource.name,
        account=resource.account,
        region=resource.region,
        part=part,
        message=message,
        evidence=said.evidence,
        notes=tuple(said.notes),
        missing=tuple(dict.fromkeys(said.gaps)),
        hipaa=rule.hipaa,
        hipaa_proposed=rule.hipaa_proposed,
        aliases=rule.aliases,
        in_scope=context.scope(resource) if context.scope else "unknown",
        tags=dict(resource.tags) if resource.tags is not None else None,
    )


def first_id(rule: type[Rule]) -> str:
    """Give the id under which a rule was born: fingerprints hang on it."""
    return rule.was[0] if rule.was else rule.id


def _merge(found: dict[str, Finding], finding: Finding) -> None:
    known = found.get(finding.fingerprint)
    if known is None:
        found[finding.fingerprint] = finding
        return
    better, other = (known, finding) if _weight(known) >= _weight(finding) else (finding, known)
    better.members = tuple(sorted({*known.members, *finding.members, known.resource, finding.resource}))
    better.missing = tuple(dict.fromkeys((*better.missing, *other.missing)))
    found[finding.fingerprint] = better


def _weight(finding: Finding) -> tuple[int, int]:
    return (finding.verdict.rank, SEVERITIES.index(finding.severity))


def _holes(rule: type[Rule], inventory: Inventory) -> Iterator[Finding]:
    judged = {kind.cfn for kind in rule.judged()}
    places: list[Place] = sorted(place for place in inventory.listings if place[2] in judged)
    for place in places:
        gaps = inventory.listings[place]
        if gaps:
            account, region, kind = place
            yield Finding(
                fingerprint=fingerprint(first_id(rule), "", account, region, kind, "listing"),
                rule=rule.id,
                title=rule.title,
                verdict=Verdict.UNKNOWN,
                severity=rule.severity,
                category=rule.category,
                kind=kind,
                resource=f"{kind}/*",
                key=kind,
                name=f"all {kind}",
                account=account,
                region=region,
                part="listing",
                message="which there are could not be learned: " + "; ".join(str(gap) for gap in gaps),
                missing=gaps,
                hipaa=rule.hipaa,
                hipaa_proposed=rule.hipaa_proposed,
                aliases=rule.aliases,
            )


def default_settings(rule: type[Rule], _resource: Resource) -> Settings:
    """Give a rule's parameters as they are without a config.toml."""
    return rule.Settings()
