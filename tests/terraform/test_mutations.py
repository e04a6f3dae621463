"""Whatever is wrong with a document, it is read or refused in one line."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.model.given import GivenError
from tests.terraform.documents import change, code, create, plan, standing, state, stored
from tests.terraform.documents import given as read

OLD = {"bucket": "b", "id": "b", "arn": "arn:aws:s3:::b", "policy": "{}", "versioning": [{"enabled": True}]}
GROUP = {"id": "sg-1", "ingress": [{"from_port": 1, "to_port": 2, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}]}
RULE = {"type": "ingress", "protocol": "tcp", "from_port": 1, "to_port": 2, "security_group_id": "sg-1"}
MODULE = {
    "resources": [code("aws_kms_key.k")],
    "outputs": {"key": {"expression": {"references": ["aws_kms_key.k.arn"]}}},
}
ROOT = {
    "resources": [
        code("aws_s3_bucket.b", bucket="b"),
        code("aws_ebs_volume.v", kms_key_id="=module.m.key"),
        code("aws_instance.i", user_data="echo", vpc_security_group_ids="=aws_security_group.g.id"),
    ],
    "module_calls": {"m": {"module": MODULE, "expressions": {"x": {"references": ["var.x"]}}}},
}
PLAN = plan(
    change("aws_s3_bucket.b", ["no-op"], OLD, OLD),
    change(
        "aws_s3_bucket_policy.b", ["delete"], {"bucket": "b", "policy": "{}"}, None, before_sensitive={"policy": True}
    ),
    change("aws_security_group.g", ["no-op"], GROUP, GROUP),
    change("aws_security_group_rule.r", ["delete"], RULE, None),
    create("module.m.aws_kms_key.k", {"description": "x"}),
    create("aws_ebs_volume.v", {"availability_zone": "us-east-1a"}, {"id": True, "kms_key_id": True}),
    create(
        "aws_instance.i", {"user_data": "0" * 40, "vpc_security_group_ids": [None]}, {"vpc_security_group_ids": [True]}
    ),
    create("aws_ecs_task_definition.t", {"family": "t", "container_definitions": '[{"environment": [{"name": "a"}]}]'}),
    root=ROOT,
    prior=[standing("aws_s3_bucket.b", **OLD), standing("aws_s3_bucket.c", bucket="c")],
    providers={"aws": {"name": "aws", "expressions": {"region": {"references": ["var.r"]}}}},
    variables={"r": {"value": "us-east-1"}},
    resource_drift=[change("aws_s3_bucket.b", ["update"], OLD, {**OLD, "policy": None})],
)
STATE = state(
    stored("aws_s3_bucket", "b", OLD),
    stored("aws_security_group_rule", "r", RULE, RULE),
    {**stored("aws_instance", "i", {"user_data": "x"}), "module": "module.m"},
)
STATE["resources"][0]["instances"][0]["sensitive_attributes"] = [[{"type": "get_attr", "value": "policy"}]]
SHOWN = {"format_version": "1.0", "values": {"root_module": {"resources": [standing("aws_s3_bucket.b", **OLD)]}}}

ODD: Any = st.sampled_from(
    [
        *(None, True, False, 0, -1, 1.5, 10**400, "", "x", "aws_x.y", 'a["b', "\ud7ff\u0000"),
        *("arn:aws:x:y:123456789012:z", [], {}, [None], [[]], [{}], {"": None}, {"$unknown": 1}),
        *({"references": each} for each in (["a"], 3, [1], ["var.x", "module.m.key", "aws_kms_key.k"])),
    ]
)


def _paths(document: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    return [path, *(found for key, value in items for found in _paths(value, (*path, key)))]


def _changed(document: Any, path: tuple[Any, ...], value: Any, *, away: bool) -> Any:
    if not path:
        return value
    made = copy.deepcopy(document)
    place = made
    for key in path[:-1]:
        place = place[key]
    if away:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return made


def _try(data: bytes) -> None:
    message = "tfplan.json: "
    try:
        read(data)
    except GivenError as refused:
        message = str(refused)
    assert "\n" not in message
    assert message.startswith("tfplan.json: ")


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_document_with_a_few_values_changed(data: Any) -> None:
    document: Any = data.draw(st.sampled_from([PLAN, STATE, SHOWN]))
    for _ in range(data.draw(st.integers(1, 3))):
        paths = _paths(document)
        path = data.draw(st.sampled_from(paths))
        document = _changed(document, path, data.draw(ODD), away=data.draw(st.booleans()) and bool(path))
    _try(json.dumps(document).encode())


@settings(max_examples=150, deadline=None)
@given(st.sampled_from([PLAN, STATE, SHOWN]), st.data())
def test_a_document_with_bytes_changed(document: Any, data: Any) -> None:
    text = bytearray(json.dumps(document).encode())
    start = data.draw(st.integers(0, len(text)))
    text[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=8))
    _try(bytes(text))


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes(data: Any) -> None:
    _try(data)


def test_documents_that_nest_without_end() -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = {"a": [deep]}
    _try(json.dumps(plan(create("aws_s3_bucket.b", {"bucket": "b", "deep": deep}))).encode())
    _try(b'{"version":4,"resources":' + b"[" * 100_000)
    _try(b'{"format_version":"1.0","resource_changes":[{"type":"t","change":{"after":{"a":' + b"[" * 100_000)
