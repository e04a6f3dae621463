"""What is read of detectors, recorders and channels."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.config import failures, left_out
from scanner.kinds.guardduty import features
from scanner.kinds.secretsmanager import Secret
from scanner.model.resource import Resource, Source


def test_only_features_that_are_on_count_and_only_in_them_what_is_on() -> None:
    more = [{"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "ENABLED"}, {"Name": "EC2", "Status": "DISABLED"}]
    given: list[dict[str, Any]] = [
        {"Name": "RUNTIME_MONITORING", "Status": "ENABLED", "AdditionalConfiguration": more},
        {"Name": "EKS_RUNTIME_MONITORING", "Status": "DISABLED", "AdditionalConfiguration": more},
        {"Name": "FLOW_LOGS", "Status": "ENABLED"},
    ]
    assert features(given) == ("FLOW_LOGS", "RUNTIME_MONITORING", "RUNTIME_MONITORING/ECS_FARGATE_AGENT_MANAGEMENT")


@pytest.mark.parametrize(
    ("group", "expected"),
    [
        ({"allSupported": True}, ()),
        ({"allSupported": True, "recordingStrategy": {"useOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}, ()),
        ({"allSupported": False, "resourceTypes": ["AWS::S3::Bucket"]}, ("*",)),
        ({}, ("*",)),
        (
            {
                "allSupported": False,
                "exclusionByResourceTypes": {"resourceTypes": ["AWS::IAM::User", "AWS::IAM::Role"]},
                "recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"},
            },
            ("AWS::IAM::Role", "AWS::IAM::User"),
        ),
        ({"recordingStrategy": {"useOnly": "EXCLUSION_BY_RESOURCE_TYPES"}}, ()),
    ],
)
def test_what_a_recorder_leaves_out(group: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert left_out(group) == expected


def test_only_deliveries_that_failed_are_failures() -> None:
    status = {
        "configHistoryDeliveryInfo": {"lastStatus": "FAILURE", "lastErrorCode": "NoSuchBucket"},
        "configSnapshotDeliveryInfo": {"lastStatus": "Not_Applicable"},
        "configStreamDeliveryInfo": {"lastStatus": "Failure"},
    }
    assert failures(status) == ("configHistoryDeliveryInfo: NoSuchBucket", "configStreamDeliveryInfo: Failure")
    assert failures({"name": "default", "configStreamDeliveryInfo": {"lastStatus": "SUCCESS"}}) == ()


@pytest.mark.parametrize(("primary", "copy"), [("", False), ("us-east-1", False), ("eu-west-1", True)])
def test_a_copy_is_what_lies_elsewhere_than_its_original(primary: str, copy: bool) -> None:
    resource = Resource(Secret.cfn, "a", arn="a", account="1", region="us-east-1", source=Source.FACTS)
    resource.facts = {"primary_region": primary}
    assert Secret(resource).is_copy is copy
