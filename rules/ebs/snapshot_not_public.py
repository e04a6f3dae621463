"""ebs_snapshot_not_public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.ebs._sharing import MAKE_PRIVATE
from scanner.kinds.account import RegionSettings
from scanner.kinds.ebs import Snapshot
from scanner.model.inventory import World
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class SnapshotNotPublic(Rule):
    """Snapshots are not public, and public sharing is blocked.

    A public snapshot can be restored by anybody who has an AWS account: everything on the volume is disclosed, and
    nobody notices. The block in the Region keeps a slip from becoming a breach; while it blocks all sharing, a
    snapshot that is marked public is held back, but would be public again as soon as the block is lifted.
    """

    kind = Snapshot
    needs = (RegionSettings,)
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(C)", "164.312(e)(1)")
    sources = (PhiCluster(),)
    remedy = MAKE_PRIVATE
    GOOD = (
        Case({"public": False}, others=[Other(RegionSettings, snapshot_block="block-all-sharing")]),
        Case({"public": False}, others=[Other(RegionSettings, snapshot_block="block-new-sharing")]),
    )
    BAD = (
        Case({"public": True}, others=[Other(RegionSettings, snapshot_block="block-new-sharing")]),
        Case({"public": True}, others=[Other(RegionSettings, snapshot_block="block-all-sharing")]),
        Case({"public": True}, others=[Other(RegionSettings, snapshot_block="unblocked")]),
        Case({"public": False}, others=[Other(RegionSettings, snapshot_block="unblocked")]),
        Case({"public": True}, lacking=[RegionSettings]),
    )
    UNKNOWN = (
        Case({"public": False}, lacking=[RegionSettings]),
        Case({"public": False}, others=[Other(RegionSettings, region="eu-west-1")]),
    )

    @staticmethod
    def check(snapshot: Snapshot, world: World) -> Iterator[Fail | Missing]:
        gaps = Gaps()
        with gaps:
            if snapshot.public:
                yield Fail("everybody may restore the snapshot (createVolumePermission: group all)", "sharing")
        with gaps:
            block = world.only(RegionSettings).snapshot_block
            if block not in {"block-all-sharing", "block-new-sharing"}:
                yield Fail(
                    f"public sharing of snapshots is not blocked in {snapshot.region} ({block})", "block", "medium"
                )
        yield from gaps
