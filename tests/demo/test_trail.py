"""LookupEvents of the demo: what was called, by whom, with what, as AWS tells it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from scanner.demo import DemoServer
from tests.demo.conftest import MANAGEMENT, Connect, connect_to

Look = Callable[..., list[dict[str, Any]]]
NOON = datetime(2031, 5, 4, 12, 0, tzinfo=UTC)
SECRET = "kept_by_aws_and_given_back"


@pytest.fixture
def look(server: DemoServer, connect: Connect) -> Iterator[Look]:
    """All events that an attribute and a window choose, newest first; the clock stands at noon."""
    server.set_clock(NOON)

    def told(key: str = "", value: str = "", region: str = "us-east-1", **window: Any) -> list[dict[str, Any]]:
        attributes = [{"AttributeKey": key, "AttributeValue": value}] if key else []
        pages = connect("cloudtrail", region).get_paginator("lookup_events")
        found = pages.paginate(LookupAttributes=attributes, **window)
        return [event for page in found for event in page["Events"]]

    yield told
    server.happen("trail_lag", minutes=0)


def record(event: dict[str, Any]) -> dict[str, Any]:
    return dict(json.loads(event["CloudTrailEvent"]))


def test_event_of_a_role_says_who_what_and_with_what(connect: Connect, account: str, look: Look) -> None:
    ec2 = connect("ec2")
    group = ec2.create_security_group(GroupName="door", Description="door")["GroupId"]
    rule = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
    event = look()[0]
    assert event["EventName"] == "AuthorizeSecurityGroupIngress"
    assert event["EventTime"] == NOON
    assert (event["ReadOnly"], event["Username"]) == ("false", "test")
    assert event["EventSource"] == "ec2.amazonaws.com"
    assert event["Resources"] == [{"ResourceType": "AWS::EC2::SecurityGroup", "ResourceName": group}]
    said = record(event)
    assert said["eventID"] == event["EventId"]
    assert said["recipientAccountId"] == account
    assert (said["awsRegion"], said["sourceIPAddress"]) == ("us-east-1", "127.0.0.1")
    assert said["userAgent"].startswith("Boto3/")
    who = said["userIdentity"]
    assert who["type"] == "AssumedRole"
    assert who["arn"] == f"arn:aws:sts::{account}:assumed-role/Test/test"
    assert who["accessKeyId"] == event["AccessKeyId"]
    assert who["sessionContext"]["sessionIssuer"]["arn"] == f"arn:aws:iam::{account}:role/Test"
    assert said["requestParameters"] == {
        "groupId": group,
        "ipPermissions": {
            "items": [
                {
                    "ipProtocol": "tcp",
                    "fromPort": 22,
                    "toPort": 22,
                    "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]},
                }
            ]
        },
    }
    assert "errorCode" not in said


def test_user_and_root_are_told_in_their_own_forms(
    server: DemoServer, connect: Connect, account: str, look: Look
) -> None:
    iam = connect("iam")
    iam.create_user(UserName="eva")
    key = iam.create_access_key(UserName="eva")["AccessKey"]
    own = connect_to(server, {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]})
    own("sqs").create_queue(QueueName="hers")
    (event,) = look("Username", "eva")
    who = record(event)["userIdentity"]
    assert (who["type"], who["userName"], who["accessKeyId"]) == ("IAMUser", "eva", key["AccessKeyId"])
    assert who["arn"] == f"arn:aws:iam::{account}:user/eva"
    assert [each["EventName"] for each in look("AccessKeyId", key["AccessKeyId"])] == ["CreateQueue"]

    management = connect_to(server, MANAGEMENT)
    management("sqs").create_queue(QueueName=f"of-{account}")
    newest = management("cloudtrail").lookup_events(MaxResults=1)["Events"][0]
    assert record(newest)["userIdentity"]["arn"] == "arn:aws:iam::123456789012:root"
    assert (record(newest)["userIdentity"]["type"], newest["Username"]) == ("Root", "root")


def test_failed_and_refused_calls_carry_their_error(
    server: DemoServer, connect: Connect, account: str, look: Look
) -> None:
    with pytest.raises(ClientError, match="NoSuchEntity"):
        connect("iam").delete_user(UserName="nobody")
    server.deny("kms:CreateKey", account=account)
    with pytest.raises(ClientError, match="AccessDenied"):
        connect("kms").create_key()
    with pytest.raises(ClientError, match="NoSuchBucket"):
        connect("s3").put_bucket_versioning(Bucket="not-there", VersioningConfiguration={"Status": "Enabled"})
    errors = {event["EventName"]: record(event).get("errorCode") for event in look("ReadOnly", "false")}
    assert errors == {
        "DeleteUser": "NoSuchEntity",
        "CreateKey": "AccessDeniedException",
        "PutBucketVersioning": "NoSuchBucket",
    }


def test_secrets_are_hidden_and_events_named_as_cloudtrail_names_them(connect: Connect, look: Look) -> None:
    iam, ec2, s3 = connect("iam"), connect("ec2"), connect("s3")
    iam.create_user(UserName="eva")
    iam.create_login_profile(UserName="eva", Password=SECRET)
    secret = iam.create_access_key(UserName="eva")["AccessKey"]["SecretAccessKey"]
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.7", BgpAsn=65010)["CustomerGateway"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]
    ec2.create_vpn_connection(
        Type="ipsec.1",
        CustomerGatewayId=customer["CustomerGatewayId"],
        VpnGatewayId=gateway["VpnGatewayId"],
        Options={"TunnelOptions": [{"PreSharedKey": SECRET}, {}]},
    )
    connect("ssm").put_parameter(Name="/token", Type="SecureString", Value=SECRET)
    s3.create_bucket(Bucket="trail-of-hidden-things")
    s3.delete_public_access_block(Bucket="trail-of-hidden-things")
    s3.put_object(Bucket="trail-of-hidden-things", Key="data", Body=b"no management event")
    found = look()
    text = json.dumps([record(event) for event in found])
    assert SECRET not in text
    assert secret not in text
    assert "HIDDEN_DUE_TO_SECURITY_REASONS" in text
    names = {event["EventName"] for event in found}
    assert {"CreateVpnConnection", "DeleteBucketPublicAccessBlock", "PutParameter"} <= names
    assert "PutObject" not in names
    trail = connect("cloudtrail")
    trail.create_trail(Name="audit", S3BucketName="trail-of-hidden-things")
    trail.stop_logging(Name="audit")
    (stopped,) = look("EventName", "StopLogging")
    assert stopped["Resources"] == [{"ResourceType": "AWS::CloudTrail::Trail", "ResourceName": "audit"}]
    policy = {"Version": "2012-10-17", "Statement": []}
    s3.put_bucket_policy(Bucket="trail-of-hidden-things", Policy=json.dumps(policy))
    assert record(look("EventName", "PutBucketPolicy")[0])["requestParameters"]["bucketPolicy"] == policy
    (block,) = look("EventName", "DeleteBucketPublicAccessBlock")
    assert record(block)["requestParameters"] == {"bucketName": "trail-of-hidden-things"}


def test_each_attribute_chooses_and_regions_are_apart(connect: Connect, look: Look) -> None:
    connect("kms", "us-west-2").create_key()
    connect("iam", "us-west-2").create_user(UserName="eva")
    bucket = "trail-of-attributes"
    connect("s3").create_bucket(Bucket=bucket)
    connect("s3").get_bucket_location(Bucket=bucket)
    assert [event["EventName"] for event in look(region="us-west-2") if event["EventName"] != "LookupEvents"] == [
        "CreateKey"
    ]
    made = look("EventName", "CreateBucket")[0]
    for key, value in (
        ("EventId", made["EventId"]),
        ("EventSource", "s3.amazonaws.com"),
        ("ResourceName", bucket),
        ("ResourceType", "AWS::S3::Bucket"),
    ):
        assert made in look(key, value)
    assert [event["EventName"] for event in look("ResourceName", "eva")] == ["CreateUser"]
    assert [event["EventName"] for event in look("ReadOnly", "false")] == ["CreateBucket", "CreateUser"]
    assert "GetBucketLocation" in {event["EventName"] for event in look("ReadOnly", "true")}
    assert look("ResourceName", "of nobody") == []


def test_pages_windows_and_retention(server: DemoServer, connect: Connect, look: Look) -> None:
    sqs, trail = connect("sqs"), connect("cloudtrail")
    for number in range(7):
        server.set_clock(NOON + timedelta(hours=number))
        sqs.create_queue(QueueName=f"queue-{number}")
    chosen = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CreateQueue"}]}
    first = trail.lookup_events(**chosen, MaxResults=3)
    times = [event["EventTime"] for event in first["Events"]]
    assert times == [NOON + timedelta(hours=number) for number in (6, 5, 4)]
    sqs.create_queue(QueueName="one more, since then".replace(", ", "-").replace(" ", "-"))
    second = trail.lookup_events(**chosen, MaxResults=3, NextToken=first["NextToken"])
    assert [event["EventTime"] for event in second["Events"]] == [NOON + timedelta(hours=n) for n in (3, 2, 1)]
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        trail.lookup_events(NextToken=first["NextToken"])
    inside = look("EventName", "CreateQueue", StartTime=NOON + timedelta(hours=1), EndTime=NOON + timedelta(hours=2))
    assert [event["EventTime"].hour for event in inside] == [14, 13]
    assert len(look("EventName", "CreateQueue")) == 8
    server.set_clock(NOON + timedelta(days=90, hours=2))
    assert len(look("EventName", "CreateQueue")) == 6


def test_more_than_a_page_of_events(connect: Connect, look: Look) -> None:
    sns = connect("sns")
    for number in range(51):
        sns.create_topic(Name=f"topic-{number}")
    found = look("EventName", "CreateTopic")
    assert len({event["EventId"] for event in found}) == 51
    assert len(connect("cloudtrail").lookup_events()["Events"]) == 50


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"StartTime": NOON, "EndTime": NOON - timedelta(hours=1)}, "InvalidTimeRangeException"),
        ({"NextToken": "of something else"}, "InvalidNextTokenException"),
        (
            {"LookupAttributes": [{"AttributeKey": key, "AttributeValue": "x"} for key in ("EventName", "Username")]},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_refuses_what_aws_refuses(connect: Connect, given: dict[str, Any], error: str) -> None:
    with pytest.raises(ClientError, match=error):
        connect("cloudtrail").lookup_events(**given)


def test_lag_hides_the_newest_events_until_a_later_night(server: DemoServer, connect: Connect, look: Look) -> None:
    connect("sns").create_topic(Name="late")
    server.happen("trail_lag", minutes=15)
    server.set_clock(NOON + timedelta(minutes=14))
    assert look("EventName", "CreateTopic") == []
    server.set_clock(NOON + timedelta(minutes=15))
    assert [event["EventTime"] for event in look("EventName", "CreateTopic")] == [NOON]


def test_ids_are_the_same_in_every_run() -> None:
    def ids() -> list[str]:
        with DemoServer() as fresh:
            fresh.set_clock(NOON)
            client = connect_to(fresh)
            for number in range(3):
                client("sns").create_topic(Name=f"topic-{number}")
            return [event["EventId"] for event in client("cloudtrail").lookup_events()["Events"]]

    first = ids()
    assert len(set(first)) == 3
    assert ids() == first
