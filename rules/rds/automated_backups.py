"""rds_automated_backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._databases import at_once
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.remedy import Around, Direct, Effect, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator


def _longer(database: DBInstance | DBCluster, _part: str, around: Around | None = None) -> Iterator[Write]:
    yield at_once(database, BackupRetentionPeriod=around.settings.minimum if around else 7)


class AutomatedBackups(Rule):
    """Databases keep automated backups long enough.

    With automated backups a database can be put back to any second of the last days. Damage to ePHI that is found
    after they have run out cannot be undone by them. Instances of a cluster are backed up with it, and read replicas
    by their source.
    """

    kind = DBInstance
    also = (DBCluster,)
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(4)(ii)(A)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
        "164.310(d)(2)(iv)",
        "164.312(a)(2)(ii)",
    )
    sources = (WebProposal(),)
    aliases = (
        "config:db-instance-backup-enabled",
        "config:rds-cluster-backup-retention-check",
        "security-hub:RDS.11",
        "security-hub:RDS.50",
        "prowler:rds_instance_backup_enabled",
        "steampipe:rds_db_instance_backup_retention_period_less_than_7",
        "steampipe:rds_db_instance_backup_enabled",
    )
    remedy = Direct(
        "rds.ModifyDBInstance",
        by=_longer,
        also=("rds.ModifyDBCluster",),
        across=True,
        why="one call for instances and clusters, with the days that the settings ask for",
        effect=Effect(
            after="backups are kept for as long as the settings of the rule ask (7 days where nothing is set)",
            risk="high",
            downtime="an instance that had no backups at all is interrupted for some seconds to minutes",
            cost="backup storage beyond the size of the databases, about 0.095 USD a GB and month",
            lasting="a shorter retention deletes backups: no machine goes back to it",
            terraform={
                "aws_db_instance": {"backup_retention_period": 7},
                "aws_rds_cluster": {"backup_retention_period": 7},
            },
        ),
    )
    GOOD = ({}, {"retention": 8}, Case({"retention": 3}, settings={"minimum": 3}), Case({}, kind=DBCluster))
    BAD = (
        {"retention": 6},
        {"retention": 0},
        Case({}, settings={"minimum": 8}),
        Case({"retention": 1}, kind=DBCluster),
    )
    SKIP = ({"retention": 0, "cluster": "ehr"}, {"retention": 0, "source": "claims"})

    class Settings(RuleSettings, frozen=True):
        """How long backups are to stay."""

        minimum: Annotated[
            int, msgspec.Meta(description="Days for which automated backups are kept at least.", ge=1, le=35)
        ] = 7

    @staticmethod
    def applies(database: DBInstance | DBCluster) -> bool | str:
        """Clusters, and instances that stand by themselves and are no read replicas."""
        if isinstance(database, DBCluster):
            return True
        if database.cluster:
            return "it is backed up with its cluster"
        return f"a read replica of {database.source}" if database.source else True

    @staticmethod
    def check(database: DBInstance | DBCluster, settings: Settings) -> Iterator[Fail]:
        if database.retention < settings.minimum:
            yield Fail(f"automated backups are kept for {database.retention} days, {settings.minimum} are needed")
