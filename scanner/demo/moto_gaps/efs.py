"""EFS: whether a file system is backed up by itself, which moto takes at its creation only, and the end of a policy.

AWS: API_PutBackupPolicy, API_DeleteFileSystemPolicy.
"""

from __future__ import annotations

import json
from typing import Any

from moto.efs.exceptions import FileSystemNotFound
from moto.efs.responses import EFSResponse

from scanner.demo.moto_gaps.graft import add

EXTENDS = frozenset({"efs.PutBackupPolicy", "efs.DeleteFileSystemPolicy"})
"""The operations that this module answers, or whose answer or outcome it changes."""


def _file_system(response: Any) -> Any:
    name = response._get_param("FileSystemId")  # noqa: SLF001 - moto's way to read a parameter
    found = response.efs_backend.file_systems_by_id.get(name)
    if found is None:
        raise FileSystemNotFound(name)
    return found


def _put_backup_policy(response: Any) -> tuple[str, dict[str, str]]:
    """PutBackupPolicy, which moto lacks."""
    status = response._get_param("BackupPolicy")["Status"]  # noqa: SLF001
    _file_system(response)._backup = status == "ENABLED"  # noqa: SLF001
    return json.dumps({"BackupPolicy": {"Status": status}}), {"Content-Type": "application/json"}


def _delete_file_system_policy(response: Any) -> tuple[int, dict[str, str], str]:
    """DeleteFileSystemPolicy, which moto lacks."""
    _file_system(response).file_system_policy = None
    return 200, {"Content-Type": "application/json"}, "{}"


def install() -> None:
    """Extend moto's EFS answers."""
    add(EFSResponse, put_backup_policy=_put_backup_policy, delete_file_system_policy=_delete_file_system_policy)
