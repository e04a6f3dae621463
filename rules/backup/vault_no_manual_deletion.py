"""backup_vault_no_manual_deletion."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._former import former, former_policy, with_statement
from scanner.kinds.backup import BackupVault
from scanner.model.policy import Condition, PolicyDocument, Statement
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator


ACTIONS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle", "backup:PutBackupVaultAccessPolicy")
VAULT = "arn:aws:backup:us-east-1:123456789012:backup-vault:records"
EFS_VAULT = "aws/efs/automatic-backup-vault"
NOT_THEY = frozenset({"ArnNotLike", "ArnNotEquals", "StringNotLike", "StringNotEquals"})
GLASS = "arn:aws:iam::123456789012:role/break-glass"
BUT_GLASS = {"ArnNotLike": {"aws:PrincipalArn": GLASS}}


def _policy(*more: dict[str, object], **different: object) -> PolicyDocument | None:
    """A policy for the examples: a sound statement, but for what differs, and more of them."""
    sound = {"Effect": "Deny", "Principal": "*", "Action": list(ACTIONS), "Resource": "*"}
    return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [sound | one for one in (different, *more)]})


def _denies(entry: Statement, action: str, vault: str, exempt: tuple[str, ...]) -> bool:
    """Say whether a statement denies an action to everyone but the exempt; recovery points have ARNs of many forms."""
    where = vault if action.endswith("Policy") else "*"
    return (
        not entry.allows
        and entry.for_everyone
        and entry.actions.covers(action)
        and entry.reach.covers(where)
        and all(_lets_out_only(test, exempt) for test in entry.conditions)
    )


def _lets_out_only(test: Condition, exempt: tuple[str, ...]) -> bool:
    return test.operator in NOT_THEY and test.key == "aws:principalarn" and set(test.values) <= set(exempt)


def _deny_deletion(vault: BackupVault, _part: str) -> Iterator[Write]:
    statement = {
        "Sid": "DenyManualDeletion",
        "Effect": "Deny",
        "Principal": "*",
        "Action": list(ACTIONS),
        "Resource": "*",
    }
    text = with_statement(former_policy(vault, "pol"), statement)
    yield Write("backup.PutBackupVaultAccessPolicy", {"BackupVaultName": "{id}", "Policy": text})


def _former_vault_policy(vault: BackupVault, _part: str) -> Iterator[Write]:
    """The policy must go before another can be put: it forbids to replace it, not to take it away."""
    yield Write("backup.DeleteBackupVaultAccessPolicy", {"BackupVaultName": "{id}"})
    if former(vault, "pol"):
        yield Write("backup.PutBackupVaultAccessPolicy", {"BackupVaultName": "{id}", "Policy": former(vault, "pol")})


class VaultNoManualDeletion(Rule):
    """Vault policy blocks manual deletion of recovery points.

    Whoever breaks in deletes the backups before anything else. A vault policy that denies it to everyone, and denies
    changing that policy, leaves no quick way. A lock that nobody can lift does more than a policy and is not asked for
    one; nor are the vault that EFS keeps for itself, which only AWS can change, and the empty vault that AWS makes by
    default.
    """

    kind = BackupVault
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
        "config:backup-recovery-point-manual-deletion-disabled",
        "steampipe:backup_recovery_point_manual_deletion_disabled",
    )
    remedy = Direct(
        "backup.PutBackupVaultAccessPolicy",
        why="Custodian has no action for it.",
        by=_deny_deletion,
        effect=Effect(
            after="one more statement of the vault's policy: nobody deletes recovery points, shortens their life or"
            " changes the policy; all others stay",
            risk="medium",
            undo=_former_vault_policy,
            terraform={"aws_backup_vault_policy": {"backup_vault_name": "{id}", "policy": "POLICY"}},
        ),
    )
    GOOD = (
        {"policy": _policy()},
        {"policy": _policy(Action="backup:*")},
        {"policy": _policy(Principal={"AWS": "*"})},
        Case({"policy": _policy(Condition=BUT_GLASS)}, settings={"exempt": (GLASS,)}),
        {"policy": _policy({"Action": ACTIONS[2], "Resource": VAULT}, Action=list(ACTIONS[:2]))},
        {"policy": _policy(), "locked": True},
    )
    BAD = (
        {"policy": None},
        {"policy": _policy(Effect="Allow")},
        {"policy": _policy(Principal={"AWS": "arn:aws:iam::123456789012:role/other"})},
        *({"policy": _policy(Action=[one for one in ACTIONS if one != left])} for left in ACTIONS),
        {"policy": _policy(Resource="arn:aws:backup:us-east-1:123456789012:backup-vault:other")},
        {"policy": _policy(Resource="arn:aws:backup:*:*:recovery-point:*")},
        {"policy": _policy(Condition=BUT_GLASS)},
        Case({"policy": _policy(Condition=BUT_GLASS)}, settings={"exempt": ("arn:aws:iam::123456789012:role/x",)}),
        Case({"policy": _policy(Condition={"ArnLike": {"aws:PrincipalArn": GLASS}})}, settings={"exempt": (GLASS,)}),
        Case({"policy": _policy(Condition={"StringNotLike": {"aws:UserId": GLASS}})}, settings={"exempt": (GLASS,)}),
        {"policy": None, "locked": True},
        {"policy": None, "locked": True, "lock_date": datetime(2026, 11, 22, tzinfo=UTC)},
        {"policy": None, "lock_date": datetime(2026, 11, 20, tzinfo=UTC)},
        {"policy": None, "id": "Default"},
        {"policy": None, "recovery_points": 0},
    )
    SKIP = (
        {"policy": None, "locked": True, "lock_date": datetime(2026, 11, 20, tzinfo=UTC)},
        {"policy": None, "locked": True, "lock_date": datetime(2026, 11, 21, 2, tzinfo=UTC)},
        {"policy": None, "type": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"},
        {"policy": None, "id": "aws/efs/automatic-backup-vault"},
        {"policy": None, "id": "Default", "recovery_points": 0},
    )

    class Settings(RuleSettings, frozen=True):
        """Who is let out."""

        exempt: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="ARNs of principals that a condition on aws:PrincipalArn may let out."),
        ] = ()

    @staticmethod
    def applies(vault: BackupVault, as_of: datetime) -> bool | str:
        """Vaults that the account can change and that no lock holds for good."""
        if vault.type != "BACKUP_VAULT":
            return "a vault of this type is locked by AWS"
        if vault.id == EFS_VAULT:
            return "only AWS can change this vault"
        if vault.id == "Default" and not vault.recovery_points:
            return "the vault that AWS makes by default, and empty"
        if vault.locked and vault.lock_date is not None and vault.lock_date <= as_of:
            return "its lock cannot be lifted and forbids deletion to everyone"
        return True

    @staticmethod
    def check(vault: BackupVault, settings: Settings) -> Iterator[Fail]:
        statements = vault.policy.statements if vault.policy else ()
        open_ = [
            action
            for action in ACTIONS
            if not any(_denies(entry, action, vault.resource.arn, settings.exempt) for entry in statements)
        ]
        if open_:
            yield Fail(f"the vault's policy does not deny everyone {', '.join(open_)}")
