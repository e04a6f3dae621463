"""rds_instance_minor_upgrade."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


class InstanceMinorUpgrade(Rule):
    """RDS: automatic minor version upgrade is on.

    Minor versions carry the engine's security fixes. Where nobody applies them by hand, and nobody does for long, a
    known hole stays open in front of ePHI. RDS Custom and DocumentDB do not know the setting.
    """

    kind = DBInstance
    severity = "high"
    hipaa = ("164.308(a)(5)(ii)(A)",)
    aliases = (
        "config:rds-automatic-minor-version-upgrade-enabled",
        "security-hub:RDS.13",
        "prowler:rds_instance_minor_version_upgrade_enabled",
        "steampipe:rds_db_instance_automatic_minor_version_upgrade_enabled",
        "cis:v3.0/2.3.2",
        "cis:v4.0/2.2.2",
        "cis:v5.0/2.2.2",
        "cis:v6.0/3.2.2",
        "cis:v7.0/3.2.2",
    )
    remedy = Custodian(
        "rds",
        {"type": "modify-db", "update": [{"property": "AutoMinorVersionUpgrade", "value": True}]},
        filters=[{"AutoMinorVersionUpgrade": False}],
        effect=Effect(
            sets={"minor_upgrades": True},
            risk="medium",
            downtime="a minor version is installed in the maintenance window, with an interruption of minutes",
            undo=[Write("rds.ModifyDBInstance", {"DBInstanceIdentifier": "{id}", "AutoMinorVersionUpgrade": False})],
            terraform={"aws_db_instance": {"auto_minor_version_upgrade": True}},
        ),
    )

    GOOD = ({},)
    BAD = ({"minor_upgrades": False}, {"minor_upgrades": False, "cluster": "ehr"})
    SKIP = ({"minor_upgrades": False, "engine": "custom-sqlserver-se"}, {"minor_upgrades": False, "engine": "docdb"})

    @staticmethod
    def applies(instance: DBInstance) -> bool:
        """Instances whose minor version AWS can raise."""
        return not instance.custom and instance.engine != "docdb"

    @staticmethod
    def check(instance: DBInstance) -> Iterator[Fail]:
        if not instance.minor_upgrades:
            yield Fail("automatic minor version upgrade is off")
