"""Accounts, Regions and KMS keys are rebuilt as they were."""

from __future__ import annotations

import pytest

from tests.remediation.twin.twinned import ACCOUNT, Clients, Rebuilt, policy, rebuilt, role, serving


def _account(client: Clients, key: str) -> None:
    client("iam").update_account_password_policy(MinimumPasswordLength=20, MaxPasswordAge=80)
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True}
    client("s3control").put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
    head = client("organizations")
    head.create_organization(FeatureSet="ALL")
    ec2 = client("ec2")
    ec2.enable_ebs_encryption_by_default()
    ec2.modify_ebs_default_kms_key_id(KmsKeyId=key)
    ec2.enable_snapshot_block_public_access(State="block-new-sharing")
    ec2.disable_image_block_public_access()
    filters = [{"filter": "*", "filterType": "WILDCARD"}]
    scanned = [{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": filters}]
    client("ecr").put_registry_scanning_configuration(scanType="ENHANCED", rules=scanned)
    copied = {"rules": [{"destinations": [{"region": "us-west-2", "registryId": ACCOUNT}]}]}
    client("ecr").put_replication_configuration(replicationConfiguration=copied)
    client("ecs").put_account_setting(name="containerInsights", value="enabled")
    client("backup").update_region_settings(ResourceTypeOptInPreference={"S3": False})
    client("logs").create_log_group(logGroupName="/models")
    logged = {"logGroupName": "/models", "roleArn": role("models")}
    client("bedrock").put_model_invocation_logging_configuration(
        loggingConfig={"cloudWatchConfig": logged, "textDataDeliveryEnabled": True}
    )


def _keys(client: Clients) -> str:
    kms = client("kms")
    tags = [{"TagKey": "owner", "TagValue": "security"}]
    first = kms.create_key(Description="first", MultiRegion=True, Tags=tags)["KeyMetadata"]
    kms.create_alias(AliasName="alias/first", TargetKeyId=first["KeyId"])
    kms.enable_key_rotation(KeyId=first["KeyId"])
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    own = policy(Principal=root, Action="kms:*", Resource=first["Arn"])
    kms.put_key_policy(KeyId=first["KeyId"], PolicyName="default", Policy=own)
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    kms.disable_key(KeyId=signing["KeyId"])
    kms.schedule_key_deletion(KeyId=kms.create_key()["KeyMetadata"]["KeyId"], PendingWindowInDays=10)
    kms.describe_key(KeyId="alias/aws/s3")
    west = client("kms", "us-west-2")
    original = west.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    west.replicate_key(KeyId=original, ReplicaRegion="us-east-1")
    return str(first["Arn"])


def _seed(client: Clients) -> None:
    _account(client, _keys(client))


@pytest.fixture(scope="module")
def twin() -> Rebuilt:
    """Rebuild an account with its settings and keys."""
    with serving() as server:
        return rebuilt(server, _seed, "::Account", "::Region", "KMS::Key", "Logs::LogGroup")


def test_settings_and_keys_are_rebuilt_as_they_were(twin: Rebuilt) -> None:
    assert twin.lacking == {}
    assert twin.differing == []


def test_what_was_set_was_seen_before(twin: Rebuilt) -> None:
    states = sorted(each.sections["meta"].doc["KeyState"] for each in twin.of("KMS::Key"))
    managers = {each.sections["meta"].doc["KeyManager"] for each in twin.of("KMS::Key")}
    (region,) = twin.of("::Region")
    assert states == ["Disabled", "Enabled", "Enabled", "Enabled", "PendingDeletion"]
    assert managers == {"AWS", "CUSTOMER"}
    assert region.sections["images"].doc["ImageBlockPublicAccessState"] == "unblocked"
    assert region.sections["backup_types"].doc["S3"] is False
