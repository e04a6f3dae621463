from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config

from scanner.demo.server import DemoServer

Connect = Callable[..., Any]


def connect_to(server: DemoServer) -> Connect:
    session = boto3.Session(aws_access_key_id="AKIADEMO", aws_secret_access_key="demo", region_name="us-east-1")
    config = Config(retries={"mode": "standard", "total_max_attempts": 1})

    def client(service: str, region: str = "us-east-1") -> Any:
        return session.client(service, region_name=region, endpoint_url=server.url, config=config)

    return client


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with DemoServer() as started:
        yield started


@pytest.fixture(scope="module")
def connect(server: DemoServer) -> Connect:
    return connect_to(server)
