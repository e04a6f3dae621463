"""The pages of a listing together are the whole of it, each of the size that the API gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from bench.endpoint.server import Endpoint
from tests.bench.listed import Listed, client


def _named(member: str, count: int, **more: Any) -> list[dict[str, Any]]:
    return [{member: f"{member}-{number:05}", **more} for number in range(count)]


def _records(count: int) -> list[dict[str, Any]]:
    return [{"Name": f"{number:05}.example.org.", "Type": kind} for number in range(count) for kind in ("A", "AAAA")]


LISTED: dict[str, dict[str, Any]] = {
    "iam.GetAccountAuthorizationDetails": {
        "UserDetailList": _named("UserName", 130),
        "GroupDetailList": _named("GroupName", 5),
        "RoleDetailList": _named("RoleName", 120),
        "Policies": _named("PolicyName", 70),
    },
    "rds.DescribeDBInstances": {"DBInstances": _named("DBInstanceIdentifier", 205)},
    "elbv2.DescribeLoadBalancers": {"LoadBalancers": _named("LoadBalancerName", 401)},
    "ec2.DescribeVolumes": {"Volumes": _named("VolumeId", 2001)},
    "kms.ListKeys": {"Keys": _named("KeyId", 250)},
    "kms.ListAliases": {"Aliases": _named("AliasName", 50)},
    "ecs.ListServices": {"serviceArns": [f"arn:{number}" for number in range(25)]},
    "dynamodb.ListTables": {"TableNames": [f"table-{number:04}" for number in range(230)]},
    "logs.DescribeLogGroups": {"logGroups": _named("logGroupName", 120)},
    "guardduty.ListDetectors": {"DetectorIds": [str(number) for number in range(70)]},
    "efs.DescribeFileSystems": {"FileSystems": _named("FileSystemId", 150)},
    "cloudfront.ListDistributions": {"DistributionList": {"Items": _named("Id", 130), "Quantity": 130}},
    "s3.ListBuckets": {"Buckets": _named("Name", 7)},
    "route53.ListResourceRecordSets": {"ResourceRecordSets": _records(350)},
    "resourcegroupstaggingapi.GetResources": {"ResourceTagMappingList": _named("ResourceARN", 60)},
}
ASKED: list[tuple[str, dict[str, Any], list[int]]] = [
    ("iam.GetAccountAuthorizationDetails", {}, [100, 100, 100, 25]),
    ("rds.DescribeDBInstances", {}, [100, 100, 5]),
    ("elbv2.DescribeLoadBalancers", {}, [400, 1]),
    ("ec2.DescribeVolumes", {}, [1000, 1000, 1]),
    ("ec2.DescribeVolumes", {"MaxResults": 900}, [900, 900, 201]),
    ("kms.ListKeys", {}, [100, 100, 50]),
    ("kms.ListKeys", {"Limit": 1000}, [250]),
    ("kms.ListAliases", {}, [50]),
    ("ecs.ListServices", {"cluster": "c"}, [10, 10, 5]),
    ("ecs.ListServices", {"cluster": "c", "maxResults": 100}, [25]),
    ("dynamodb.ListTables", {}, [100, 100, 30]),
    ("logs.DescribeLogGroups", {}, [50, 50, 20]),
    ("guardduty.ListDetectors", {}, [50, 20]),
    ("efs.DescribeFileSystems", {}, [100, 50]),
    ("cloudfront.ListDistributions", {}, [100, 30]),
    ("s3.ListBuckets", {}, [7]),
    ("s3.ListBuckets", {"MaxBuckets": 3}, [3, 3, 1]),
    ("route53.ListResourceRecordSets", {"HostedZoneId": "Z1"}, [300, 300, 100]),
    ("resourcegroupstaggingapi.GetResources", {}, [50, 10]),
]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(Listed(LISTED)) as served:
        yield served


@pytest.mark.parametrize(("operation", "params", "sizes"), ASKED, ids=[f"{one[0]}-{len(one[2])}" for one in ASKED])
def test_the_pages_are_the_whole(endpoint: Endpoint, operation: str, params: dict[str, Any], sizes: list[int]) -> None:
    service, _, action = operation.partition(".")
    paginator = client(endpoint.url, service).get_paginator(xform_name(action))
    pages = list(paginator.paginate(**params))
    assert [sum(map(len, _lists(page))) for page in pages] == sizes
    together: dict[str, list[Any]] = {}
    for page in pages:
        for name, items in _items(page).items():
            together.setdefault(name, []).extend(items)
    assert {name: items for name, items in together.items() if items} == _items(LISTED[operation])


def _items(answer: dict[str, Any]) -> dict[str, list[Any]]:
    found = {name: value for name, value in answer.items() if isinstance(value, list)}
    for value in answer.values():
        if isinstance(value, dict) and "Items" in value:
            found["Items"] = value["Items"]
    return found


def _lists(answer: dict[str, Any]) -> list[list[Any]]:
    return list(_items(answer).values())


def test_a_page_says_how_many_it_holds_and_whether_there_are_more(endpoint: Endpoint) -> None:
    told = client(endpoint.url, "cloudfront").list_distributions()["DistributionList"]
    assert (told["Quantity"], told["IsTruncated"]) == (100, True)
    told = client(endpoint.url, "kms").list_aliases()
    assert (told["Truncated"], "NextMarker" in told) == (False, False)


def test_a_token_leads_on_in_its_own_list_only(endpoint: Endpoint) -> None:
    own = client(endpoint.url, "logs")
    token = own.describe_log_groups()["nextToken"]
    assert len(own.describe_log_groups(nextToken=token)["logGroups"]) == 50
    with pytest.raises(ClientError, match="not one of this list"):
        own.describe_log_groups(nextToken=token, logGroupNamePrefix="other")
    with pytest.raises(ClientError, match="not one of this list"):
        own.describe_log_groups(nextToken="invented")
