"""Remedies of databases that several rules share: one change each, made at once only where nothing else waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.rds import DBCluster


def changed(database: DBInstance | DBCluster, **values: Any) -> Write:
    """Make the operation that changes an instance or a cluster."""
    if isinstance(database, DBInstance):
        return Write("rds.ModifyDBInstance", {"DBInstanceIdentifier": "{id}", **values})
    return Write("rds.ModifyDBCluster", {"DBClusterIdentifier": "{id}", **values})


def at_once(database: DBInstance | DBCluster, **values: Any) -> Write:
    """Make the operation that changes an instance or a cluster now, not in its next maintenance window.

    Raises:
        NotByMachine: other changes wait for that window; they would be made now, too (API_ModifyDBInstance).
        Unknown: whether any wait was not seen.
    """
    waiting = (former(database, "box") or {}).get("PendingModifiedValues")
    if waiting:
        raise NotByMachine(
            f"{', '.join(sorted(waiting))} waits for the maintenance window and would change at once, too"
        )
    return changed(database, **values, ApplyImmediately=True)


def _closed(database: DBInstance | DBCluster, part: str) -> Iterator[Write]:
    if part not in {"", "address"}:
        raise NotByMachine(f"{part}: the database must move to other subnets")
    if not isinstance(database, DBInstance):
        raise NotByMachine("whether a cluster has a public address is decided when it is made")
    yield changed(database, PubliclyAccessible=False)


def _opened(database: DBInstance | DBCluster, _part: str) -> Iterator[Write]:
    yield changed(database, PubliclyAccessible=True)


NO_PUBLIC_ADDRESS = Direct(
    "rds.ModifyDBInstance",
    by=_closed,
    why="Custodian's set-public-access logs what went wrong and ends as if nothing had; this fails loudly.",
    effect=Effect(
        after="the instance has no public address: its name leads to the private one",
        risk="medium",
        downtime="clients outside of the VPC and of what is joined to it cannot connect any more",
        undo=_opened,
        terraform={"aws_db_instance": {"publicly_accessible": False}},
    ),
)
"""Of rules on instances and clusters; the part is the address, or none."""
