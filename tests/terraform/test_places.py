from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from scanner.model.given import GivenError
from tests.terraform.documents import code, create, given, only, plan, state, stored

if TYPE_CHECKING:
    from pathlib import Path

GROUP = create("aws_security_group.g", {"name": "g"})


def _place(document: Any, **options: Any) -> Any:
    resource = only(given(document, **options).after)
    return resource.account, resource.region, resource.partition


def _provider(**expressions: Any) -> Any:
    return {"aws": {"name": "aws", "expressions": expressions}}


def test_the_providers_region_and_account() -> None:
    constant = {"constant_value": "cn-north-1"}
    role = [{"role_arn": {"constant_value": "arn:aws-cn:iam::111122223333:role/ci"}}]
    providers = _provider(region=constant, assume_role=role)
    assert _place(plan(GROUP, root=[code("aws_security_group.g")], providers=providers)) == (
        "111122223333",
        "cn-north-1",
        "aws-cn",
    )


def test_a_root_variable_says_the_region() -> None:
    providers = _provider(
        region={"references": ["var.region"]}, allowed_account_ids={"constant_value": ["111122223333"]}
    )
    made = plan(GROUP, providers=providers, variables={"region": {"value": "eu-west-1"}})
    assert _place(made) == ("111122223333", "eu-west-1", "aws")


def test_each_alias_has_its_own_region() -> None:
    here, there = create("aws_security_group.h", {"name": "h"}), create("aws_security_group.t", {"name": "t"})
    root = [code("aws_security_group.h"), code("aws_security_group.t") | {"provider_config_key": "aws.dr"}]
    providers = {
        "aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}},
        "aws.dr": {"name": "aws", "alias": "dr", "expressions": {"region": {"constant_value": "us-west-2"}}},
    }
    found = given(plan(here, there, root=root, providers=providers)).after.resources
    assert [resource.region for resource in found] == ["us-east-1", "us-west-2"]


def test_the_resource_itself_says_it_best() -> None:
    arn = "arn:aws-us-gov:ec2:us-gov-west-1:999900001111:security-group/sg-1"
    held = state(stored("aws_security_group", "g", {"id": "sg-1", "arn": arn}))
    assert _place(held, account="111122223333", region="us-east-1") == ("999900001111", "us-gov-west-1", "aws-us-gov")
    own = state(stored("aws_security_group", "g", {"id": "sg-1", "region": "eu-west-3"}))
    assert _place(own, account="111122223333", region="us-east-1") == ("111122223333", "eu-west-3", "aws")


def test_neighbours_of_the_same_provider_say_it_and_the_arguments_last() -> None:
    table = stored("aws_route_table", "t", {"id": "rtb-1"})
    group = stored(
        "aws_security_group", "g", {"id": "sg-1", "arn": "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1"}
    )
    found = given(state(table, group)).after.resources
    assert {(resource.account, resource.region) for resource in found} == {("111122223333", "eu-west-1")}
    assert _place(state(table), account="444455556666", region="us-east-2") == ("444455556666", "us-east-2", "aws")
    assert only(given(state(table), account="444455556666", region="us-east-2").after).arn == (
        "arn:aws:ec2:us-east-2:444455556666:route-table/rtb-1"
    )
    assert only(given(state(table)).after).arn == "rtb-1"


def test_file_and_line_of_the_code(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        '# first\nresource "aws_s3_bucket" "b" {\n}\n\nmodule "near" {\n  source = "./near"\n}\n'
        'module "far" {\n  source = "example/far/aws"\n}\n'
    )
    (tmp_path / "near").mkdir()
    (tmp_path / "near" / "n.tf").write_text('\n\n  resource "aws_s3_bucket" "b" {}\n')
    far = tmp_path / ".terraform" / "modules" / "far"
    far.mkdir(parents=True)
    (far / "f.tf").write_text('resource "aws_s3_bucket" "b" {}\n')
    index = {"Modules": [{"Key": "", "Dir": "."}, {"Key": "far", "Dir": ".terraform/modules/far"}]}
    (far.parent / "modules.json").write_text(json.dumps(index))
    addresses = [
        "aws_s3_bucket.b",
        'module.near["x"].aws_s3_bucket.b[0]',
        "module.far.aws_s3_bucket.b",
        "module.no.aws_s3_bucket.b",
    ]
    changes = [create(address, {"bucket": f"b{number}"}) for number, address in enumerate(addresses)]
    origins = given(plan(*changes), sources=tmp_path).after.origins
    found = [(origins[f"b{number}"].file, origins[f"b{number}"].line) for number in range(4)]
    at = tmp_path.as_posix()
    assert found == [(f"{at}/main.tf", 2), (f"{at}/near/n.tf", 3), (f"{at}/.terraform/modules/far/f.tf", 1), ("", 0)]


def test_sources_that_are_none(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(GivenError, match=r"no folder with \*\.tf files"):
            given(plan(), sources=folder)
    (tmp_path / "main.tf").write_text("")
    index = tmp_path / ".terraform" / "modules" / "modules.json"
    index.parent.mkdir(parents=True)
    index.write_text("{")
    with pytest.raises(GivenError, match="run `terraform init` anew"):
        given(plan(), sources=tmp_path)
