"""fsx_encrypted_in_transit_and_rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.fsx import FsxFileSystem
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Note, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class EncryptedInTransitAndRest(Rule):
    """FSx file systems are encrypted at rest and in transit.

    Files of ePHI must be unreadable on the disk and on the wire. At rest a KMS key does it; scratch file systems of
    Lustre lie under a key that only the service knows. On the wire, Lustre encrypts by itself between the file system
    and newer instances, but not with the deployment type SCRATCH_1. Whether clients of SMB and NFS must encrypt is set
    inside Windows File Server, ONTAP and OpenZFS and is not told by AWS.
    """

    kind = FsxFileSystem
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (EcsGuide(43),)
    remedy = Runbook(
        "Back it up: aws fsx create-backup --file-system-id {id} --region {region}",
        "Create a file system with a KMS key of your own, for Lustre of the deployment type PERSISTENT_2: aws fsx"
        " create-file-system-from-backup --backup-id BACKUP --kms-key-id KEY --subnet-ids SUBNETS --region {region}; of"
        " a scratch file system there is no backup: aws fsx create-file-system, then copy with AWS DataSync.",
        "Mount the new file system instead of {id}, and delete that one: aws fsx delete-file-system --file-system-id"
        " {id} --region {region}",
        "For SMB, require encryption inside: Set-FSxSmbServerConfiguration -EncryptData $True"
        " -RejectUnencryptedAccess $True",
        effect=Effect(
            risk="high",
            downtime="from the backup, after which nobody may write, until all clients mount the new file system",
            cost="two file systems until the old one is deleted",
            terraform={"aws_fsx_lustre_file_system": {"kms_key_id": "KEY", "deployment_type": "PERSISTENT_2"}},
        ),
    )
    GOOD = ({}, {"type": "LUSTRE", "deployment": "PERSISTENT_2"}, {"type": "LUSTRE", "deployment": "SCRATCH_2"})
    BAD = (
        {"key": ""},
        {"type": "LUSTRE", "deployment": "SCRATCH_2", "key": ""},
        {"type": "LUSTRE", "deployment": "SCRATCH_1"},
    )

    @staticmethod
    def check(system: FsxFileSystem) -> Iterator[Fail | Note]:
        if not system.key:
            yield Fail("it does not lie under a KMS key of the account", part="at rest")
        if system.type != "LUSTRE":
            yield Note("AWS does not tell whether clients must encrypt on the wire")
        elif system.deployment == "SCRATCH_1":
            yield Fail("Lustre of the type SCRATCH_1 does not encrypt on the wire", part="in transit")
