"""One rule, three sources: what an API answers, a plan and a template say of a resource gives the same verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from scanner.engine.examples import case_of, examples, judge_in, world_of
from scanner.engine.proof import EXPECTED
from scanner.engine.registry import kinds, rules
from scanner.model.fact import Fact, derive
from scanner.model.gap import Unknown
from scanner.model.kind import REQUIRED, Const, Kind
from scanner.model.planned import DOCUMENT, computed, unknown
from scanner.model.resource import Resource, Source, seen
from tests.kinds.samples_of_sources import SAMPLES
from tests.kinds.writing import document, encoded, plain, rewritten, said_in

SOURCES = (Source.PLAN, Source.TEMPLATE)
BY_CFN = dict(kinds())


def _resource(kind: type[Kind], source: Source, document: Mapping[str, Any]) -> Resource:
    return Resource(kind.cfn, "x", source=source, sections={DOCUMENT: seen(document)})


def _parsed() -> Iterator[Any]:
    for kind in BY_CFN.values():
        for source in SOURCES:
            for name, fact in kind.facts.items():
                if isinstance(fact.path(source), str) and fact.parser(source) is not None and said_in(kind, source):
                    yield pytest.param(kind, fact, source, id=f"{kind.__name__}.{name}-{source}")


@pytest.mark.parametrize(("kind", "fact", "source"), list(_parsed()))
def test_what_is_parsed_has_a_sample(kind: type[Kind], fact: Fact, source: Source) -> None:
    if (kind.cfn, fact.name, source) in SAMPLES:
        return
    value = {"team": "claims"} if fact.name == "tags" else fact.sample
    text = encoded(source, fact, value) if plain(source, fact) else REQUIRED
    assert text is not REQUIRED, "there is no sample of it in samples_of_sources.py"
    path = str(fact.path(source)).split(" | ")[0]
    assert derive(_resource(kind, source, document(source, {path: text})), fact) == value


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [pytest.param(key, *case, id=":".join(key)) for key in SAMPLES for case in SAMPLES[key]],
)
def test_a_sample_gives_what_the_api_would(
    key: tuple[str, str, Source], said: Mapping[str, Any], expected: Any
) -> None:
    kind = BY_CFN[key[0]]
    resource = _resource(kind, key[2], said)
    if expected is Unknown:
        with pytest.raises(Unknown):
            derive(resource, kind.facts[key[1]])
    else:
        assert derive(resource, kind.facts[key[1]]) == expected


def _heads(fact: Fact, source: Source) -> Iterator[str]:
    for choice in str(fact.path(source)).split(" | ")[:1]:
        for text in choice.removeprefix("+ ").split(" + "):
            yield text.partition(".")[0].partition("[")[0]


@pytest.mark.parametrize(
    ("key", "said", "expected"),
    [pytest.param(key, *case, id=":".join(key)) for key in SAMPLES for case in SAMPLES[key]],
)
def test_what_is_not_known_yet_is_never_read_as_something(
    key: tuple[str, str, Source], said: Mapping[str, Any], expected: Any
) -> None:
    kind = BY_CFN[key[0]]
    fact = kind.facts[key[1]]
    hidden = {head: unknown("known after apply") for head in _heads(fact, key[2]) if head in said and head != "id"}
    if hidden:
        with pytest.raises(Unknown):
            derive(_resource(kind, key[2], {**said, **hidden}), fact)


def test_what_the_provider_sets_itself_is_nothing_for_rules_of_security_groups() -> None:
    kind = BY_CFN["AWS::EC2::SecurityGroup"]
    group = _resource(kind, Source.PLAN, {"id": "${aws_security_group.app}", "ingress": computed("after apply")})
    assert derive(group, kind.facts["ingress"]) == ()


RULES = [pytest.param(rule, source, id=f"{rule.id}-{source}") for rule in rules().values() for source in SOURCES]


@pytest.mark.parametrize(("rule", "source"), RULES)
def test_a_rule_gives_the_same_verdict_from_each_source(rule: Any, source: Source) -> None:
    for label, number, example in examples(rule):
        if label not in {"GOOD", "BAD"} or not _reads_it(rule, example, source):
            continue
        case = case_of(example)
        subject, everything, inventory = world_of(rule, case)
        for resource in everything:
            kind = BY_CFN[resource.kind]
            known = dict(resource.facts)
            if said_in(kind, source) and (written := rewritten(kind, resource, source)) is not None:
                for name in written:
                    assert derive(resource, kind.facts[name]) == known[name], f"{label} {number}: {name}"
        said = judge_in(rule, subject, inventory, case)
        if said.gaps and all(f"{source} does not say" in gap.message for gap in said.gaps):
            continue  # a resource that the rule only looked past has a fact that the source does not say
        assert said.verdict is EXPECTED[label], (
            f"{label} {number}: {said.error or said.skip or said.gaps or said.fails}"
        )


def _reads_it(rule: Any, example: Any, source: Source) -> bool:
    """Say whether a source can say all that a rule reads of an example."""
    case = case_of(example)
    subject, everything, inventory = world_of(rule, case)
    said = judge_in(rule, subject, inventory, case)
    by_arn = {resource.arn: resource for resource in everything}
    for item in said.evidence:
        resource = by_arn.get(item.resource, subject)
        kind = BY_CFN[resource.kind]
        fact = kind.facts[item.fact]
        if not said_in(kind, source):
            continue
        path, value = fact.path(source), resource.facts.get(item.fact)
        if isinstance(path, Const) and path.value != value:
            return False
        if path is None and item.fact not in {"id", "arn", "name"} and fact.default_in(source) != value:
            return False
    return said_in(BY_CFN[subject.kind], source)


@pytest.mark.parametrize(("source", "least"), [(Source.PLAN, 150), (Source.TEMPLATE, 130)])
def test_most_rules_are_judged_from_a_source(source: Source, least: int) -> None:
    judged = {
        rule.id
        for rule in rules().values()
        for label, _, example in examples(rule)
        if label in {"GOOD", "BAD"} and _reads_it(rule, example, source)
    }
    assert len(judged) >= least
