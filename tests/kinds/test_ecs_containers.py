"""What is read of containers and volumes in each source's words, of image scans, and of what the agent is told."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.engine.redact import Redactor
from scanner.kinds.containers import Container, Dependency, LogRouter, Ulimit, containers
from scanner.kinds.ecr import Image
from scanner.kinds.ecs_agent import container_stop_timeout
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.images import ImageScan, image_scan
from scanner.kinds.task_volumes import DockerVolume, Volume, planned_volumes, volumes
from scanner.kinds.user_data import read_user_data
from scanner.model.resource import Resource, seen

SECRET = "arn:aws:secretsmanager:us-east-1:123456789012:secret:x-AbCdEf"
WRITTEN = {
    "name": "web",
    "cpu": 128,
    "dockerSecurityOptions": ["no-new-privileges", "apparmor:web"],
    "dependsOn": [{"containerName": "router", "condition": "HEALTHY"}],
    "healthCheck": {"command": ["CMD-SHELL", "true"]},
    "stopTimeout": 0,
    "ulimits": [{"name": "nofile", "softLimit": 1024, "hardLimit": 4096}],
    "repositoryCredentials": {"credentialsParameter": SECRET},
    "environmentFiles": [{"value": "arn:aws:s3:::a/b.env", "type": "s3"}],
    "firelensConfiguration": {
        "type": "fluentbit",
        "options": {"config-file-type": "s3", "config-file-value": "arn:aws:s3:::a/c"},
    },
}
READ = Container(
    "web",
    cpu=128,
    security_options=("no-new-privileges", "apparmor:web"),
    depends_on=(Dependency("router", "HEALTHY"),),
    health_check=True,
    stop_timeout=0,
    ulimits=(Ulimit("nofile", 1024, 4096),),
    credentials=SECRET,
    environment_files=("arn:aws:s3:::a/b.env",),
    router=LogRouter("fluentbit", "arn:aws:s3:::a/c"),
)


def _capitalised(given: Any) -> Any:
    if isinstance(given, dict):
        return {
            name[0].upper() + name[1:]: value if name == "options" else _capitalised(value)
            for name, value in given.items()
        }
    return [_capitalised(item) for item in given] if isinstance(given, list) else given


@pytest.mark.parametrize("given", [[WRITTEN], json.dumps([WRITTEN]), [_capitalised(WRITTEN)]])
def test_a_container_reads_the_same_in_all_words(given: Any) -> None:
    assert containers(given) == (READ,)


@pytest.mark.parametrize("command", [["NONE"], [], None, "NONE"])
def test_a_health_check_that_checks_nothing_is_none(command: Any) -> None:
    (found,) = containers([{"name": "web", "healthCheck": {"command": command}}])
    assert not found.health_check


def test_a_log_router_s_own_file_is_no_object_in_s3() -> None:
    options = {"config-file-type": "file", "config-file-value": "/extra.conf"}
    (found,) = containers([{"name": "r", "firelensConfiguration": {"type": "fluentd", "options": options}}])
    assert found.router == LogRouter("fluentd")
    (bare,) = containers([{"name": "r", "firelensConfiguration": {"type": "fluentd"}}])
    assert bare.router == LogRouter("fluentd")


def test_docker_and_fsx_volumes_read_the_same_in_all_words() -> None:
    read = (
        Volume("a", docker=DockerVolume("shared", "local", "nfs")),
        Volume("b", fsx="fs-1", fsx_credentials=SECRET),
        Volume("c", docker=DockerVolume()),
    )
    fsx = {"fileSystemId": "fs-1", "authorizationConfig": {"credentialsParameter": SECRET, "domain": "x"}}
    api = [
        {
            "name": "a",
            "dockerVolumeConfiguration": {"scope": "shared", "driver": "local", "driverOpts": {"type": "nfs"}},
        },
        {"name": "b", "fsxWindowsFileServerVolumeConfiguration": fsx},
        {"name": "c", "dockerVolumeConfiguration": {}},
    ]
    template = [
        {"Name": "a", "DockerVolumeConfiguration": {"Scope": "shared", "DriverOpts": {"type": "nfs"}}},
        {"Name": "b", "FSxWindowsFileServerVolumeConfiguration": _capitalised(fsx)},
        {"Name": "c", "DockerVolumeConfiguration": {"Driver": "local"}},
    ]
    plan = [
        {"name": "a", "docker_volume_configuration": [{"scope": "shared", "driver_opts": {"type": "nfs"}}]},
        {
            "name": "b",
            "docker_volume_configuration": [],
            "fsx_windows_file_server_volume_configuration": [
                {"file_system_id": "fs-1", "authorization_config": [{"credentials_parameter": SECRET}]}
            ],
        },
        {"name": "c", "docker_volume_configuration": [{"scope": None, "driver": "", "driver_opts": None}]},
    ]
    assert volumes(api) == read
    assert volumes(template) == read
    assert planned_volumes(plan) == read


@pytest.mark.parametrize(
    ("kind", "remote"), [("nfs", True), ("NFS4", True), ("cifs", True), ("tmpfs", False), ("", False)]
)
def test_a_local_volume_may_be_of_another_machine(kind: str, remote: bool) -> None:
    assert DockerVolume("shared", "local", kind).remote is remote


@pytest.mark.parametrize(
    ("mode", "system", "bridge"),
    [
        ("bridge", "", True),
        (None, "", True),
        (None, "WINDOWS_SERVER_2022_CORE", False),
        ("awsvpc", "", False),
        ("host", "", False),
    ],
)
def test_the_bridge_is_the_default_on_linux(mode: str | None, system: str, bridge: bool) -> None:
    document = {"networkMode": mode, "runtimePlatform": {"operatingSystemFamily": system}}
    made = Resource(TaskDefinition.cfn, "x", sections={"described": seen({"taskDefinition": document})})
    assert TaskDefinition(made).in_bridge_mode is bridge


def test_a_scan_is_read_with_its_counts() -> None:
    answer = {
        "imageScanStatus": {"status": "COMPLETE"},
        "imageScanFindings": {
            "imageScanCompletedAt": "2026-11-20T01:02:03Z",
            "findingSeverityCounts": {"CRITICAL": 1, "HIGH": 2, "LOW": 9},
        },
    }
    assert image_scan(answer) == ImageScan("COMPLETE", datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC), 1, 2)


def test_a_moment_without_a_zone_is_in_utc_and_a_scan_without_findings_has_none() -> None:
    bare = {
        "imageScanStatus": {"status": "ACTIVE"},
        "imageScanFindings": {"imageScanCompletedAt": "2026-11-20T01:02:03"},
    }
    assert image_scan(bare) == ImageScan("ACTIVE", datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC))
    assert image_scan({"imageScanStatus": {"status": "FAILED"}}) == ImageScan("FAILED")


def test_of_a_scan_s_findings_only_the_counts_are_kept() -> None:
    found = {"findings": [{"name": "CVE-2026-1"}], "enhancedFindings": [], "findingSeverityCounts": {"HIGH": 1}}
    document = {"imageScanStatus": {"status": "COMPLETE"}, "imageScanFindings": found}
    kept = Redactor(b"key").section(Image, "scan", document)
    assert "CVE-2026-1" not in str(kept)
    assert image_scan(kept).high == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo ECS_CLUSTER=phi >> /etc/ecs/ecs.config", ""),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=10m >> /etc/ecs/ecs.config", "10m"),
        ("cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CONTAINER_STOP_TIMEOUT=2s\nECS_CLUSTER=phi\nEOF", "2s"),
        ("# ECS_CONTAINER_STOP_TIMEOUT=10m", ""),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=1m >> ecs.config\necho ECS_CONTAINER_STOP_TIMEOUT=2m >> ecs.config", "2m"),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=1m >> /etc/ecs/ecs.config\necho A=b > /etc/ecs/ecs.config", ""),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=1m > /etc/ecs/ecs.config", "1m"),
        ('[settings.ecs]\ncontainer-stop-timeout = "90s"', "90s"),
        ("echo ECS_CONTAINER_STOP_TIMEOUT=$WAIT >> /etc/ecs/ecs.config", "WAIT"),
    ],
)
def test_how_long_the_agent_is_told_to_wait(script: str, told: str) -> None:
    assert container_stop_timeout(script) == told


def test_user_data_of_an_older_night_does_not_say_how_long_the_agent_waits() -> None:
    kept = {"$redacted": "0a", "$detected": [], "imds_block": [], "awsvpc_block_imds": False, "runs_containers": True}
    assert read_user_data(kept).container_stop_timeout is None
    assert read_user_data(kept | {"container_stop_timeout": "2s"}).container_stop_timeout == "2s"
