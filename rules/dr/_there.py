"""Whether what an account has in its other Regions is found in the disaster recovery Region, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.account import RegionSettings
from scanner.kinds.backup import RecoveryPoint
from scanner.kinds.cloudformation import Stack
from scanner.kinds.ec2_launch import OwnImage
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.kinds.s3 import Bucket
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import any_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from scanner.kinds.ec2_launch import MachineImage
    from scanner.kinds.ecr import Repository
    from scanner.kinds.s3_reading import BucketReplication
    from scanner.model.inventory import World

SHOWN = 5
"""How many names a message holds at most."""


def names(found: Collection[str]) -> str:
    """Give the names in words, the first of them where they are many."""
    told = sorted(set(found))
    return ", ".join(told[:SHOWN]) + (f" and {len(told) - SHOWN} more" if len(told) > SHOWN else "")


def image(one: MachineImage, world: World, there: str) -> bool:
    """Say whether a copy of an image, by its source or by its name, can be launched there."""
    return any_of(
        world.all(OwnImage, region=there, state="available"),
        lambda copy: any_of([lambda: copy.source == one.id, lambda: copy.name == one.name]),
    )


def repository(one: Repository, world: World, there: str) -> bool:
    """Say whether a rule of its registry copies a repository's images there."""
    return any(
        rule.covers(one.id) and any(place.partition(" ")[0] == there for place in rule.destinations)
        for rule in world.only(RegionSettings, region=one.region).ecr_replication
    )


def bucket(one: Bucket, world: World, there: str) -> bool:
    """Say whether a bucket replicates to one there, or has a backup there."""

    def reaches(rule: BucketReplication) -> bool:
        copy = world.get(Bucket, rule.bucket, account=rule.account)
        if copy is None and not rule.account:
            message = f"the bucket {rule.bucket} is not the account's own, so its Region is not known"
            raise Unknown(Gap(message=message, state=GapState.NOT_COLLECTED))
        return copy is not None and copy.home == there

    return any_of(
        [
            lambda: any_of([rule for rule in one.replication if rule.enabled], reaches),
            lambda: _backed_up(one.resource.arn, world, there),
        ]
    )


def instance(one: DBInstance, world: World, there: str) -> bool:
    """Say whether a replica, a copied snapshot or a backup of a database instance lies there."""
    return any_of(
        [
            lambda: there in one.copied_to,
            lambda: world.first(DBSnapshot, region=there, database=one.id, source_region=one.region) is not None,
            lambda: _backed_up(one.arn, world, there),
        ]
    )


def cluster(one: DBCluster, world: World, there: str) -> bool:
    """Say whether a replica, a copied snapshot or a backup of a cluster lies there."""
    return any_of(
        [
            lambda: there in one.copied_to,
            lambda: _in_global(one.global_cluster, world, there),
            lambda: world.first(DBClusterSnapshot, region=there, database=one.id, source_region=one.region) is not None,
            lambda: _backed_up(one.arn, world, there),
        ]
    )


def _in_global(name: str, world: World, there: str) -> bool:
    return bool(name) and world.first(DBCluster, region=there, global_cluster=name) is not None


def _backed_up(arn: str, world: World, there: str) -> bool:
    return world.first(RecoveryPoint, region=there, resource_arn=arn, status="COMPLETED") is not None


def stack(one: Stack, world: World, there: str) -> bool:
    """Say whether a stack of the same name stands there."""
    return any_of(world.all(Stack, region=there), lambda copy: copy.plain_name == one.plain_name and copy.stands)
