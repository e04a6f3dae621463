"""What the synthetic accounts hold: from a seed alone, so that the same question gets the same answer for ever.

Each account has a handful of S3 buckets; each of its Regions a handful of KMS keys, security groups and DynamoDB
tables. Of everything else there is nothing: those listings are answered empty, and settings as AWS answers where
nobody has set them.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bench.endpoint.protocols import Asked, blank, model_of

MANAGEMENT = "100000000000"
FIRST = 100000000001
REGIONS = (
    "us-east-1",
    "eu-west-1",
    "us-west-2",
    "ap-south-1",
    "eu-central-1",
    "ca-central-1",
    "sa-east-1",
    "us-east-2",
)
"""The Regions that every account has enabled."""

Answer = Mapping[str, Any] | str
"""An answer's members, or the code of a refusal."""


def key_of(account: str) -> str:
    """Give the access key by which an account is known."""
    return f"ASIA{account}"


@dataclass(frozen=True)
class Described:
    """So many accounts, of a seed; answers are held back for `latency` seconds; `refusing` accounts let nobody in."""

    accounts: int
    seed: int = 1
    latency: float = 0.0
    refusing: frozenset[str] = frozenset()

    @property
    def members(self) -> list[str]:
        """The ids of the accounts."""
        return [str(FIRST + number) for number in range(self.accounts)]

    def answer(self, asked: Asked) -> Answer:
        """Give the answer to a request."""
        account = asked.key[4:] if asked.key.startswith("ASIA") else MANAGEMENT
        special = SPECIAL.get(asked.operation)
        if special is not None:
            return special(self, account, asked)
        service, _, action = asked.operation.partition(".")
        shape = model_of(service).operation_model(action).output_shape
        made = blank(shape) if shape is not None else {}
        return made if isinstance(made, dict) else {}

    def some(self, what: str, account: str, region: str, most: int) -> list[str]:
        """Name what there is of a thing in a place: one to `most`."""
        chance = random.Random(f"{self.seed}/{what}/{account}/{region}")  # noqa: S311  nothing is kept secret by it
        return [f"{chance.getrandbits(32):08x}" for _ in range(chance.randint(1, most))]

    def truth(self, what: str) -> bool:
        """Say yes or no, the same for the same thing."""
        return random.Random(f"{self.seed}/{what}").random() < 0.5  # noqa: S311, PLR2004  no secret, even odds


Special = Callable[[Described, str, Asked], Answer]


def _identity(_: Described, account: str, __: Asked) -> Answer:
    return {"Account": account, "Arn": f"arn:aws:iam::{account}:user/synthetic", "UserId": "AIDASYNTHETIC"}


def _assume(world: Described, _: str, asked: Asked) -> Answer:
    account = asked.params["RoleArn"].split(":")[4]
    if account in world.refusing:
        return "AccessDenied"
    keys = {"AccessKeyId": key_of(account), "SecretAccessKey": "synthetic", "SessionToken": "synthetic"}
    return {"Credentials": {**keys, "Expiration": "2099-01-01T00:00:00Z"}}


def _members(world: Described, _: str, __: Asked) -> Answer:
    listed = [MANAGEMENT, *world.members]
    return {"Accounts": [{"Id": each, "Name": f"account-{each[-4:]}", "Status": "ACTIVE"} for each in listed]}


def _regions(_: Described, __: str, ___: Asked) -> Answer:
    return {"Regions": [{"RegionName": each, "OptInStatus": "opt-in-not-required"} for each in REGIONS]}


def _keys(world: Described, account: str, asked: Asked) -> Answer:
    arn = f"arn:aws:kms:{asked.region}:{account}:key/"
    return {"Keys": [{"KeyId": each, "KeyArn": arn + each} for each in world.some("key", account, asked.region, 3)]}


def _key(_: Described, account: str, asked: Asked) -> Answer:
    key = str(asked.params["KeyId"])
    known = {"KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "KeyState": "Enabled", "Origin": "AWS_KMS"}
    arn = f"arn:aws:kms:{asked.region}:{account}:key/{key}"
    return {"KeyMetadata": {"KeyId": key, "Arn": arn, "AWSAccountId": account, "CreationDate": 1700000000, **known}}


def _turns(world: Described, _: str, asked: Asked) -> Answer:
    return {"KeyId": asked.params["KeyId"], "KeyRotationEnabled": world.truth(f"turns/{asked.params['KeyId']}")}


def _key_policy(_: Described, account: str, __: Asked) -> Answer:
    statement = {
        "Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "kms:*", "Resource": "*",
    }  # fmt: skip
    return {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "PolicyName": "default"}


def _groups(world: Described, account: str, asked: Asked) -> Answer:
    return {"SecurityGroups": [_group(world, account, each) for each in world.some("group", account, asked.region, 4)]}


def _group(world: Described, account: str, each: str) -> Mapping[str, Any]:
    where = "0.0.0.0/0" if world.truth(f"open/{each}") else "10.0.0.0/8"
    ranges = [{"CidrIp": where}]
    door = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}
    return {
        "GroupId": f"sg-{each}", "GroupName": f"group-{each}", "OwnerId": account, "VpcId": "vpc-1", "Tags": [],
        "Description": "synthetic", "IpPermissions": [door], "IpPermissionsEgress": [],
    }  # fmt: skip


def _tables(world: Described, account: str, asked: Asked) -> Answer:
    return {"TableNames": [f"table-{each}" for each in world.some("table", account, asked.region, 2)]}


def _table(world: Described, account: str, asked: Asked) -> Answer:
    name = str(asked.params["TableName"])
    arn = f"arn:aws:dynamodb:{asked.region}:{account}:table/{name}"
    known = {"TableStatus": "ACTIVE", "DeletionProtectionEnabled": world.truth(f"protected/{name}")}
    return {"Table": {"TableName": name, "TableArn": arn, "CreationDateTime": 1700000000, **known}}


def _backups(world: Described, _: str, asked: Asked) -> Answer:
    state = "ENABLED" if world.truth(f"pitr/{asked.params['TableName']}") else "DISABLED"
    recovery = {"PointInTimeRecoveryStatus": state}
    return {"ContinuousBackupsDescription": {
        "ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": recovery,
    }}  # fmt: skip


def _buckets(world: Described, account: str, _: Asked) -> Answer:
    regions = ("us-east-1", "eu-west-1")
    names = [f"bucket-{account[-4:]}-{each}" for each in world.some("bucket", account, "global", 3)]
    return {"Buckets": [
        {"Name": name, "BucketRegion": regions[world.truth(name)], "CreationDate": "2024-01-01T00:00:00Z"}
        for name in names
    ]}  # fmt: skip


def _refusing(code: str) -> Special:
    return lambda _world, _account, _asked: code


def _saying(**members: Any) -> Special:
    return lambda _world, _account, _asked: members


SPECIAL: dict[str, Special] = {
    "sts.GetCallerIdentity": _identity,
    "sts.AssumeRole": _assume,
    "organizations.ListAccounts": _members,
    "kms.ListKeys": _keys,
    "kms.DescribeKey": _key,
    "kms.GetKeyRotationStatus": _turns,
    "kms.GetKeyPolicy": _key_policy,
    "ec2.DescribeRegions": _regions,
    "ec2.DescribeSecurityGroups": _groups,
    "dynamodb.ListTables": _tables,
    "dynamodb.DescribeTable": _table,
    "dynamodb.DescribeContinuousBackups": _backups,
    "s3.ListBuckets": _buckets,
    "s3.GetBucketPolicy": _refusing("NoSuchBucketPolicy"),
    "s3.GetBucketLifecycleConfiguration": _refusing("NoSuchLifecycleConfiguration"),
    "s3.GetBucketTagging": _refusing("NoSuchTagSet"),
    "s3.GetPublicAccessBlock": _refusing("NoSuchPublicAccessBlockConfiguration"),
    "s3control.GetPublicAccessBlock": _refusing("NoSuchPublicAccessBlockConfiguration"),
    "s3.GetBucketReplication": _refusing("ReplicationConfigurationNotFoundError"),
    "s3.GetObjectLockConfiguration": _refusing("ObjectLockConfigurationNotFoundError"),
    "s3.GetBucketOwnershipControls": _refusing("OwnershipControlsNotFoundError"),
    "ec2.GetEbsDefaultKmsKeyId": _saying(KmsKeyId="alias/aws/ebs"),
    "ec2.GetSnapshotBlockPublicAccessState": _saying(State="unblocked"),
    "ec2.GetImageBlockPublicAccessState": _saying(ImageBlockPublicAccessState="unblocked"),
    "securityhub.DescribeHub": _refusing("InvalidAccessException"),
}
