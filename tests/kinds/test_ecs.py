"""What is read of task definitions, services, rules and schedules, in the words of each source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.kinds.containers import (
    Container,
    LogConfiguration,
    PortMapping,
    SecretReference,
    Variable,
    containers,
)
from scanner.kinds.ecs_task_definitions import TaskDefinition, describable, family_of
from scanner.kinds.task_volumes import Volume, planned_volumes, volumes
from scanner.model.kind import Kind
from scanner.model.resource import Resource, Section, seen

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3"
WRITTEN = {
    "name": "web",
    "image": "web:1",
    "user": "1000",
    "privileged": True,
    "readonlyRootFilesystem": True,
    "essential": False,
    "memory": 512,
    "memoryReservation": 256,
    "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}},
    "environment": [{"name": "STAGE", "value": ""}, {"name": "KEY", "value": "plain"}],
    "secrets": [{"name": "DB", "valueFrom": "db"}],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-create-group": "true"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": "token"}],
    },
    "portMappings": [{"containerPort": 80, "name": "http"}],
}
READ = Container(
    "web",
    "web:1",
    "1000",
    privileged=True,
    read_only=True,
    essential=False,
    memory=512,
    memory_reservation=256,
    added=("SYS_PTRACE",),
    dropped=("ALL",),
    environment=(Variable("STAGE"), Variable("KEY", None)),
    secrets=(SecretReference("DB", "db"), SecretReference("splunk-token", "token")),
    log=LogConfiguration("awslogs", "/ecs/web", "us-east-1", creates_group=True),
    ports=(PortMapping(80, 0, "http"),),
)


def _view(kind: type[Kind], **sections: Any) -> Any:
    made = {name: doc if isinstance(doc, Section) else seen(doc) for name, doc in sections.items()}
    return kind(Resource(kind.cfn, "x", sections=made))


def _capitalised(given: Any) -> Any:
    if isinstance(given, dict):
        same = {"options"}
        return {
            name[0].upper() + name[1:]: value if name in same else _capitalised(value) for name, value in given.items()
        }
    return [_capitalised(item) for item in given] if isinstance(given, list) else given


@pytest.mark.parametrize(
    "given", [[WRITTEN], json.dumps([WRITTEN]), [_capitalised(WRITTEN)], json.dumps([_capitalised(WRITTEN)])]
)
def test_a_container_reads_the_same_in_all_words(given: Any) -> None:
    assert containers(given) == (READ,)


def test_texts_for_numbers_and_booleans_are_read() -> None:
    (found,) = containers([{"name": "web", "memory": "512", "privileged": "true", "user": 0, "essential": "false"}])
    assert (found.memory, found.privileged, found.user, found.essential) == (512, True, "0", False)


def test_what_a_container_leaves_out_is_the_api_s_default() -> None:
    assert containers([{"name": "web"}]) == (Container("web"),)
    assert Container("web").essential


def test_a_redacted_value_gives_its_detectors() -> None:
    value = {"$redacted": "0a", "$detected": [{"detector": "AWS Access Key", "version": "1"}]}
    (found,) = containers([{"name": "web", "environment": [{"name": "KEY", "value": value}]}])
    assert found.environment == (Variable("KEY", ("AWS Access Key",)),)


@pytest.mark.parametrize(
    "given", ["{}", "no JSON", {"name": "web"}, ["web"], [{"name": ["web"]}], [{"environment": "x"}]]
)
def test_what_is_no_list_of_containers_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"list|text|Expecting"):
        containers(given)


def test_volumes_read_the_same_in_all_words() -> None:
    read = (Volume("records", "", "fs-1", efs_encrypted_in_transit=True, efs_iam=True, efs_access_point="fsap-1"),)
    api = {
        "fileSystemId": "fs-1",
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"},
    }
    template = {
        "FilesystemId": "fs-1",
        "TransitEncryption": "ENABLED",
        "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "fsap-1"},
    }
    plan = {
        "file_system_id": "fs-1",
        "transit_encryption": "ENABLED",
        "authorization_config": [{"iam": "ENABLED", "access_point_id": "fsap-1"}],
    }
    assert volumes([{"name": "records", "efsVolumeConfiguration": api}]) == read
    assert volumes([{"Name": "records", "EFSVolumeConfiguration": template}]) == read
    assert planned_volumes([{"name": "records", "host_path": "", "efs_volume_configuration": [plan]}]) == read


def test_an_efs_volume_without_more_is_not_encrypted_in_transit() -> None:
    (found,) = volumes([{"name": "records", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}])
    assert (found.efs, found.efs_encrypted_in_transit, found.efs_iam) == ("fs-1", False, False)
    (other,) = volumes([{"name": "socket", "host": {"sourcePath": "/var/run/docker.sock"}}])
    assert (other.host_path, other.efs) == ("/var/run/docker.sock", "")
    assert planned_volumes([{"name": "scratch", "host_path": "/srv/x", "efs_volume_configuration": []}])[0].efs == ""


@pytest.mark.parametrize(
    ("reference", "family", "asked"),
    [
        (ARN, "web", ARN),
        (ARN.removesuffix(":3"), "web", "web"),
        ("web:3", "web", "web:3"),
        ("web", "web", "web"),
    ],
)
def test_a_task_definition_is_named_in_four_ways(reference: str, family: str, asked: str) -> None:
    assert (family_of(reference), describable(reference)) == (family, asked)


@pytest.mark.parametrize(
    ("more", "windows"),
    [
        ({}, False),
        ({"runtimePlatform": {"operatingSystemFamily": "LINUX"}}, False),
        ({"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}, True),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == windows"}]}, True),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type != windows"}]}, False),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:team == windows"}]}, False),
    ],
)
def test_windows_is_told_by_platform_or_constraint(more: dict[str, Any], windows: bool) -> None:
    view = _view(TaskDefinition, described={"taskDefinition": more})
    assert view.on_windows is windows


@pytest.mark.parametrize(("requires", "only"), [(["FARGATE"], True), (["EC2", "FARGATE"], False), ([], False)])
def test_only_fargate_means_nothing_else(requires: list[str], only: bool) -> None:
    assert (
        _view(TaskDefinition, described={"taskDefinition": {"requiresCompatibilities": requires}}).only_fargate is only
    )
