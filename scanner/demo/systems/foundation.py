"""What every account of the organisation begins with: its trail, its keys, its people, its Region settings."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from scanner.demo.systems.cloud import HOME, REGIONS, Cloud, key, pairs, role, tagged
from scanner.demo.systems.hosts import OLD_IMAGE, image
from scanner.demo.systems.policies import (
    PASS_ANY_ROLE,
    TASK_EXECUTION,
    Statement,
    allow,
    assumed_by_account,
    document,
    pass_named_roles,
    trail_writes,
)
from scanner.demo.systems.storage import bucket

AUDIT_ROLE = "PhiwardAudit"
EXTERNAL_ID = "phiward-demo"
_READ = ("Describe*", "Get*", "List*")
_SERVICES = ("ec2", "ecs", "ecr", "elasticloadbalancing", "iam", "kms", "s3", "cloudtrail", "logs", "cloudwatch")


@dataclass(frozen=True)
class Foundation:
    """What other parts of an account lean on: the account's key, and the role that writes flow logs."""

    key: str
    flow_log_role: str


@dataclass(frozen=True)
class Choices:
    """In what the foundations of accounts differ."""

    trail: bool = True
    encrypts_everywhere: bool = True
    blocks_public_snapshots: bool = True
    blocks_public_buckets: bool = True
    keeps_default_vpc: bool = False


def lay(cloud: Cloud, management: str, choices: Choices) -> Foundation:
    """Lay an account's foundation."""
    tags = tagged(f"{cloud.name}-key", "production", phi=True, owner="security")
    own = key(cloud, "phi", rotates=True, tags=tags)
    _audit_role(cloud, management)
    role(cloud, "ecs-task-execution", ["ecs-tasks"], managed=[TASK_EXECUTION], only_own_account=True)
    flow = allow(["logs:CreateLogStream", "logs:PutLogEvents"], [cloud.arn("logs", "log-group:/vpc/*", "*")])
    flow_role = role(cloud, "flow-logs", ["vpc-flow-logs"], inline={"write": flow}, only_own_account=True)
    _trail(cloud, sound=choices.trail)
    _region_settings(cloud, choices)
    image(cloud.client("ec2"), OLD_IMAGE)
    if choices.blocks_public_buckets:
        everything = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
        cloud.client("s3control").put_public_access_block(
            AccountId=cloud.account, PublicAccessBlockConfiguration=dict.fromkeys(everything, True)
        )
    return Foundation(own, flow_role)


def _audit_role(cloud: Cloud, management: str) -> None:
    iam = cloud.client("iam")
    trust = document(assumed_by_account(management, EXTERNAL_ID))
    iam.create_role(RoleName=AUDIT_ROLE, AssumeRolePolicyDocument=json.dumps(trust))
    reading = allow([f"{service}:{verb}" for service in _SERVICES for verb in _READ], ["*"])
    iam.put_role_policy(RoleName=AUDIT_ROLE, PolicyName="read", PolicyDocument=json.dumps(document(reading)))


def _trail(cloud: Cloud, *, sound: bool) -> None:
    where = f"{cloud.name}-trail-{cloud.account}"
    tags = tagged(where, "production", owner="security")
    bucket(cloud, where, tags, statements=[trail_writes(where, cloud.account)])
    trail = cloud.client("cloudtrail")
    trail.create_trail(
        Name=f"{cloud.name}-trail",
        S3BucketName=where,
        IsMultiRegionTrail=sound,
        IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=sound,
        TagsList=pairs(tags),
    )
    if sound:
        trail.start_logging(Name=f"{cloud.name}-trail")


def _region_settings(cloud: Cloud, choices: Choices) -> None:
    for region in REGIONS:
        ec2 = cloud.client("ec2", region)
        if choices.encrypts_everywhere or region == HOME:
            ec2.enable_ebs_encryption_by_default()
        if choices.blocks_public_snapshots:
            ec2.enable_snapshot_block_public_access(State="block-all-sharing")
        if not choices.keeps_default_vpc:
            _remove_default_vpc(ec2)


def _remove_default_vpc(ec2: Any) -> None:
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    inside = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    ec2.delete_vpc(VpcId=vpc["VpcId"])


def person(cloud: Cloud, name: str, *, mfa: bool, console: bool = True, keys: int = 0) -> None:
    """Make an IAM user with a console password, an MFA device and access keys, as asked."""
    iam = cloud.client("iam")
    iam.create_user(UserName=name, Tags=pairs(tagged(name, "production", owner=name)))
    if console:
        iam.create_login_profile(UserName=name, Password=f"{name} has a long pass phrase, 1 of its own")
    if mfa:
        device = iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"]
        iam.enable_mfa_device(
            UserName=name, SerialNumber=device, AuthenticationCode1="123456", AuthenticationCode2="789012"
        )
    for _ in range(keys):
        iam.create_access_key(UserName=name)


def deployer(cloud: Cloud, name: str, *, restricted: bool) -> None:
    """Make the role that a pipeline deploys with, and its customer managed policy with iam:PassRole."""
    sound: Statement = pass_named_roles(cloud.account, "task/*")
    attach(cloud, name, sound if restricted else PASS_ANY_ROLE, to=role(cloud, name, ["codebuild"]))


def attach(cloud: Cloud, policy: str, *statements: Statement, to: str) -> None:
    """Make a customer managed policy and attach it to a role's ARN."""
    iam = cloud.client("iam")
    made = iam.create_policy(PolicyName=policy, PolicyDocument=json.dumps(document(*statements)))["Policy"]
    iam.attach_role_policy(RoleName=to.rpartition("/")[2], PolicyArn=made["Arn"])
