"""An account whose settings change, with the events that tell of it, as the carrier and CloudTrail would show it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.engine.registry import kinds
from scanner.engine.trail_event import TrailEvent, parse
from scanner.kinds.steady import steady
from tests.aws.gather import ACCOUNT
from tests.engine.trail_records import record

if TYPE_CHECKING:
    from scanner.aws.client import Request

HOME = "us-east-1"
ROLE = "nurse"
REGIONAL = ("AWS::ECR::Repository", "AWS::KMS::Key", "AWS::ElasticLoadBalancingV2::TargetGroup")
KINDS = {"global": ("AWS::S3::Bucket",), HOME: REGIONAL}
KNOWN = {cfn: kinds()[cfn] for some in KINDS.values() for cfn in some}


@dataclass(frozen=True)
class Sort:
    """How a kind's resources are listed, named, and made; which operations say their settings."""

    service: str
    listing: str
    path: str
    made: str
    gone: str
    parameter: str

    def item(self, name: str) -> dict[str, Any]:
        arn = self.arn(name)
        items: dict[str, dict[str, Any]] = {
            "s3": {"Name": name, "BucketRegion": "eu-west-1" if name.endswith("1") else HOME},
            "ecr": {"repositoryName": name, "repositoryArn": arn, "registryId": ACCOUNT},
            "kms": {"KeyId": name, "KeyArn": arn},
            "elbv2": {"TargetGroupArn": arn, "TargetGroupName": name, "LoadBalancerArns": []},
        }
        return items[self.service]

    def arn(self, name: str) -> str:
        return {
            "s3": f"arn:aws:s3:::{name}", "ecr": f"arn:aws:ecr:{HOME}:{ACCOUNT}:repository/{name}",
            "kms": f"arn:aws:kms:{HOME}:{ACCOUNT}:key/{name}",
            "elbv2": f"arn:aws:elasticloadbalancing:{HOME}:{ACCOUNT}:targetgroup/{name}/0123456789abcdef",
        }[self.service]  # fmt: skip


SORTS = {
    "AWS::S3::Bucket": Sort("s3", "s3.ListBuckets", "Buckets", "CreateBucket", "DeleteBucket", "bucketName"),
    "AWS::ECR::Repository": Sort("ecr", "ecr.DescribeRepositories", "repositories", "CreateRepository",
                                 "DeleteRepository", "repositoryName"),
    "AWS::KMS::Key": Sort("kms", "kms.ListKeys", "Keys", "CreateKey", "ScheduleKeyDeletion", "keyId"),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Sort("elbv2", "elbv2.DescribeTargetGroups", "TargetGroups",
                                                     "CreateTargetGroup", "DeleteTargetGroup", "targetGroupArn"),
}  # fmt: skip
SOURCES = {"elbv2": "elasticloadbalancing"}


@dataclass
class Account:
    """What stands: by kind and name, the number that each operation's answer bears; and who is still there."""

    things: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    gone: bool = False

    def pages(self, _place: tuple[str, str], request: Request) -> Iterator[dict[str, Any]]:
        self.calls[request.operation] += 1
        for cfn, sort in SORTS.items():
            if request.operation == sort.listing:
                yield {sort.path: [sort.item(name) for kind, name in self.things if kind == cfn]}
                return
            found = [name for kind, name in self.things if kind == cfn and _asked(request, sort, name)]
            if request.operation.startswith(f"{sort.service}.") and found:
                yield self._said(cfn, sort, found, request)
                return
        yield {}

    def one(self, place: tuple[str, str], request: Request) -> dict[str, Any]:
        return next(self.pages(place, request))

    def _said(self, cfn: str, sort: Sort, found: Sequence[str], request: Request) -> dict[str, Any]:
        number = self.things[cfn, found[0]].get(request.operation, 0)
        tags = [{"Key": "n", "TagKey": "n", "Value": str(number), "TagValue": str(number)}]
        who = "AROAEXAMPLE" if self.gone else f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
        policy = json.dumps({"Version": "2012-10-17", "Id": str(number), "Statement": [{"Principal": {"AWS": who}}]})
        if request.operation == "elbv2.DescribeTags":
            each = {name: self.things[cfn, name].get(request.operation, 0) for name in found}
            return {"TagDescriptions": [
                {"ResourceArn": sort.arn(name), "Tags": [{"Key": "n", "Value": str(each[name])}]} for name in found
            ]}  # fmt: skip
        meta = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyState": "Enabled", "KeyId": found[0]}
        return {
            "Policy": policy, "policyText": policy, "lifecyclePolicyText": str(number), "TagSet": tags, "Tags": tags,
            "tags": tags, "Grants": [number], "Rules": [{"ID": str(number)}], "KeyMetadata": meta, "Owner": {},
            "ServerSideEncryptionConfiguration": {"Rules": [number]}, "Status": "Enabled", "MFADelete": number,
            "PublicAccessBlockConfiguration": {"n": number}, "OwnershipControls": {"Rules": [number]},
            "Attributes": [number], "ReplicationConfiguration": {"n": number}, "ObjectLockConfiguration": {"n": number},
        }  # fmt: skip


def _asked(request: Request, sort: Sort, name: str) -> bool:
    said = json.dumps(request.params, default=str)
    return f'"{name}"' in said or f'"{sort.arn(name)}"' in said


def operations(cfn: str) -> list[str]:
    return sorted(
        {KNOWN[cfn].calls[call].operation for kind, call in steady() if kind == cfn} - {"s3.GetBucketLocation"}
    )


def event(sort: Sort, name: str, asked: Any, **more: Any) -> TrailEvent:
    found = parse(record(name, SOURCES.get(sort.service, sort.service), asked, **more))
    assert isinstance(found, TrailEvent)
    return found


def happen(account: Account, what: str, told: Any) -> list[TrailEvent]:
    """Let something happen, and give the events that tell of it."""
    thing, operation, number, form = told
    cfn, name = thing
    sort = SORTS[cfn]
    forms: dict[str, dict[str, Any]] = {
        "name": {sort.parameter: sort.arn(name) if sort.service == "elbv2" else name},
        "arn": {"resourceArn": sort.arn(name)},
        "deep": {"a": [{"b": [sort.arn(name)]}]},
        "fault": {"resourceArn": sort.arn(name)},
    }
    named, error = forms.get(form), {"errorCode": "InternalFailure"} if form == "fault" else {}
    if what == "noise":
        return [event(Sort("ssm", "", "", "", "", ""), "UpdateInstanceInformation", {"instanceId": "i-1"})]
    if what == "leave":
        account.gone = True
        return [event(Sort("iam", "", "", "", "", ""), "DeleteRole", {"roleName": ROLE})]
    if what == "refused":
        return [event(sort, "PutSomething", named, errorCode="AccessDenied")]
    if what == "make" and thing not in account.things:
        account.things[thing] = {operation: number}
        return [event(sort, sort.made, {sort.parameter: name})]
    if thing not in account.things:
        return []
    if what == "drop":
        del account.things[thing]
        return [event(sort, sort.gone, {sort.parameter: name})]
    if what == "again":
        account.things[thing] = {operation: number}
        return [event(sort, sort.gone, {sort.parameter: name}), event(sort, sort.made, {sort.parameter: name})]
    account.things[thing][operation] = number
    return [event(sort, f"Put{operation.partition('.')[2].removeprefix('Get')}", named, **error)]
