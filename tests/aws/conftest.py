from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import boto3
import pytest

from scanner.aws.client import AwsClient, Patience
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions, Target
from tests.aws.stub import Script, Stub

ACCOUNT = "123456789012"
TARGET = Target(ACCOUNT, regions=("us-east-1",))
QUICK = Patience(connect=2, read=0.5, attempts=2, tries=2, polls=3, poll=0, sleep=lambda _: None)
"""No waiting: the stub is on loopback, and what hangs there hangs for ever."""

Serve = Callable[[Mapping[str, Script]], Stub]
Connect = Callable[..., AwsClient]


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore repeat without waiting, and let nothing of the caller's steer it."""
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start a stub that plays a script; AWS_ENDPOINT_URL leads to it."""
    with ExitStack() as stack:

        def start(script: Mapping[str, Script]) -> Stub:
            stub = stack.enter_context(Stub(script))
            monkeypatch.setenv("AWS_ENDPOINT_URL", stub.url)
            return stub

        yield start


@pytest.fixture
def sessions() -> Sessions:
    keys = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "test"}
    return Sessions(boto3.Session(region_name="us-east-1", **keys))


@pytest.fixture
def limits() -> Limits:
    return Limits(lambda: Bucket(sleep=lambda _: None))


@pytest.fixture
def connect(sessions: Sessions, limits: Limits) -> Connect:
    """Make the client, which may call the operations given."""

    def make(*allowed: str, patience: Patience = QUICK) -> AwsClient:
        return AwsClient(sessions, {ACCOUNT: TARGET}, frozenset(allowed), 4, limits, patience)

    return make
