"""A scan of some rules makes only the calls that these need, and says of them what a whole scan says."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from scanner.engine.evaluate import Context, evaluate
from scanner.engine.needed import Calls, calls_needed
from scanner.engine.registry import kinds, kinds_needed, rules
from scanner.model.call import each, then
from scanner.model.finding import Finding
from scanner.model.inventory import Inventory
from scanner.model.kind import Const, Kind, fact
from scanner.model.resource import Resource
from scanner.model.rule import Rule
from tests.aws.gather import Gather
from tests.aws.night import PARAMETERS, PLACES, collected, night, world
from tests.aws.stub import said
from tests.aws.synthetic import FakeClient

DRILL = bool(os.environ.get("PHIWARD_DRILL"))
WORLDS = "abcd" if DRILL else "a"
COLLECTED = sorted(rules()) if DRILL else sorted(rules())[::12]
"""The rules that are collected for alone; for the others the sections that would not be asked for are taken away."""


def told(rule: type[Rule], context: Context) -> dict[str, tuple[object, ...]]:
    """Say what a rule finds, but for what is read of a resource's tags alone: its name."""
    return {finding.fingerprint: _kept(finding) for finding in evaluate([rule], context)}


def _kept(finding: Finding) -> tuple[object, ...]:
    facts = tuple((read.fact, str(read.value)) for read in finding.evidence)
    return (finding.verdict, finding.part, finding.severity, facts, finding.missing)


def without(resources: list[Resource], asks: Calls) -> Iterator[Resource]:
    """Take away what is not asked for."""
    for one in resources:
        if one.kind in asks:
            kept = {name: part for name, part in one.sections.items() if name in asks[one.kind] or name == "of"}
            made = Resource(
                one.kind, one.id, arn=one.arn, account=one.account, region=one.region, name=one.name,
                identity=one.identity, tags=one.tags, sections=kept,
            )  # fmt: skip
            if kinds()[one.kind].singleton:
                made.facts["id"] = made.id
            yield made


@pytest.mark.parametrize("name", WORLDS)
def test_no_rule_reads_what_it_would_not_be_given(name: str) -> None:
    whole = night(name)
    wrong = []
    for rule in rules().values():
        asks = calls_needed([rule], kinds_needed([rule]))
        coverage = [entry for entry in whole.snapshot.coverage if entry.kind in asks]
        narrow = Inventory.of(without(whole.snapshot.resources, asks), coverage)
        if told(rule, Context(narrow, whole.context.as_of, PARAMETERS)) != told(rule, whole.context):
            wrong.append(rule.id)
    assert wrong == []


@pytest.mark.parametrize("rule", [rules()[name] for name in COLLECTED], ids=COLLECTED)
def test_a_rule_collected_for_alone_finds_the_same(rule: type[Rule]) -> None:
    for name in WORLDS:
        known = kinds_needed([rule])
        asks = calls_needed([rule], known)
        resources, coverage = [], []
        scopes = {"global" if kind.scope == "global" else "us-east-1" for kind in known.values()}
        for region in (place for place in PLACES if place in scopes):
            found = collected(FakeClient(world(name)), region, known, asks)
            resources += found[0]
            coverage += found[1]
        assert {(entry.kind, entry.call) for entry in coverage if entry.operation} <= {
            (cfn, call) for cfn, calls in asks.items() for call in calls
        }
        context = Context(Inventory.of(resources, coverage), night(name).context.as_of, PARAMETERS)
        assert told(rule, context) == told(rule, night(name).context)


def test_fewer_calls_are_needed_by_fewer_rules() -> None:
    known = kinds()["AWS::KMS::Key"]
    asks = calls_needed([rules()["kms_key_rotation"]], {known.cfn: known})[known.cfn]
    assert {"key", "meta", "turn"} <= asks < set(known.calls)
    assert "pol" not in asks


def test_all_rules_together_need_nearly_all_calls() -> None:
    asks = calls_needed(rules().values(), kinds())
    spared = {f"{cfn}.{name}" for cfn, kind in kinds().items() for name in kind.calls if name not in asks[cfn]}
    assert spared <= {"AWS::::Region.ebs_kms"}, "no rule reads these: only drift does"


class Thing(Kind, cfn="Test::Thing"):
    """Listed, and asked about twice."""

    listed = each("ecs.ListTaskDefinitionFamilies", "families")
    more = then("ecs.DescribeTaskDefinition", taskDefinition="$listed")
    most = then("ecs.ListTagsForResource", resourceArn="$listed")

    id: str = fact("listed")
    tags = fact(Const({}))
    status: str = fact("more.taskDefinition.status")


def test_what_is_not_asked_for_is_neither_called_nor_covered(gather: Gather) -> None:
    script = {
        "ecs.ListTaskDefinitionFamilies": said(families=["a"]),
        "ecs.DescribeTaskDefinition": said(taskDefinition={"status": "ACTIVE"}, tags=[]),
        "ecs.ListTagsForResource": said(tags=[]),
    }
    stub, seen = gather(script, Thing, asks={Thing.cfn: frozenset({"listed", "more"})})
    assert seen.view(Thing, "a").status == "ACTIVE"
    assert stub.count("ecs.ListTagsForResource") == 0
    assert {entry.call for entry in seen.coverage} == {"listed", "more"}
