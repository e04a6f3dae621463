"""A kind of doors, a kind of guards, and a rule, to judge with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.engine.evaluate import Context, evaluate, judge
from scanner.engine.examples import ACCOUNT, AS_OF, REGION, resource_of
from scanner.model.call import each
from scanner.model.finding import Finding, Verdict
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory, World
from scanner.model.kind import Kind, fact
from scanner.model.remedy import Runbook
from scanner.model.resource import Resource
from scanner.model.rule import Fail, Outcome, Rule

GAP = Gap("test.Describe", "test:Describe", "AccessDenied", state=GapState.DENIED)
OTHER_GAP = Gap("test.List", "test:List", "AccessDenied", state=GapState.DENIED)


class Door(Kind, cfn="Test::Door"):
    """Something that is open or shut."""

    arn_format = "arn:aws:test:{region}:{account}:door/{id}"
    identity = ("group", "id")

    door = each("kms.ListKeys", "Keys")

    id: str = fact("door.Id", sample="front")
    tags: Mapping[str, str] = fact("door.Tags", sample={})
    open: bool = fact("door.Open", plan="open", sample=False)
    group: str = fact("door.Group", sample="")
    locks: tuple[str, ...] = fact("door.Locks", sample=())


class Guard(Kind, cfn="Test::Guard"):
    """Who stands at a door."""

    guard = each("kms.ListAliases", "Aliases")

    id: str = fact("guard.Id", sample="guard-1")
    tags: Mapping[str, str] = fact("guard.Tags", sample={})
    door: str = fact("guard.Door", sample="front")
    awake: bool = fact("guard.Awake", sample=True)


class Base(Rule):
    """Doors are shut."""

    kind = Door
    severity = "medium"
    needs = (Guard,)
    hipaa = ("164.310(a)(1)",)
    remedy = Runbook("Shut it.")
    GOOD = ({"open": False},)
    BAD = ({"open": True},)

    @staticmethod
    def check(door: Door) -> Iterator[Outcome]:
        if door.open:
            yield Fail("it is open")


def rule(name: str, check: Any, **given: Any) -> type[Rule]:
    return type(name, (Base,), {"__doc__": f"{name} holds.", "id": name, "check": staticmethod(check), **given})


def door(**facts: Any) -> Resource:
    made = resource_of(Door, facts)
    made.identity = str(facts.get("group") or made.id)
    return made


def inventory(*resources: Resource, doors: tuple[Gap, ...] = (), guards: tuple[Gap, ...] = ()) -> Inventory:
    listings = {(ACCOUNT, REGION, Door.cfn): doors, (ACCOUNT, REGION, Guard.cfn): guards}
    return Inventory(resources, listings)


def context(*resources: Resource, **gaps: Any) -> Context:
    return Context(inventory(*resources, **gaps), AS_OF)


def findings(judging: type[Rule], *resources: Resource, **gaps: Any) -> list[Finding]:
    return list(evaluate([judging], context(*resources, **gaps)))


def verdict(check: Any, **given: Any) -> Verdict:
    subject = door()
    return judge(rule("test_door", check, **given), subject, context(subject)).verdict


def unknown(_: Any) -> Any:
    raise Unknown(GAP)


def guarded(subject: Door, world: World) -> Iterator[Outcome]:
    if world.first(Guard, door=subject.id, awake=True) is None:
        yield Fail("nobody watches")


GUARDED = rule("test_guarded", guarded)
