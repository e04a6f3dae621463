"""dynamodb_table_point_in_time_recovery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules.dynamodb._recovery import RECOVERY_ON
from scanner.kinds.dynamodb import Table
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class TablePointInTimeRecovery(Rule):
    """DynamoDB tables have point-in-time recovery.

    With point-in-time recovery a table can be put back to any second of the last days, before the mistake or the
    intruder. ePHI that is overwritten without it is lost.
    """

    kind = Table
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(ii)(A)",)
    sources = (PhiCluster(),)
    aliases = ("config:dynamodb-pitr-enabled", "security-hub:DynamoDB.2")
    remedy = RECOVERY_ON
    GOOD = ({},)
    BAD = ({"point_in_time_recovery": False},)

    @staticmethod
    def check(table: Table) -> Iterator[Fail]:
        if not table.point_in_time_recovery:
            yield Fail("point-in-time recovery is off")
