from __future__ import annotations

from typing import Any

import pytest

from scanner.engine.registry import kinds
from scanner.model.planned import UNKNOWN
from tests.terraform.documents import change, code, create, docs, given, only, plan, state, stored

PARTS = sorted({(part, attribute) for kind in kinds().values() for part, attribute in kind.tf_parts.items()})
RULE = {"type": "ingress", "from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"]}
BLOCK = {"from_port": 22, "to_port": 22, "protocol": "tcp", "cidr_blocks": ["0.0.0.0/0"], "security_groups": []}
OTHER = {**BLOCK, "cidr_blocks": ["10.0.0.0/8"]}


@pytest.mark.parametrize(("part", "attribute"), PARTS)
def test_every_declared_part_lies_in_its_parent(part: str, attribute: str) -> None:
    for kind in (each for each in kinds().values() if each.tf and each.tf_parts.get(part) == attribute):
        named = {"id": "own", "arn": "arn:aws:x:us-east-1:123456789012:own", "name": "own"}
        for value in ("own", ["own"]):
            document = state(stored(kind.tf[0], "p", named), stored(part, "x", {"id": "invented", attribute: value}))
            found = given(document)
            doc = next(each for each in found.after.resources if each.kind == kind.cfn).sections["planned"].doc
            assert doc[part] == [{"id": "invented", attribute: value}]
            assert not found.notes


def test_parts_of_a_state_lie_in_their_parents() -> None:
    found = given(
        state(
            stored("aws_s3_bucket", "b", {"bucket": "b", "id": "b"}),
            stored(
                "aws_s3_bucket_versioning", "b", {"bucket": "b", "versioning_configuration": [{"status": "Enabled"}]}
            ),
            stored("aws_iam_role", "r", {"name": "r", "id": "r", "arn": "arn:aws:iam::123456789012:role/r"}),
            stored(
                "aws_iam_role_policy_attachment",
                "r",
                {"role": "r", "policy_arn": "p1"},
                {"role": "r", "policy_arn": "p2"},
            ),
        )
    )
    assert docs(found.after)["b"]["aws_s3_bucket_versioning"][0]["versioning_configuration"] == [{"status": "Enabled"}]
    assert [each["policy_arn"] for each in docs(found.after)["r"]["aws_iam_role_policy_attachment"]] == ["p1", "p2"]
    assert [resource.account for resource in found.after.resources] == ["123456789012"] * 2


def test_a_part_without_its_parent_is_told_and_left_out() -> None:
    found = given(
        state(*(stored("aws_security_group_rule", f"r{number}", {"security_group_id": "sg-1"}) for number in range(25)))
    )
    assert found.after.resources == []
    assert found.notes[0] == "aws_security_group_rule.r0: what it belongs to is not in this file, so it was left out"
    assert found.notes[-1] == "5 more parts belong to resources that are not in this file"
    assert list(found.after.others) == []


def test_a_planned_part_lies_in_its_planned_parent() -> None:
    rule = create("aws_security_group_rule.r", RULE, {"id": True, "security_group_id": True})
    group = create("aws_security_group.g", {"name": "g"}, {"id": True, "ingress": True, "egress": True})
    root = [
        code("aws_security_group.g"),
        code("aws_security_group_rule.r", security_group_id="=aws_security_group.g.id"),
    ]
    found = given(plan(group, rule, root=root))
    doc = only(found.after).sections["planned"].doc
    assert [each["cidr_blocks"] for each in doc["aws_security_group_rule"]] == [["0.0.0.0/0"]]
    assert "ingress" not in doc
    told = next(each for each in found.changes if each.type == "aws_security_group_rule")
    assert (told.kind, told.resource) == ("AWS::EC2::SecurityGroup", "${aws_security_group.g}")


def test_rules_that_a_dynamic_block_may_write_are_not_taken_for_none() -> None:
    group = create("aws_security_group.g", {"name": "g"}, {"id": True, "ingress": True})
    doc = only(given(plan(group, root=[code("aws_security_group.g", name="g")])).after).sections["planned"].doc
    assert "dynamic" in doc["ingress"][UNKNOWN]


def test_a_part_whose_parent_is_not_known_makes_its_possible_parents_unknown() -> None:
    first, second = (
        create("aws_s3_bucket.a", {}, {"id": True, "bucket": True}),
        create("aws_s3_bucket.b", {"bucket": "b"}, {}),
    )
    block = create("aws_s3_bucket_public_access_block.x", {"block_public_acls": True}, {"id": True, "bucket": True})
    root = [
        code("aws_s3_bucket.a"),
        code("aws_s3_bucket.b"),
        code("aws_s3_bucket_public_access_block.x", bucket="=local.b"),
    ]
    found = docs(given(plan(first, second, block, root=root)).after)
    part = found["${aws_s3_bucket.a}"]["aws_s3_bucket_public_access_block"]
    assert "aws_s3_bucket_public_access_block.x may belong to it" in part[0][UNKNOWN]
    assert "aws_s3_bucket_public_access_block" not in found["b"]


def _group(**more: Any) -> Any:
    return {"id": "sg-1", "name": "g", "ingress": [BLOCK, OTHER], **more}


def _deleted(part: Any, group_change: Any, *, root: Any = None) -> Any:
    return given(plan(group_change, change("aws_security_group_rule.r", ["delete"], part, None), root=root or []))


def test_what_a_deleted_rule_left_behind_in_its_group_is_taken_back() -> None:
    part = {**RULE, "security_group_id": "sg-1", "id": "sgrule-1"}
    found = _deleted(part, change("aws_security_group.g", ["no-op"], _group(), _group()))
    assert docs(found.before)["sg-1"]["ingress"] == [BLOCK, OTHER]
    assert [block["cidr_blocks"] for block in docs(found.after)["sg-1"]["ingress"]] == [["10.0.0.0/8"]]


def test_what_the_code_writes_is_never_taken_back() -> None:
    part = {**RULE, "security_group_id": "sg-1", "id": "sgrule-1"}
    root = [code("aws_security_group.g", ingress=[{"from_port": 22}])]
    found = _deleted(part, change("aws_security_group.g", ["no-op"], _group(), _group()), root=root)
    assert docs(found.after)["sg-1"]["ingress"] == [BLOCK, OTHER]


@pytest.mark.parametrize(
    ("part", "says", "attribute", "echo", "left"),
    [
        ("aws_s3_bucket_policy", {"bucket": "b", "policy": "{}"}, "policy", "{}", None),
        ("aws_s3_bucket_versioning", {"bucket": "b"}, "versioning", [{"enabled": True}], None),
    ],
)
def test_what_a_deleted_part_left_behind_in_its_bucket_is_taken_back(
    part: str, says: Any, attribute: str, echo: Any, left: Any
) -> None:
    bucket = {"bucket": "b", "id": "b", attribute: echo}
    changes = change("aws_s3_bucket.b", ["no-op"], bucket, bucket), change(f"{part}.x", ["delete"], says, None)
    found = given(plan(*changes))
    assert docs(found.before)["b"][attribute] == echo
    assert docs(found.after)["b"].get(attribute) is left
    kept = given(plan(changes[0], change(f"{part}.x", ["no-op"], says, says)))
    assert docs(kept.after)["b"][attribute] == echo


@pytest.mark.parametrize(
    ("parent", "own", "part", "says", "left"),
    [
        ("aws_route_table", {"id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0"}, {"cidr_block": "10.0.0.0/8"}]},
         "aws_route", {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"},
         {"route": [{"cidr_block": "10.0.0.0/8"}]}),
        ("aws_network_acl", {"id": "acl-1", "ingress": [{"rule_no": 1}, {"rule_no": 2}], "egress": [{"rule_no": 1}]},
         "aws_network_acl_rule", {"network_acl_id": "acl-1", "rule_number": 1, "egress": False},
         {"ingress": [{"rule_no": 2}], "egress": [{"rule_no": 1}]}),
        ("aws_iam_role", {"name": "r", "id": "r", "managed_policy_arns": ["p1", "p2"]},
         "aws_iam_role_policy_attachment", {"role": "r", "policy_arn": "p1"}, {"managed_policy_arns": ["p2"]}),
        ("aws_iam_role", {"name": "r", "id": "r", "inline_policy": [{"name": "x"}, {"name": "y"}]},
         "aws_iam_role_policy", {"role": "r", "name": "x"}, {"inline_policy": [{"name": "y"}]}),
    ],
)  # fmt: skip
def test_what_other_parts_left_behind_is_taken_back(parent: str, own: Any, part: str, says: Any, left: Any) -> None:
    found = given(plan(change(f"{parent}.p", ["no-op"], own, own), change(f"{part}.x", ["delete"], says, None)))
    doc = only(found.after).sections["planned"].doc
    assert {name: doc[name] for name in left} == left
    assert all(only(found.before).sections["planned"].doc[name] == own[name] for name in left)


def test_parts_of_another_providers_resource_of_the_same_name() -> None:
    def role(name: str, provider: str) -> Any:
        made = stored(
            "aws_iam_role", name, {"name": "app", "id": "app", "arn": f"arn:aws:iam::{name[1:] * 12}:role/app"}
        )
        return made | {"provider": provider}

    policy = stored("aws_iam_role_policy", "p", {"role": "app", "name": "p", "policy": "{}"}) | {"provider": "two"}
    found = given(state(role("r1", "one"), role("r2", "two"), policy))
    held = {
        resource.account: "aws_iam_role_policy" in resource.sections["planned"].doc
        for resource in found.after.resources
    }
    assert held == {"1" * 12: False, "2" * 12: True}
