"""What was read is judged by the real rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.engine.evaluate import Context, evaluate
from scanner.engine.registry import rules
from scanner.model.inventory import Inventory
from tests.terraform.documents import change, code, create, given, plan, state, stored


def _verdicts(setting: Any, *names: str) -> Any:
    context = Context(Inventory.of(setting.resources, []), datetime(2026, 1, 1, tzinfo=UTC))
    return {
        (found.rule, found.name): str(found.verdict)
        for found in evaluate([rules()[name] for name in names], context)
        if found.name
    }


def _one(setting: Any, name: str) -> Any:
    found = set(_verdicts(setting, name).values())
    assert len(found) == 1, found
    return found.pop()


OPEN = {"type": "ingress", "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}


@pytest.mark.parametrize(("encrypted", "verdict"), [(True, "PASS"), (False, "FAIL")])
def test_a_planned_database(encrypted: Any, verdict: str) -> None:
    unknown = {"id": True, "arn": True}
    made = plan(create("aws_db_instance.d", {"identifier": "d", "storage_encrypted": encrypted}, unknown))
    assert _one(given(made).after, "rds_storage_encrypted") == verdict


def test_what_is_unknown_is_neither_pass_nor_fail() -> None:
    made = plan(
        create("aws_db_instance.d", {"identifier": "d"}, {"storage_encrypted": True, "publicly_accessible": True})
    )
    found = _verdicts(given(made).after, "rds_storage_encrypted", "rds_instance_not_publicly_accessible")
    assert set(found.values()) == {"UNKNOWN"}


def test_what_is_marked_sensitive_is_neither_pass_nor_fail() -> None:
    says = {"identifier": "d", "storage_encrypted": True}
    made = plan(create("aws_db_instance.d", says, {}, after_sensitive={"storage_encrypted": True}))
    assert _one(given(made).after, "rds_storage_encrypted") == "UNKNOWN"


def test_a_rule_of_its_own_opens_its_group() -> None:
    group = create("aws_security_group.g", {"name": "g"}, {"id": True, "ingress": True, "egress": True})
    rule = create("aws_security_group_rule.r", OPEN, {"id": True, "security_group_id": True})
    root = [
        code("aws_security_group.g"),
        code("aws_security_group_rule.r", security_group_id="=aws_security_group.g.id"),
    ]
    closed = create("aws_security_group_rule.r", {**OPEN, "cidr_blocks": ["10.0.0.0/8"]}, {"security_group_id": True})
    name = "sg_no_open_ssh"
    assert _one(given(plan(group, rule, root=root)).after, name) == "FAIL"
    assert _one(given(plan(group, closed, root=root)).after, name) == "PASS"
    elsewhere = [code("aws_security_group.g"), code("aws_security_group_rule.r", security_group_id="=local.group")]
    assert _one(given(plan(group, closed, root=elsewhere)).after, name) == "UNKNOWN"


def test_closing_a_group_is_seen_though_its_state_still_shows_the_rule() -> None:
    block = {name: OPEN[name] for name in ("from_port", "to_port", "protocol", "cidr_blocks")}
    group = {"id": "sg-1", "name": "g", "ingress": [block], "egress": []}
    gone = change("aws_security_group_rule.r", ["delete"], {**OPEN, "security_group_id": "sg-1"}, None)
    found = given(plan(change("aws_security_group.g", ["no-op"], group, group), gone))
    assert _one(found.before, "sg_no_open_ssh") == "FAIL"
    assert _one(found.after, "sg_no_open_ssh") == "PASS"


def test_a_bucket_whose_parts_are_split_off() -> None:
    held = state(
        stored("aws_s3_bucket", "b", {"bucket": "b", "id": "b", "arn": "arn:aws:s3:::b"}),
        stored("aws_s3_bucket_versioning", "b", {"bucket": "b", "versioning_configuration": [{"status": "Enabled"}]}),
    )
    assert _one(given(held).after, "s3_bucket_versioning") == "PASS"


def test_a_key_that_does_not_rotate() -> None:
    for rotates, verdict in ((True, "PASS"), (False, "FAIL")):
        says = {"enable_key_rotation": rotates, "customer_master_key_spec": "SYMMETRIC_DEFAULT", "is_enabled": True}
        made = plan(create("aws_kms_key.k", says, {"id": True, "arn": True, "key_id": True}))
        assert _one(given(made).after, "kms_key_rotation") == verdict
