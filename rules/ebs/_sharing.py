"""How a snapshot that everybody may restore is made private, and public sharing is blocked in its Region.

One remedy for both rules, so that a snapshot is changed once. EC2 API: API_ModifySnapshotAttribute,
API_EnableSnapshotBlockPublicAccess.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.remedy import Direct, Effect, Write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ebs import Snapshot

BLOCK = "block"
"""The part of a finding that is about the Region's setting."""


def _share(snapshot: Snapshot, verb: str) -> Write:
    given: dict[str, Any] = {"SnapshotId": snapshot.id, "Attribute": "createVolumePermission", "OperationType": verb}
    return Write("ec2.ModifySnapshotAttribute", {**given, "GroupNames": ["all"]})


def _make_private(snapshot: Snapshot, part: str) -> Iterator[Write]:
    """Forbid new public shares for the Region's sake; what is shared already is each snapshot's own."""
    if part == BLOCK:
        yield Write("ec2.EnableSnapshotBlockPublicAccess", {"State": "block-new-sharing"})
    else:
        yield _share(snapshot, "remove")


def _as_before(snapshot: Snapshot, part: str) -> Iterator[Write]:
    if part == BLOCK:
        yield Write("ec2.DisableSnapshotBlockPublicAccess")
    else:
        yield _share(snapshot, "add")


MAKE_PRIVATE = Direct(
    "ec2.ModifySnapshotAttribute",
    also=("ec2.EnableSnapshotBlockPublicAccess",),
    by=_make_private,
    why="Custodian sends another form of it, and knows no block of public snapshots",
    effect=Effect(
        after="Nobody outside may restore the snapshot, but accounts that it is shared with by number; or the Region"
        " lets no snapshot be shared publicly any more.",
        risk="medium",
        undo=_as_before,
        terraform={"aws_ebs_snapshot_block_public_access": {"state": "block-new-sharing"}},
    ),
)
