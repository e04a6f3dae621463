"""What moto lacks of AWS Backup, CloudFront, GuardDuty and the root user, and the demo answers."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from scanner.demo import DemoServer
from scanner.demo.systems.policies import allow, document
from tests.demo.conftest import Connect

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TABLE = "arn:aws:dynamodb:us-east-1:{account}:table/claims"


@pytest.fixture
def clock(server: DemoServer) -> DemoServer:
    server.set_clock(NOON)
    return server


def test_plan_makes_a_recovery_point_a_night_of_what_it_selects(
    clock: DemoServer, connect: Connect, account: str
) -> None:
    backup, table = connect("backup"), TABLE.format(account=account)
    key = f"arn:aws:kms:us-east-1:{account}:key/1"
    for name in ("records", "other"):
        backup.create_backup_vault(BackupVaultName=name, EncryptionKeyArn=key)
    rule = {"RuleName": "nightly", "TargetBackupVaultName": "records", "Lifecycle": {"DeleteAfterDays": 35}}
    plan = backup.create_backup_plan(BackupPlan={"BackupPlanName": "nightly", "Rules": [rule]})["BackupPlanId"]
    said = {"SelectionName": "tables", "IamRoleArn": f"arn:aws:iam::{account}:role/backup", "Resources": [table]}
    made = backup.create_backup_selection(BackupPlanId=plan, BackupSelection=said)["SelectionId"]

    (listed,) = backup.list_backup_selections(BackupPlanId=plan)["BackupSelectionsList"]
    assert (listed["SelectionId"], listed["SelectionName"]) == (made, "tables")
    read = backup.get_backup_selection(BackupPlanId=plan, SelectionId=made)
    assert read["BackupSelection"] == said
    assert backup.list_protected_resources()["Results"] == []

    clock.set_clock(NOON + timedelta(days=1))
    (point,) = backup.list_recovery_points_by_backup_vault(BackupVaultName="records")["RecoveryPoints"]
    assert point["ResourceArn"] == table
    assert point["CreationDate"] == NOON.replace(day=3, hour=5)
    assert point["Lifecycle"] == {"DeleteAfterDays": 35}
    assert backup.list_recovery_points_by_backup_vault(BackupVaultName="other")["RecoveryPoints"] == []
    (held,) = backup.list_protected_resources()["Results"]
    assert (held["ResourceArn"], held["ResourceType"]) == (table, "DynamoDB")
    assert held["LastRecoveryPointArn"] == point["RecoveryPointArn"]


def test_vault_has_the_policy_that_it_was_given_and_none_before(connect: Connect) -> None:
    backup = connect("backup")
    backup.create_backup_vault(BackupVaultName="records")
    with pytest.raises(ClientError) as refused:
        backup.get_backup_vault_access_policy(BackupVaultName="records")
    assert refused.value.response["Error"]["Code"] == "ResourceNotFoundException"
    policy = json.dumps(document(allow(["backup:CopyIntoBackupVault"], ["*"])))
    backup.put_backup_vault_access_policy(BackupVaultName="records", Policy=policy)
    assert backup.get_backup_vault_access_policy(BackupVaultName="records")["Policy"] == policy
    with pytest.raises(ClientError) as missing:
        backup.get_backup_selection(BackupPlanId="none", SelectionId="none")
    assert missing.value.response["Error"]["Code"] == "ResourceNotFoundException"
    assert backup.describe_region_settings()["ResourceTypeOptInPreference"]["DynamoDB"] is True


def test_distribution_keeps_how_its_bucket_is_reached(connect: Connect) -> None:
    front = connect("cloudfront")
    origins = [
        {
            "Id": name,
            "DomainName": f"{name}.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": identity},
            "OriginAccessControlId": control,
        }
        for name, identity, control in (("new", "", "E2CONTROL"), ("old", "origin-access-identity/cloudfront/E1", ""))
    ]
    made = front.create_distribution(
        DistributionConfig={
            "CallerReference": "1",
            "Comment": "",
            "Enabled": True,
            "Origins": {"Quantity": 2, "Items": origins},
            "DefaultCacheBehavior": {"TargetOriginId": "new", "ViewerProtocolPolicy": "https-only"},
        }
    )["Distribution"]["Id"]
    read = front.get_distribution(Id=made)["Distribution"]["DistributionConfig"]["Origins"]["Items"]
    seen = [(each["OriginAccessControlId"], each["S3OriginConfig"]["OriginAccessIdentity"]) for each in read]
    assert seen == [("E2CONTROL", ""), ("", "origin-access-identity/cloudfront/E1")]
    assert front.list_cloud_front_origin_access_identities()["CloudFrontOriginAccessIdentityList"]["Quantity"] == 0
    assert front.list_vpc_origins()["VpcOriginList"]["Quantity"] == 0


def test_detector_has_no_findings_but_is_there(connect: Connect) -> None:
    guard = connect("guardduty")
    detector = guard.create_detector(Enable=True)["DetectorId"]
    assert guard.list_findings(DetectorId=detector)["FindingIds"] == []
    assert guard.get_findings(DetectorId=detector, FindingIds=["1"])["Findings"] == []
    with pytest.raises(ClientError) as refused:
        guard.list_findings(DetectorId="none")
    assert refused.value.response["Error"]["Code"] == "BadRequestException"


def test_root_user_has_a_device_until_it_is_taken_away(server: DemoServer, connect: Connect, account: str) -> None:
    iam = connect("iam")

    def told() -> tuple[int, str]:
        iam.generate_credential_report()
        head, root = iam.get_credential_report()["Content"].decode().splitlines()[:2]
        row = dict(zip(head.split(","), root.split(","), strict=True))
        return iam.get_account_summary()["SummaryMap"]["AccountMFAEnabled"], row["mfa_active"]

    assert told() == (1, "true")
    server.happen("root", account=account, mfa=False)
    assert told() == (0, "false")
