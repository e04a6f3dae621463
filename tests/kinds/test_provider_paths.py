"""The Terraform types and attributes that the kinds read, held against a dated extract of the AWS provider's schema."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from scanner.engine.registry import kinds
from scanner.model import path as paths
from scanner.model.fact import alternatives, joined
from scanner.model.kind import Kind
from scanner.model.resource import Source
from scanner.terraform.types import INLINE
from tests.kinds.provider_extract import Tree, wanted
from tests.kinds.samples_of_sources import SAMPLES

EXTRACT = json.loads((Path(__file__).parent / "data" / "provider_aws.json").read_text("utf-8"))
TYPES: Mapping[str, Tree] = EXTRACT["types"]

LACKING: Mapping[str, str] = {}
"""Types that the extract lacks, each with the reason."""

REMOVED = "release 5.0 of the provider removed it; plans of older releases hold it"
OLDER: Mapping[tuple[str, str], str] = {
    ("aws_ecs_cluster", "capacity_providers"): REMOVED,
    ("aws_ecs_cluster", "default_capacity_provider_strategy"): REMOVED,
}
"""Attributes that only other releases of the provider have, by type and path, each with the reason."""

WITH_TYPES = [kind for kind in kinds().values() if kind.tf]
PATHS = [
    pytest.param(kind, text, id=f"{kind.__name__}.{name}:{text}")
    for kind in WITH_TYPES
    for name, fact in kind.facts.items()
    if isinstance(fact.plan, str)
    for choice in alternatives(fact.plan)
    for text in joined(choice)
]


def leads(held: Tree | None, todo: tuple[paths.Step, ...]) -> bool:
    """Say whether a path leads to an attribute; positions are passed over, `[key=text]` asks for the key."""
    for verb, argument in todo:
        if verb in {"member", "where"}:
            name = argument if verb == "member" else argument[0]
            if held is None or name not in held:
                return False
            held = held[name] if verb == "member" else held
    return True


def exists(kind: type[Kind], text: str) -> bool:
    """Say whether a path of a kind leads to an attribute of one of its types, or of its part that the path names."""
    todo = paths.steps(text)
    first = todo[0].argument
    if first in kind.tf_parts:
        return leads(TYPES[first], todo[1:])
    return any(leads(TYPES[name], todo) or (name, text) in OLDER for name in kind.tf if name not in LACKING)


def strangers(held: Tree | None, said: Any, place: str) -> Iterator[str]:
    """Name what a document says that the provider's schema does not have; below an attribute anything may lie."""
    if held is None:
        return
    for each in said if isinstance(said, list | tuple) else [said]:
        for name, value in each.items() if isinstance(each, Mapping) else ():
            if name.startswith("$"):
                continue
            if name in held:
                yield from strangers(held[name], value, f"{place}.{name}")
            else:
                yield f"{place}.{name}"


def test_the_extract_is_dated_and_says_where_it_is_from() -> None:
    assert dt.date.fromisoformat(EXTRACT["as_of"]) > dt.date(2025, 1, 1)
    assert EXTRACT["provider"].startswith("hashicorp/aws ")
    assert EXTRACT["source"].endswith(" (PyPI)")


def test_every_type_and_every_part_is_one_of_the_provider() -> None:
    assert wanted() - set(TYPES) == set(LACKING)
    assert set(TYPES) <= wanted(), "of no kind any more: write the extract anew"


@pytest.mark.parametrize(
    ("part", "attribute"),
    sorted({pair for kind in WITH_TYPES for pair in kind.tf_parts.items()}),
)
def test_a_part_refers_by_an_attribute_that_it_has(part: str, attribute: str) -> None:
    assert attribute in TYPES[part]


@pytest.mark.parametrize(("kind", "text"), PATHS)
def test_a_path_leads_to_an_attribute(kind: type[Kind], text: str) -> None:
    assert exists(kind, text), f"none of {', '.join(kind.tf)} has {text} in {EXTRACT['provider']}"


@pytest.mark.parametrize("name", sorted(set(INLINE) & set(TYPES)))
def test_what_stands_for_parts_is_an_attribute(name: str) -> None:
    older = {attribute for type_, attribute in OLDER if type_ == name}
    assert INLINE[name] - set(TYPES[name]) == older & INLINE[name]


def test_what_is_called_older_is_not_there() -> None:
    assert not [key for key in OLDER if leads(TYPES[key[0]], paths.steps(key[1]))]


def _samples() -> Iterator[Any]:
    for (cfn, fact, source), cases in SAMPLES.items():
        if source is Source.PLAN and kinds()[cfn].tf:
            yield pytest.param(kinds()[cfn], [said for said, _ in cases], id=f"{cfn}.{fact}")


@pytest.mark.parametrize(("kind", "said"), list(_samples()))
def test_a_sample_says_only_what_a_plan_can(kind: type[Kind], said: list[Mapping[str, Any]]) -> None:
    parts: Tree = {name: TYPES[name] for name in kind.tf_parts}
    for document in said:
        found = [list(strangers({**TYPES[name], **parts}, document, name)) for name in kind.tf]
        assert [] in found, min(found, key=len)


def test_a_wrong_path_is_found() -> None:
    bucket = kinds()["AWS::S3::Bucket"]
    assert exists(bucket, "aws_s3_bucket_versioning.versioning_configuration[0].status")
    assert not exists(bucket, "aws_s3_bucket_versioning.versioning_configuration[0].state")
    assert not exists(bucket, "bucket.name")
    assert not exists(kinds()["AWS::ECS::Cluster"], "setting[key=containerInsights].value")
    assert list(strangers(TYPES["aws_s3_bucket"], {"grant": [{"id": "x", "kind": "y"}]}, "b")) == ["b.grant.kind"]
