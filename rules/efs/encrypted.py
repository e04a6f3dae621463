"""efs_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.efs import FileSystem
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide, PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class Encrypted(Rule):
    """File systems are encrypted at rest.

    Files of ePHI that are not encrypted can be read by whoever gets hold of the storage below the file system.
    Encryption is chosen when a file system is created and cannot be added later.
    """

    kind = FileSystem
    severity = "high"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(4)(ii)(A)", "164.312(a)(2)(iv)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(37), PhiCluster())
    aliases = (
        "config:efs-encrypted-check",
        "security-hub:EFS.1",
        "prowler:efs_encryption_at_rest_enabled",
        "steampipe:efs_file_system_encrypt_data_at_rest",
        "cis:v3.0/2.4.1",
        "cis:v4.0/2.3.1",
        "cis:v5.0/2.3.1",
        "cis:v6.0/3.3.1",
        "cis:v7.0/3.3.1",
    )
    remedy = Runbook(
        "Create an encrypted file system: aws efs create-file-system --encrypted --kms-key-id KEY --backup"
        " --tags Key=Name,Value=NAME --region {region}, and a mount target in each zone: aws efs create-mount-target"
        " --file-system-id NEW --subnet-id SUBNET --security-groups GROUP --region {region}",
        "Copy the files: aws datasync create-location-efs for {arn} and for the new one, then aws datasync create-task"
        " and start-task-execution; repeat it until little is left to copy.",
        "Stop writing, copy for the last time, and register revisions of the task definitions that name the new one.",
        "Delete {id} when nothing mounts it any more: aws efs delete-file-system --file-system-id {id}"
        " --region {region}",
        effect=Effect(
            risk="high",
            downtime="from the moment when writing stops until all tasks mount the new file system",
            cost="DataSync, about 0.0125 USD a GB, and two file systems until the old one is deleted",
            terraform={"aws_efs_file_system": {"encrypted": True, "kms_key_id": "KEY"}},
        ),
    )
    GOOD = ({},)
    BAD = ({"encrypted": False},)

    @staticmethod
    def check(system: FileSystem) -> Iterator[Fail]:
        if not system.encrypted:
            yield Fail("the file system is not encrypted")
