"""rds_instance_deletion_protection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceDeletionProtection(Rule):
    """RDS: instances have deletion protection.

    One call deletes a database with all the ePHI in it. With deletion protection it takes two, by somebody who means
    it, and a replacement by a mistaken template is refused. Instances of a cluster are protected by the cluster.
    """

    kind = DBInstance
    severity = "low"
    category = "resilience"
    hipaa = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    aliases = (
        "config:rds-instance-deletion-protection-enabled",
        "security-hub:RDS.8",
        "prowler:rds_instance_deletion_protection",
        "steampipe:rds_db_instance_deletion_protection_enabled",
    )
    remedy = Custodian(
        "rds",
        {"type": "modify-db", "update": [{"property": "DeletionProtection", "value": True}]},
        filters=[{"DeletionProtection": False}],
        effect=Effect(
            sets={"deletion_protection": True},
            risk="low",
            undo=[Write("rds.ModifyDBInstance", {"DBInstanceIdentifier": "{id}", "DeletionProtection": False})],
            terraform={"aws_db_instance": {"deletion_protection": True}},
        ),
    )

    GOOD = ({},)
    BAD = ({"deletion_protection": False},)
    SKIP = ({"deletion_protection": False, "cluster": "ehr"},)

    @staticmethod
    def applies(instance: DBInstance) -> bool | str:
        """Instances that stand by themselves."""
        return "its cluster protects it" if instance.cluster else True

    @staticmethod
    def check(instance: DBInstance) -> Iterator[Fail]:
        if not instance.deletion_protection:
            yield Fail("deletion protection is off")
