"""What is read from databases' answers: where else copies of them lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_REPLICAS = ("ReadReplicaDBInstanceIdentifiers", "ReadReplicaDBClusterIdentifiers", "ReadReplicaIdentifiers")


def region_of(arn: str) -> str:
    """Give the Region of an ARN; empty where the text is none, as RDS names what lies in the same Region."""
    return arn.split(":")[3] if arn.startswith("arn:") else ""


def copied_to(box: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the other Regions to which a database or its automated backups are replicated."""
    found = [name for member in _REPLICAS for name in box.get(member) or ()]
    backups = box.get("DBInstanceAutomatedBackupsReplications") or ()
    found += [item.get("DBInstanceAutomatedBackupsArn", "") for item in backups]
    return tuple(sorted({region_of(name) for name in found} - {""}))


def synced(members: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether every instance of a cluster heeds what the cluster's parameter group says."""
    return all(item.get("DBClusterParameterGroupStatus") == "in-sync" for item in members)
