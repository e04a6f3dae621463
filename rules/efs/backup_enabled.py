"""efs_backup_enabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.efs import FileSystem
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


class BackupEnabled(Rule):
    """File systems have automatic backups.

    With automatic backups AWS Backup takes the file system every day and keeps 35 days, without anybody having to
    remember it. A file system that a plan of your own takes is judged by efs_in_backup_plan as well.
    """

    kind = FileSystem
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    sources = (EcsGuide(40),)
    aliases = ("config:efs-automatic-backups-enabled", "security-hub:EFS.7", "steampipe:efs_file_system_in_backup_plan")
    remedy = Direct(
        "efs.PutBackupPolicy",
        {"FileSystemId": "{id}", "BackupPolicy": {"Status": "ENABLED"}},
        why="Custodian has no action for it",
        effect=Effect(
            sets={"backups": "ENABLED"},
            cost="backup storage, about 0.05 USD a GB and month",
            undo=[Write("efs.PutBackupPolicy", {"FileSystemId": "{id}", "BackupPolicy": {"Status": "DISABLED"}})],
            terraform={"aws_efs_backup_policy": {"backup_policy": {"status": "ENABLED"}}},
        ),
    )
    GOOD = ({}, {"backups": "ENABLING"})
    BAD = ({"backups": "DISABLED"}, {"backups": "DISABLING"})

    @staticmethod
    def check(system: FileSystem) -> Iterator[Fail]:
        if system.backups not in {"ENABLED", "ENABLING"}:
            yield Fail(f"automatic backups are {system.backups.lower()}")
