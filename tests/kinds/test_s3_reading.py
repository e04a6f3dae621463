"""Lifecycle, replication, notifications and retention of buckets, subscriptions of log groups, Bedrock's own logs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.kinds.account import model_logs
from scanner.kinds.logs import Subscription, subscriptions
from scanner.kinds.s3_reading import (
    BucketReplication,
    LifecycleRule,
    Transition,
    home,
    lifecycle_rules,
    notified,
    replication_rules,
    retention,
)


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({}, LifecycleRule()),
        ({"ID": "a", "Prefix": "logs/"}, LifecycleRule("a", prefix="logs/")),
        ({"Filter": {"Prefix": "logs/"}}, LifecycleRule(prefix="logs/")),
        ({"Filter": {"Prefix": ""}}, LifecycleRule()),
        ({"Filter": {"Tag": {"Key": "a", "Value": "b"}}}, LifecycleRule(narrowed=True)),
        ({"Filter": {"ObjectSizeGreaterThan": 1}}, LifecycleRule(narrowed=True)),
        ({"Filter": {"And": {"Prefix": "a/", "Tags": []}}}, LifecycleRule(prefix="a/", narrowed=True)),
        ({"Expiration": {"Days": 30}}, LifecycleRule(expire_days=30)),
        (
            {"Expiration": {"Date": "2027-01-01T00:00:00Z"}},
            LifecycleRule(expire_date=datetime(2027, 1, 1, tzinfo=UTC)),
        ),
        ({"Expiration": {"ExpiredObjectDeleteMarker": True}}, LifecycleRule()),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": 90}}, LifecycleRule(noncurrent_days=90)),
        ({"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}, LifecycleRule(abort_days=7)),
        (
            {"Transitions": [{"Days": 0, "StorageClass": "GLACIER"}]},
            LifecycleRule(transitions=(Transition("GLACIER", 0),)),
        ),
    ],
)
def test_a_lifecycle_rule(item: dict[str, Any], expected: LifecycleRule) -> None:
    assert lifecycle_rules([{"Status": "Enabled", **item}]) == (expected,)


def test_a_rule_that_is_off() -> None:
    (rule,) = lifecycle_rules([{"Status": "Disabled", "ID": "old", "Filter": {"Prefix": "a/"}}])
    assert not rule.enabled
    assert rule.label == 'lifecycle rule "old" (objects under a/)'
    assert LifecycleRule(narrowed=True).label == "a lifecycle rule (all objects chosen by tag or size)"


def test_replication() -> None:
    given = [
        {"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::copy"}},
        {"Status": "Disabled", "Destination": {"Bucket": "arn:aws:s3:::far", "Account": "210987654321"}},
    ]
    assert replication_rules(given) == (
        BucketReplication("copy"),
        BucketReplication("far", enabled=False, account="210987654321"),
    )


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({}, ()),
        ({"TopicConfigurations": [], "QueueConfigurations": []}, ()),
        ({"EventBridgeConfiguration": {}}, ("EventBridge",)),
        ({"QueueConfigurations": [{"QueueArn": "q"}, {"QueueArn": "q"}]}, ("q",)),
        (
            {
                "LambdaFunctionConfigurations": [{"LambdaFunctionArn": "f"}],
                "TopicConfigurations": [{"TopicArn": "t"}],
                "EventBridgeConfiguration": {},
            },
            ("t", "f", "EventBridge"),
        ),
    ],
)
def test_who_is_notified(answer: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert notified(answer) == expected


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"Mode": "COMPLIANCE", "Years": 6}, "COMPLIANCE 6 years"),
        ({"Mode": "GOVERNANCE", "Days": 30}, "GOVERNANCE 30 days"),
        ({}, ""),
        ({"Mode": "GOVERNANCE"}, ""),
    ],
)
def test_default_retention(given: dict[str, Any], said: str) -> None:
    assert retention(given) == said


def test_the_old_name_of_ireland() -> None:
    assert [home("EU"), home("eu-west-1"), home("us-west-2")] == ["eu-west-1", "eu-west-1", "us-west-2"]


@pytest.mark.parametrize(
    ("destination", "pattern", "keeps"),
    [
        ("arn:aws:firehose:us-east-1:123456789012:deliverystream/x", "", True),
        ("arn:aws:logs:us-east-1:210987654321:destination:central", " ", True),
        ("arn:aws:firehose:us-east-1:123456789012:deliverystream/x", "ERROR", False),
        ("arn:aws:lambda:us-east-1:123456789012:function:firehose", "", False),
        ("arn:aws:kinesis:us-east-1:123456789012:stream/x", "", False),
        ("", "", False),
    ],
)
def test_a_subscription_keeps_all_events(destination: str, pattern: str, keeps: bool) -> None:
    (found,) = subscriptions([{"destinationArn": destination, "filterPattern": pattern}])
    assert found == Subscription(destination, pattern)
    assert found.keeps is keeps


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"textDataDeliveryEnabled": True, "cloudWatchConfig": {"logGroupName": "/b"}}, ("/b",)),
        ({"textDataDeliveryEnabled": True, "s3Config": {"bucketName": "b"}}, ("b",)),
        ({"textDataDeliveryEnabled": True}, ()),
        ({"textDataDeliveryEnabled": False, "s3Config": {"bucketName": "b"}}, ()),
    ],
)
def test_where_bedrock_logs_text(given: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert model_logs(given) == expected
