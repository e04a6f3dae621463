"""dynamodb_table_in_backup_plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._backup import NEEDS, bad, good, in_backup_plan, unknown
from rules.dynamodb._recovery import RECOVERY_ON
from scanner.kinds.backup import BackupSelection, ProtectedResource
from scanner.kinds.dynamodb import Table
from scanner.model.inventory import any_of
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


OFF = {"point_in_time_recovery": False}
BACKED_UP = Other(ProtectedResource)


class TableInBackupPlan(Rule):
    """DynamoDB tables are covered by a backup plan or PITR.

    ePHI must be there again after it is lost. Of a table this takes either point-in-time recovery, or recovery points
    in AWS Backup. A table counts as covered where AWS Backup holds a recovery point of it or a plan's selection takes
    it.
    """

    kind = Table
    needs = (*NEEDS, ProtectedResource)
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(ii)(A)",)
    sources = (PhiCluster(),)
    aliases = ("config:dynamodb-in-backup-plan",)
    remedy = RECOVERY_ON
    GOOD = (
        {},
        Case({}, lacking=[ProtectedResource, BackupSelection]),
        Case(OFF, others=[BACKED_UP]),
        Case(OFF, others=[BACKED_UP], lacking=[BackupSelection]),
        *good("DynamoDB", OFF),
    )
    BAD = (
        *bad("DynamoDB", OFF),
        Case(OFF, others=[Other(ProtectedResource, id="arn:aws:ec2:us-east-1::x", arn="arn:x")]),
    )
    UNKNOWN = (*unknown("DynamoDB", OFF), Case(OFF, lacking=[ProtectedResource]))

    @staticmethod
    def check(table: Table, world: World) -> Iterator[Fail]:
        if not any_of(
            [
                lambda: table.point_in_time_recovery,
                lambda: world.get(ProtectedResource, table.resource.arn) is not None,
                lambda: in_backup_plan(world, table, "DynamoDB"),
            ]
        ):
            yield Fail("point-in-time recovery is off, and AWS Backup neither holds nor plans a backup")
