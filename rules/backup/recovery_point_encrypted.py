"""backup_recovery_point_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.backup import RecoveryPoint
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class RecoveryPointEncrypted(Rule):
    """Recovery points are encrypted.

    A recovery point holds all the ePHI of what it was made of. Where it is not encrypted, whoever can copy or restore
    it reads everything. Recovery points of resources whose backups AWS Backup does not manage itself are encrypted as
    the resource is. Composite recovery points only bind others together, and these are judged each.
    """

    kind = RecoveryPoint
    severity = "medium"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    aliases = (
        "config:backup-recovery-point-encrypted",
        "security-hub:Backup.1",
        "prowler:backup_recovery_point_encrypted",
        "steampipe:backup_recovery_point_encryption_enabled",
    )
    remedy = Runbook(
        "Encrypt what the backups are made of, or take backups that AWS Backup manages fully: under the vault's key.",
        "Copy the recovery point into a vault with a key: aws backup start-copy-job --recovery-point-arn {arn}"
        " --source-backup-vault-name VAULT --destination-backup-vault-arn OTHER --iam-role-arn ROLE",
        "Delete the one that is not encrypted when the copy is proved by a restore.",
        effect=Effect(risk="medium", cost="storage of the copy, about 0.05 USD a month for each GB"),
    )
    GOOD = ({},)
    BAD = ({"encrypted": False},)
    SKIP = ({"encrypted": False, "composite": True}, {"encrypted": False, "status": "DELETING"})

    @staticmethod
    def applies(point: RecoveryPoint) -> bool | str:
        """Recovery points that are not being deleted and hold data themselves."""
        if point.composite:
            return "it binds others together, which are judged each"
        return point.status != "DELETING"

    @staticmethod
    def check(point: RecoveryPoint) -> Iterator[Fail]:
        if not point.encrypted:
            yield Fail(f"the recovery point of {point.resource_arn} is not encrypted")
