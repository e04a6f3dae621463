"""What is stopped, deleted, opened or shortened weighs what it should, and its reverse is better."""

from __future__ import annotations

from typing import Any

import pytest

from tests.kinds.drifting import BUCKET, KEY, TASKS, definition, only

WEIGHTS: list[tuple[str, str, Any, Any, str, str]] = [
    ("AWS::CloudTrail::Trail", "status", {"IsLogging": True}, {"IsLogging": False}, "status.IsLogging", "critical"),
    (
        "AWS::Config::ConfigurationRecorder",
        "status",
        {"recording": True},
        {"recording": False},
        "status.recording",
        "critical",
    ),
    ("AWS::GuardDuty::Detector", "detector", {"Status": "ENABLED"}, {"Status": "DISABLED"}, "Status", "critical"),
    ("AWS::SecurityHub::Hub", "hub", {"HubArn": "x"}, None, "hub", "critical"),
    (KEY, "meta", {"KeyState": "Enabled"}, {"KeyState": "PendingDeletion"}, "KeyState", "critical"),
    (
        KEY,
        "meta",
        {"KeyState": "Enabled"},
        {"KeyState": "Enabled", "DeletionDate": "2026-12-01"},
        "DeletionDate",
        "critical",
    ),
    (KEY, "turn", {"KeyRotationEnabled": True}, {"KeyRotationEnabled": False}, "rotation.KeyRotationEnabled", "high"),
    (
        "AWS::SecretsManager::Secret",
        "secret",
        {"Name": "x"},
        {"Name": "x", "DeletedDate": "2026-12-01"},
        "DeletedDate",
        "critical",
    ),
    (
        BUCKET,
        "block",
        {"BlockPublicAcls": True},
        {"BlockPublicAcls": False},
        "publicAccessBlock.BlockPublicAcls",
        "critical",
    ),
    (BUCKET, "block", {"BlockPublicAcls": True}, None, "publicAccessBlock", "critical"),
    (BUCKET, "ver", {"Status": "Enabled"}, {"Status": "Suspended"}, "versioning.Status", "high"),
    ("AWS::::Account", "summary", {"AccountMFAEnabled": 1}, {"AccountMFAEnabled": 0}, "AccountMFAEnabled", "critical"),
    ("AWS::IAM::User", "report", {"mfa_active": "true"}, {"mfa_active": "false"}, "credentials.mfa_active", "high"),
    (
        "AWS::Logs::LogGroup",
        "group",
        {"logGroupName": "x"},
        {"logGroupName": "x", "retentionInDays": 30},
        "retentionInDays",
        "medium",
    ),
    ("AWS::Logs::LogGroup", "group", {"retentionInDays": 365}, {"retentionInDays": 30}, "retentionInDays", "medium"),
    (
        "AWS::RDS::DBInstance",
        "box",
        {"BackupRetentionPeriod": 7},
        {"BackupRetentionPeriod": 0},
        "BackupRetentionPeriod",
        "high",
    ),
    (
        "AWS::RDS::DBInstance",
        "box",
        {"PubliclyAccessible": False},
        {"PubliclyAccessible": True},
        "PubliclyAccessible",
        "critical",
    ),
    ("AWS::EFS::FileSystem", "backup", {"Status": "ENABLED"}, {"Status": "DISABLED"}, "backup.Status", "high"),
    (TASKS, "described", definition(), definition({"privileged": True}), "containers[app].privileged", "critical"),
    (TASKS, "described", definition({"user": "1000"}), definition({"user": "0"}), "containers[app].user", "high"),
    (
        "AWS::RDS::DBSnapshot",
        "attributes",
        [{"AttributeName": "restore", "AttributeValues": []}],
        [{"AttributeName": "restore", "AttributeValues": ["all"]}],
        "sharedWith",
        "critical",
    ),
]


@pytest.mark.parametrize(("kind", "section", "before", "after", "path", "severity"), WEIGHTS)
def test_a_change_for_the_worse_weighs_and_its_reverse_is_better(
    kind: str, section: str, before: Any, after: Any, path: str, severity: str
) -> None:
    """Stopping, deleting, opening and shortening."""
    leaf, weight = only(kind, section, before, after)
    assert (leaf.at.path, weight.severity, weight.direction) == (path, severity, "worse")
    assert weight.touch.events
    _, weight = only(kind, section, after, before)
    assert (weight.severity, weight.direction) == ("info", "better")
