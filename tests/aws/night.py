"""A scan of a synthetic world, in one thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from scanner.aws.builder import Builder
from scanner.aws.carrier import Carrier
from scanner.aws.place import PlaceGraph
from scanner.engine.evaluate import Context, evaluate, judge
from scanner.engine.examples import ACCOUNT, AS_OF
from scanner.engine.parameters import Parameters
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, rules
from scanner.engine.settings import parse
from scanner.model.finding import Verdict
from scanner.model.inventory import Inventory
from scanner.model.resource import Coverage, Resource, Snapshot
from tests.aws.crafted import fetch
from tests.aws.synthetic import FakeClient, World

if TYPE_CHECKING:
    from scanner.aws.client import AwsClient
    from scanner.aws.pool import Pool
    from scanner.engine.needed import Calls
    from scanner.model.kind import Kind
    from scanner.model.operation import Call

PARAMETERS = Parameters(parse('[overlay]\ncidr = "10.32.0.0/12"'), rules())
PLACES = ("global", "us-east-1")


class Steps:
    """A pool that runs its tasks one after the other, in the order in which they came."""

    def __init__(self) -> None:
        self._todo: deque[tuple[Callable[..., None], tuple[Any, ...]]] = deque()

    def submit(self, task: Callable[..., None], *arguments: Any, **_: Any) -> None:
        self._todo.append((task, arguments))

    def later(self, _: float, task: Callable[..., None], *arguments: Any, **__: Any) -> None:
        self.submit(task, *arguments)

    def run(self) -> None:
        while self._todo:
            task, arguments = self._todo.popleft()
            task(*arguments)


@dataclass(frozen=True)
class Night:
    """What a scan of a world saw and judged: the verdict of each rule on each resource, by its ARN."""

    snapshot: Snapshot
    context: Context
    verdicts: Mapping[tuple[str, str], Verdict]

    def unknown(self, rule: str, region: str) -> bool:
        """Say whether the rule could not assess something in the place."""
        found = evaluate([rules()[rule]], self.context)
        return any(finding.verdict is Verdict.UNKNOWN and finding.region == region for finding in found)


def by_operation() -> dict[str, list[Call]]:
    found: dict[str, list[Call]] = {}
    for kind in kinds().values():
        for call in kind.calls.values():
            for operation in call.operations:
                found.setdefault(operation, []).append(call)
    return found


@cache
def world(name: str) -> World:
    return World(name, by_operation())


@cache
def seen(name: str, region: str, operation: str, call: Call | None = None) -> tuple[list[Resource], list[Coverage]]:
    """Collect one place of a world."""
    return collected(FakeClient(world(name), operation, call), region, kinds())


def collected(
    client: FakeClient, region: str, known: Mapping[str, type[Kind]], asks: Calls | None = None
) -> tuple[list[Resource], list[Coverage]]:
    """Collect kinds in one place, all their calls or some."""
    pool, done = Steps(), list[PlaceGraph]()
    scope = "global" if region == "global" else "regional"
    wanted = [kind for kind in known.values() if kind.scope == scope]
    carrier = Carrier(cast("AwsClient", client), cast("Pool", pool), http=fetch)

    def make(kind: type[Kind], root: str = "", parent: Builder | None = None) -> Builder:
        return Builder(kind, "aws", ACCOUNT, region, AS_OF, root, parent)

    redactor = Redactor(b"key", _no_detectors)
    graph = PlaceGraph((ACCOUNT, region), wanted, make, redactor, carrier, done.append, calls=asks)
    pool.submit(graph.start)
    pool.run()
    assert done == [graph], f"the graph of {region} did not come to its end"
    return [resource for state in graph.states.values() for resource in state.resources], graph.coverage()


def _no_detectors(text: str, label: str) -> list[dict[str, str]]:
    return []


@cache
def night(name: str, operation: str = "", call: Call | None = None) -> Night:
    """Scan and judge a world in which an operation is denied, or only what one call asks of it."""
    snapshot = Snapshot("night", AS_OF)
    for region in PLACES:
        asked = {entry.operation for entry in seen(name, region, "")[1]}
        starts = {call.start for call in by_operation().get(operation, ()) if call.operation in asked}
        denied = (operation, call) if operation in asked | starts else ("", None)
        resources, coverage = seen(name, region, *denied)
        snapshot.resources += resources
        snapshot.coverage += coverage
    context = Context(Inventory.of(snapshot.resources, snapshot.coverage), AS_OF, PARAMETERS)
    verdicts = {
        (rule.id, resource.arn): judge(rule, resource, context).verdict
        for rule in rules().values()
        for kind in rule.judged()
        for resource in context.inventory.resources(kind)
    }
    return Night(snapshot, context, verdicts)
