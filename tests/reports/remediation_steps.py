"""Invented steps of a plan: every form and risk."""

from __future__ import annotations

import hashlib
from typing import Any

from scanner.model.plan import Change, Mended, Read, Step, WriteCall

PHI, CITY, CELL = "111122223333", "444455556666", "121212121212"
EAST, WEST = "us-east-1", "us-west-2"
KEY = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
BUCKET = "arn:aws:s3:::clinic-exports"
TUNNELS = "arn:aws:ec2:us-east-1:444455556666:vpn-connection/vpn-0a1b2c3d"


def mended(rule: str, title: str, message: str, severity: str = "medium", part: str = "", **before: Any) -> Mended:
    reads = tuple(Read(fact, value) for fact, value in before.items())
    print_ = hashlib.sha256(f"{rule}{part}{title}{message}".encode()).hexdigest()[:32]
    return Mended(print_, rule, title, severity, message, part, reads)


def step(n: int, form: str, account: str, region: str, **more: Any) -> Step:
    found: dict[str, Any] = {
        "id": hashlib.sha256(f"step {n}".encode()).hexdigest()[:16],
        "severity": "medium",
        "hipaa": ("164.312(a)(2)(iv)",),
        "resources": (more.get("resource", ""),),
        **more,
    }
    return Step(form=form, account=account, region=region, **found)  # type: ignore[arg-type]


def policy(
    rule: str, resource: str, key: str, ids: list[str], filters: list[Any], actions: list[Any]
) -> dict[str, Any]:
    by_id = {"type": "value", "key": key, "op": "in", "value": ids}
    name = f"{rule.replace('_', '-')}-{hashlib.sha256(str(ids).encode()).hexdigest()[:8]}"
    return {
        "name": name,
        "resource": f"aws.{resource}",
        "filters": [by_id, *filters],
        "actions": actions,
        "max-resources": len(ids),
    }


ROTATION = step(
    1,
    "custodian",
    PHI,
    EAST,
    kind="AWS::KMS::Key",
    resource=KEY,
    name="alias/clinic-phi",
    title="Customer managed KMS keys rotate every year",
    mends=(
        mended(
            "kms_key_rotation",
            "Customer managed KMS keys rotate every year",
            "automatic rotation is off",
            rotates=False,
        ),
    ),
    changes=(Change("rotates", before=False, after=True),),
    policy=policy(
        "kms_key_rotation",
        "kms-key",
        "KeyId",
        [KEY.rpartition("/")[2]],
        [{"type": "key-rotation-status", "key": "KeyRotationEnabled", "value": False}],
        [{"type": "set-rotation", "state": True}],
    ),
    undo=(WriteCall("kms.DisableKeyRotation", {"KeyId": KEY.rpartition("/")[2]}, EAST),),
    permissions=("kms:EnableKeyRotation", "kms:GetKeyRotationStatus"),
    cost="1 USD a month for each of the first two rotations of a key",
    terraform={"aws_kms_key": {"enable_key_rotation": True}},
)
LOCKED = step(
    2,
    "custodian",
    PHI,
    EAST,
    kind="AWS::S3::Bucket",
    resource=BUCKET,
    name="clinic-exports",
    severity="critical",
    risk="medium",
    title="Buckets block public access",
    mends=(
        mended(
            "s3_public_access_block",
            "Buckets block public access",
            "BlockPublicAcls is off",
            "critical",
            "BlockPublicAcls",
        ),
        mended(
            "s3_public_access_block",
            "Buckets block public access",
            "BlockPublicPolicy is off",
            "critical",
            "BlockPublicPolicy",
        ),
    ),
    changes=(
        Change("block_public_acls", before=False, after=True),
        Change("block_public_policy", before=False, after=True),
        Change("ignore_public_acls", before=False, after=True),
        Change("restrict_public_buckets", before=None, after=True),
        Change(
            "account_block", before={"$redacted": "a1b2c3d4e5f60718"}, after=["BlockPublicAcls", "BlockPublicPolicy"]
        ),
    ),
    downtime="none; whoever reads the bucket without credentials is locked out",
    policy=policy(
        "s3_public_access_block",
        "s3",
        "Name",
        ["clinic-exports"],
        [{"type": "check-public-block"}],
        [{"type": "set-public-block"}],
    ),
    undo=(
        WriteCall(
            "s3.PutPublicAccessBlock",
            {
                "Bucket": "clinic-exports",
                "PublicAccessBlockConfiguration": {
                    "BlockPublicAcls": False,
                    "BlockPublicPolicy": False,
                    "IgnorePublicAcls": False,
                    "RestrictPublicBuckets": False,
                },
            },
            EAST,
        ),
    ),
    permissions=("s3:PutBucketPublicAccessBlock",),
    hipaa=("164.312(a)(1)", "164.312(e)(1)"),
    brings=("s3_access_logging",),
    tags={"Owner": "exports", "phi": "yes"},
)
IMAGES = step(
    3,
    "direct",
    PHI,
    WEST,
    kind="AWS::::Region",
    resource=f"arn:aws:ec2:{WEST}:{PHI}:region",
    name=WEST,
    severity="high",
    title="No AMI of the account can be made public",
    mends=(
        mended("ec2_ami_block_public", "No AMI of the account can be made public", "images may be made public", "high"),
    ),
    changes=(Change("image_block_public_access", before="unblocked", after="block-new-sharing"),),
    writes=(WriteCall("ec2.EnableImageBlockPublicAccess", {"ImageBlockPublicAccessState": "block-new-sharing"}, WEST),),
    undo=(WriteCall("ec2.DisableImageBlockPublicAccess", {}, WEST),),
    why="Cloud Custodian has a filter for it and no action",
)
ENCRYPT = step(
    4,
    "runbook",
    PHI,
    EAST,
    kind="AWS::RDS::DBInstance",
    resource=f"arn:aws:rds:{EAST}:{PHI}:db:clinic-records",
    name="clinic-records",
    severity="high",
    risk="high",
    title="Database instances are encrypted at rest",
    mends=(mended("rds_encryption", "Database instances are encrypted at rest", "storage is not encrypted", "high"),),
    changes=(Change("encrypted", before=False, after=True),),
    downtime="30 to 90 minutes: writes stop while the snapshot is copied and restored",
    cost="storage twice until the old instance is deleted",
    lasting="AWS cannot take encryption off again; the old instance is the way back",
    runbook=(
        "Stop what writes: aws ecs update-service --cluster phi --service clinic-api --desired-count 0",
        "aws rds create-db-snapshot --db-instance-identifier clinic-records --db-snapshot-identifier plain",
        "aws rds copy-db-snapshot --source-db-snapshot-identifier plain --target-db-snapshot-identifier sealed",
        "aws rds restore-db-instance-from-db-snapshot --db-instance-identifier new --db-snapshot-identifier sealed",
        "Point clinic-api at the new instance, start it, and compare the counts of rows",
    ),
    why="AWS cannot encrypt an instance that exists; a person decides when writes stop",
    follows=(ROTATION.id,),
)
IN_CODE = step(
    5,
    "patch",
    CITY,
    EAST,
    kind="AWS::EC2::LaunchTemplate",
    resource=f"arn:aws:ec2:{EAST}:{CITY}:launch-template/lt-0aa11",
    name="web-hosts",
    severity="high",
    title="Launch templates require IMDSv2",
    mends=(mended("ec2_template_imdsv2", "Launch templates require IMDSv2", "tokens are optional", "high"),),
    changes=(Change("http_tokens", before="optional", after="required"), Change("hop_limit", before=2, after=1)),
    terraform={
        "aws_launch_template": {
            "metadata_options": {"http_tokens": "required", "http_put_response_hop_limit": 1},
            "tags": {"Owner": "web", "note": '${file("x")}'},
            "block_device_mappings": [{"device_name": "/dev/xvda", "ebs": {"encrypted": True}}],
        }
    },
    managed_by='module.web["blue"].aws_launch_template.hosts[0]',
    downtime="none; instances take it as they are replaced",
)
TUNNEL = step(
    6,
    "direct",
    CITY,
    EAST,
    kind="AWS::EC2::VPNConnection",
    resource=TUNNELS,
    name="datacenter-a",
    severity="medium",
    risk="high",
    title="VPN tunnels offer no weak Diffie-Hellman group",
    mends=(
        mended(
            "vpn_dh_groups", "VPN tunnels offer no weak Diffie-Hellman group", "group 2 is offered", part="203.0.113.17"
        ),
    ),
    changes=(Change("phase1_dh", before=[2, 14, 15], after=[14, 15, 16]),),
    after="the tunnel offers groups of 2048 bits and more only",
    downtime="the tunnel is down for some minutes; the other one carries the traffic, if it is up",
    writes=(
        WriteCall(
            "ec2.ModifyVpnTunnelOptions",
            {
                "VpnConnectionId": "vpn-0a1b2c3d",
                "VpnTunnelOutsideIpAddress": "203.0.113.17",
                "TunnelOptions": {"Phase1DHGroupNumbers": [{"Value": 14}, {"Value": 15}, {"Value": 16}]},
            },
            EAST,
        ),
    ),
    undo=(
        WriteCall(
            "ec2.ModifyVpnTunnelOptions",
            {
                "VpnConnectionId": "vpn-0a1b2c3d",
                "VpnTunnelOutsideIpAddress": "203.0.113.17",
                "TunnelOptions": {"Phase1DHGroupNumbers": [{"Value": 2}, {"Value": 14}, {"Value": 15}]},
            },
            EAST,
        ),
    ),
    permissions=("ec2:ModifyVpnTunnelOptions",),
    hipaa=("164.312(e)(1)",),
)

HOSTS = tuple(f"arn:aws:ec2:{EAST}:{CITY}:instance/i-{n:017x}" for n in range(1, 4))
GROUP = step(
    7,
    "custodian",
    CITY,
    EAST,
    kind="AWS::EC2::Instance",
    resource=HOSTS[0],
    resources=HOSTS,
    name="web",
    severity="high",
    title="Instances require IMDSv2",
    mends=(mended("ec2_imdsv2", "Instances require IMDSv2", "tokens are optional", "high"),),
    changes=(Change("http_tokens", before="optional", after="required"),),
    policy=policy(
        "ec2_imdsv2",
        "ec2",
        "InstanceId",
        [arn.rpartition("/")[2] for arn in HOSTS],
        [{"MetadataOptions.HttpTokens": "optional"}],
        [{"type": "set-metadata-access", "tokens": "required"}],
    ),
    follows=(IMAGES.id, "feedfacefeedface"),
)
DOMAIN = step(
    8,
    "custodian",
    CELL,
    "global",
    kind="AWS::::Account",
    resource=f"arn:aws:iam::{CELL}:root",
    name=CELL,
    severity="low",
    title="The account's password policy asks for 14 characters",
    mends=(mended("iam_password_length", "The account's password policy asks for 14 characters", "asks for 8", "low"),),
    changes=(Change("password_length", before=8, after=14),),
    policy={
        "name": "iam-password-length-9f1e2d3c",
        "resource": "aws.account",
        "filters": [{"type": "password-policy", "key": "MinimumPasswordLength", "value": 14, "op": "lt"}],
        "actions": [{"type": "set-password-policy", "policy": {"MinimumPasswordLength": 14}}],
        "max-resources": 1,
    },
    lasting="users whose password is shorter choose a new one when it expires; the old rule does not come back to them",
)
STEPS = (ROTATION, LOCKED, IMAGES, ENCRYPT, IN_CODE, TUNNEL, GROUP, DOMAIN)
