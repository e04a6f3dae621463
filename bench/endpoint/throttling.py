"""AWS's throttling: a bucket of tokens for each account, Region and group of operations, at the published rates.

Rates stand in each service's guide and are those of an account for which nobody asked for more. Where AWS publishes
none, a modest one is assumed, and said to be. A refused request takes no token.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bench.endpoint.protocols import Asked, Refused, model_of


class Rate(NamedTuple):
    """How many requests a bucket holds, and how many it gains a second."""

    burst: float
    rate: float


class Group(NamedTuple):
    """Operations that share a bucket, or have one each of the same size where `each` is set."""

    name: str
    rate: Rate
    operations: frozenset[str]
    source: str
    each: bool = False


ASSUMED = "assumed: AWS publishes no figure"
EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html"
KMS = "https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"
WATCH = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_limits.html"
TRAIL = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html"
ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"
ACM = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"
LAMBDA = "https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"


def _of(service: str, operations: str) -> frozenset[str]:
    return frozenset(f"{service}.{name}" for name in operations.split())


GROUPS = (
    Group("clusters", Rate(50, 20), _of("ecs", "DescribeClusters ListClusters"), ECS),
    Group("services", Rate(100, 20), _of("ecs", "DescribeServices ListServices"), ECS),
    Group(
        "cluster resources", Rate(100, 20),
        _of("ecs", "DescribeContainerInstances DescribeTasks ListAttributes ListContainerInstances ListTasks"), ECS,
    ),
    Group(
        "task definitions", Rate(50, 20),
        _of("ecs", "DescribeTaskDefinition ListTaskDefinitions ListTaskDefinitionFamilies"), ECS,
    ),
    Group("capacity providers", Rate(50, 20), _of("ecs", "DescribeCapacityProviders"), ECS),
    Group("tags", Rate(50, 20), _of("ecs", "ListTagsForResource"), ECS),
    Group("settings", Rate(50, 20), _of("ecs", "ListAccountSettings"), ECS),
    Group("", Rate(2000, 2000), _of("kms", "DescribeKey ListResourceTags"), KMS, each=True),
    Group("", Rate(1000, 1000), _of("kms", "GetKeyPolicy GetKeyRotationStatus"), KMS, each=True),
    Group("", Rate(500, 500), _of("kms", "ListAliases ListKeys"), KMS, each=True),
    Group("", Rate(100, 100), _of("kms", "ListGrants ListKeyPolicies"), KMS, each=True),
    Group("", Rate(10, 10), _of("logs", "DescribeLogGroups"), LOGS, each=True),
    Group("", Rate(5, 5), _of("logs", "DescribeMetricFilters DescribeSubscriptionFilters"), LOGS, each=True),
    Group("", Rate(9, 9), _of("cloudwatch", "DescribeAlarms"), WATCH, each=True),
    Group("", Rate(50, 50), _of("cloudwatch", "GetMetricData"), WATCH, each=True),
    Group("", Rate(2, 2), _of("cloudtrail", "LookupEvents"), TRAIL, each=True),
    Group(
        "", Rate(10, 10),
        _of("cloudtrail", "DescribeTrails GetTrailStatus GetEventSelectors GetInsightSelectors ListTags"), TRAIL,
        each=True,
    ),
    Group("", Rate(8, 8), _of("acm", "ListCertificates"), ACM, each=True),
    Group("", Rate(10, 10), _of("acm", "DescribeCertificate ListTagsForCertificate"), ACM, each=True),
)  # fmt: skip
"""Groups of which AWS publishes the rate."""

SERVICES = {
    "ec2": Group("", Rate(100, 20), frozenset(), EC2, each=True),
    "elb": Group("reads", Rate(40, 10), frozenset(), ELB),
    "elbv2": Group("reads", Rate(40, 10), frozenset(), ELB),
    "iam": Group("all", Rate(50, 20), frozenset(), ASSUMED),
    "lambda": Group("control plane", Rate(15, 15), frozenset(), LAMBDA),
    "route53": Group("all", Rate(5, 5), frozenset(), ROUTE53),
    "s3": Group("", Rate(100, 100), frozenset(), ASSUMED, each=True),
    "sts": Group(
        "all", Rate(600, 600), frozenset(), "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
    ),
}
"""The groups of a service's other operations."""

OTHERS = Group("", Rate(50, 20), frozenset(), ASSUMED, each=True)
UNPAGED = Group("unfiltered and unpaged", Rate(50, 10), frozenset(), EC2, each=True)
UNPAGED_EC2 = _of(
    "ec2",
    "DescribeInstances DescribeInstanceStatus DescribeNetworkInterfaces DescribeSecurityGroups DescribeSnapshots"
    " DescribeSpotInstanceRequests DescribeVolumes",
)
"""Operations whose requests come from a smaller bucket where they neither page nor filter."""

_BY_OPERATION = {operation: group for group in GROUPS for operation in group.operations}

CODES = {
    "ec2": Refused("RequestLimitExceeded", "Request limit exceeded.", 503),
    "query": Refused("Throttling", "Rate exceeded", 400),
    "json": Refused("ThrottlingException", "Rate exceeded", 400),
    "rest-json": Refused("TooManyRequestsException", "Too Many Requests", 429),
    "rest-xml": Refused("Throttling", "Rate exceeded", 400),
}
"""What a throttled request is told in each protocol."""

SLOW_DOWN = Refused("SlowDown", "Please reduce your request rate.", 503)
"""What S3 tells it."""


def group_of(asked: Asked) -> Group:
    """Give the group whose tokens a request takes."""
    operation = asked.operation
    if operation in UNPAGED_EC2 and not asked.params.keys() - {"DryRun"}:
        return UNPAGED
    return _BY_OPERATION.get(operation) or SERVICES.get(operation.partition(".")[0]) or OTHERS


def refusal_of(operation: str) -> Refused:
    """Give what a throttled request is told."""
    service = operation.partition(".")[0]
    return SLOW_DOWN if service in {"s3", "s3control"} else CODES[str(model_of(service).resolved_protocol)]


@dataclass
class _Bucket:
    rate: Rate
    tokens: float
    at: float
    through: int = 0

    def take(self, now: float) -> bool:
        self.tokens = min(self.rate.burst, self.tokens + (now - self.at) * self.rate.rate)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@dataclass
class Throttling:
    """The buckets, made as they are first asked for. Where it is not `on`, it only reckons how long they would take.

    `share` scales the published rates: 0.5 for an account whose other half is used by somebody else.
    """

    on: bool = False
    share: float = 1.0
    clock: Callable[[], float] = time.monotonic
    _buckets: dict[tuple[str, str, str], _Bucket] = field(default_factory=dict)

    def admit(self, asked: Asked, account: str) -> bool:
        """Say whether a request is let through, and count it if it is."""
        group = group_of(asked)
        name = (
            f"{asked.operation} {group.name}".strip()
            if group.each
            else f"{asked.operation.partition('.')[0]} {group.name}"
        )
        key = (account, asked.region, name)
        bucket = self._buckets.get(key)
        now = self.clock()
        if bucket is None:
            rate = Rate(max(1.0, group.rate.burst * self.share), group.rate.rate * self.share)
            bucket = self._buckets[key] = _Bucket(rate, rate.burst, now)
        let = not self.on or bucket.take(now)
        bucket.through += let
        return let

    def bounds(self, most: int = 5) -> Mapping[str, float]:
        """Give the least seconds in which the buckets let through what was let through: the longest, by bucket."""
        found = {
            " ".join(key): (bucket.through - bucket.rate.burst) / bucket.rate.rate
            for key, bucket in self._buckets.items()
            if bucket.through > bucket.rate.burst
        }
        return dict(sorted(found.items(), key=lambda item: -item[1])[:most])

    def reset(self) -> None:
        """Fill the buckets and forget what went through."""
        self._buckets.clear()
