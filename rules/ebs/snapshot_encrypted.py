"""ebs_snapshot_encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.kinds.ebs import Snapshot
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster


class SnapshotEncrypted(Rule):
    """Snapshots are encrypted.

    A snapshot is a whole copy of a disk that can be shared with one call. Without encryption whoever it is shared with,
    by intent or by mistake, reads all ePHI on it; with encryption they would need the key as well.
    """

    kind = Snapshot
    severity = "high"
    hipaa_proposed = ("164.312(a)(2)(iv)", "164.310(d)(2)(iv)")
    sources = (PhiCluster(),)
    aliases = ("prowler:ec2_ebs_snapshots_encrypted", "steampipe:ebs_snapshot_encryption_enabled")
    remedy = Runbook(
        "Copy it encrypted: aws ec2 copy-snapshot --source-snapshot-id {id} --source-region {region} --encrypted "
        "--kms-key-id KEY --region {region}",
        "Point images, launch templates and backup records that name {id} to the copy.",
        "When the copy is complete and has been tried: aws ec2 delete-snapshot --snapshot-id {id} --region {region}",
        effect=Effect(
            risk="high",
            cost="the copy is a full one, about 0.05 USD a GB and month",
            terraform={
                "aws_ebs_snapshot_copy": {"encrypted": True, "source_snapshot_id": "{id}", "source_region": "{region}"}
            },
        ),
    )
    GOOD = ({"encrypted": True},)
    BAD = ({"encrypted": False}, {"encrypted": False, "state": "pending"})
    SKIP = ({"encrypted": False, "state": "error"},)

    @staticmethod
    def applies(snapshot: Snapshot) -> bool:
        """Snapshots that were not given up with an error."""
        return snapshot.state != "error"

    @staticmethod
    def check(snapshot: Snapshot) -> Iterator[Fail]:
        if not snapshot.encrypted:
            yield Fail("the snapshot is not encrypted")
