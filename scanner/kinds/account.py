"""Settings of an account and of a Region in it: each has exactly one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.kinds.common import tags
from scanner.kinds.images import ReplicationRule, ScanRule, replication_rules, scan_rules
from scanner.model.call import applied, shared, then
from scanner.model.kind import Const, Kind, fact

if TYPE_CHECKING:
    from collections.abc import Mapping


def model_logs(given: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the log group and the bucket to which Bedrock's invocation logs of text go; none where text is left out."""
    targets = (
        (given.get("cloudWatchConfig") or {}).get("logGroupName"),
        (given.get("s3Config") or {}).get("bucketName"),
    )
    return tuple(name for name in targets if name) if given.get("textDataDeliveryEnabled") else ()


def _root(partition: str, account: str) -> str:
    return f"arn:{partition}:iam::{account}:root"


class Account(Kind, cfn="AWS::::Account", scope="global", singleton=True):
    """What is set once for a whole account."""

    arn_format = "arn:{partition}:iam::{account}:root"

    s3_block = then(
        "s3control.GetPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        AccountId="$account",
        absent=["NoSuchPublicAccessBlockConfiguration"],
        iam=["s3:GetAccountPublicAccessBlock"],
    )
    organization = then(
        "organizations.DescribeOrganization", "Organization", absent=["AWSOrganizationsNotInUseException"]
    )
    summary = then("iam.GetAccountSummary", "SummaryMap")
    root_devices = shared(
        "iam.ListVirtualMFADevices",
        "VirtualMFADevices",
        own=applied(_root, "$partition", "$account"),
        key="User.Arn",
        many=True,
        AssignmentStatus="Assigned",
    )
    passwords = then("iam.GetAccountPasswordPolicy", "PasswordPolicy", absent=["NoSuchEntity"])

    id: str = fact(Const("account"))
    tags: Mapping[str, str] = fact(Const({}))
    block_public_acls: bool = fact("s3_block.BlockPublicAcls", default={"api": False}, sample=True)
    ignore_public_acls: bool = fact("s3_block.IgnorePublicAcls", default={"api": False}, sample=True)
    block_public_policy: bool = fact("s3_block.BlockPublicPolicy", default={"api": False}, sample=True)
    restrict_public_buckets: bool = fact("s3_block.RestrictPublicBuckets", default={"api": False}, sample=True)
    management_account: str = fact(
        "organization.MasterAccountId",
        default={"api": ""},
        sample="123456789012",
        doc="The id of the organization's management account; empty outside of an organization.",
    )
    root_mfa: bool = fact("summary.AccountMFAEnabled", parse=bool, sample=True)
    root_password: bool = fact(
        "summary.AccountPasswordPresent",
        parse=bool,
        default={"api": True},
        sample=True,
        doc="False where an organization has taken the root user's credentials away.",
    )
    root_virtual_mfa: tuple[str, ...] = fact(
        "root_devices[].SerialNumber", default={"api": ()}, doc="The root user's virtual MFA devices."
    )
    root_access_keys: int = fact("summary.AccountAccessKeysPresent", sample=0)
    password_length: int = fact(
        "passwords.MinimumPasswordLength", default={"api": 8}, sample=14, doc="Without a policy, IAM's default."
    )
    password_uppercase: bool = fact("passwords.RequireUppercaseCharacters", default={"api": False}, sample=True)
    password_lowercase: bool = fact("passwords.RequireLowercaseCharacters", default={"api": False}, sample=True)
    password_number: bool = fact("passwords.RequireNumbers", default={"api": False}, sample=True)
    password_symbol: bool = fact("passwords.RequireSymbols", default={"api": False}, sample=True)
    password_reuse: int = fact(
        "passwords.PasswordReusePrevention",
        default={"api": 0},
        sample=24,
        doc="How many former passwords may not be used again.",
    )
    password_max_age: int = fact(
        "passwords.MaxPasswordAge", default={"api": 0}, sample=90, doc="In days; 0 where passwords do not expire."
    )
    volatile = tuple(
        f"summary.{counter}"
        for counter in (
            "Users Groups Roles Policies PolicyVersionsInUse InstanceProfiles ServerCertificates MFADevices "
            "MFADevicesInUse Providers"
        ).split()
    )


_by_name = tags("name", "value")


class RegionSettings(Kind, cfn="AWS::::Region", singleton=True):
    """What is set for an account in one Region."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:settings"

    ebs = then("ec2.GetEbsEncryptionByDefault", expect="EbsEncryptionByDefault")
    ebs_kms = then("ec2.GetEbsDefaultKmsKeyId", expect="KmsKeyId")
    snapshots = then("ec2.GetSnapshotBlockPublicAccessState", expect="State")
    images = then("ec2.GetImageBlockPublicAccessState", expect="ImageBlockPublicAccessState")
    registry = then("ecr.GetRegistryScanningConfiguration", "scanningConfiguration")
    replication = then("ecr.DescribeRegistry", "replicationConfiguration")
    backup_types = then("backup.DescribeRegionSettings", "ResourceTypeOptInPreference")
    ecs = then(
        "ecs.ListAccountSettings",
        "settings",
        effectiveSettings=True,
        principalArn=applied(_root, "$partition", "$account"),
    )

    models = then("bedrock.GetModelInvocationLoggingConfiguration")

    id: str = fact(Const("region"))
    tags: Mapping[str, str] = fact(Const({}))
    ebs_encrypts: bool = fact("ebs.EbsEncryptionByDefault", sample=True)
    ebs_key: str = fact("ebs_kms.KmsKeyId", sample="alias/aws/ebs")
    snapshot_block: str = fact("snapshots.State", sample="block-all-sharing")
    image_block: str = fact("images.ImageBlockPublicAccessState", sample="block-new-sharing")
    ecr_scanning: str = fact(
        "registry.scanType", sample="BASIC", doc="`BASIC` or `ENHANCED`, for all private repositories of the Region."
    )
    ecr_scan_rules: tuple[ScanRule, ...] = fact("registry.rules", parse=scan_rules, default={"api": ()})
    ecr_replication: tuple[ReplicationRule, ...] = fact(
        "replication.rules",
        parse=replication_rules,
        sample=(),
        doc="Where the images of the Region's private registry are copied to.",
    )
    model_logs: tuple[str, ...] = fact(
        "models.loggingConfig",
        parse=model_logs,
        default={"api": ()},
        sample=(),
        doc="Where Amazon Bedrock logs the text that goes to models and comes back.",
    )
    ecs_settings: Mapping[str, str] = fact(
        "ecs", parse=_by_name, sample={}, doc="The account's own choices for new ECS resources, by name."
    )
    backup_opt_in: Mapping[str, bool] = fact(
        "backup_types",
        sample={},
        doc="The types of resource that AWS Backup takes where a selection names none of them.",
    )
