"""rds_transport_encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.rds import DBCluster, DBClusterParameterGroup, DBInstance, DBParameterGroup, GroupUse, Parameter
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Around, Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


FORCE, REQUIRE = "rds.force_ssl", "require_secure_transport"
ENGINES = (
    (("postgres", "aurora-postgresql", "sqlserver-"), FORCE),
    (("mysql", "mariadb", "aurora"), REQUIRE),
)
"""By which parameter engines whose names begin so require TLS (Amazon RDS User Guide, "Using SSL/TLS")."""
ON = frozenset({"1", "ON", "TRUE"})
WAITS = (GroupUse("claims-parameters", "pending-reboot"),)


def _group(name: str, value: str, source: str = "user") -> Other:
    return Other(DBParameterGroup, parameters=(Parameter("other", "1"), Parameter(name, value, source)))


def _of_cluster(name: str, value: str = "1") -> Other:
    return Other(DBClusterParameterGroup, parameters=(Parameter(name, value, "user"),))


def _parameter_of(engine: str) -> str:
    return next((name for beginnings, name in ENGINES if engine.startswith(beginnings)), "")


def _groups_of(database: DBInstance | DBCluster, world: World) -> dict[str, DBParameterGroup | DBClusterParameterGroup]:
    """Give the parameter groups of a database by their names.

    Raises:
        Unknown: one could not be seen.
    """
    found: dict[str, DBParameterGroup | DBClusterParameterGroup | None] = {}
    if isinstance(database, DBCluster):
        found[database.parameter_group] = world.get(DBClusterParameterGroup, database.parameter_group)
    else:
        found |= {use.name: world.get(DBParameterGroup, use.name) for use in database.parameter_groups}
    for name, group in found.items():
        if group is None:
            raise Unknown(Gap("rds.DescribeDBParameterGroups", message=f"the parameter group {name} was not seen"))
    return {name: group for name, group in found.items() if group is not None}


def _in_force(database: DBInstance | DBCluster) -> bool:
    if isinstance(database, DBCluster):
        return database.parameters_in_force
    return all(use.status == "in-sync" for use in database.parameter_groups)


def _set(group: DBParameterGroup | DBClusterParameterGroup, name: str, value: str) -> Write:
    values = [{"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}]
    if isinstance(group, DBParameterGroup):
        return Write("rds.ModifyDBParameterGroup", {"DBParameterGroupName": group.id, "Parameters": values})
    return Write("rds.ModifyDBClusterParameterGroup", {"DBClusterParameterGroupName": group.id, "Parameters": values})


def _lacking(
    database: DBInstance | DBCluster, around: Around | None
) -> Iterator[tuple[DBParameterGroup | DBClusterParameterGroup, str, str]]:
    """Give the groups that must change, each with the parameter and the value that it has.

    Raises:
        NotByMachine: AWS's default group is used, or the value would wait for a restart.
    """
    if around is None:
        raise NotByMachine("the parameter groups are not at hand")
    wanted = _parameter_of(database.engine)
    if database.engine.startswith("sqlserver-"):
        raise NotByMachine("SQL Server heeds the value only after a restart, whose hour a person must choose")
    for name, group in _groups_of(database, around.world).items():
        found = next((item.value for item in group.parameters if item.name == wanted), "")
        if found.upper() in ON:
            continue
        if name.startswith("default."):
            raise NotByMachine(f"{name} is AWS's own and cannot be changed: the database needs a group of its own")
        yield group, wanted, found


def _required(database: DBInstance | DBCluster, _part: str, around: Around | None = None) -> Iterator[Write]:
    for group, name, _ in _lacking(database, around):
        yield _set(group, name, "ON" if database.engine == "aurora-mysql" else "1")


def _as_before(database: DBInstance | DBCluster, _part: str, around: Around | None = None) -> Iterator[Write]:
    for group, name, value in _lacking(database, around):
        yield _set(group, name, value or ("OFF" if database.engine == "aurora-mysql" else "0"))


class TransportEncrypted(Rule):
    """Databases require TLS.

    A client that does not ask for TLS sends ePHI and the password in the clear, unless the database refuses it.
    PostgreSQL and SQL Server do by the parameter rds.force_ssl, MySQL and MariaDB by require_secure_transport, whether
    it is set or the default. A value that waits for a restart is not in force and gives no verdict. Other engines
    require TLS by other means (Oracle by its option group) and are not judged; instances of a cluster obey the
    cluster's parameters.
    """

    kind = DBInstance
    also = (DBCluster,)
    needs = (DBParameterGroup, DBClusterParameterGroup)
    severity = "high"
    hipaa_proposed = ("164.312(e)(1)", "164.312(e)(2)(ii)")
    sources = (WebProposal(),)
    aliases = (
        "config:rds-postgres-instance-encrypted-in-transit",
        "config:rds-mysql-instance-encrypted-in-transit",
        "config:rds-sqlserver-encrypted-in-transit",
        "config:rds-mariadb-instance-encrypted-in-transit",
        "security-hub:RDS.38",
        "security-hub:RDS.39",
        "security-hub:RDS.41",
        "security-hub:RDS.44",
        "prowler:rds_instance_transport_encrypted",
        "steampipe:rds_db_instance_connections_encryption_enabled",
        "steampipe:rds_db_instance_sql_server_encryption_in_transit_enabled",
        "steampipe:rds_db_instance_mariadb_encryption_in_transit_enabled",
    )
    remedy = Direct(
        "rds.ModifyDBParameterGroup",
        by=_required,
        also=("rds.ModifyDBClusterParameterGroup",),
        across=True,
        why="Custodian changes the parameter groups of instances only",
        effect=Effect(
            after="every database that uses the parameter group refuses new connections without TLS",
            risk="high",
            downtime="clients that do not speak TLS cannot connect: see pg_stat_ssl (PostgreSQL) or connection_type in"
            " performance_schema.threads (MySQL) first",
            undo=_as_before,
            terraform={"aws_db_parameter_group": {"parameter": {"name": "rds.force_ssl", "value": "1"}}},
        ),
    )
    GOOD = (
        *(Case({"engine": engine}, others=[_group(FORCE, "1")]) for engine in ("postgres", "sqlserver-se")),
        *(Case({"engine": engine}, others=[_group(REQUIRE, "ON")]) for engine in ("mysql", "mariadb")),
        Case({}, others=[_group(FORCE, "1", "system")]),
        *(
            Case({"engine": engine}, others=[_of_cluster(FORCE)], kind=DBCluster)
            for engine in ("aurora-postgresql", "postgres")
        ),
        *(
            Case({"engine": engine}, others=[_of_cluster(REQUIRE)], kind=DBCluster)
            for engine in ("aurora-mysql", "aurora", "mysql")
        ),
    )
    BAD = (
        Case({}, others=[_group(FORCE, "0")]),
        Case({}, others=[_group(FORCE, "")]),
        Case({}, others=[_group(REQUIRE, "1")]),
        Case({"engine": "mysql"}, others=[_group(FORCE, "1")]),
        Case({"engine": "mysql"}, others=[_group(REQUIRE, "OFF")]),
        Case({}, others=[_of_cluster(FORCE, "0")], kind=DBCluster),
        Case({"parameters_in_force": False}, others=[_of_cluster(FORCE, "0")], kind=DBCluster),
        Case({"parameter_groups": WAITS}, others=[_group(FORCE, "0")]),
    )
    SKIP = (
        {"cluster": "ehr"},
        {"engine": "oracle-ee"},
        {"engine": "custom-sqlserver-se"},
        Case({"engine": "docdb"}, kind=DBCluster),
        Case({"engine": "neptune"}, kind=DBCluster),
    )
    UNKNOWN = (
        {},
        {"parameter_groups": ()},
        Case({}, lacking=[DBParameterGroup]),
        Case({"parameter_groups": WAITS}, others=[_group(FORCE, "1")]),
        Case(
            {"parameter_groups": (*WAITS, GroupUse("more"))},
            others=[_group(FORCE, "1"), Other(DBParameterGroup, id="more", parameters=(Parameter(FORCE, "1"),))],
        ),
        Case({"parameters_in_force": False}, others=[_of_cluster(FORCE)], kind=DBCluster),
        Case({}, lacking=[DBClusterParameterGroup], kind=DBCluster),
    )

    @staticmethod
    def applies(database: DBInstance | DBCluster) -> bool | str:
        """Databases of PostgreSQL, MySQL, MariaDB and SQL Server: clusters, and instances that stand by themselves."""
        if isinstance(database, DBInstance) and database.cluster:
            return "it obeys its cluster's parameters"
        return bool(_parameter_of(database.engine))

    @staticmethod
    def check(database: DBInstance | DBCluster, world: World) -> Iterator[Fail]:
        wanted = _parameter_of(database.engine)
        groups = _groups_of(database, world)
        if not groups:
            raise Unknown(Gap("rds.DescribeDBInstances", message=f"{database.id} names no parameter group"))
        for name, group in groups.items():
            found = next((item for item in group.parameters if item.name == wanted), None)
            if found is None or found.value.upper() not in ON:
                yield Fail(f"the parameter group {name} does not turn {wanted} on")
            elif not _in_force(database):
                raise Unknown(Gap(message=f"{wanted}={found.value} in {name}, which is not in force yet"))
