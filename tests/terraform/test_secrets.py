from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.kind import derive
from scanner.model.planned import UNKNOWN
from scanner.model.secret import REDACTED
from tests.terraform.documents import change, code, create, given, only, plan, standing, state, stored

WORD = "hunter2-Zz9"
"""What must never come out."""

CONTAINERS = json.dumps(
    [
        {
            "name": "web",
            "image": "web:1",
            "environment": [{"name": "DB_PASSWORD", "value": WORD}, {"name": "LEVEL", "value": f"info{WORD}"}],
            "command": ["serve", "--password", WORD],
        },
        {"Name": "side", "Image": "side:1", "Environment": [{"Name": "API_TOKEN", "Value": WORD}]},
    ]
)
SCRIPT = f"#!/bin/sh\nexport DB_PASSWORD={WORD}\n"

PLANTED: dict[str, dict[str, Any]] = {
    "aws_db_instance": {"identifier": "db", "password": WORD, "domain_auth_secret_key": WORD},
    "aws_rds_cluster": {"cluster_identifier": "c", "master_password": WORD},
    "aws_vpn_connection": {"tunnel1_preshared_key": WORD, "customer_gateway_configuration": f"<xml>{WORD}</xml>"},
    "aws_instance": {"ami": "ami-1", "user_data": SCRIPT, "user_data_base64": SCRIPT},
    "aws_launch_template": {"name": "t", "user_data": SCRIPT},
    "aws_ecs_task_definition": {"family": "web", "container_definitions": CONTAINERS},
    "aws_ssm_parameter": {"name": "/x", "type": "String", "value": WORD, "insecure_value": WORD},
    "aws_secretsmanager_secret_version": {"secret_id": "s", "secret_string": WORD},
    "aws_lambda_function": {"environment": [{"variables": {"TOKEN": WORD, "PLAIN": WORD}}]},
    "aws_codebuild_project": {"environment": [{"environment_variable": [{"name": "T", "value": WORD}]}]},
    "aws_iam_access_key": {"user": "u", "secret": WORD, "ses_smtp_password_v4": WORD},
    "aws_elasticache_replication_group": {"auth_token": WORD},
    "aws_cloudwatch_event_target": {
        "rule": "r",
        "input": json.dumps({"env": [{"name": "PASSWORD", "value": WORD}], "password": WORD}),
    },
    "random_password": {"length": 12, "result": WORD},
    "kubernetes_secret": {"data": {"password": WORD}, "metadata": [{"name": WORD}]},
}


def _grep(found: Any) -> None:
    """Look through everything that comes out."""
    out = [found.notes, found.changes, found.drift]
    for setting in (found.before, found.after):
        for resource in setting.resources if setting else ():
            out += [resource.id, resource.arn, resource.name, resource.identity, resource.tags]
            out += [section.doc for section in resource.sections.values()]
        out += [setting.others, setting.origins] if setting else []
    text = msgspec.json.encode(out).decode()
    assert WORD not in text
    assert "aHVudGVyMi" not in text


@pytest.mark.parametrize("type", sorted(PLANTED))
def test_no_secret_comes_out_of_anything(type: str) -> None:
    says = PLANTED[type]
    old = {**says, "id": "old"}
    marked: dict[str, Any] = {"before_sensitive": {}, "after_sensitive": {}}
    changes = [
        create(f"{type}.new", says, **marked),
        change(f"{type}.old", ["update"], old, {**old, "tags": {"a": "b"}}),
        change(f"{type}.gone", ["delete"], old, None),
    ]
    written = [code(f"{type}.new", **says)]
    variables = {"password": {"value": WORD}}
    outputs = {"password": {"actions": ["create"], "after": WORD}}
    drift = [change(f"{type}.old", ["update"], old, {**old, "x": 1})]
    made = plan(
        *changes, root=written, prior=[standing(f"{type}.old", **old)], variables=variables, output_changes=outputs,
        resource_drift=drift,
    )  # fmt: skip
    _grep(given(made))
    _grep(given(state(stored(type, "s", old))))


def test_what_terraform_marks_is_kept_as_a_hash_that_no_fact_reads() -> None:
    marked = create(
        "aws_db_instance.d", {"identifier": "db", "publicly_accessible": True, "engine": WORD, "tags": {"x": WORD}}, {},
        after_sensitive={"engine": True, "publicly_accessible": True, "tags": {"x": True}},
    )  # fmt: skip
    doc = only(given(plan(marked)).after).sections["planned"].doc
    for value in (doc["engine"], doc["publicly_accessible"], doc["tags"]["x"]):
        assert UNKNOWN in value
        assert len(value[REDACTED]) == 64


def test_marks_of_states_are_honoured() -> None:
    instance = stored("aws_s3_bucket", "b", {"bucket": "b", "tags": {"x": WORD}, "grant": [{"id": WORD}]})
    path = [[{"type": "get_attr", "value": "tags"}, {"type": "index", "value": {"value": "x", "type": "string"}}]]
    path.append(
        [{"type": "get_attr", "value": "grant"}, {"type": "index", "value": 0}, {"type": "get_attr", "value": "id"}]
    )
    instance["instances"][0]["sensitive_attributes"] = path
    _grep(given(state(instance)))
    shown = standing("aws_s3_bucket.b", bucket="b", tags={"x": WORD}) | {"sensitive_values": {"tags": {"x": True}}}
    _grep(given({"format_version": "1.0", "values": {"root_module": {"resources": [shown]}}}))


def test_hashes_tell_a_change_and_nothing_else() -> None:
    def password(word: str, key: bytes = b"k" * 32) -> str:
        doc = json.dumps(plan(create("aws_db_instance.d", {"identifier": "db", "password": word}))).encode()
        from scanner.terraform import read

        found = read(doc, "p", kinds=kinds(), redactor=Redactor(key))
        return str(only(found.after).sections["planned"].doc["password"][REDACTED])

    assert password("a") == password("a") != password("b")
    assert password("a") != password("a", b"j" * 32)


def test_what_the_detectors_saw_is_kept_for_the_facts() -> None:
    definition = create("aws_ecs_task_definition.t", PLANTED["aws_ecs_task_definition"])
    resource = only(given(plan(definition)).after)
    kind = kinds()[resource.kind]
    web, side = derive(resource, kind.facts["containers"])
    assert [(variable.name, bool(variable.detectors)) for variable in web.environment] == [
        ("DB_PASSWORD", True),
        ("LEVEL", False),
    ]
    assert [variable.name for variable in side.environment] == ["API_TOKEN"]
    assert (web.image, side.image) == ("web:1", "side:1")


def test_user_data_is_examined_as_it_is_read() -> None:
    hashed = create("aws_instance.i", {"user_data": "0" * 40})
    script = only(given(plan(hashed, root=[code("aws_instance.i", user_data=SCRIPT)])).after).sections["planned"].doc
    assert script["user_data"]["$detected"]
    bare = only(given(plan(hashed)).after).sections["planned"].doc
    assert "only a hash" in bare["user_data"][UNKNOWN]
