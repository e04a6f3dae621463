"""What several rules on Regions ask: whether a Region is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.dynamodb import Table
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import Cluster
from scanner.kinds.efs import FileSystem
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from scanner.model.inventory import World
    from scanner.model.kind import Kind

HOLDERS: tuple[type[Kind], ...] = (Cluster, Instance, DBInstance, DBCluster, FileSystem, LoadBalancer, Table)
"""Kinds of which one makes a Region a used one: what runs workloads or keeps data. A rule that asks needs them."""


def is_used(world: World) -> bool:
    """Say whether the Region holds workloads or data.

    Raises:
        Unknown: none was seen, and some could not be listed.
    """
    return any_of(HOLDERS, lambda kind: any_of(world.all(kind), _counts))


def _counts(found: Kind) -> bool:
    return not isinstance(found, Cluster) or found.status == "ACTIVE"
