"""Each kind of fault is what a client sees as such, and throttling is what it takes for throttling."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError
from botocore.retries.standard import RetryContext, ThrottledRetryableChecker

from bench.endpoint.faults import KINDS, Fault, Faults
from bench.endpoint.server import Endpoint
from bench.endpoint.throttling import Throttling
from scanner.aws.errors import DENIED, EXPIRED, THROTTLED, TruncatedAnswerError
from scanner.aws.whole import check_whole
from tests.bench.listed import Listed, client

LISTED: dict[str, dict[str, Any]] = {
    "kms.ListKeys": {"Keys": [{"KeyId": f"key-{number}"} for number in range(90)]},
    "ec2.DescribeVpcs": {"Vpcs": [{"VpcId": f"vpc-{number}"} for number in range(90)]},
    "s3.ListBuckets": {"Buckets": [{"Name": f"bucket-{number}"} for number in range(90)]},
    "sts.AssumeRole": {
        "Credentials": {
            "AccessKeyId": "ASIA100000000001",
            "SecretAccessKey": "s",
            "SessionToken": "t",
            "Expiration": 4e9,
        }
    },
}
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "ec2": ("ec2.DescribeVpcs", {}),
    "query": ("iam.ListInstanceProfiles", {}),
    "json": ("kms.ListKeys", {}),
    "rest-json": ("guardduty.ListDetectors", {}),
    "rest-xml": ("route53.ListHostedZones", {}),
    "s3": ("s3.ListBuckets", {}),
}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(Listed(LISTED)) as served:
        yield served


@pytest.fixture
def ask(endpoint: Endpoint) -> Iterator[Callable[..., Any]]:
    def ask(protocol: str, kind: str, **told: Any) -> Any:
        endpoint.go_wrong(Faults((Fault(kind),), pause=0.02, pieces=10))
        operation, params = ASKED[protocol]
        service, _, action = operation.partition(".")
        own = client(endpoint.url, service, **told)
        own.meta.events.register("before-parse", check_whole)  # botocore itself takes what came for all there is
        return getattr(own, xform_name(action))(**params)

    yield ask
    endpoint.go_wrong(Faults())


@pytest.mark.parametrize("protocol", ASKED)
@pytest.mark.parametrize(("kind", "status"), [("500", 500), ("503", 503), ("expired", 0), ("denied", 0)])
def test_a_refusal_is_read_as_one(ask: Callable[..., Any], protocol: str, kind: str, status: int) -> None:
    with pytest.raises(ClientError) as caught:
        ask(protocol, kind)
    told = caught.value.response
    known = {"expired": EXPIRED, "denied": DENIED}.get(kind)
    assert told["Error"]["Code"] in known if known else told["ResponseMetadata"]["HTTPStatusCode"] == status


@pytest.mark.parametrize("protocol", ASKED)
def test_throttling_is_read_as_throttling(ask: Callable[..., Any], protocol: str) -> None:
    with pytest.raises(ClientError) as caught:
        ask(protocol, "throttled")
    told = caught.value.response
    context = RetryContext(attempt_number=1, parsed_response=told)
    assert ThrottledRetryableChecker().is_retryable(context)
    assert told["Error"]["Code"] in THROTTLED


def test_a_reset_is_a_closed_connection(ask: Callable[..., Any]) -> None:
    with pytest.raises(ConnectionClosedError):
        ask("json", "reset")


@pytest.mark.parametrize("protocol", ["json", "ec2"])
def test_a_short_body_is_known_by_its_length(ask: Callable[..., Any], protocol: str) -> None:
    with pytest.raises(TruncatedAnswerError, match=r"\d of \d"):
        ask(protocol, "short")


def test_a_body_that_was_cut_is_no_document_of_its_protocol(ask: Callable[..., Any]) -> None:
    with pytest.raises(ResponseParserError):
        ask("ec2", "cut")
    with pytest.raises(TruncatedAnswerError, match="no JSON"):
        ask("json", "cut")


@pytest.mark.parametrize("kind", ["short", "cut"])
def test_botocore_takes_an_answer_of_s3_that_it_cannot_read_for_a_fault_of_s3(
    ask: Callable[..., Any], kind: str
) -> None:
    with pytest.raises(ClientError, match="500"):
        ask("s3", kind)


def test_a_slow_body_comes_whole_in_the_end(ask: Callable[..., Any]) -> None:
    began = time.monotonic()
    assert len(ask("json", "slow")["Keys"]) == 90
    assert time.monotonic() - began > 0.15


def test_a_hang_is_never_answered(ask: Callable[..., Any]) -> None:
    with pytest.raises(ReadTimeoutError):
        ask("json", "hang", read=0.3)


def test_a_share_of_the_requests_meets_a_fault_and_the_same_ones_each_time(endpoint: Endpoint) -> None:
    own = client(endpoint.url, "kms")

    def met() -> list[str]:
        endpoint.go_wrong(Faults((Fault("500", 0.2, "kms.*"),), seed=7))
        failed = []
        for number in range(200):
            try:
                own.describe_key(KeyId=f"key-{number}")
            except ClientError:
                failed.append(f"key-{number}")
        return failed

    first = met()
    assert 20 <= len(first) <= 60
    assert met() == first
    client(endpoint.url, "ec2").describe_vpcs()
    endpoint.go_wrong(Faults())


def test_a_fault_meets_what_it_is_aimed_at(endpoint: Endpoint) -> None:
    endpoint.go_wrong(Faults((Fault.of("denied:1:kms.DescribeKey:KeyId=key-7"),)))
    own = client(endpoint.url, "kms")
    own.describe_key(KeyId="key-1")
    with pytest.raises(ClientError, match="kms:DescribeKey"):
        own.describe_key(KeyId="key-7")
    endpoint.go_wrong(Faults((Fault("503", times=1),)))
    assert client(endpoint.url, "kms", attempts=2).list_keys()["Keys"]
    endpoint.go_wrong(Faults())


def test_a_kind_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="no kind of fault"):
        Fault.of("flood:0.1")
    with pytest.raises(ValueError, match="the rate is a number"):
        Fault.of("503:kms.DescribeKey")
    assert [Fault.of(kind).rate for kind in KINDS] == [1.0] * len(KINDS)


def test_a_key_expires_and_a_new_role_session_brings_a_new_one(endpoint: Endpoint) -> None:
    endpoint.go_wrong(Faults(expire_after=3))
    role = {"RoleArn": "arn:aws:iam::100000000001:role/Audit", "RoleSessionName": "night"}
    sts = client(endpoint.url, "sts", key="ASIA100000000000")
    for _ in range(2):
        key = sts.assume_role(**role)["Credentials"]["AccessKeyId"]
        own = client(endpoint.url, "kms", key=key)
        for _ in range(3):
            own.list_keys()
        with pytest.raises(ClientError) as caught:
            own.list_keys()
        assert caught.value.response["Error"]["Code"] == "ExpiredTokenException"
    endpoint.go_wrong(Faults())


def test_a_bucket_lets_its_burst_through_and_then_its_rate() -> None:
    clock = [0.0]
    described = Listed()
    with Endpoint(described, throttling=Throttling(on=True, clock=lambda: clock[0])) as served:
        own = client(served.url, "route53")
        outcomes = []
        for second in (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.2, 0.2, 1.2):
            clock[0] = second
            try:
                own.list_hosted_zones()
            except ClientError as error:
                outcomes.append(error.response["Error"]["Code"])
            else:
                outcomes.append("ok")
        assert outcomes == ["ok"] * 5 + ["Throttling", "ok", "Throttling", "ok"]
        assert served.counters.throttled == {"route53.ListHostedZones": 2}
        assert served.throttling.bounds() == {"100000000001 us-east-1 route53 all": pytest.approx(2 / 5)}
