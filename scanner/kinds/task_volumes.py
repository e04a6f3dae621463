"""Volumes of task definitions, read from what API, Terraform or CloudFormation say by pure functions.

Source: API_Volume; AWS::ECS::TaskDefinition; Terraform aws_ecs_task_definition.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from scanner.kinds.containers import block, items, member, text

REMOTE = ("nfs", "nfs4", "cifs", "smb3")
"""The types of file system by which Docker's local driver mounts one of another machine (docker volume create)."""


class DockerVolume(msgspec.Struct, frozen=True):
    """A volume that Docker keeps: for one `task` or `shared`, by which driver, and the type among its options."""

    scope: str = "task"
    driver: str = "local"
    type: str = ""

    @property
    def remote(self) -> bool:
        """Whether the local driver mounts a file system of another machine."""
        return self.type.casefold() in REMOTE


class Volume(msgspec.Struct, frozen=True):
    """One volume of a task definition; `efs` and `fsx` are the file systems of such volumes, empty for other volumes.

    `fsx_credentials` names where the credentials for FSx are kept; `docker` is None where Docker does not keep it.
    """

    name: str
    host_path: str = ""
    efs: str = ""
    efs_encrypted_in_transit: bool = False
    efs_iam: bool = False
    efs_access_point: str = ""
    fsx: str = ""
    fsx_credentials: str = ""
    docker: DockerVolume | None = None


def volumes(given: Any) -> tuple[Volume, ...]:
    """Read the API's and CloudFormation's volumes.

    Raises:
        ValueError: it is no list of volumes.
    """
    return tuple(_volume(item) for item in items(given, "volumes"))


def _volume(given: Any) -> Volume:
    efs = member(given, "efsVolumeConfiguration") or member(given, "EFSVolumeConfiguration")
    fsx = member(given, "fsxWindowsFileServerVolumeConfiguration") or member(
        given, "FSxWindowsFileServerVolumeConfiguration"
    )
    return Volume(
        name=text(member(given, "name")),
        host_path=text(member(given, "host", "sourcePath")),
        efs=text(member(efs, "fileSystemId") or member(efs, "filesystemId")),
        efs_encrypted_in_transit=member(efs, "transitEncryption") == "ENABLED",
        efs_iam=(member(efs, "authorizationConfig", "iam") or member(efs, "authorizationConfig", "IAM")) == "ENABLED",
        efs_access_point=text(member(efs, "authorizationConfig", "accessPointId")),
        fsx=text(member(fsx, "fileSystemId")),
        fsx_credentials=text(member(fsx, "authorizationConfig", "credentialsParameter")),
        docker=_docker(member(given, "dockerVolumeConfiguration"), "driverOpts"),
    )


def planned_volumes(given: Any) -> tuple[Volume, ...]:
    """Read the `volume` blocks of a Terraform plan or state.

    Raises:
        ValueError: it is no list of volumes.
    """
    return tuple(_planned_volume(item) for item in items(given, "volumes"))


def _planned_volume(given: Any) -> Volume:
    efs = block(given, "efs_volume_configuration")
    authorization = block(efs, "authorization_config")
    fsx = block(given, "fsx_windows_file_server_volume_configuration")
    return Volume(
        name=text(member(given, "name")),
        host_path=text(member(given, "host_path")),
        efs=text(member(efs, "file_system_id")),
        efs_encrypted_in_transit=member(efs, "transit_encryption") == "ENABLED",
        efs_iam=member(authorization, "iam") == "ENABLED",
        efs_access_point=text(member(authorization, "access_point_id")),
        fsx=text(member(fsx, "file_system_id")),
        fsx_credentials=text(member(block(fsx, "authorization_config"), "credentials_parameter")),
        docker=_docker(block(given, "docker_volume_configuration"), "driver_opts"),
    )


def _docker(given: Any, options: str) -> DockerVolume | None:
    """Read a Docker volume: without a scope it is the task's, without a driver it is local."""
    if not isinstance(given, Mapping):
        return None
    chosen = member(given, options)
    return DockerVolume(
        text(member(given, "scope")) or "task",
        text(member(given, "driver")) or "local",
        text(chosen.get("type")) if isinstance(chosen, Mapping) else "",
    )
