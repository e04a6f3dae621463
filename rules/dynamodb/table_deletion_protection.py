"""dynamodb_table_deletion_protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.dynamodb import Table
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule
from scanner.model.source import PhiCluster

if TYPE_CHECKING:
    from collections.abc import Iterator


class TableDeletionProtection(Rule):
    """DynamoDB tables are protected from deletion.

    One call deletes a table with all the ePHI in it. With deletion protection it takes two, by somebody who means it,
    and a replacement by a mistaken template is refused.
    """

    kind = Table
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.312(c)(1)",)
    sources = (PhiCluster(),)
    remedy = Direct(
        "dynamodb.UpdateTable",
        {"TableName": "{id}", "DeletionProtectionEnabled": True},
        why="one call that sets just this; Custodian's action is not proved",
        effect=Effect(
            sets={"deletion_protection": True},
            undo=(Write("dynamodb.UpdateTable", {"TableName": "{id}", "DeletionProtectionEnabled": False}),),
            terraform={"aws_dynamodb_table": {"deletion_protection_enabled": True}},
        ),
    )
    GOOD = ({},)
    BAD = ({"deletion_protection": False},)

    @staticmethod
    def check(table: Table) -> Iterator[Fail]:
        if not table.deletion_protection:
            yield Fail("deletion protection is off")
