"""rds_instance_iam_auth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._databases import at_once
from scanner.kinds.rds import DBInstance
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


MARIADB_FROM = (10, 6)
"""Amazon RDS User Guide, "IAM database authentication", as of 2025."""


def _version(text: str) -> tuple[int, ...]:
    """Read the first two numbers of a version."""
    return tuple(int(part) for part in text.split(".")[:2])


def _allowed(instance: DBInstance, _part: str) -> Iterator[Write]:
    yield at_once(instance, EnableIAMDatabaseAuthentication=True)


def _refused(instance: DBInstance, _part: str) -> Iterator[Write]:
    yield at_once(instance, EnableIAMDatabaseAuthentication=False)


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
        by=_allowed,
        why="Custodian applies at once, or not, whatever else waits for the maintenance window; this looks first.",
        effect=Effect(
            sets={"iam_authentication": True},
            after="users of the database may sign in by tokens; passwords stay valid until they are taken away",
            undo=_refused,
            terraform={"aws_db_instance": {"iam_database_authentication_enabled": True}},
        ),
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
