"""Answers that did not come whole are errors, never "nothing there"."""

from __future__ import annotations

import time

import pytest

from scanner.aws.client import Request
from scanner.aws.errors import Refusal
from scanner.model.gap import GapState
from tests.aws.gather import ACCOUNT, QUICK, Connect, Serve
from tests.aws.stub import Answer, Script, said, xml

HERE = (ACCOUNT, "us-east-1")
CLUSTERS = b'{"clusterArns": ["a", "b"]}'
FAMILIES = b'{"families": ["web"], "nested": {"a": 1}}'
XML = b"<ListRolesResponse><ListRolesResult><Roles><member><RoleName>a</RoleName></member></Roles>"

CUT: dict[str, tuple[str, str, str, Answer]] = {
    "JSON shorter than its Content-Length": ("ecs.ListClusters", "ecs.ListClusters", "", Answer(CLUSTERS, length=500)),
    "JSON cut in the middle": ("ecs.ListClusters", "ecs.ListClusters", "", Answer(CLUSTERS[:20], length=None)),
    "JSON cut behind a brace": (
        "ecs.ListTaskDefinitionFamilies", "ecs.ListTaskDefinitionFamilies", "", Answer(FAMILIES[:-1], length=None)),
    "an empty JSON body": ("ecs.ListClusters", "ecs.ListClusters", "", Answer()),
    "an empty body of a REST operation": ("scheduler.ListSchedules", "scheduler GET /schedules", "", Answer()),
    "JSON cut in a REST operation": (
        "scheduler.ListSchedules", "scheduler GET /schedules", "", Answer(b'{"Schedules": [', length=None)),
    "no JSON at all": ("ecs.ListClusters", "ecs.ListClusters", "", Answer(b"<html>busy</html>")),
    "JSON without the member": ("ecs.ListClusters", "ecs.ListClusters", "clusterArns", said()),
    "JSON with a null for the member": ("ecs.ListClusters", "ecs.ListClusters", "clusterArns", said(clusterArns=None)),
    "XML cut in the middle": ("iam.ListRoles", "iam.ListRoles", "", Answer(XML, length=None)),
    "XML shorter than its Content-Length": ("iam.ListRoles", "iam.ListRoles", "", Answer(XML, length=900)),
    "an empty XML body": ("iam.ListRoles", "iam.ListRoles", "", Answer()),
    "an empty body of EC2": ("ec2.DescribeVpcs", "ec2.DescribeVpcs", "", Answer()),
    "an empty body of S3": ("s3.ListBuckets", "s3 GET /", "", Answer()),
    "S3 without the member": ("s3.ListBuckets", "s3 GET /", "Buckets", xml("<ListAllMyBucketsResult/>")),
}  # fmt: skip


@pytest.mark.parametrize("way", CUT)
def test_an_answer_that_is_not_whole_is_refused(serve: Serve, connect: Connect, way: str) -> None:
    operation, key, expect, answer = CUT[way]
    stub = serve({key: answer})
    with pytest.raises(Refusal) as told:
        connect(operation).one(HERE, Request(operation, {}, expect=expect, permission="the:permission"))
    assert told.value.gap.state is GapState.ERROR
    assert told.value.gap.call == operation
    assert stub.count(key) >= QUICK.tries, "it was not asked again"


@pytest.mark.parametrize("way", CUT)
def test_what_came_whole_the_second_time_is_taken(serve: Serve, connect: Connect, way: str) -> None:
    operation, key, expect, answer = CUT[way]
    whole = {
        "ecs": said(clusterArns=["a"], families=["web"]),
        "scheduler": said(Schedules=[]),
        "iam": Answer(XML + b"</ListRolesResult></ListRolesResponse>"),
        "ec2": xml("<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>"),
        "s3": xml("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"),
    }[operation.partition(".")[0]]
    stub = serve({key: [answer, whole]})
    assert connect(operation).one(HERE, Request(operation, {}, expect=expect))
    assert stub.count(key) == 2


def test_a_policy_that_is_the_body_itself_is_not_taken_by_half(serve: Serve, connect: Connect) -> None:
    cut, whole = Answer(b' {"Version": "2012-10-17", "Statem'), Answer(b' {"Version": "2012-10-17"}')
    serve({"s3 GET /b?policy": [cut, whole, cut]})
    client, asked = connect("s3.GetBucketPolicy"), Request("s3.GetBucketPolicy", {"Bucket": "b"})
    assert client.one(HERE, asked)["Policy"] == ' {"Version": "2012-10-17"}'
    with pytest.raises(Refusal) as told:
        client.one(HERE, asked)
    assert told.value.code == "IncompleteAnswer"


def test_an_empty_list_that_was_said_is_an_answer(serve: Serve, connect: Connect) -> None:
    serve({
        "ecs.ListClusters": said(clusterArns=[]),
        "ec2.DescribeVpcs": xml("<DescribeVpcsResponse><vpcSet/></DescribeVpcsResponse>"),
    })  # fmt: skip
    client = connect("ecs.ListClusters", "ec2.DescribeVpcs")
    assert client.one(HERE, Request("ecs.ListClusters", {}, expect="clusterArns")) == {"clusterArns": []}
    assert client.one(HERE, Request("ec2.DescribeVpcs", {}, expect="Vpcs")) == {"Vpcs": []}


def test_an_operation_that_answers_nothing_may_have_an_empty_body(serve: Serve, connect: Connect) -> None:
    serve({"s3 HEAD /claims": Answer(headers={"x-amz-bucket-region": "eu-west-1"})})
    answer = connect("s3.HeadBucket").one(HERE, Request("s3.HeadBucket", {"Bucket": "claims"}))
    assert answer["BucketRegion"] == "eu-west-1"


def test_the_length_of_a_head_is_not_that_of_its_body(serve: Serve, connect: Connect) -> None:
    serve({"s3 HEAD /claims/a": Answer(length=4000)})
    answer = connect("s3.HeadObject").one(HERE, Request("s3.HeadObject", {"Bucket": "claims", "Key": "a"}))
    assert answer["ContentLength"] == 4000


def test_a_bucket_in_the_first_region_has_an_empty_location(serve: Serve, connect: Connect) -> None:
    body = xml('<LocationConstraint xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>')
    serve({"s3 GET /claims?location": body})
    operation = "s3.GetBucketLocation"
    assert connect(operation).one(HERE, Request(operation, {"Bucket": "claims"})) in ({}, {"LocationConstraint": None})


FAULTS: dict[str, Script] = {
    "500": said(500, __type="InternalFailure"),
    "503": Answer(b"upstream is gone", 503),
    "reset": Answer(reset=True),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes_is_asked_again(serve: Serve, connect: Connect, fault: str) -> None:
    script = FAULTS[fault]
    assert isinstance(script, Answer)
    stub = serve({"ecs.ListClusters": [script, Answer(CLUSTERS)]})
    assert connect("ecs.ListClusters").one(HERE, Request("ecs.ListClusters", {}))["clusterArns"] == ["a", "b"]
    assert len(stub.asked) == 2


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays_is_a_refusal(serve: Serve, connect: Connect, fault: str) -> None:
    stub = serve({"ecs.ListClusters": FAULTS[fault]})
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters").one(HERE, Request("ecs.ListClusters", {}))
    assert told.value.gap.state is GapState.ERROR
    assert len(stub.asked) == QUICK.attempts


@pytest.mark.timeout(20)
def test_what_hangs_is_given_up(serve: Serve, connect: Connect) -> None:
    stub = serve({"ecs.ListClusters": Answer(hang=True)})
    began = time.monotonic()
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters").one(HERE, Request("ecs.ListClusters", {}))
    assert told.value.code == "ReadTimeoutError"
    assert len(stub.asked) == QUICK.attempts
    assert time.monotonic() - began < 10


def test_nobody_there_is_a_refusal(connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(Refusal) as told:
        connect("ecs.ListClusters").one(HERE, Request("ecs.ListClusters", {}))
    assert told.value.code == "EndpointConnectionError"
