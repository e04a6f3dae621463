"""The described account answers all that phiward asks, as AWS's models of its services say, and is of its size."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.validate import ParamValidator

from bench.endpoint.description import MANAGEMENT, REGIONS, key_of
from bench.endpoint.protocols import Asked, model_of
from bench.endpoint.server import Endpoint
from bench.endpoint.world import ANSWERS, World
from bench.endpoint.world.place import Answer
from scanner.aws.collect import Collector, PlaceResult, operations
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.model.kind import Kind

NOW = datetime(2026, 11, 21, tzinfo=UTC)

NOT_HERE = frozenset({"AWS::::IacState"})
"""No call lists it: it is what the user lays beside the account."""

OF_EACH_REGION = frozenset({
    "AWS::::Region", "AWS::Config::ConfigurationRecorder", "AWS::Config::DeliveryChannel",
    "AWS::Config::DiscoveredType",
    "AWS::EC2::Image", "AWS::EC2::InstanceType", "AWS::EC2::PrefixList", "AWS::ECS::CapacityProvider",
    "AWS::Events::EventBus", "AWS::GuardDuty::Detector", "AWS::SecurityHub::Hub",
})  # fmt: skip
"""Every Region has its own of these, or AWS has them in every Region."""

AS_AWS_SAYS = {
    "acm.DescribeCertificate: KeyAlgorithm 'RSA-2048'",
    "acm.ListCertificates: KeyAlgorithm 'RSA-2048'",
    "config.DescribeConfigurationRecorderStatus: RecorderStatus 'SUCCESS'",
    "config.DescribeDeliveryChannelStatus: DeliveryStatus 'SUCCESS'",
    "ec2.DescribeInternetGateways: AttachmentStatus 'available'",
    "ec2.DescribeNetworkInterfaces: NetworkInterfaceType 'nat_gateway'",
    "ec2.DescribeVpcEndpoints: State 'available'",
    'guardduty.GetAdministratorAccount: Missing required parameter in input: "Administrator"',
    "iam.GetAccountAuthorizationDetails: PermissionsBoundaryAttachmentType 'Policy'",
    (
        "iam.ListVirtualMFADevices: Invalid length for parameter VirtualMFADevices[0].User.UserId,"
        " value: 12, valid min length: 16"
    ),
}
"""Where AWS answers otherwise than its own models of its services allow."""

NAMED_BY_THE_ISSUE = {
    "AWS::S3::Bucket": 70, "AWS::EC2::Instance": 90, "AWS::IAM::Role": 120, "AWS::ECS::TaskDefinition": 82,
    "AWS::ECS::Service": 50, "AWS::ECR::Repository": 35, "AWS::ElasticLoadBalancingV2::LoadBalancer": 12,
    "AWS::KMS::Key": 15,
}  # fmt: skip


@dataclass
class Recorded(World):
    """A world that keeps what it was asked."""

    asked: list[Asked] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        self.asked.append(asked)
        return super().answer(asked)


@dataclass
class Night:
    """What a collection asked and saw, and what the endpoint could not answer."""

    world: Recorded
    places: list[PlaceResult]
    unanswered: Counter[str]

    @property
    def counts(self) -> Counter[str]:
        return Counter(resource.kind for place in self.places for resource in place.resources)

    @property
    def gaps(self) -> list[str]:
        entries = (entry for place in self.places for entry in place.coverage)
        return [f"{entry.kind} {entry.call}: {entry.error} {entry.message}" for entry in entries if entry.state != "ok"]


@contextmanager
def _night(world: Recorded, wanted: Mapping[str, type[Kind]]) -> Iterator[Night]:
    with Endpoint(world) as endpoint, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", endpoint.url)
        sessions = Sessions(boto3.Session(key_of(world.home), "synthetic", region_name="us-east-1"))
        limits = Limits(lambda: Bucket(sleep=lambda _: None))
        collector = Collector(sessions, wanted, Redactor(b"key"), NOW, limits=limits)
        places = list(collector.collect([Target(world.home, regions=world.regions)]))
        yield Night(world, places, endpoint.counters.unknown + endpoint.counters.broken)


@pytest.fixture(scope="module")
def night() -> Iterator[Night]:
    """Collect everything at scale 1 in one Region."""
    with _night(Recorded(now=NOW), kinds()) as seen:
        yield seen


def test_every_operation_that_kinds_declare_is_answered() -> None:
    assert operations(kinds().values()) - set(ANSWERS) == set()


def test_an_account_is_seen_whole(night: Night) -> None:
    assert night.unanswered == Counter()
    assert night.gaps == []
    assert set(kinds()) - set(night.counts) == NOT_HERE


def test_an_account_is_of_its_size(night: Night) -> None:
    assert {kind: night.counts[kind] for kind in NAMED_BY_THE_ISSUE} == NAMED_BY_THE_ISSUE
    things = {resource.arn for place in night.places for resource in place.resources}
    assert 1150 <= len(things) <= 1300, "an identity is one thing, though two kinds read it"


def test_answers_are_as_the_models_of_the_services_say(night: Night) -> None:
    wrong = []
    for asked in night.world.asked:
        said = World.answer(night.world, asked)
        if not isinstance(said, str):
            service, _, action = asked.operation.partition(".")
            shape = model_of(service).operation_model(action).output_shape
            report = ParamValidator().validate(said, shape)
            if report.has_errors():
                wrong += [f"{asked.operation}: {line}" for line in report.generate_report().splitlines()]
            wrong += [f"{asked.operation}: {text}" for text in _not_in_its_enumeration(shape, said)]
    assert set(wrong) <= AS_AWS_SAYS
    unasked = operations(kinds().values()) - {asked.operation for asked in night.world.asked}
    assert unasked <= {"s3.GetBucketLocation"}, "buckets are listed with their Regions"


def _not_in_its_enumeration(shape: Any, said: Any) -> Iterator[str]:
    """Name what stands where AWS has a list of words and is none of them."""
    if shape.type_name == "structure":
        for name, value in said.items():
            yield from _not_in_its_enumeration(shape.members[name], value)
    elif shape.type_name in {"list", "map"}:
        inner = shape.member if shape.type_name == "list" else shape.value
        for value in said if shape.type_name == "list" else said.values():
            yield from _not_in_its_enumeration(inner, value)
    elif shape.type_name == "string" and shape.enum and said not in shape.enum:
        yield f"{shape.name} {said!r}"


def test_refusals_are_codes_that_the_services_know(night: Night) -> None:
    refused = {
        (asked.operation, said)
        for asked in night.world.asked
        if isinstance(said := World.answer(night.world, asked), str)
    }
    assert refused
    declared = {
        (name, code) for kind in kinds().values() for call in kind.calls.values() for name in call.operations
        for code in call.absent
    }  # fmt: skip
    assert refused <= declared


def test_the_same_seed_answers_the_same_and_another_otherwise(night: Night) -> None:
    again, other = World(now=NOW, endpoint=night.world.endpoint), World(seed=2, now=NOW)
    asked = [one for one in night.world.asked if one.operation in ANSWERS]
    told = [_said(night.world, one) for one in asked]
    assert [_said(again, one) for one in asked] == told
    assert sum(_said(other, one) != before for one, before in zip(asked, told, strict=True)) > len(asked) // 4


def _said(world: World, asked: Asked) -> str:
    return json.dumps(World.answer(world, asked), default=str, sort_keys=True)


TAGGED_TWICE = (
    ("s3", "s3.GetBucketTagging", "Bucket", "TagSet", "arn:aws:s3:::"),
    ("ecr:repository", "ecr.ListTagsForResource", "resourceArn", "tags", ""),
    ("kms:key", "kms.ListResourceTags", "KeyId", "Tags", ""),
    ("acm:certificate", "acm.ListTagsForCertificate", "CertificateArn", "Tags", ""),
    ("events", "events.ListTagsForResource", "ResourceARN", "Tags", ""),
)


@pytest.mark.parametrize(("wanted", "operation", "param", "member", "before"), TAGGED_TWICE)
def test_tags_are_the_same_in_bulk_and_one_by_one(
    wanted: str, operation: str, param: str, member: str, before: str
) -> None:
    world = World(now=NOW)
    bulk = _answered(world, "resourcegroupstaggingapi.GetResources", ResourceTypeFilters=[wanted])
    assert bulk["ResourceTagMappingList"]
    for item in bulk["ResourceTagMappingList"]:
        own = _answered(world, operation, **{param: item["ResourceARN"].removeprefix(before)})[member]
        told = [(tag.get("Key") or tag["TagKey"], tag["Value" if "Key" in tag else "TagValue"]) for tag in own]
        assert told == [(tag["Key"], tag["Value"]) for tag in item["Tags"]]


def test_whatever_type_kinds_ask_the_tags_of_has_some() -> None:
    world = World(now=NOW)
    asked = {
        tuple(call.params["ResourceTypeFilters"])
        for kind in kinds().values() for call in kind.calls.values()
        if call.operation == "resourcegroupstaggingapi.GetResources"
    }  # fmt: skip
    bare = [
        types for types in sorted(asked)
        if not _answered(world, "resourcegroupstaggingapi.GetResources", ResourceTypeFilters=list(types))[
            "ResourceTagMappingList"
        ]
    ]  # fmt: skip
    assert bare == [("cloudfront:vpcorigin",)]


def test_web_acls_name_the_balancers_that_name_them() -> None:
    world = World(now=NOW)
    for acl in _answered(world, "wafv2.ListWebACLs", Scope="REGIONAL")["WebACLs"]:
        for balancer in _answered(world, "wafv2.ListResourcesForWebACL", WebACLArn=acl["ARN"])["ResourceArns"]:
            found = _answered(world, "wafv2.GetWebACLForResource", ResourceArn=balancer)
            assert found["WebACL"]["ARN"] == acl["ARN"]


def test_launch_templates_say_the_same_all_at_once() -> None:
    world = World(now=NOW)
    every = _answered(world, "ec2.DescribeLaunchTemplateVersions", Versions=["$Latest", "$Default"])
    by_one = [
        version
        for template in _answered(world, "ec2.DescribeLaunchTemplates")["LaunchTemplates"]
        for version in _answered(
            world,
            "ec2.DescribeLaunchTemplateVersions",
            LaunchTemplateId=template["LaunchTemplateId"],
            Versions=["1", "2"],
        )["LaunchTemplateVersions"]
    ]
    assert every["LaunchTemplateVersions"] == by_one


def _answered(world: World, operation: str, **params: Any) -> Mapping[str, Any]:
    said = world.answer(Asked(operation, params, key_of(world.home), "us-east-1"))
    assert isinstance(said, Mapping), said
    return said


def test_the_same_resources_lie_in_four_regions(night: Night) -> None:
    regional = {name: kind for name, kind in kinds().items() if kind.scope == "regional"}
    with _night(Recorded(now=NOW, regions=REGIONS[:4]), regional) as spread:
        assert spread.unanswered == Counter()
        assert spread.gaps == []
        same = set(regional) - OF_EACH_REGION
        assert {kind: spread.counts[kind] for kind in same} == {kind: night.counts[kind] for kind in same}
        lying = Counter(
            place.region for place in spread.places for item in place.resources if item.kind == "AWS::EC2::Instance"
        )
        assert sorted(lying.values()) == [22, 22, 23, 23]


def test_accounts_differ_and_the_organization_names_them() -> None:
    world = World(accounts=3, now=NOW)
    listed = world.answer(Asked("organizations.ListAccounts", {}, key_of(world.home), "us-east-1"))
    assert world.home == MANAGEMENT
    assert isinstance(listed, Mapping)
    assert [item["Id"] for item in listed["Accounts"]] == [MANAGEMENT, *world.members]
    volumes = [
        json.dumps(world.answer(Asked("ec2.DescribeVolumes", {}, key_of(one), "us-east-1")), default=str)
        for one in world.members
    ]
    assert len(set(volumes)) == 3
