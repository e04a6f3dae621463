"""What a plan destroys: safeguards that it takes away and what holds data, whatever the rules say of what is left."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.model.finding import Evidence, Finding, Verdict, fingerprint

if TYPE_CHECKING:
    from scanner.model.given import PlannedChange
    from scanner.model.resource import Resource

WORST = "critical"


class Loss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What it means that a type is deleted.

    `replaced` is the severity where it is made anew at once (empty: the same). `worse` is an attribute that, being
    true, lets even what is left of it go. `parent` says that it is told on the resource that it is folded into.
    """

    severity: str
    what: str
    replaced: str = ""
    worse: str = ""
    parent: bool = False


class Losses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sort of losses, as a rule would say it."""

    title: str
    why: str
    hipaa_proposed: tuple[str, ...] = ()
    types: dict[str, Loss] = {}


def destroyed(
    changes: Iterable[PlannedChange], losses: Mapping[str, Losses], resources: Mapping[tuple[str, str], Resource]
) -> Iterator[Finding]:
    """Give a violation for each loss.

    `losses` are by the rule that each is told as, `resources` those of the world before, by kind and id.
    """
    for change in changes:
        for rule, sort in losses.items():
            loss = sort.types.get(change.type)
            if loss is not None and change.deletes:
                yield _finding(rule, sort, loss, change, resources.get((change.kind, change.resource)))


def _finding(rule: str, sort: Losses, loss: Loss, change: PlannedChange, resource: Resource | None) -> Finding:
    severity = loss.replaced if change.replaces and loss.replaced else loss.severity
    is_worse = bool(loss.worse and (change.before or {}).get(loss.worse) is True)
    how = "replaces" if change.replaces else "deletes"
    message = f"it {how} {loss.what} ({change.address})"
    if is_worse:
        severity, message = WORST, f"{message}, and {loss.worse} is true"
    if change.reason:
        message += f": {change.reason.replace('_', ' ')}"
    place = _place(resource, change)
    return Finding(
        fingerprint=_fingerprint(rule, place, change.address),
        rule=rule, title=sort.title, verdict=Verdict.FAIL, severity=severity, category="security",
        kind=change.kind or change.type, resource=place["resource"], key=place["key"], name=place["name"],
        account=place["account"], region=place["region"], part=change.address, message=message, notes=(sort.why,),
        hipaa_proposed=sort.hipaa_proposed,
        evidence=(Evidence("actions", list(change.actions), f"{change.type} change.actions"),),
    )  # fmt: skip


def _place(resource: Resource | None, change: PlannedChange) -> dict[str, Any]:
    if resource is None:
        place = {"account": "", "region": "", "partition": "aws"}
        return {**place, "resource": change.address, "key": change.resource or change.address, "name": change.address}
    return {
        "account": resource.account, "region": resource.region, "partition": resource.partition,
        "resource": resource.arn, "key": resource.identity, "name": resource.name,
    }  # fmt: skip


def _fingerprint(rule: str, place: Mapping[str, str], address: str) -> str:
    return fingerprint(rule, place["partition"], place["account"], place["region"], place["key"], address)
