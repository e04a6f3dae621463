"""An object of S3 that the user names is read whole, or refused in one line."""

from __future__ import annotations

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from scanner.aws.objects import read_object
from scanner.cli.codifying import read
from scanner.cli.wire import Wiring
from scanner.engine.settings import parse
from scanner.model.given import GivenError

STATE = {"version": 4, "terraform_version": "1.13.5", "serial": 7, "lineage": "l", "outputs": {}, "resources": []}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "x"),
        ("AWS_SECRET_ACCESS_KEY", "y"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


@mock_aws
def test_a_state_is_read_from_its_bucket() -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="states")
    s3.put_object(Bucket="states", Key="prod/network.tfstate", Body=json.dumps(STATE))
    assert json.loads(read_object("states", "prod/network.tfstate")) == STATE
    (given,) = read(Wiring(parse(""), store_url="sqlite:///phiward.db"), "s3://states/prod/network.tfstate")
    assert (given.sort, given.serial, given.name) == ("state", 7, "s3://states/prod/network.tfstate")


@mock_aws
@pytest.mark.parametrize(("bucket", "code"), [("states", "NoSuchKey"), ("others", "NoSuchBucket")])
def test_what_is_not_there_is_one_line(bucket: str, code: str) -> None:
    boto3.client("s3").create_bucket(Bucket="states")
    with pytest.raises(GivenError, match=code) as told:
        read_object(bucket, "prod/network.tfstate")
    assert str(told.value).startswith(f"s3://{bucket}/prod/network.tfstate: ")
    assert "\n" not in str(told.value)
