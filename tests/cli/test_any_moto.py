"""The same scan on AWS fakes that are not ours: moto's in-process mock, and moto's plain server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from moto.server import ThreadedMotoServer

import scanner
from scanner.cli import run
from scanner.model.finding import Verdict

pytestmark = pytest.mark.long

KEYS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)


def _keys() -> tuple[str, str]:
    kms = boto3.client("kms")
    turning, fixed = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    kms.enable_key_rotation(KeyId=turning)
    return turning, fixed


@mock_aws
def test_the_python_api_inside_the_mock() -> None:
    turning, fixed = _keys()
    result = scanner.scan(session=boto3.Session(), regions=["us-east-1"], rules=["kms_key_rotation"])
    verdicts = {finding.resource.rpartition("/")[2]: finding.verdict for finding in result.findings}
    assert verdicts == {turning: Verdict.PASS, fixed: Verdict.FAIL}
    assert result.complete
    assert {entry.region for entry in result.coverage} == {"us-east-1"}


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
    yield f"http://{host}:{port}"
    server.stop()


def test_the_command_on_a_plain_server(plain: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert plain
    _keys()
    boto3.client("s3").create_bucket(Bucket="lab-results")
    regions = ["--region", "us-east-1", "--region", "eu-west-1"]
    assert run(["scan", *regions, "--fail-on", "low", "-q"]) == 1
    capsys.readouterr()  # the server, which is in this process, prints what it lacks
    assert run(["findings", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    rules = {finding["rule"] for finding in document["findings"] if finding["verdict"] == "FAIL"}
    assert {"kms_key_rotation", "s3_bucket_tls_only"} <= rules
    assert not [finding for finding in document["findings"] if finding["verdict"] == "ERROR"]
    assert run(["scan", "--region", "us-east-1", "--kind", "AWS::KMS::Key", "--fail-on", "low", "-q"]) == 0
    assert run(["scan", *regions, "--kind", "AWS::S3::Bucket", "-q"]) == 0
