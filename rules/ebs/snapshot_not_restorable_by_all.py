"""ebs_snapshot_not_restorable_by_all."""

from __future__ import annotations

from collections.abc import Iterator

from rules.ebs._sharing import MAKE_PRIVATE
from scanner.kinds.ebs import Snapshot
from scanner.model.rule import Fail, Rule


class SnapshotNotRestorableByAll(Rule):
    """Snapshots are not restorable by everyone.

    Whoever has an AWS account anywhere can find a snapshot that everybody may restore, make a volume of it and read the
    disk: the ePHI on it is disclosed without a trace in the account's logs. Unlike its sister rule, this one does not
    look at whether the Region blocks public sharing.
    """

    kind = Snapshot
    severity = "critical"
    hipaa = ("164.308(a)(1)(ii)(B)", "164.308(a)(3)(i)", "164.308(a)(4)(ii)(C)", "164.312(a)(1)", "164.312(e)(1)")
    aliases = (
        "config:ebs-snapshot-public-restorable-check",
        "security-hub:EC2.1",
        "prowler:ec2_ebs_public_snapshot",
        "steampipe:ebs_snapshot_not_publicly_restorable",
    )
    related = ("ebs_snapshot_not_public",)
    remedy = MAKE_PRIVATE
    GOOD = ({"public": False},)
    BAD = ({"public": True}, {"public": True, "encrypted": True})

    @staticmethod
    def check(snapshot: Snapshot) -> Iterator[Fail]:
        if snapshot.public:
            yield Fail("everybody may restore the snapshot (createVolumePermission: group all)")
