"""Containers of task definitions, read from what API, Terraform or CloudFormation say by pure functions.

Source: API_ContainerDefinition; AWS::ECS::TaskDefinition; Terraform aws_ecs_task_definition.
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


class Dependency(msgspec.Struct, frozen=True):
    """Another container that must be in a state (`START`, `HEALTHY`, `COMPLETE`, `SUCCESS`) before this one starts."""

    container: str
    condition: str


class Ulimit(msgspec.Struct, frozen=True):
    """A limit of the operating system that the container is given, by its name there."""

    name: str
    soft: int
    hard: int = 0


class LogRouter(msgspec.Struct, frozen=True):
    """What makes a container the log router of FireLens: its type, and the ARN of a configuration file in S3."""

    type: str
    file: str = ""


class Container(msgspec.Struct, frozen=True):
    """One container of a task definition.

    `memory` is the hard limit in MiB and `cpu` the CPU units reserved, 0 where there is none; `stop_timeout` is in
    seconds; `credentials` is the secret with which the registry is entered.
    """

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
    cpu: int = 0
    security_options: tuple[str, ...] = ()
    depends_on: tuple[Dependency, ...] = ()
    health_check: bool = False
    stop_timeout: int | None = None
    ulimits: tuple[Ulimit, ...] = ()
    credentials: str = ""
    environment_files: tuple[str, ...] = ()
    router: LogRouter | None = None


def containers(given: Any) -> tuple[Container, ...]:
    """Read a list of container definitions, or the JSON text of one, as Terraform keeps it.

    Raises:
        ValueError: it is no such list.
    """
    if isinstance(given, str):
        given = json.loads(given)
    return tuple(_container(item) for item in items(given, "container definitions"))


def _container(given: Any) -> Container:
    return Container(
        name=text(member(given, "name")),
        image=text(member(given, "image")),
        user=text(member(given, "user")),
        privileged=truth(member(given, "privileged")),
        read_only=truth(member(given, "readonlyRootFilesystem")),
        essential=truth(member(given, "essential"), absent=True),
        memory=number(member(given, "memory")),
        memory_reservation=number(member(given, "memoryReservation")),
        added=texts(member(given, "linuxParameters", "capabilities", "add")),
        dropped=texts(member(given, "linuxParameters", "capabilities", "drop")),
        environment=tuple(_variable(item) for item in items(member(given, "environment"), "environment")),
        secrets=tuple(_secrets(given)),
        log=_log(member(given, "logConfiguration")),
        ports=tuple(_port(item) for item in items(member(given, "portMappings"), "port mappings")),
        cpu=number(member(given, "cpu")),
        security_options=texts(member(given, "dockerSecurityOptions")),
        depends_on=tuple(_dependency(item) for item in items(member(given, "dependsOn"), "dependencies")),
        health_check=_checks_health(member(given, "healthCheck", "command")),
        stop_timeout=None if member(given, "stopTimeout") is None else number(member(given, "stopTimeout")),
        ulimits=tuple(_ulimit(item) for item in items(member(given, "ulimits"), "ulimits")),
        credentials=text(member(given, "repositoryCredentials", "credentialsParameter")),
        environment_files=tuple(
            text(member(item, "value")) for item in items(member(given, "environmentFiles"), "environment files")
        ),
        router=_router(member(given, "firelensConfiguration")),
    )


def _dependency(given: Any) -> Dependency:
    return Dependency(text(member(given, "containerName")), text(member(given, "condition")))


def _checks_health(command: Any) -> bool:
    """Whether a health check's command checks anything: `NONE` switches off what the image brings."""
    return isinstance(command, list) and bool(command) and command[0] != "NONE"


def _ulimit(given: Any) -> Ulimit:
    return Ulimit(text(member(given, "name")), number(member(given, "softLimit")), number(member(given, "hardLimit")))


def _router(given: Any) -> LogRouter | None:
    if not isinstance(given, Mapping):
        return None
    options = member(given, "options")
    options = options if isinstance(options, Mapping) else {}
    in_s3 = options.get("config-file-type") == "s3"
    return LogRouter(text(member(given, "type")), text(options.get("config-file-value")) if in_s3 else "")


def _variable(given: Any) -> Variable:
    name, value = text(member(given, "name")), member(given, "value")
    if value is None or value == "":
        return Variable(name)
    if not isinstance(value, Mapping) or "$detected" not in value:
        return Variable(name, None)
    return Variable(name, tuple(str(hit["detector"]) for hit in value["$detected"]))


def _secrets(given: Any) -> Iterator[SecretReference]:
    for item in items(member(given, "secrets"), "secrets"):
        yield SecretReference(text(member(item, "name")), text(member(item, "valueFrom")))
    for item in items(member(given, "logConfiguration", "secretOptions"), "secret options"):
        yield SecretReference(text(member(item, "name")), text(member(item, "valueFrom")))


def _log(given: Any) -> LogConfiguration | None:
    driver = text(member(given, "logDriver"))
    if not driver:
        return None
    options = member(given, "options")
    options = options if isinstance(options, Mapping) else {}
    return LogConfiguration(
        driver,
        group=text(options.get("awslogs-group")),
        region=text(options.get("awslogs-region")),
        creates_group=truth(options.get("awslogs-create-group")),
    )


def _port(given: Any) -> PortMapping:
    return PortMapping(
        number(member(given, "containerPort")), number(member(given, "hostPort")), text(member(given, "name"))
    )


def member(given: Any, *names: str) -> Any:
    """Give a member of nested objects, whose names may begin with a capital; None where there is none."""
    for name in names:
        if type(given) is not dict and not isinstance(given, Mapping):  # the second is dear, and this is asked often
            return None
        given = given.get(name, given.get(name[:1].upper() + name[1:]))
    return given


def block(given: Any, name: str) -> Any:
    """Give a block of Terraform, which stands in a list; None where there is none."""
    blocks = member(given, name)
    return blocks[0] if isinstance(blocks, list) and blocks else None


def items(given: Any, what: str) -> list[Any]:
    """Give a list of objects; nothing is the empty list.

    Raises:
        ValueError: it is no such list.
    """
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        message = f"the {what} are no list of objects"
        raise ValueError(message)
    return given


def text(given: Any) -> str:
    """Give a text; nothing is the empty one.

    Raises:
        ValueError: it is neither text nor number.
    """
    if given is None or isinstance(given, str):
        return given or ""
    if isinstance(given, int):
        return str(given)
    message = f"{type(given).__name__} where a text is expected"
    raise ValueError(message)


def texts(given: Any) -> tuple[str, ...]:
    """Give a list of texts; what is no list is the empty one."""
    return tuple(text(item) for item in given) if isinstance(given, list) else ()


def truth(given: Any, *, absent: bool = False) -> bool:
    """Give a truth, which templates may write as a text; `absent` is what nothing means."""
    return absent if given is None else given is True or (isinstance(given, str) and given.lower() == "true")


def number(given: Any) -> int:
    """Give a whole number, which templates may write as a text; nothing is 0.

    Raises:
        ValueError: it is no whole number.
    """
    return 0 if given is None else int(text(given))
