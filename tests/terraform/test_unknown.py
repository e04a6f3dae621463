from __future__ import annotations

from typing import Any

import pytest

from scanner.model.planned import COMPUTED, UNKNOWN
from tests.terraform.documents import code, create, docs, given, plan

KEY = create("aws_kms_key.k", {"enable_key_rotation": True}, {"id": True, "arn": True, "key_id": True})
GROUP = create("aws_security_group.g", {"name": "g"})


def _after(document: Any, id: str) -> Any:
    return docs(given(document).after)[id]


def test_a_resources_own_names_are_its_token() -> None:
    doc = _after(plan(KEY, root=[code("aws_kms_key.k")]), "${aws_kms_key.k}")
    assert doc["id"] == doc["arn"] == doc["key_id"] == "${aws_kms_key.k}"


def test_what_refers_to_one_planned_resource_is_its_token() -> None:
    volume = create("aws_ebs_volume.v", {"encrypted": True}, {"id": True, "kms_key_id": True, "snapshot_id": True})
    written = code("aws_ebs_volume.v", encrypted=True, kms_key_id="=aws_kms_key.k.arn")
    doc = _after(plan(KEY, volume, root=[code("aws_kms_key.k"), written]), "${aws_ebs_volume.v}")
    assert doc["kms_key_id"] == "${aws_kms_key.k}"
    assert doc["snapshot_id"] == {UNKNOWN: "known after apply", COMPUTED: True}


@pytest.mark.parametrize(
    "written",
    [
        "=local.key",
        "=data.aws_kms_key.k.arn",
        "=aws_kms_key.k.arn,local.key",
        "=aws_kms_key.k.policy",
        "=aws_kms_key.gone.arn",
    ],
)
def test_what_cannot_be_told_is_unknown_and_not_computed(written: str) -> None:
    volume = create("aws_ebs_volume.v", {}, {"id": True, "kms_key_id": True})
    made = plan(KEY, volume, root=[code("aws_kms_key.k"), code("aws_ebs_volume.v", kms_key_id=written)])
    assert _after(made, "${aws_ebs_volume.v}")["kms_key_id"] == {UNKNOWN: "known after apply"}


def test_an_attribute_that_names_nothing_is_no_token() -> None:
    key = create("aws_ebs_volume.v", {}, {"id": True, "type": True})
    made = plan(KEY, key, root=[code("aws_kms_key.k"), code("aws_ebs_volume.v", type="=aws_kms_key.k.id")])
    assert _after(made, "${aws_ebs_volume.v}")["type"] == {UNKNOWN: "known after apply"}


def test_lists_are_read_element_by_element() -> None:
    other = create("aws_security_group.h", {"name": "h"})
    whole = create("aws_instance.a", {}, {"id": True, "vpc_security_group_ids": True})
    some = create(
        "aws_instance.b",
        {"vpc_security_group_ids": ["sg-1", None]},
        {"vpc_security_group_ids": [False, True], "id": True},
    )
    mixed = create("aws_instance.c", {}, {"id": True, "vpc_security_group_ids": True})
    root = [
        code("aws_security_group.g"),
        code("aws_security_group.h"),
        code("aws_instance.a", vpc_security_group_ids="=aws_security_group.g.id,aws_security_group.h.id"),
        code("aws_instance.b", vpc_security_group_ids="=aws_security_group.h.id"),
        code("aws_instance.c", vpc_security_group_ids="=aws_security_group.h.id,var.more"),
    ]
    found = docs(given(plan(GROUP, other, whole, some, mixed, root=root)).after)
    name = "vpc_security_group_ids"
    assert found["${aws_instance.a}"][name] == ["${aws_security_group.g}", "${aws_security_group.h}"]
    assert found["${aws_instance.b}"][name] == ["sg-1", "${aws_security_group.h}"]
    assert found["${aws_instance.c}"][name] == {UNKNOWN: "known after apply"}


def test_nested_blocks() -> None:
    after = {
        "server_side_encryption_configuration": [{"rule": [{"apply": [{"sse_algorithm": "aws:kms"}]}]}],
        "bucket": "b",
    }
    unknown = {
        "id": True,
        "server_side_encryption_configuration": [{"rule": [{"apply": [{"kms_master_key_id": True}]}]}],
    }
    written = code(
        "aws_s3_bucket.b", bucket="b", server_side_encryption_configuration=[{"rule": "-"}]
    )  # fmt: skip
    leaf = {"kms_master_key_id": {"references": ["aws_kms_key.k"]}, "sse_algorithm": {"constant_value": "aws:kms"}}
    written["expressions"]["server_side_encryption_configuration"] = [{"rule": [{"apply": [leaf]}]}]
    made = plan(KEY, create("aws_s3_bucket.b", after, unknown), root=[code("aws_kms_key.k"), written])
    rule = _after(made, "b")["server_side_encryption_configuration"][0]["rule"][0]
    assert rule["apply"] == [{"sse_algorithm": "aws:kms", "kms_master_key_id": "${aws_kms_key.k}"}]


def test_a_name_that_is_known_is_used_where_the_id_is_not() -> None:
    logging = create("aws_s3_bucket_logging.l", {"target_bucket": "x"}, {"id": True, "bucket": True})
    trail = create("aws_flow_log.f", {}, {"id": True, "log_destination": True})
    root = [
        code("aws_s3_bucket.b", bucket="b"),
        code("aws_s3_bucket_logging.l", bucket="=aws_s3_bucket.b.id"),
        code("aws_flow_log.f", log_destination="=aws_s3_bucket.b.arn"),
    ]
    providers = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-gov-west-1"}}}}
    bucket = create("aws_s3_bucket.b", {"bucket": "b"})
    found = docs(given(plan(bucket, logging, trail, root=root, providers=providers)).after)
    assert found["b"]["aws_s3_bucket_logging"][0]["bucket"] == "b"
    assert found["b"]["arn"] == found["${aws_flow_log.f}"]["log_destination"] == "arn:aws-us-gov:s3:::b"


def test_variables_and_outputs_of_modules_are_followed() -> None:
    inner = {
        "resources": [code("aws_ebs_volume.v", kms_key_id="=var.key")],
        "variables": {"key": {}},
    }
    keys = {
        "resources": [code("aws_kms_key.k")],
        "outputs": {"arn": {"expression": {"references": ["aws_kms_key.k.arn"]}}},
    }
    middle = {"module_calls": {"disk": {"expressions": {"key": {"references": ["var.key"]}}, "module": inner}}}
    root = {
        "module_calls": {
            "keys": {"module": keys},
            "outer": {"expressions": {"key": {"references": ["module.keys.arn", "module.keys"]}}, "module": middle},
        }
    }
    made = plan(
        create("module.keys.aws_kms_key.k", {}),
        create("module.outer.module.disk.aws_ebs_volume.v", {}, {"id": True, "kms_key_id": True}),
        root=root,
    )
    volume = _after(made, "${module.outer.module.disk.aws_ebs_volume.v}")
    assert volume["kms_key_id"] == "${module.keys.aws_kms_key.k}"


def test_each_instance_refers_to_its_own() -> None:
    def written(name: str) -> Any:
        made = code("aws_ebs_volume.v", kms_key_id=name)
        return made | {"count_expression": {"constant_value": 2}}

    keys = [create(f"aws_kms_key.k[{number}]", {}, index=number) for number in (0, 1)]
    volumes = [
        create(f"aws_ebs_volume.v[{number}]", {}, {"id": True, "kms_key_id": True}, index=number) for number in (0, 1)
    ]

    def meant(name: str) -> Any:
        found = docs(given(plan(*keys, *volumes, root=[code("aws_kms_key.k"), written(name)])).after)
        return [found[f"${{aws_ebs_volume.v[{number}]}}"]["kms_key_id"] for number in (0, 1)]

    own = ["${aws_kms_key.k[0]}", "${aws_kms_key.k[1]}"]
    assert meant("=aws_kms_key.k,count.index") == own
    assert meant("=aws_kms_key.k[1].arn") == [own[1]] * 2
    assert meant("=aws_kms_key.k") == [{UNKNOWN: "known after apply"}] * 2


def test_modules_that_are_repeated_keep_to_themselves() -> None:
    module = {"resources": [code("aws_kms_key.k"), code("aws_ebs_volume.v", kms_key_id="=aws_kms_key.k.arn")]}
    cells = [f'module.cell["{name}"]' for name in ("a.b", "c")]
    changes = [
        made
        for cell in cells
        for made in (
            create(f"{cell}.aws_kms_key.k", {}),
            create(f"{cell}.aws_ebs_volume.v", {}, {"id": True, "kms_key_id": True}),
        )
    ]
    found = docs(given(plan(*changes, root={"module_calls": {"cell": {"module": module}}})).after)
    for cell in cells:
        assert found[f"${{{cell}.aws_ebs_volume.v}}"]["kms_key_id"] == f"${{{cell}.aws_kms_key.k}}"


def test_without_the_code_nothing_is_guessed() -> None:
    made = plan(KEY, create("aws_ebs_volume.v", {}, {"id": True, "kms_key_id": True}))
    assert _after(made, "${aws_ebs_volume.v}")["kms_key_id"] == {UNKNOWN: "known after apply"}
