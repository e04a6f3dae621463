"""rds_multi_az."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._databases import at_once
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.inventory import any_of
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


ONE = Other(DBInstance, id="ehr-1", arn="arn:aws:rds:us-east-1:123456789012:db:ehr-1")
TWO = Other(DBInstance, id="ehr-2", arn="arn:aws:rds:us-east-1:123456789012:db:ehr-2", zone="us-east-1b")


def _in_two_zones(cluster: DBCluster, world: World) -> bool:
    """Say whether the instances of a cluster are in two zones, as far as they can be seen."""
    zones: set[str] = set()

    def adds(name: str) -> bool:
        instance = world.get(DBInstance, name)
        zones.update({instance.zone} - {""} if instance else ())
        return len(zones) > 1

    return any_of(cluster.members, adds)


def _with_standby(database: DBInstance | DBCluster, _part: str) -> Iterator[Write]:
    if not isinstance(database, DBInstance):
        raise NotByMachine("a cluster needs one more instance, whose class and zone a person must choose")
    yield at_once(database, MultiAZ=True)


def _without_standby(database: DBInstance | DBCluster, _part: str) -> Iterator[Write]:
    yield at_once(database, MultiAZ=False)


class MultiAz(Rule):
    """Databases span two Availability Zones.

    A database in one Availability Zone is away when that zone is, and with it the ePHI of all who need it there. A
    standby in another zone, or a second instance of the cluster there, takes over within minutes. Read replicas are
    judged by their source.
    """

    kind = DBInstance
    also = (DBCluster,)
    severity = "medium"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
    )
    sources = (WebProposal(),)
    aliases = (
        "config:rds-multi-az-support",
        "config:rds-cluster-multi-az-enabled",
        "security-hub:RDS.5",
        "security-hub:RDS.15",
        "prowler:rds_instance_multi_az",
        "prowler:rds_cluster_multi_az",
        "steampipe:rds_db_instance_multiple_az_enabled",
        "steampipe:rds_db_cluster_multiple_az_enabled",
        "cis:v4.0/2.2.4",
        "cis:v5.0/2.2.4",
        "cis:v6.0/3.2.4",
        "cis:v7.0/3.2.4",
    )
    remedy = Direct(
        "rds.ModifyDBInstance",
        by=_with_standby,
        why="Custodian applies at once, or not, whatever else waits for the maintenance window; this looks first.",
        effect=Effect(
            after="the instance has a standby in a second zone that takes over by itself",
            risk="medium",
            downtime="none, but writes may take longer while the standby is filled",
            cost="the instance and its storage are paid twice",
            undo=_without_standby,
            terraform={"aws_db_instance": {"multi_az": True}},
        ),
    )
    GOOD = (
        {},
        Case({}, kind=DBCluster),
        Case({"multi_az": False}, others=[ONE, TWO], kind=DBCluster),
        Case({"multi_az": False}, others=[ONE, TWO], lacking=[DBInstance], kind=DBCluster),
    )
    BAD = (
        {"multi_az": False},
        Case({"multi_az": False}, others=[ONE], kind=DBCluster),
        Case({"multi_az": False, "members": ("ehr-1",)}, others=[ONE, TWO], kind=DBCluster),
        Case({"multi_az": False}, others=[ONE, Other(DBInstance, id="ehr-2")], kind=DBCluster),
        Case({"multi_az": False, "members": ()}, kind=DBCluster),
    )
    SKIP = (
        {"multi_az": False, "cluster": "ehr"},
        {"multi_az": False, "source": "claims"},
        {"multi_az": False, "engine": "custom-oracle-ee"},
        Case({"multi_az": False, "engine_mode": "serverless"}, kind=DBCluster),
    )
    UNKNOWN = (Case({"multi_az": False}, others=[ONE], lacking=[DBInstance], kind=DBCluster),)

    @staticmethod
    def applies(database: DBInstance | DBCluster) -> bool | str:
        """Clusters of instances, and instances that stand by themselves, are no read replicas and not RDS Custom's."""
        if isinstance(database, DBCluster):
            return "AWS moves its capacity to another zone" if database.engine_mode == "serverless" else True
        if database.cluster:
            return "its cluster is judged"
        if database.source:
            return f"a read replica of {database.source}"
        return not database.custom

    @staticmethod
    def check(database: DBInstance | DBCluster, world: World) -> Iterator[Fail]:
        if isinstance(database, DBInstance):
            if not database.multi_az:
                yield Fail("the instance is in one Availability Zone")
        elif not any_of([lambda: database.multi_az, lambda: _in_two_zones(database, world)]):
            yield Fail("the cluster's instances are not in two Availability Zones")
