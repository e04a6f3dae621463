"""Any sequence of nights reads back exactly, night by night, and its seals hold."""

from __future__ import annotations

import os
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from scanner.engine.drift import Normaliser
from scanner.model.canon import Canon
from scanner.model.finding import Verdict
from scanner.model.gap import Gap
from scanner.model.resource import ABSENT, SKIPPED, Coverage, Resource, Source, seen, unseen
from scanner.store import Store
from tests.store.nights import ACCOUNT, BUCKET, KEY, REGION, finding, listing, night, same

PLACES = ((ACCOUNT, REGION), (ACCOUNT, "global"), ("444455556666", REGION))
KINDS = (KEY, BUCKET)
RULES = ("kms_key_rotation", "kms_key_policy")

words = st.text("ab\u00e9\N{SNOWMAN}\x00\x1f\n\"'", max_size=4)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)
gaps = st.builds(Gap, call=words, permission=words, error=words, message=words)
sections = st.one_of(documents.map(seen), st.just(ABSENT), st.just(SKIPPED), gaps.map(unseen))
states = st.sampled_from(("ok", "ok", "denied", "partial", "throttled"))


@st.composite
def resources(draw: st.DrawFn, account: str, region: str, kinds: list[str]) -> list[Resource]:
    found = {
        (kind, name): Resource(
            kind,
            name,
            arn=f"arn:aws:x::{name}",
            partition=draw(st.sampled_from(("aws", "aws-us-gov"))),
            account=account,
            region=region,
            name=draw(words),
            identity=draw(words),
            tags=draw(st.none() | st.dictionaries(words, words, max_size=2)),
            sections=draw(st.dictionaries(st.sampled_from(("meta", "turn", "pol")), sections)),
            source=draw(st.sampled_from(Source)),
        )
        for kind in kinds
        for name in draw(st.sets(st.sampled_from(("k1", "k2", "k3"))))
    }
    return list(found.values())


@st.composite
def places_seen(draw: st.DrawFn) -> list[tuple[str, str, list[Resource], list[Coverage]]]:
    found = []
    for account, region in sorted(draw(st.sets(st.sampled_from(PLACES), min_size=1))):
        kinds = sorted(draw(st.sets(st.sampled_from(KINDS))))
        listed = sorted(draw(st.sets(st.sampled_from(kinds)))) if kinds else []
        coverage = [listing(draw(states), kind=kind, account=account, region=region) for kind in listed]
        coverage += [Coverage(account, region, kind, "turn", "kms.GetKeyRotationStatus") for kind in kinds]
        found.append((account, region, draw(resources(account, region, kinds)), coverage))
    return found


@st.composite
def judged(draw: st.DrawFn, where: list[Any]) -> list[Any]:
    found = []
    for account, region, things, _ in where:
        for thing in things:
            for rule in sorted(draw(st.sets(st.sampled_from(RULES)))):
                parts = sorted(draw(st.sets(st.sampled_from(("", "web", "db")), min_size=1)))
                found += [
                    finding(
                        draw(st.sampled_from(Verdict)),
                        thing.id,
                        rule=rule,
                        part=part,
                        account=account,
                        region=region,
                        kind=thing.kind,
                        message=draw(words),
                        missing=tuple(draw(st.lists(gaps, max_size=1))),
                        tags=thing.tags,
                    )
                    for part in parts
                ]
    return found


@st.composite
def scan(draw: st.DrawFn) -> tuple[list[Any], list[Any], bool]:
    where = draw(places_seen())
    return where, draw(judged(where)), draw(st.integers(0, 4)) > 0


DOSE = 400 if os.environ.get("PHIWARD_DRILL") else 40
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)  # shrinking would outlast the tests' time limit


@settings(
    max_examples=400 if os.environ.get("PHIWARD_DRILL") else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=PHASES,
)
@pytest.mark.drill
@given(st.lists(scan(), min_size=1, max_size=5))
def test_any_nights_read_back_exactly(nights: list[tuple[list[Any], list[Any], bool]]) -> None:
    with tempfile.TemporaryDirectory() as folder, Store.open(str(Path(folder) / "phiward.db"), NOISE) as store:
        told = {}
        for number, (where, findings, finishes) in enumerate(nights):
            targets = tuple((account, region) for account, region, _, _ in where)
            info = night(number, targets=targets, kinds=KINDS, rules=RULES)
            store.begin(info)
            for place in where:
                store.add(info.id, *place)
                store.add(info.id, *place)
            if finishes:
                told[info.id] = store.finish(info.id, findings, finished=info.started + timedelta(minutes=9))
        for number, (where, _, _) in enumerate(nights):
            things = [thing for _, _, some, _ in where for thing in some]
            coverage = [entry for _, _, _, some in where for entry in some]
            assert same(store.snapshot(night(number).id), things, coverage)
        for name, findings in told.items():
            assert {item.fingerprint: item for item in store.findings(name)} == {
                item.fingerprint: item for item in findings
            }
        assert store.verify() == []


NOISE = Normaliser(
    {
        KEY: Canon(kind=KEY, volatile={"meta.a": "noise", "turn": "noise"}),
        BUCKET: Canon(kind=BUCKET, volatile={"pol[].a": "noise"}),
    },
    "test",
)
