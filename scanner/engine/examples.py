"""A rule's examples, made into resources and judged: they are its tests and its documentation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.engine.evaluate import Context, Judgement, judge
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory
from scanner.model.kind import REQUIRED, Const, Kind
from scanner.model.resource import Resource, Source
from scanner.model.rule import Case, Example, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACCOUNT = "123456789012"
REGION = "us-east-1"
AS_OF = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
"""Where and when examples play."""


def resource_of(
    kind: type[Kind], facts: Mapping[str, Any], *, account: str = "", region: str = "", number: int = 0
) -> Resource:
    """Make a resource of facts: those given, else the samples, else the defaults, else unknown.

    Raises:
        TypeError: a fact is given that the kind does not have.
    """
    strange = sorted(set(facts) - set(kind.facts))
    if strange:
        message = f"{kind.__name__} has no fact {', '.join(strange)}"
        raise TypeError(message)
    where = "global" if kind.scope == "global" else region or REGION
    known: dict[str, Any] = {}
    for name, declared in kind.facts.items():
        if name in facts:
            known[name] = facts[name]
        elif declared.sample is not REQUIRED:
            known[name] = declared.sample
        elif isinstance(declared.api, Const):
            known[name] = declared.api.value
        elif declared.default_in(Source.API) is not REQUIRED:
            known[name] = declared.default_in(Source.API)
    own_id = str(known.get("id") or f"{kind.__name__.lower()}-{number}")
    known.setdefault("id", own_id)
    arn = known.get("arn") or kind.arn_format.format(
        partition="aws", account=account or ACCOUNT, region=where, id=own_id
    )
    if "arn" in kind.facts:
        known["arn"] = arn
    tags = known.get("tags")
    made = Resource(
        kind.cfn,
        own_id,
        arn=arn,
        account=account or ACCOUNT,
        region=where,
        name=str(known.get("name") or ""),
        tags=tags if not isinstance(tags, Unknown) else None,
        source=Source.FACTS,
    )
    made.facts = known
    return made


def case_of(example: Example) -> Case:
    """Give the example in its full form."""
    return example if isinstance(example, Case) else Case(example)


def world_of(rule: type[Rule], case: Case) -> tuple[Resource, list[Resource], Inventory]:
    """Make the subject, all resources and the inventory of an example."""
    subject = resource_of(case.kind or rule.kind, case.subject)
    others = [
        resource_of(other.kind, other.facts, account=other.account, region=other.region, number=number)
        for number, other in enumerate(case.others, 1)
    ]
    everything = [subject, *others]
    listings: dict[tuple[str, str, str], tuple[Gap, ...]] = {}
    for kind in {*rule.judged(), *rule.needs, *(other.kind for other in case.others)}:
        for account, region in {(item.account, item.region) for item in everything} | {(ACCOUNT, REGION)}:
            where = "global" if kind.scope == "global" else region
            lacks = kind in case.lacking
            gap = Gap(kind.cfn, message="the listing was denied", error="AccessDenied", state=GapState.DENIED)
            listings[account, where, kind.cfn] = (gap,) if lacks else ()
    return subject, everything, Inventory(everything, listings)


def judge_example(rule: type[Rule], example: Example) -> Judgement:
    """Judge an example."""
    case = case_of(example)
    subject, _, inventory = world_of(rule, case)
    return judge_in(rule, subject, inventory, case)


def judge_in(rule: type[Rule], subject: Resource, inventory: Inventory, case: Case) -> Judgement:
    """Judge a subject in an inventory made of an example."""
    settings = msgspec.convert(dict(case.settings), rule.Settings)
    return judge(rule, subject, Context(inventory, AS_OF, lambda *_: settings))


def examples(rule: type[Rule]) -> Iterator[tuple[str, int, Example]]:
    """Give every example with the verdict it stands for (GOOD, BAD, SKIP, UNKNOWN) and its number."""
    for label in ("GOOD", "BAD", "SKIP", "UNKNOWN"):
        for number, example in enumerate(getattr(rule, label)):
            yield label, number, example
