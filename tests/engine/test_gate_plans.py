"""The gate on whole plans: what is new in them, what one who was there before does not repeat, what they take away."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from scanner import terraform
from scanner.cli.gating import exit_code
from scanner.engine.gate import Gate, compared
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, rules
from scanner.model.finding import Verdict
from scanner.model.given import Given, Setting
from scanner.run import Judge, gate

INPUTS = Path(__file__).parents[3] / "shared" / "inputs" / "iac"
TERRAGOAT = INPUTS / "bridgecrewio__checkov__terragoat_55res_tfplan.json"
AS_OF = datetime(2026, 11, 21, tzinfo=UTC)
AWS = "registry.terraform.io/hashicorp/aws"
recorded = pytest.mark.skipif(not INPUTS.is_dir(), reason="the recorded plans are not here")


def given(data: Path | bytes) -> Given:
    return terraform.read(data, "plan.json", kinds=kinds(), redactor=Redactor(b"k" * 32))


def judged(plan: Given) -> Gate:
    return gate(plan, Judge(list(rules().values())), AS_OF)


@recorded
def test_all_is_new_where_nothing_stood_before() -> None:
    found = judged(given(TERRAGOAT))
    assert len(found.new) > 50
    assert (found.kept, found.fixed, found.doubts, found.problems) == ([], [], [], ())


@recorded
def test_the_same_world_before_and_after_has_nothing_new() -> None:
    plan = given(TERRAGOAT)
    first = judged(plan)
    found = judged(msgspec.structs.replace(plan, before=plan.after))
    assert (found.new, found.fixed, found.doubts) == ([], [], [])
    assert {each.fingerprint for each in found.kept} == {each.fingerprint for each in first.new}


@recorded
def test_what_was_not_there_before_is_all_that_is_new() -> None:
    """One resource is fixed in the world before: only what it breaks is new, and on it."""
    plan = given(TERRAGOAT)
    whole = judged(plan)
    (group,) = {each.resource for each in whole.new if each.resource == "${aws_security_group.web-node}"}
    before = [each for each in plan.after.resources if each.arn != group]
    found = judged(msgspec.structs.replace(plan, before=Setting(before, plan.after.origins)))
    assert {each.resource for each in found.new} == {group}
    expected = {each.fingerprint for each in whole.new if each.resource == group}
    assert {each.fingerprint for each in found.new} == expected
    assert all(found.origins[each.fingerprint].address == "aws_security_group.web-node" for each in found.new)


BUCKET = {"bucket": "claims", "id": "claims", "arn": "arn:aws:s3:::claims", "tags": {}, "tags_all": {}}
FLAGS = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
BLOCK = {"bucket": "claims", "id": "claims", **dict.fromkeys(FLAGS, True)}
ADDRESS = "aws_s3_bucket_public_access_block.claims"


def change(address: str, actions: list[str], before: Any, after: Any) -> dict[str, Any]:
    sort, _, name = address.partition(".")
    body = {"actions": actions, "before": before, "after": after, "after_unknown": {}}
    return {
        "address": address, "mode": "managed", "type": sort, "name": name, "provider_name": AWS, "change": body,
    }  # fmt: skip


def plan(*changes: dict[str, Any]) -> bytes:
    prior = [
        {**{key: each[key] for key in ("address", "mode", "type", "name", "provider_name")},
         "values": each["change"]["before"]}
        for each in changes if each["change"]["before"]
    ]  # fmt: skip
    document = {
        "format_version": "1.2", "terraform_version": "1.9.5", "resource_changes": list(changes), "complete": True,
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "planned_values": {"root_module": {}}, "configuration": {"root_module": {}},
    }  # fmt: skip
    return json.dumps(document).encode()


def test_a_plan_that_deletes_the_block_of_public_access_breaks_rules_on_the_bucket() -> None:
    kept = change("aws_s3_bucket.claims", ["no-op"], BUCKET, BUCKET)
    untouched = judged(given(plan(kept, change(ADDRESS, ["no-op"], BLOCK, BLOCK))))
    assert untouched.new == []
    found = judged(given(plan(kept, change(ADDRESS, ["delete"], BLOCK, None))))
    assert {each.resource for each in found.new} == {"arn:aws:s3:::claims"}
    assert {each.rule for each in found.new} == {"plan_removes_safeguard"}
    assert "s3_bucket_level_public_access_block" in {each.rule for each in found.doubts}


@pytest.mark.parametrize("flag", FLAGS)
def test_a_plan_that_opens_one_flag_of_it_breaks_a_rule_on_the_bucket(flag: str) -> None:
    kept = change("aws_s3_bucket.claims", ["no-op"], BUCKET, BUCKET)
    found = judged(given(plan(kept, change(ADDRESS, ["update"], BLOCK, {**BLOCK, flag: False}))))
    assert {each.resource for each in found.new} == {"arn:aws:s3:::claims"}


def test_an_error_of_our_own_is_never_silent_not_even_on_what_is_new() -> None:
    kept = change("aws_s3_bucket.claims", ["no-op"], BUCKET, BUCKET)
    (broken, *_) = judged(given(plan(kept, change(ADDRESS, ["delete"], BLOCK, None)))).new
    broken.verdict = Verdict.ERROR
    for level in ("info", "critical"):
        assert exit_code(compared("p", [], [broken]), level) == 4
        assert exit_code(compared("p", [], [broken]), level, allow_incomplete=True) == 4
    broken.verdict = Verdict.UNKNOWN
    assert exit_code(compared("p", [], [broken]), "info") == 0
