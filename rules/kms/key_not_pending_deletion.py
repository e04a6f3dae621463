"""kms_key_not_pending_deletion."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from scanner.kinds.backup import BackupVault
from scanner.kinds.cloudtrail import Trail
from scanner.kinds.dynamodb import Table
from scanner.kinds.ebs import Snapshot, Volume
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs import Cluster
from scanner.kinds.efs import FileSystem
from scanner.kinds.fsx import FsxFileSystem
from scanner.kinds.kms import KmsKey
from scanner.kinds.logs import LogGroup
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.kinds.s3 import Bucket
from scanner.kinds.secretsmanager import Secret
from scanner.model.inventory import World
from scanner.model.remedy import Direct, Effect
from scanner.model.rule import Case, Fail, Gaps, Missing, Note, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from scanner.model.kind import Kind

ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:us-east-1:123456789012:key/{ID}"
GONE = {"id": ID, "arn": ARN, "alias_name": "alias/claims", "state": "PendingDeletion"}


def _key_of(name: str, _: World, user: Kind) -> Iterator[str]:
    yield getattr(user, name)


USERS: dict[type[Kind], str] = {
    BackupVault: "key",
    Bucket: "kms_key",
    Cluster: "storage_key",
    DBCluster: "key",
    DBClusterSnapshot: "key",
    DBInstance: "key",
    DBSnapshot: "key",
    FileSystem: "key",
    FsxFileSystem: "key",
    LogGroup: "kms_key",
    Repository: "key",
    Secret: "kms_key",
    Snapshot: "key",
    Table: "key",
    Trail: "key",
    Volume: "key",
}
"""What names the key that it is encrypted under, and where it says so."""
KEYS = {kind: partial(_key_of, name) for kind, name in USERS.items()}


class KeyNotPendingDeletion(Rule):
    """No key in use is pending deletion.

    A key that is waiting for its deletion already refuses to decrypt; when its time is over, the databases, disks and
    backups under it are lost for good. A key is in use where a resource of the account names it. What a program, or
    another account, encrypted under it is not seen.
    """

    kind = KmsKey
    needs = tuple(USERS)
    severity = "high"
    category = "resilience"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.308(a)(7)(i)")
    sources = (EcsGuide(63),)
    remedy = Direct(
        "kms.CancelKeyDeletion",
        {"KeyId": "{id}"},
        why="Custodian has no action for it.",
        effect=Effect(
            sets={"state": "Disabled"},
            after="the key stays, switched off; where what is encrypted under it is wanted: aws kms enable-key",
            cost="1 USD a month for the key",
            terraform={"aws_kms_key": {"is_enabled": False}},
            lasting="nothing schedules a deletion by itself; a person does: aws kms schedule-key-deletion",
        ),
    )
    GOOD = (
        Case({"id": ID, "arn": ARN}, others=[Other(Volume, key=ARN)]),
        Case(GONE, others=[Other(kind, **{name: ""}) for kind, name in USERS.items()]),
        Case(GONE, others=[Other(Volume, key=f"{ARN}0")]),
        Case(GONE | {"alias_name": ""}, others=[Other(Volume, key=""), Other(Bucket, kms_key="alias/other")]),
    )
    BAD = (
        *(Case(GONE, others=[Other(kind, **{name: ARN})]) for kind, name in USERS.items()),
        Case(GONE | {"state": "PendingReplicaDeletion"}, others=[Other(Volume, key=ARN)]),
        Case(GONE, others=[Other(Secret, kms_key=ID)]),
        Case(GONE, others=[Other(Secret, kms_key="alias/claims")]),
        Case(GONE, others=[Other(Bucket, kms_key="arn:aws:kms:us-east-1:123456789012:alias/claims")]),
        Case(GONE, others=[Other(Volume, key=ARN)], lacking=[Table]),
    )
    SKIP = ({"manager": "AWS"},)
    UNKNOWN = tuple(Case(GONE, lacking=[kind]) for kind in USERS)

    @staticmethod
    def applies(key: KmsKey) -> bool:
        """Customer managed keys."""
        return key.manager == "CUSTOMER"

    @staticmethod
    def check(key: KmsKey, world: World) -> Iterator[Fail | Note | Missing]:
        if key.state not in {"PendingDeletion", "PendingReplicaDeletion"}:
            return
        gaps = Gaps()
        used: list[str] = []
        for kind, name in USERS.items():
            with gaps:
                for user in world.candidates(kind, KEYS[kind], lambda: _names(key)):
                    with gaps:
                        if getattr(user, name) in _names(key):
                            used.append(user.resource.arn)
        if used:
            more = f" and {len(used) - 3} more" if len(used) > 3 else ""
            yield Fail(f"the key is {key.state}, and {', '.join(sorted(used)[:3])}{more} is encrypted under it")
        else:
            yield Note(f"the key is {key.state}; nothing that was seen uses it")
        yield from gaps


def _names(key: KmsKey) -> set[str]:
    """The ways in which a resource of the same Region may name a key."""
    alias = key.alias_name
    return {key.id, key.arn} | ({alias, f"{key.arn.rpartition(':')[0]}:{alias}"} if alias else set())
