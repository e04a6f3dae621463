"""rds_instance_iam_auth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Direct
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


MARIADB_FROM = (10, 6)
"""Amazon RDS User Guide, "IAM database authentication", as of 2025."""


def _version(text: str) -> tuple[int, ...]:
    """Read the first two numbers of a version."""
    return tuple(int(part) for part in text.split(".")[:2])


class InstanceIamAuth(Rule):
    """RDS: instances allow IAM authentication.

    With IAM authentication people and programs sign in by short-lived tokens under one identity, and access to ePHI
    ends where the identity ends. Passwords in a database outlive both. Clusters decide it themselves; engines that
    cannot do it are not judged (Oracle, SQL Server, Db2, RDS Custom, MariaDB before 10.6).
    """

    kind = DBInstance
    severity = "medium"
    hipaa = ("164.308(a)(3)(ii)(A)", "164.308(a)(4)(i)")
    aliases = (
        "config:rds-instance-iam-authentication-enabled",
        "security-hub:RDS.10",
        "prowler:rds_instance_iam_authentication_enabled",
        "steampipe:rds_db_instance_iam_authentication_enabled",
    )
    remedy = Direct(
        "rds.ModifyDBInstance",
        {"DBInstanceIdentifier": "{id}", "EnableIAMDatabaseAuthentication": True, "ApplyImmediately": True},
        why="one call that sets just this; Custodian's update of this property is not proved",
    )
    GOOD = ({},)
    BAD = (
        {"iam_authentication": False},
        {"iam_authentication": False, "engine": "mysql", "engine_version": "8.0.39"},
        {"iam_authentication": False, "engine": "mariadb", "engine_version": "10.6.18"},
        {"iam_authentication": False, "engine": "mariadb", "engine_version": "11.4.3"},
    )
    SKIP = (
        {"iam_authentication": False, "cluster": "ehr"},
        {"iam_authentication": False, "engine": "sqlserver-se"},
        {"iam_authentication": False, "engine": "mariadb", "engine_version": "10.5.25"},
    )

    @staticmethod
    def applies(instance: DBInstance) -> bool | str:
        """Instances of PostgreSQL, MySQL and MariaDB from 10.6 that stand by themselves."""
        if instance.cluster:
            return "its cluster decides it"
        if instance.engine == "mariadb":
            return _version(instance.engine_version) >= MARIADB_FROM
        return instance.engine in {"postgres", "mysql"}

    @staticmethod
    def check(instance: DBInstance) -> Iterator[Fail]:
        if not instance.iam_authentication:
            yield Fail("IAM authentication is off")
