"""What a client asks is what a description is asked, in every protocol."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name

from bench.endpoint.server import Endpoint
from tests.bench.listed import Listed, client

ASKED: list[tuple[str, dict[str, Any]]] = [
    (
        "ec2.DescribeInstances",
        {
            "InstanceIds": [f"i-{number}" for number in range(12)],
            "Filters": [{"Name": "tag:a b", "Values": ["x+y", "z"]}],
            "DryRun": False,
        },
    ),
    ("elbv2.DescribeTags", {"ResourceArns": ["arn:a/b", "c"]}),
    ("rds.DescribeDBSnapshots", {"Filters": [{"Name": "n", "Values": ["v"]}], "IncludeShared": True}),
    ("ecs.DescribeServices", {"cluster": "c", "services": ["s", "t"], "include": ["TAGS"]}),
    ("kms.DescribeKey", {"KeyId": "k", "GrantTokens": ["g"]}),
    ("backup.GetBackupSelection", {"BackupPlanId": "p q", "SelectionId": "s"}),
    ("guardduty.GetFindings", {"DetectorId": "d", "FindingIds": ["f"], "SortCriteria": {"OrderBy": "ASC"}}),
    ("efs.DescribeMountTargets", {"FileSystemId": "fs-1"}),
    ("s3.GetBucketPolicy", {"Bucket": "b", "ExpectedBucketOwner": "123456789012"}),
    ("s3control.GetPublicAccessBlock", {"AccountId": "123456789012"}),
    ("cloudfront.GetDistributionConfig", {"Id": "E1"}),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(Listed()) as served:
        yield served


@pytest.mark.parametrize(("operation", "params"), ASKED, ids=[operation for operation, _ in ASKED])
def test_a_question_arrives_as_it_was_put(endpoint: Endpoint, operation: str, params: dict[str, Any]) -> None:
    described = Listed()
    endpoint.describe(described)
    service, _, action = operation.partition(".")
    own = client(endpoint.url, service)
    if service == "s3control":
        own.meta.events.register("before-sign", _without_account)
    getattr(own, xform_name(action))(**params)
    (asked,) = described.asked
    assert (asked.operation, dict(asked.params)) == (operation, params)
    assert (asked.key, asked.region) == ("ASIA100000000001", "us-east-1")


def _without_account(request: Any, **_: Any) -> None:
    request.url = request.url.replace("123456789012.", "", 1)


def test_pages_are_cut_by_the_server_and_not_asked_of_the_description(endpoint: Endpoint) -> None:
    described = Listed({"kms.ListKeys": {"Keys": [{"KeyId": str(number)} for number in range(30)]}})
    endpoint.describe(described)
    own = client(endpoint.url, "kms")
    first = own.list_keys(Limit=20)
    assert len(own.list_keys(Limit=20, Marker=first["NextMarker"])["Keys"]) == 10
    assert [dict(asked.params) for asked in described.asked] == [{}]
