"""kms_key_not_scheduled_for_deletion."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.kms import KmsKey
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule

PENDING = ("PendingDeletion", "PendingReplicaDeletion")


class KeyNotScheduledForDeletion(Rule):
    """No customer key, in use or not, is scheduled for deletion.

    When a key is gone, everything that was ever encrypted under it is gone with it: backups, archives and logs that
    nobody thought of. No listing shows them all, so that every planned deletion is worth a second look while it can
    still be called off.
    """

    kind = KmsKey
    severity = "critical"
    hipaa = ("164.308(a)(1)(ii)(B)",)
    aliases = (
        "config:kms-cmk-not-scheduled-for-deletion",
        "security-hub:KMS.3",
        "prowler:kms_cmk_not_deleted_unintentionally",
        "steampipe:kms_key_not_pending_deletion",
    )
    related = ("kms_key_not_pending_deletion",)
    remedy = Runbook(
        "Ask in the trail who asked for the deletion and why: ScheduleKeyDeletion for {arn}.",
        "Call it off: aws kms cancel-key-deletion --key-id {id}",
        "Where the key is still wanted: aws kms enable-key --key-id {id}; where not, leave it disabled and watch for"
        " refused calls for some months, then accept the finding for the planned deletion.",
        effect=Effect(sets={"state": "Disabled"}, cost="1 USD a month for the key"),
    )
    GOOD = ({"state": "Enabled"}, {"state": "Disabled"}, {"state": "PendingImport"})
    BAD = ({"state": "PendingDeletion"}, {"state": "PendingReplicaDeletion"})
    SKIP = ({"manager": "AWS"},)

    @staticmethod
    def applies(key: KmsKey) -> bool:
        """Customer managed keys."""
        return key.manager == "CUSTOMER"

    @staticmethod
    def check(key: KmsKey) -> Iterator[Fail]:
        if key.state in PENDING:
            yield Fail(f"the key is scheduled for deletion ({key.state})")
