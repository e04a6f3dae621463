"""From findings to a plan: each failure becomes a step, equal steps become one, in an order that can be done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from remediation.code import terraform
from remediation.filling import filled, redacted, region_of, spoken, undo_of, words_of, writes_of
from remediation.noise import is_noise
from remediation.ordering import linked, merged, ordered
from remediation.permissions import custodian_permissions, operation_permissions
from remediation.policies import RemedyError, policy
from remediation.world import reads
from scanner.engine.evaluate import Context, judge
from scanner.engine.normalise import builtin
from scanner.model.finding import Finding, Verdict
from scanner.model.gap import GapState, Unknown
from scanner.model.inventory import World
from scanner.model.kind import Kind
from scanner.model.plan import RUN, Change, Mended, Read, Step, WriteCall
from scanner.model.remedy import Around, Custodian, Direct, Effect, NotByMachine, Remedy
from scanner.model.rule import SEVERITIES, Rule

ACCEPTED = "its risk is accepted"
GONE = "what it was found on is not in the scan that is planned from"


@dataclass(frozen=True)
class Choice:
    """Which findings are planned for; what is empty means all. `exclude_tags` leaves out what bears one of them."""

    severity: str = "info"
    rules: Sequence[str] = ()
    accounts: Sequence[str] = ()
    limit: int = 0
    exclude_tags: Sequence[tuple[str, str]] = ()

    def takes(self, finding: Finding) -> bool:
        """Say whether a finding is to be planned for."""
        tags = {key.casefold(): value.casefold() for key, value in (finding.tags or {}).items()}
        return (
            SEVERITIES.index(finding.severity) >= SEVERITIES.index(self.severity)
            and (not self.rules or finding.rule in self.rules)
            and (not self.accounts or finding.account in self.accounts)
            and not any(
                tags.get(key.casefold()) == value.casefold() or (not value and key.casefold() in tags)
                for key, value in self.exclude_tags
            )
        )


@dataclass(frozen=True)
class Ground:
    """What a plan stands on: the judged world, the rules, the kinds, and what code rules (address by ARN).

    `partial` where only what a plan's rules read was looked at, and a remedy may reach beyond.
    """

    context: Context
    rules: Mapping[str, type[Rule]]
    kinds: Mapping[str, type[Kind]]
    managed: Mapping[str, str] = field(default_factory=dict)
    partial: bool = False

    def told(self, error: NotByMachine | Unknown) -> str:
        """Say why something cannot be made out.

        Raises:
            Unknown: it was not looked at, and is no reason.
        """
        gaps = error.gaps if isinstance(error, Unknown) else ()
        if self.partial and gaps and all(gap.state is GapState.NOT_COLLECTED for gap in gaps):
            raise error
        return str(error)


@dataclass
class Steps:
    """The steps, and why findings have none."""

    steps: list[Step] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


def steps_for(findings: Iterable[Finding], ground: Ground, choice: Choice) -> Steps:
    """Make the steps for the failures among the findings, ordered and grouped by account and Region."""
    made = Steps()
    found: dict[str, list[Step]] = defaultdict(list)
    for finding in findings:
        if finding.verdict is not Verdict.FAIL or not choice.takes(finding):
            continue
        if finding.accepted:
            made.left_out[ACCEPTED] += 1
            continue
        steps = list(made_out(finding, ground))
        if not steps:
            made.left_out[GONE] += 1
        for step in steps:
            found[step.id].append(step)
    every = ordered(linked([merged(some) for some in found.values()], ground.rules))
    made.steps = every[: choice.limit] if choice.limit else every
    if choice.limit and len(every) > choice.limit:
        made.left_out[f"more than --limit {choice.limit} steps"] = len(every) - choice.limit
    return made


def made_out(finding: Finding, ground: Ground) -> Iterator[Step]:
    """Give the step that mends a finding, by itself; none where it stands on nothing that is there."""
    rule = ground.rules.get(finding.rule)
    if rule is None:
        return
    failing = list(_failing(rule, finding, ground))
    if not failing:
        return
    if isinstance(rule.remedy, Custodian):
        yield _finished(_custodian(rule, rule.remedy, finding, failing, ground), rule, finding, failing[0], ground)
        return
    seen = [(view, around(rule, view, ground)) for view in failing]
    if isinstance(rule.remedy, Direct):
        yield _finished(_direct(rule.remedy, finding, seen, ground), rule, finding, failing[0], ground)
    else:
        yield _finished(_runbook(rule.remedy.steps, finding, failing), rule, finding, failing[0], ground)


def _failing(rule: type[Rule], finding: Finding, ground: Ground) -> Iterator[Kind]:
    """Give the resources on which a finding stands, seen through their kind: of a group, the members that fail."""
    kind = ground.kinds.get(finding.kind, rule.kind)
    for arn in finding.members or (finding.resource,):
        for resource in ground.context.inventory.named(kind, arn):
            if (resource.account, resource.region) != (finding.account, finding.region):
                continue
            if finding.members and judge(rule, resource, ground.context).verdict is not Verdict.FAIL:
                continue
            yield kind(resource)


def around(rule: type[Rule], view: Kind, ground: Ground) -> Around:
    """Give what a remedy may look at besides its resource."""
    context, resource = ground.context, view.resource
    settings = context.settings(rule, resource) if context.settings else rule.Settings()
    needs = {*rule.judged(), *rule.needs, *reads(rule)}
    return Around(World(context.inventory, needs, resource.account, resource.region), settings)


def _custodian(
    rule: type[Rule], remedy: Custodian, finding: Finding, failing: Sequence[Kind], ground: Ground
) -> dict[str, Any]:
    resources = _arns(failing)
    try:
        made = policy(rule.id, remedy, resources)
    except RemedyError as error:
        return _by_hand([str(error)], failing, str(error))
    undo, lasting = _undo(remedy, [(view, around(rule, view, ground)) for view in failing], finding.part, ground)
    return {
        "form": "custodian", "resources": resources, "policy": made, "undo": undo, "lasting": lasting,
        "permissions": tuple(dict.fromkeys((*custodian_permissions(remedy), *operation_permissions(undo)))),
    }  # fmt: skip


def _direct(remedy: Direct, finding: Finding, seen: Sequence[tuple[Kind, Around]], ground: Ground) -> dict[str, Any]:
    """Make out the operations for each resource on which a finding stands: it is mended when all are."""
    views = [view for view, _ in seen]
    try:
        writes = tuple(call for view, around in seen for call in writes_of(remedy, view, finding.part, around))
    except (NotByMachine, Unknown) as error:
        reason = ground.told(error)
        return _by_hand([*_as_commands(remedy, views), f"Decide first: {reason}"], views, reason)
    if redacted([write.parameters for write in writes]):
        return _by_hand(_as_commands(remedy, views), views, "it would write back what phiward never keeps")
    undo, lasting = _undo(remedy, seen, finding.part, ground)
    return {
        "form": "direct", "resources": _arns(views), "writes": writes, "undo": undo, "lasting": lasting,
        "why": remedy.why, "permissions": operation_permissions((*writes, *undo)),
    }  # fmt: skip


def _arns(views: Sequence[Kind]) -> tuple[str, ...]:
    return tuple(view.resource.arn for view in views)


def _as_commands(remedy: Direct, views: Sequence[Kind]) -> list[str]:
    """Say the operations of a remedy for a person."""
    done = ", then ".join(remedy.operations)
    return [f"{remedy.why or 'Change it'}: {done} on {arn}" for arn in _arns(views)]


def _by_hand(steps: Sequence[str], views: Sequence[Kind], why: str) -> dict[str, Any]:
    return {"form": "runbook", "resources": _arns(views), "runbook": tuple(steps), "why": why}


def _runbook(steps: Sequence[str], finding: Finding, views: Sequence[Kind]) -> dict[str, Any]:
    words = spoken(words_of(views[0].resource, finding.part))
    return _by_hand([filled(step, words) for step in steps], views, "")


def _undo(
    remedy: Remedy, failing: Sequence[tuple[Kind, Around]], part: str, ground: Ground
) -> tuple[tuple[WriteCall, ...], str]:
    """Make out the way back, or say why there is none."""
    effect = remedy.effect
    if effect.lasting or not effect.undo:
        words = words_of(failing[0][0].resource, part)
        return (), filled(effect.lasting, words) or "nothing is known that brings the former state back"
    try:
        made = tuple(call for view, around in failing for call in undo_of(remedy, view, part, around))
    except (NotByMachine, Unknown) as error:
        return (), ground.told(error)
    if redacted([call.parameters for call in made]):
        return (), "the former value is a secret, which phiward never keeps"
    return made, "" if made else "there was no former state to bring back"


def _finished(given: dict[str, Any], rule: type[Rule], finding: Finding, view: Kind, ground: Ground) -> Step:
    effect = rule.remedy.effect
    address = ground.managed.get(view.resource.arn, "")
    code = _code(effect, view, finding.part)
    if address and given["form"] in RUN:
        given = {
            "form": "patch", "resources": given["resources"],
            "runbook": (f"Change it in code at {address}, then terraform plan and terraform apply",),
            "permissions": given["permissions"],
            "why": "code rules this resource: changed in the account alone, it would drift",
        }  # fmt: skip
    made = Step(
        id="", account=finding.account, region=region_of(view.resource), kind=finding.kind,
        resource=view.resource.arn, name=view.resource.name, title=rule.title, severity=finding.severity,
        mends=(_mended(finding),), changes=_changes(effect, view), after=effect.after, risk=effect.risk,
        downtime=effect.downtime, cost=effect.cost, hipaa=(*rule.hipaa, *rule.hipaa_proposed), terraform=code,
        managed_by=address, brings=tuple(effect.brings), tags=dict(view.resource.tags or {}), **given,
    )  # fmt: skip
    named = {"policy": {**made.policy, "name": f"{made.policy['name']}-{made.mark}"}} if made.policy else {}
    return msgspec.structs.replace(made, id=made.mark, **named)


def _code(effect: Effect, view: Kind, part: str) -> dict[str, Any]:
    try:
        return terraform(effect, view, part)
    except Unknown:
        return {}


def _mended(finding: Finding) -> Mended:
    return Mended(
        finding.fingerprint, finding.rule, finding.title, finding.severity, finding.message, finding.part,
        tuple(
            Read(each.fact, builtin(each.value), each.resource)
            for each in finding.evidence if not is_noise(each.path.partition(" ")[0], each.fact)
        ),
    )  # fmt: skip


def _changes(effect: Effect, view: Kind) -> tuple[Change, ...]:
    found = []
    for name, after in effect.sets.items():
        try:
            before = builtin(getattr(view, name))
        except Unknown:
            before = None
        found.append(Change(name, before, builtin(after)))
    return tuple(found)
