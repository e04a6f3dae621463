"""Records as CloudTrail writes them, of people and services that are invented."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from scanner.engine.trail_event import TrailEvent, parse
from scanner.model.canon import Canon, Touch
from scanner.model.change import Action, Change

ACCOUNT, REGION = "123456789012", "eu-west-1"
OTHER = "210987654321"
SINCE = datetime(2026, 11, 20, 2, tzinfo=UTC)
SEEN = datetime(2026, 11, 21, 2, tzinfo=UTC)
NUMBERS = itertools.count(1)

CONSOLE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
)
TERRAFORM = (
    "APN/1.0 HashiCorp/1.0 Terraform/1.13.4 (+https://www.terraform.io) terraform-provider-aws/6.20.0 "
    "aws-sdk-go-v2/1.39.4 ua/2.1 os/linux lang/go#1.24.8 api/ec2#1.257.2"
)
CLI = "aws-cli/2.31.13 md/awscrt#0.28.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.7 cfg/retry-mode#standard"
BOTO = "Boto3/1.40.55 md/Botocore#1.40.55 ua/2.1 os/linux#6.1 md/arch#aarch64 lang/python#3.13.1"


def role(name: str, session: str, account: str = ACCOUNT, **context: Any) -> dict[str, Any]:
    issuer = {
        "type": "Role", "principalId": "AROAEXAMPLEEXAMPLE", "arn": f"arn:aws:iam::{account}:role/{name}",
        "accountId": account, "userName": name.rpartition("/")[2],
    }  # fmt: skip
    return {
        "type": "AssumedRole", "principalId": f"AROAEXAMPLEEXAMPLE:{session}", "accountId": account,
        "arn": f"arn:aws:sts::{account}:assumed-role/{name.rpartition('/')[2]}/{session}",
        "accessKeyId": "ASIAEXAMPLE", "sessionContext": {
            "sessionIssuer": issuer, "attributes": {"creationDate": "2026-11-20T20:11:02Z", "mfaAuthenticated": "true"},
        }, **context,
    }  # fmt: skip


def user(name: str) -> dict[str, Any]:
    return {
        "type": "IAMUser", "principalId": "AIDAEXAMPLE", "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
        "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLE", "userName": name,
    }  # fmt: skip


SSO = "aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Administrator_0123456789abcdef"
ANNA = role(SSO, "anna.berg@example.org")
BRUNO = role(SSO, "bruno.diaz@example.org")
PIPELINE = role("terraform-deploy", "GitHubActions")
ROOT = {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT}
SCALING = role("aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling", "AutoScaling",
               invokedBy="autoscaling.amazonaws.com")  # fmt: skip


def record(
    name: str, service: str, asked: Any = None, who: Mapping[str, Any] = ANNA, *, at: str = "2026-11-20T21:14:07Z",
    agent: str = CONSOLE, **more: Any,
) -> dict[str, Any]:  # fmt: skip
    made = {
        "eventVersion": "1.11", "userIdentity": dict(who), "eventTime": at, "eventName": name,
        "eventSource": f"{service}.amazonaws.com", "awsRegion": REGION, "sourceIPAddress": "198.51.100.23",
        "userAgent": agent, "requestParameters": asked, "responseElements": None, "readOnly": False,
        "requestID": "5f0e1cd6-0000-4000-8000-000000000000", "eventType": "AwsApiCall", "managementEvent": True,
        "eventID": f"00000000-0000-4000-8000-{next(NUMBERS):012d}", "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    }  # fmt: skip
    return made | more


def event(name: str, service: str, asked: Any = None, who: Mapping[str, Any] = ANNA, **more: Any) -> TrailEvent:
    found = parse(record(name, service, asked, who, **more))
    assert isinstance(found, TrailEvent), found
    return found


GROUP = "sg-0a1b2c3d4e5f60718"
GROUP_ARN = f"arn:aws:ec2:{REGION}:{ACCOUNT}:security-group/{GROUP}"
PORTS = ("AuthorizeSecurityGroupIngress", "RevokeSecurityGroupIngress", "ModifySecurityGroupRules")


def ports(port: int, *ranges: str) -> dict[str, Any]:
    return {
        "ipProtocol": "tcp", "fromPort": port, "toPort": port, "groups": {}, "prefixListIds": {}, "ipv6Ranges": {},
        "ipRanges": {"items": [{"cidrIp": each} for each in ranges]},
    }  # fmt: skip


def group_call(*permissions: Mapping[str, Any], group: str = GROUP) -> dict[str, Any]:
    return {"groupId": group, "ipPermissions": {"items": list(permissions)}}


def change(kind: str, resource: str, **more: Any) -> Change:
    key = more.pop("key", resource.rpartition("/")[2].rpartition(":")[2])
    given: dict[str, Any] = {"action": Action.CHANGED, "region": REGION, "since": SINCE, "seen": SEEN, "name": key}
    return Change(account=ACCOUNT, kind=kind, resource=resource, key=key, **(given | more))


def ingress(port: int, peer: str, action: Action = Action.ADDED) -> Change:
    element = {"protocol": "tcp", "peer": peer, "from_port": port, "to_port": port}
    sides = {"after": element} if action is Action.ADDED else {"before": element}
    return change("AWS::EC2::SecurityGroup", GROUP_ARN, action=action, path=f"ingress[tcp/{port} from {peer}]",
                  property="box.IpPermissions", **sides)  # fmt: skip


def canon(kind: str, *touches: Touch, **more: Any) -> Canon:
    return Canon(kind=kind, touches=touches, **more)


CANONS: Mapping[str, Canon] = {
    each.kind: each
    for each in (
        canon("AWS::EC2::SecurityGroup",
              Touch(path="box", events=("ModifyAnything",)), Touch(path="box.IpPermissions", events=PORTS),
              added=Touch(events=("CreateSecurityGroup",)), removed=Touch(events=("DeleteSecurityGroup",))),
        canon("AWS::CloudTrail::Trail",
              Touch(path="status.IsLogging", events=("StartLogging=true", "StopLogging=false"))),
        canon("AWS::S3::Bucket",
              Touch(path="policy", events=("PutBucketPolicy", "DeleteBucketPolicy")),
              Touch(path="block", events=("PutBucketPublicAccessBlock", "DeleteBucketPublicAccessBlock"))),
        canon("AWS::RDS::DBInstance", Touch(path="box", events=("ModifyDBInstance",))),
        canon("AWS::EC2::RouteTable", Touch(path="box.Routes", events=("CreateRoute", "DeleteRoute", "ReplaceRoute"))),
        canon("AWS::IAM::Role", Touch(path="attached", events=("AttachRolePolicy", "DetachRolePolicy"))),
        canon("AWS::ECS::Service", Touch(path="described", events=("UpdateService",))),
        canon("AWS::ECS::TaskDefinition", Touch(path="described.taskDefinition", events=("RegisterTaskDefinition",)),
              shown_on=("AWS::ECS::Service", "described.taskDefinition")),
        canon("AWS::::Account", Touch(path="passwords", events=("UpdateAccountPasswordPolicy",))),
    )
}  # fmt: skip
