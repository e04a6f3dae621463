"""The table of answers that stay: what it names exists, is asked of one resource, and is found again by its name."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files

import pytest

from scanner.engine.registry import kinds
from scanner.kinds.canon import canon
from scanner.kinds.steady import births, broad, harmless, source_of, sources_of, steady
from scanner.model.fact import alternatives
from scanner.model.operation import Form, clauses
from scanner.model.path import split

PAIRS = sorted(steady())
VOLATILE = re.compile(
    r"Status|Health|Advisor|LastAccessed|Report|Metric|Findings|ServiceLast|Telemetry|Jobs?$|Tasks$|Instances$|Scan"
)
"""Operations whose answers AWS changes by itself."""


@pytest.mark.parametrize(("kind", "call"), PAIRS)
def test_what_stays_is_a_call_about_one_resource(kind: str, call: str) -> None:
    declared = kinds()[kind]
    asked = declared.calls[call]
    assert not declared.singleton
    assert asked.form in {Form.THEN, Form.BATCH, Form.DOWNLOAD}
    assert "$as_of" not in repr(asked.params)
    assert not VOLATILE.search(asked.action), f"{asked.action} tells of what changes by itself"
    used = {clause.path.partition(".")[0] for clause in clauses(steady()[kind, call].settled)}
    assert used <= set(declared.calls)


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in PAIRS}))
def test_what_is_compared_without_noise_is_found_by_its_id(kind: str) -> None:
    declared, drifting = kinds()[kind], any(steady()[pair].drifting for pair in PAIRS if pair[0] == kind)
    assert not canon(declared).observed
    if drifting:
        (root,) = declared.roots()
        assert split(alternatives(declared.facts["id"].api)[0])[0] == root.name


def test_every_source_and_event_of_the_table_is_one() -> None:
    known = {source_of(call) for kind in kinds().values() for call in kind.calls.values() if call.operation}
    assert {source for source, _ in harmless()} <= known
    assert "tagging.amazonaws.com" in broad()
    made = births(kinds().values())
    assert "CreateBucket" in made["s3.amazonaws.com"]
    assert made.keys() <= known
    assert sources_of(kinds()["AWS::ElasticLoadBalancingV2::LoadBalancer"]) == {"elasticloadbalancing.amazonaws.com"}


def test_no_harmless_event_is_one_that_the_tables_of_drift_hold_for_a_change_of_what_stays() -> None:
    changing = {
        (source_of(kinds()[kind].calls[call]), event.partition("=")[0])
        for kind, call in PAIRS
        for touch in canon(kinds()[kind]).touches
        if touch.path.partition(".")[0] == call and not steady()[kind, call].content
        for event in touch.events
    }
    assert changing
    assert not changing & harmless()


def test_each_entry_says_why_and_none_is_told_twice() -> None:
    table = tomllib.loads(files("scanner.kinds").joinpath("data/steady.toml").read_text("utf-8"))
    told = [(entry["kind"], call) for entry in table["steady"] for call in entry["calls"]]
    assert len(told) == len(set(told)) == len(PAIRS)
    assert all(len(entry["because"].split()) > 3 for entry in (*table["steady"], *table["harmless"]))
