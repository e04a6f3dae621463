"""Containers and volumes of task definitions, read from what API, Terraform or CloudFormation say by pure functions.

Source: API_ContainerDefinition, API_Volume; AWS::ECS::TaskDefinition; Terraform aws_ecs_task_definition.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec


class Variable(msgspec.Struct, frozen=True):
    """An environment variable: its name, and the secret detectors that fired on its value, which is not kept.

    `detectors` is None where the source gave the value without having it looked at.
    """

    name: str
    detectors: tuple[str, ...] | None = ()


class SecretReference(msgspec.Struct, frozen=True):
    """A value that ECS fetches as the container starts: the name, the ARN or parameter's name it comes from."""

    name: str
    source: str


class LogConfiguration(msgspec.Struct, frozen=True):
    """Where a container's output goes: the driver, and with `awslogs` the group, its Region and who makes the group."""

    driver: str
    group: str = ""
    region: str = ""
    creates_group: bool = False


class PortMapping(msgspec.Struct, frozen=True):
    """A container's port, and the name by which Service Connect knows it."""

    container_port: int
    host_port: int = 0
    name: str = ""


class Container(msgspec.Struct, frozen=True):
    """One container of a task definition; `memory` is the hard limit in MiB, 0 where there is none."""

    name: str
    image: str = ""
    user: str = ""
    privileged: bool = False
    read_only: bool = False
    essential: bool = True
    memory: int = 0
    memory_reservation: int = 0
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    environment: tuple[Variable, ...] = ()
    secrets: tuple[SecretReference, ...] = ()
    log: LogConfiguration | None = None
    ports: tuple[PortMapping, ...] = ()


class Volume(msgspec.Struct, frozen=True):
    """One volume of a task definition; `efs` is the file system of an EFS volume, empty for other volumes.

    `driver` is that of a Docker volume, `shared` says that such a volume outlives the task, `network_type` is the
    file system that it mounts over the network (`nfs`).
    """

    name: str
    host_path: str = ""
    efs: str = ""
    efs_encrypted_in_transit: bool = False
    efs_iam: bool = False
    efs_access_point: str = ""
    driver: str = ""
    shared: bool = False
    network_type: str = ""


def containers(given: Any) -> tuple[Container, ...]:
    """Read a list of container definitions, or the JSON text of one, as Terraform keeps it.

    Raises:
        ValueError: it is no such list.
    """
    if isinstance(given, str):
        given = json.loads(given)
    return tuple(_container(item) for item in _items(given, "container definitions"))


def _container(given: Any) -> Container:
    return Container(
        name=_text(member(given, "name")),
        image=_text(member(given, "image")),
        user=_text(member(given, "user")),
        privileged=_truth(member(given, "privileged")),
        read_only=_truth(member(given, "readonlyRootFilesystem")),
        essential=_truth(member(given, "essential"), absent=True),
        memory=_number(member(given, "memory")),
        memory_reservation=_number(member(given, "memoryReservation")),
        added=_texts(member(given, "linuxParameters", "capabilities", "add")),
        dropped=_texts(member(given, "linuxParameters", "capabilities", "drop")),
        environment=tuple(_variable(item) for item in _items(member(given, "environment"), "environment")),
        secrets=tuple(_secrets(given)),
        log=_log(member(given, "logConfiguration")),
        ports=tuple(_port(item) for item in _items(member(given, "portMappings"), "port mappings")),
    )


def _variable(given: Any) -> Variable:
    name, value = _text(member(given, "name")), member(given, "value")
    if value is None or value == "":
        return Variable(name)
    if not isinstance(value, Mapping) or "$detected" not in value:
        return Variable(name, None)
    return Variable(name, tuple(str(hit["detector"]) for hit in value["$detected"]))


def _secrets(given: Any) -> Iterator[SecretReference]:
    for item in _items(member(given, "secrets"), "secrets"):
        yield SecretReference(_text(member(item, "name")), _text(member(item, "valueFrom")))
    for item in _items(member(given, "logConfiguration", "secretOptions"), "secret options"):
        yield SecretReference(_text(member(item, "name")), _text(member(item, "valueFrom")))


def _log(given: Any) -> LogConfiguration | None:
    driver = _text(member(given, "logDriver"))
    if not driver:
        return None
    options = member(given, "options")
    options = options if isinstance(options, Mapping) else {}
    return LogConfiguration(
        driver,
        group=_text(options.get("awslogs-group")),
        region=_text(options.get("awslogs-region")),
        creates_group=_truth(options.get("awslogs-create-group")),
    )


def _port(given: Any) -> PortMapping:
    return PortMapping(
        _number(member(given, "containerPort")), _number(member(given, "hostPort")), _text(member(given, "name"))
    )


def volumes(given: Any) -> tuple[Volume, ...]:
    """Read the API's and CloudFormation's volumes.

    Raises:
        ValueError: it is no list of volumes.
    """
    return tuple(_volume(item) for item in _items(given, "volumes"))


def _volume(given: Any) -> Volume:
    efs = member(given, "efsVolumeConfiguration") or member(given, "EFSVolumeConfiguration")
    return Volume(
        name=_text(member(given, "name")),
        host_path=_text(member(given, "host", "sourcePath")),
        efs=_text(member(efs, "fileSystemId") or member(efs, "filesystemId")),
        efs_encrypted_in_transit=member(efs, "transitEncryption") == "ENABLED",
        efs_iam=(member(efs, "authorizationConfig", "iam") or member(efs, "authorizationConfig", "IAM")) == "ENABLED",
        efs_access_point=_text(member(efs, "authorizationConfig", "accessPointId")),
        driver=_driver(member(given, "dockerVolumeConfiguration")),
        shared=member(given, "dockerVolumeConfiguration", "scope") == "shared",
        network_type=_text(member(given, "dockerVolumeConfiguration", "driverOpts", "type")),
    )


def _driver(docker: Any) -> str:
    """Name the driver of a Docker volume, which is `local` unless said; empty where the volume is none."""
    return "" if docker is None else _text(member(docker, "driver")) or "local"


def planned_volumes(given: Any) -> tuple[Volume, ...]:
    """Read the `volume` blocks of a Terraform plan or state.

    Raises:
        ValueError: it is no list of volumes.
    """
    return tuple(_planned_volume(item) for item in _items(given, "volumes"))


def _planned_volume(given: Any) -> Volume:
    efs = _block(given, "efs_volume_configuration")
    authorization, docker = _block(efs, "authorization_config"), _block(given, "docker_volume_configuration")
    return Volume(
        name=_text(member(given, "name")),
        host_path=_text(member(given, "host_path")),
        efs=_text(member(efs, "file_system_id")),
        efs_encrypted_in_transit=member(efs, "transit_encryption") == "ENABLED",
        efs_iam=member(authorization, "iam") == "ENABLED",
        efs_access_point=_text(member(authorization, "access_point_id")),
        driver=_driver(docker),
        shared=member(docker, "scope") == "shared",
        network_type=_text(member(docker, "driver_opts", "type")),
    )


def member(given: Any, *names: str) -> Any:
    """Give a member of nested objects, whose names may begin with a capital; None where there is none."""
    for name in names:
        if not isinstance(given, Mapping):
            return None
        given = given.get(name, given.get(name[:1].upper() + name[1:]))
    return given


def _block(given: Any, name: str) -> Any:
    blocks = member(given, name)
    return blocks[0] if isinstance(blocks, list) and blocks else None


def _items(given: Any, what: str) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        message = f"the {what} are no list of objects"
        raise ValueError(message)
    return given


def _text(given: Any) -> str:
    if given is None or isinstance(given, str):
        return given or ""
    if isinstance(given, int):
        return str(given)
    message = f"{type(given).__name__} where a text is expected"
    raise ValueError(message)


def _texts(given: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in given) if isinstance(given, list) else ()


def _truth(given: Any, *, absent: bool = False) -> bool:
    return absent if given is None else given is True or (isinstance(given, str) and given.lower() == "true")


def _number(given: Any) -> int:
    return 0 if given is None else int(_text(given))
