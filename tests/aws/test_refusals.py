"""What AWS refuses, and what phiward may not ask."""

from __future__ import annotations

import pytest
from botocore.model import OperationNotFoundError

from scanner.aws.client import Patience, Request
from scanner.aws.errors import ForbiddenOperationError, Refusal, malformed, refusal
from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions, Target
from scanner.model.call import each
from scanner.model.gap import GapState
from tests.aws.gather import ACCOUNT, QUICK, Connect, Serve
from tests.aws.stub import Answer, ec2_refused, refused, s3_refused, said, xml, xml_refused

HERE = (ACCOUNT, "us-east-1")
CLUSTERS = Request("ecs.ListClusters", {}, "clusterArns", permission="ecs:ListClusters")

REFUSED: dict[str, tuple[str, str, Answer, str, GapState]] = {
    "JSON": ("ecs.ListClusters", "ecs.ListClusters", refused("AccessDeniedException"), "AccessDeniedException",
             GapState.DENIED),
    "query": ("iam.ListRoles", "iam.ListRoles", xml_refused("AccessDenied"), "AccessDenied", GapState.DENIED),
    "EC2": ("ec2.DescribeVpcs", "ec2.DescribeVpcs", ec2_refused("UnauthorizedOperation"), "UnauthorizedOperation",
            GapState.DENIED),
    "S3": ("s3.ListBuckets", "s3 GET /", s3_refused("AccessDenied"), "AccessDenied", GapState.DENIED),
    "REST": ("scheduler.ListSchedules", "scheduler GET /schedules",
             Answer(b'{"Message": "no"}', 403, {"x-amzn-ErrorType": "AccessDeniedException"}), "AccessDeniedException",
             GapState.DENIED),
    "a Region that is off": ("ec2.DescribeVpcs", "ec2.DescribeVpcs", ec2_refused("AuthFailure", 401), "AuthFailure",
                             GapState.ERROR),
    "an expired token": ("ecs.ListClusters", "ecs.ListClusters", refused("ExpiredTokenException"),
                         "ExpiredTokenException", GapState.ERROR),
}  # fmt: skip


@pytest.mark.parametrize("way", REFUSED)
def test_a_refusal_names_the_code_and_the_permission(serve: Serve, connect: Connect, way: str) -> None:
    operation, key, answer, code, state = REFUSED[way]
    serve({key: answer})
    with pytest.raises(Refusal) as told:
        connect(operation).one(HERE, Request(operation, {}, permission="the:permission"))
    gap = told.value.gap
    assert (gap.call, gap.permission, gap.error, gap.state) == (operation, "the:permission", code, state)


def test_a_denial_is_asked_once(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": refused("AccessDeniedException")})
    with pytest.raises(Refusal):
        connect("ecs.ListClusters").one(HERE, CLUSTERS)
    assert len(stub.asked) == 1


def test_a_region_that_is_off_is_said_to_be(serve: Serve, connect: Connect) -> None:
    serve({"ec2.DescribeVpcs": ec2_refused("OptInRequired")})
    with pytest.raises(Refusal, match="is the Region enabled for this account"):
        connect("ec2.DescribeVpcs").one(HERE, Request("ec2.DescribeVpcs", {}))


# ---- throttling ----


@pytest.mark.parametrize("code", ["ThrottlingException", "Throttling", "TooManyRequestsException"])
def test_throttling_that_passes_is_waited_out(serve: Serve, connect: Connect, code: str) -> None:
    stub = serve({"ecs.ListClusters": [refused(code)] * 3 + [said(clusterArns=["a"])]})
    assert connect("ecs.ListClusters").one(HERE, CLUSTERS) == {"clusterArns": ["a"]}
    assert len(stub.asked) == 4


THROTTLED = {
    "ecs.ListClusters": ("ecs.ListClusters", refused("ThrottlingException")),
    "ec2.DescribeVpcs": ("ec2.DescribeVpcs", ec2_refused("RequestLimitExceeded", 503)),
    "s3.ListBuckets": ("s3 GET /", s3_refused("SlowDown", 503)),
    "iam.ListRoles": ("iam.ListRoles", xml_refused("Throttling", 400)),
}


@pytest.mark.parametrize("operation", THROTTLED)
def test_throttling_without_end_is_said_as_such(serve: Serve, connect: Connect, operation: str) -> None:
    key, answer = THROTTLED[operation]
    stub = serve({key: answer})
    with pytest.raises(Refusal) as told:
        connect(operation).one(HERE, Request(operation, {}))
    assert told.value.gap.state is GapState.THROTTLED
    assert len(stub.asked) == QUICK.attempts * QUICK.tries


@pytest.mark.parametrize(("region", "group"), [("us-east-1", ""), ("global", ""), ("us-east-1", "lists")])
def test_throttling_slows_the_bucket_that_the_call_draws_from(
    serve: Serve, sessions: Sessions, connect: Connect, limits: Limits, region: str, group: str
) -> None:
    serve(
        {"iam.ListRoles": [xml_refused("Throttling", 400), xml("<R><ListRolesResult><Roles/></ListRolesResult></R>")]}
    )
    connect("iam.ListRoles").one((ACCOUNT, region), Request("iam.ListRoles", {}, group=group))
    assert limits.bucket(ACCOUNT, region, group or "iam").rate < 40
    assert limits.bucket(ACCOUNT, region, "other").rate == 50
    assert sessions.base is not None


def test_the_waits_between_tries_grow(serve: Serve, connect: Connect) -> None:
    waits: list[float] = []
    serve({"ecs.ListClusters": refused("ThrottlingException")})
    patience = Patience(connect=2, read=2, attempts=1, tries=4, sleep=waits.append)
    with pytest.raises(Refusal):
        connect("ecs.ListClusters", patience=patience).one(HERE, CLUSTERS)
    assert waits == [1.0, 2.0, 4.0]


# ---- the guard ----


def test_an_operation_that_nothing_declares_is_refused(serve: Serve, connect: Connect) -> None:
    stub = serve({})
    client = connect("ecs.ListClusters")
    for operation in ("ecs.ListServices", "ecs.DeleteCluster", "iam.CreateUser"):
        with pytest.raises(ForbiddenOperationError, match=operation):
            client.one(HERE, Request(operation, {}))
    assert stub.asked == []


def test_the_clients_of_botocore_refuse_it_too(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": said(clusterArns=[])})
    client = connect("ecs.ListClusters")
    client.one(HERE, CLUSTERS)
    inner = client._way(HERE, CLUSTERS).client  # noqa: SLF001  the door that is tried
    assert not hasattr(inner, "delete_cluster")
    with pytest.raises(KeyError):
        inner.get_paginator("list_services")
    with pytest.raises(ForbiddenOperationError, match=r"s3\.HeadBucket"):
        connect("s3.GetBucketPolicy")._way(HERE, Request("s3.GetBucketPolicy", {})).client.head_bucket(Bucket="claims")  # noqa: SLF001
    assert [asked.key for asked in stub.asked] == ["ecs.ListClusters"]


def test_a_mutating_call_that_is_forced_through_is_refused(serve: Serve, connect: Connect) -> None:
    """Even if the method is looked up on the client and called with the low-level function."""
    stub = serve({"ec2.DescribeVpcs": xml("<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>")})
    request = Request("ec2.DescribeVpcs", {})
    inner = connect("ec2.DescribeVpcs")._way(HERE, request).client  # noqa: SLF001
    with pytest.raises(OperationNotFoundError, match="DeleteVpc"):
        inner._make_api_call("DeleteVpc", {"VpcId": "vpc-1"})  # noqa: SLF001
    assert stub.asked == []


def test_what_botocore_asks_of_itself_refuses_the_call_and_not_the_scan(serve: Serve, connect: Connect) -> None:
    """A bucket elsewhere: botocore would ask HeadBucket for its Region."""
    stub = serve({"s3 GET /claims?policy": s3_refused("PermanentRedirect", 301)})
    with pytest.raises(Refusal) as told:
        connect("s3.GetBucketPolicy").one(HERE, Request("s3.GetBucketPolicy", {"Bucket": "claims"}))
    assert told.value.code in {"NotFollowed", "PermanentRedirect"}
    assert {asked.key for asked in stub.asked} == {"s3 GET /claims?policy"}


# ---- where calls go ----


def test_an_account_before_the_host_is_taken_off_for_an_endpoint_of_ones_own(serve: Serve, connect: Connect) -> None:
    key = "s3 GET /v20180820/configuration/publicAccessBlock"
    block = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>"
    stub = serve({key: xml(block)})
    operation = "s3control.GetPublicAccessBlock"
    answer = connect(operation).one((ACCOUNT, "global"), Request(operation, {"AccountId": ACCOUNT}))
    assert answer == {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}
    assert stub.asked[0].host.startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("partition", "region"), [("aws", "us-east-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1")]
)
def test_global_services_are_called_at_the_partitions_home(
    serve: Serve, sessions: Sessions, limits: Limits, partition: str, region: str
) -> None:
    from scanner.aws.client import AwsClient

    stub = serve({"iam.ListRoles": xml("<R><ListRolesResult><Roles/></ListRolesResult></R>")})
    target = Target(ACCOUNT, partition=partition)
    client = AwsClient(sessions, {ACCOUNT: target}, frozenset({"iam.ListRoles"}), 2, limits, QUICK)
    client.one((ACCOUNT, "global"), Request("iam.ListRoles", {}))
    assert stub.asked[0].region == region


def test_calls_are_counted_by_place(serve: Serve, connect: Connect) -> None:
    serve({"ecs.ListClusters": said(clusterArns=[])})
    client = connect("ecs.ListClusters")
    for region in ("us-east-1", "us-east-1", "eu-west-1"):
        client.one((ACCOUNT, region), CLUSTERS)
    assert client.made == 3
    assert client.taken[ACCOUNT, "us-east-1"] == 2


# ---- words ----


def test_a_malformed_answer_says_nothing_of_what_it_held() -> None:
    gap = malformed(each("ecs.ListClusters", "clusterArns"), ValueError("invalid literal: 'hunter2-the-password'"))
    assert "hunter2" not in str(gap)
    assert gap.error == "Malformed"


def test_a_message_is_one_line_and_of_bounded_length() -> None:
    gap = refusal("ecs.ListClusters", "", "X", "a\nb " * 500).gap
    assert "\n" not in gap.message
    assert len(gap.message) <= 300
