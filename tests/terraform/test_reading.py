from __future__ import annotations

import json
import zipfile
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.given import GivenError
from scanner.terraform import read_all
from tests.terraform.documents import create, given, plan, standing, state, stored

if TYPE_CHECKING:
    from pathlib import Path

BUCKET = {"bucket": "claims", "id": "claims", "arn": "arn:aws:s3:::claims"}


def _options() -> dict[str, Any]:
    return {"kinds": kinds(), "redactor": Redactor(b"k" * 32)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("marked", [False, True])
def test_every_encoding_that_windows_writes(encoding: str, marked: bool) -> None:
    text = json.dumps(plan(create("aws_s3_bucket.a", {"bucket": "Büro"})), ensure_ascii=False)
    mark = "\ufeff" if marked and encoding in {"utf-16-le", "utf-16-be"} else ""
    found = given((mark + text).encode(encoding))
    assert [resource.id for resource in found.after.resources] == ["Büro"]


@pytest.mark.parametrize("version", ["0.1", "0.2", "1.0", "1.1", "1.2", "1.9"])
def test_formats_that_are_known(version: str) -> None:
    found = given(plan(create("aws_s3_bucket.a", {"bucket": "a"}), format_version=version))
    assert (found.sort, found.version, len(found.after.resources)) == ("plan", version, 1)


def _binary_plan() -> bytes:
    box = BytesIO()
    with zipfile.ZipFile(box, "w") as file:
        file.writestr("tfplan", "x")
    return box.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (_binary_plan(), "binary plan file"),
        (b'resource "aws_s3_bucket" "a" {\n}\n', "Terraform code"),
        (b"# a bucket\nterraform {\n}\n", "Terraform code"),
        (b"Resources:\n  A:\n", "no JSON"),
        (b'{"version": 4,', "no JSON"),
        (b"\x00\x01\x02\x03", "binary file"),
        (b"\xff\xfe{\x00\x00\xd8", "UTF-16"),
        (b"[]", "not as Terraform writes it"),
        (b"{}", "neither a Terraform plan nor a state"),
        (b'{"@level":"info"}\n{"@level":"info"}', "log"),
        (json.dumps({"version": 3, "terraform_version": "0.11.14", "modules": []}).encode(), "version 3"),
        (json.dumps(state() | {"version": 5}).encode(), "version 5"),
        (json.dumps(state() | {"terraform_version": "invalid"}).encode(), "terraform_version 'invalid'"),
        (json.dumps(plan(format_version="2.0")).encode(), "format_version '2.0'"),
        (json.dumps(plan() | {"resource_changes": [{"type": 1}]}).encode(), "resource_changes[0]"),
        (b'{"format_version":"1.\xff","planned_values":{}}', "JSON"),
    ],
)
def test_what_cannot_be_used_is_refused_in_one_line(data: bytes, says: str) -> None:
    with pytest.raises(GivenError) as refused:
        given(data)
    message = str(refused.value)
    assert message.startswith("tfplan.json: ")
    assert says in message
    assert "\n" not in message


def test_a_state_file() -> None:
    found = given(
        state(
            stored("aws_s3_bucket", "a", BUCKET),
            stored("aws_s3_bucket", "b", {**BUCKET, "bucket": "b"}, module="module.m[0]"),
            {**stored("aws_s3_bucket", "seen", BUCKET), "mode": "data"},
            stored("random_id", "r", {"id": "x"}),
        )
    )
    assert (found.sort, found.version, found.serial, found.lineage, found.before) == ("state", "4", 7, "2c1d", None)
    assert {resource.id for resource in found.after.resources} == {"claims", "b"}
    assert found.after.origins["b"].address == "module.m[0].aws_s3_bucket.b"
    assert list(found.after.others) == [("random_id.r", "random_id")]


def test_the_keys_of_instances_are_in_the_address() -> None:
    several = {
        **stored("aws_vpc", "v"),
        "instances": [
            {"attributes": {"id": "vpc-1"}, "index_key": 0},
            {"attributes": {"id": "vpc-2"}, "index_key": "b"},
        ],
    }
    found = given(state(several))
    assert [found.after.origins[name].address for name in ("vpc-1", "vpc-2")] == ["aws_vpc.v[0]", 'aws_vpc.v["b"]']


def test_a_state_that_was_shown() -> None:
    child = {"address": "module.m", "resources": [standing("module.m.aws_s3_bucket.b", **BUCKET)]}
    shown = {
        "format_version": "1.0",
        "terraform_version": "1.9.5",
        "values": {"root_module": {"resources": [], "child_modules": [child]}},
    }
    found = given(shown)
    assert (found.sort, found.before) == ("state", None)
    assert [origin.address for origin in found.after.origins.values()] == ["module.m.aws_s3_bucket.b"] * 2


def test_an_empty_state_that_was_shown() -> None:
    assert given({"format_version": "1.0"}).after.resources == []


def test_a_folder_of_states(tmp_path: Path) -> None:
    (tmp_path / "one.tfstate").write_text(json.dumps(state(stored("aws_s3_bucket", "a", BUCKET))))
    below = tmp_path / "cell"
    below.mkdir()
    (below / "two.json").write_text(json.dumps(state(stored("aws_s3_bucket", "b", {**BUCKET, "bucket": "b"}))))
    hidden = tmp_path / ".terraform"
    hidden.mkdir()
    (hidden / "terraform.tfstate").write_text("{}")
    found = read_all(str(tmp_path), **_options())
    assert [[resource.id for resource in each.after.resources] for each in found] == [["b"], ["claims"]]
    (tmp_path / "none").mkdir()
    with pytest.raises(GivenError, match="holds no"):
        read_all(str(tmp_path / "none"), **_options())


def test_an_object_in_s3() -> None:
    asked = []

    def read_object(address: str) -> bytes:
        asked.append(address)
        return json.dumps(state(stored("aws_s3_bucket", "a", BUCKET))).encode()

    found = read_all("s3://states/prod/terraform.tfstate", **_options(), read_object=read_object)
    assert asked == ["s3://states/prod/terraform.tfstate"]
    assert found[0].name == "s3://states/prod/terraform.tfstate"
    for wrong, says in (("s3://states", "write s3://bucket/key"), ("s3://states/x", "not read here")):
        with pytest.raises(GivenError, match=says):
            read_all(wrong, **_options())


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(GivenError, match="No such file"):
        read_all(str(tmp_path / "tfplan.json"), **_options())
