"""How RDS, DynamoDB, EFS and FSx answers are read, where reading is more than taking a member."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.dynamodb import Table
from scanner.kinds.efs import FileSystem
from scanner.kinds.fsx import FsxFileSystem
from scanner.kinds.rds import DBCluster, DBInstance, DBParameterGroup, GroupUse, Parameter
from scanner.kinds.rds_snapshots import DBClusterSnapshot, DBSnapshot
from scanner.model.gap import Unknown
from scanner.model.kind import Kind, derive
from scanner.model.resource import ABSENT, SKIPPED, Resource, seen


def read(kind: type[Kind], fact: str, **sections: Any) -> Any:
    made = {name: doc if doc in (ABSENT, SKIPPED) else seen(doc) for name, doc in sections.items()}
    return derive(Resource(kind.cfn, "x", sections=made), kind.facts[fact])


def test_parameters_are_read_with_their_source_and_without_a_value() -> None:
    said = [
        {"ParameterName": "rds.force_ssl", "ParameterValue": "1", "Source": "system"},
        {"ParameterName": "require_secure_transport", "Source": "engine-default"},
    ]
    assert read(DBParameterGroup, "parameters", said=said) == (
        Parameter("rds.force_ssl", "1", "system"),
        Parameter("require_secure_transport", "", "engine-default"),
    )


def test_the_groups_of_an_instance_are_read_with_their_status() -> None:
    box = {"DBParameterGroups": [{"DBParameterGroupName": "p", "ParameterApplyStatus": "pending-reboot"}]}
    assert read(DBInstance, "parameter_groups", box=box) == (GroupUse("p", "pending-reboot"),)


@pytest.mark.parametrize(("statuses", "expected"), [([], True), (["in-sync"], True), (["in-sync", "pending"], False)])
def test_whether_a_clusters_parameters_are_in_force(statuses: list[str], expected: bool) -> None:
    members = [{"DBInstanceIdentifier": "a", "DBClusterParameterGroupStatus": status} for status in statuses]
    assert read(DBCluster, "parameters_in_force", box={"DBClusterMembers": members}) is expected


def test_logs_that_can_be_exported_are_unknown_where_the_version_is_not_listed() -> None:
    assert read(DBInstance, "exportable_logs", version={"ExportableLogTypes": ["error"]}) == ("error",)
    assert read(DBInstance, "exportable_logs", version={"EngineVersion": "1"}) == ()
    with pytest.raises(Unknown):
        read(DBInstance, "exportable_logs", version=ABSENT)


@pytest.mark.parametrize(
    ("kind", "owner"), [(DBSnapshot, "DBInstanceIdentifier"), (DBClusterSnapshot, "DBClusterIdentifier")]
)
@pytest.mark.parametrize(("made", "series"), [("manual", ""), ("automated", "automated:claims")])
def test_snapshots_of_one_database_are_a_series(kind: type[Kind], owner: str, made: str, series: str) -> None:
    assert read(kind, "series", box={"SnapshotType": made, owner: "claims"}) == series


@pytest.mark.parametrize("kind", [DBSnapshot, DBClusterSnapshot])
def test_with_whom_a_snapshot_is_shared(kind: type[Kind]) -> None:
    said = [{"AttributeName": "other"}, {"AttributeName": "restore", "AttributeValues": ["all"]}]
    assert read(kind, "shared_with", attributes=said) == ("all",)
    assert read(kind, "shared_with", attributes=[]) == ()
    assert read(kind, "shared_with", attributes=SKIPPED) == ()


def test_a_table_without_a_description_of_its_encryption_is_under_awss_own_key() -> None:
    assert read(Table, "sse", table={"TableName": "x"}) == ""
    assert read(Table, "sse", table={"SSEDescription": {"Status": "ENABLED"}}) == "ENABLED"


@pytest.mark.parametrize(("status", "expected"), [("ENABLED", True), ("DISABLED", False)])
def test_point_in_time_recovery(status: str, expected: bool) -> None:
    said = {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": status}}
    assert read(Table, "point_in_time_recovery", backups=said) is expected


def test_when_files_go_to_infrequent_access() -> None:
    cycle = [{"TransitionToPrimaryStorageClass": "AFTER_1_ACCESS"}, {"TransitionToIA": "AFTER_7_DAYS"}]
    assert read(FileSystem, "infrequent_access", cycle=cycle) == "AFTER_7_DAYS"
    assert read(FileSystem, "infrequent_access", cycle=cycle[:1]) == ""


@pytest.mark.parametrize(
    ("kind", "deployment", "expected"),
    [("LUSTRE", "SCRATCH_2", True), ("LUSTRE", "PERSISTENT_2", False), ("WINDOWS", "SCRATCH_LIKE", False)],
)
def test_scratch_file_systems(kind: str, deployment: str, expected: bool) -> None:
    member = "LustreConfiguration" if kind == "LUSTRE" else "WindowsConfiguration"
    box = {"FileSystemType": kind, member: {"DeploymentType": deployment}}
    view = FsxFileSystem(Resource(FsxFileSystem.cfn, "x", sections={"box": seen(box)}))
    assert view.scratch is expected
