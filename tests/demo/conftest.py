from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any

import boto3
import pytest
from botocore.config import Config

from scanner.demo.server import DemoServer

Connect = Callable[..., Any]
MANAGEMENT = {"aws_access_key_id": "AKIADEMO", "aws_secret_access_key": "demo"}
_NUMBERS = count(100000000001)


def connect_to(server: DemoServer, credentials: Mapping[str, str] = MANAGEMENT) -> Connect:
    session = boto3.Session(**credentials)
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})

    def client(service: str, region: str = "us-east-1") -> Any:
        return session.client(service, region_name=region, endpoint_url=server.url, config=config)

    return client


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as started:
        yield started


@pytest.fixture
def account(server: DemoServer) -> Iterator[str]:
    """An account that no other test has touched; nothing is denied when it is left."""
    yield str(next(_NUMBERS))
    server.allow()


@pytest.fixture
def connect(server: DemoServer, account: str) -> Connect:
    entry = connect_to(server)("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/Test", RoleSessionName="test")
    granted = entry["Credentials"]
    return connect_to(
        server,
        {
            "aws_access_key_id": granted["AccessKeyId"],
            "aws_secret_access_key": granted["SecretAccessKey"],
            "aws_session_token": granted["SessionToken"],
        },
    )
