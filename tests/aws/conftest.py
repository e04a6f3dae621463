from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack

import boto3
import botocore.session
import pytest

from scanner.aws.client import AwsClient, Patience
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions
from scanner.engine.needed import Calls
from scanner.model.kind import Kind
from tests.aws.gather import ACCOUNT, QUICK, TARGET, Connect, Gather, Night, Serve, collect
from tests.aws.stub import Script, Stub

LOADER = botocore.session.Session().get_component("data_loader")
"""One for all tests: it keeps the models of services that it has read."""


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
    inner = botocore.session.Session()
    inner.register_component("data_loader", LOADER)
    inner.set_credentials("AKIATEST", "test")
    return Sessions(boto3.Session(botocore_session=inner, region_name="us-east-1"))


@pytest.fixture
def limits() -> Limits:
    return Limits(lambda: Bucket(sleep=lambda _: None))


@pytest.fixture
def connect(sessions: Sessions, limits: Limits) -> Connect:
    """Make the client, which may call the operations given."""

    def make(*allowed: str, patience: Patience = QUICK) -> AwsClient:
        return AwsClient(sessions, {ACCOUNT: TARGET}, frozenset(allowed), 4, limits, patience)

    return make


@pytest.fixture
def gather(serve: Serve, sessions: Sessions, limits: Limits) -> Gather:
    """Collect kinds from a stub that plays a script."""

    def run(script: Mapping[str, Script], *kinds: type[Kind], asks: Calls | None = None) -> tuple[Stub, Night]:
        stub = serve(script)
        return stub, collect(sessions, limits, *kinds, asks=asks)

    return run
