"""What several rules on ECS ask: what a task definition refers to, and which policy resources and keys stand for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from rules.ecs._secrets import REFERENCE
from scanner.kinds.kms import KmsKey
from scanner.kinds.s3 import Bucket
from scanner.kinds.secretsmanager import Secret
from scanner.kinds.ssm import Parameter
from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.kinds.ecs_task_definitions import TaskDefinition
    from scanner.model.inventory import World


def sources(definition: TaskDefinition) -> Iterator[str]:
    """Name what is fetched with the execution role before a task starts: secrets, parameters, objects in S3."""
    for container in definition.containers:
        yield from (secret.source for secret in container.secrets)
        yield from (text for text in (container.credentials, *container.environment_files) if text)
        if container.router and container.router.file:
            yield container.router.file
    yield from (volume.fsx_credentials for volume in definition.volumes if volume.fsx_credentials)


def resources(source: str, definition: TaskDefinition) -> tuple[str, ...]:
    """Give the resource patterns of a policy that stand for a source and for nothing else.

    A secret's ARN ends in six characters of AWS's choice, for which `-??????` may stand.
    Source: Secrets Manager User Guide, "Permissions policy examples", wildcards.
    """
    arn = _arn(source, definition)
    service, name = arn.split(":")[2], arn.partition(":parameter")[2]
    if service == "secretsmanager":
        stem = re.sub(r"-[A-Za-z0-9]{6}$", "", arn)
        return (arn, f"{arn}-??????", f"{stem}-??????", f"{arn}:*")
    if service == "ssm" and name.startswith(REFERENCE):
        place = ":".join([*arn.split(":")[:2], "secretsmanager", *arn.split(":")[3:5]])
        return (arn, f"{place}:secret:{name.removeprefix(REFERENCE)}-??????")
    return (arn,)


def _arn(source: str, definition: TaskDefinition) -> str:
    """Give the ARN of a source, without the version or the member of it that is wanted."""
    if not source.startswith("arn:"):
        place = f"arn:{definition.partition}:ssm:{definition.region}:{definition.account}"
        return f"{place}:parameter/{source.partition(':')[0].lstrip('/')}"
    parts = source.split(":")
    return ":".join(parts[: {"secretsmanager": 7, "ssm": 6}.get(parts[2], len(parts))])


def key_of(source: str, definition: TaskDefinition, world: World) -> str:
    """Give the id of the customer's key under which a source is encrypted; empty where AWS manages the key.

    Raises:
        Unknown: the source or its key was not seen.
    """
    arn = _arn(source, definition)
    named = _key_named(arn, world)
    key = named.rpartition(":")[2]
    if not key.startswith("alias/"):
        return key.removeprefix("key/")
    if key.startswith("alias/aws/"):
        return ""
    found = world.first(KmsKey, region=definition.region, alias_name=key)
    if found is None:
        raise Unknown(Gap("kms.ListAliases", message=f"which key {key} stands for was not seen"))
    return found.id


def _key_named(arn: str, world: World) -> str:
    parts = arn.split(":")
    region = parts[3] or None
    found: Bucket | Parameter | Secret | None
    if parts[2] == "s3":
        found = world.get(Bucket, parts[5].partition("/")[0])
    elif parts[2] == "secretsmanager":
        every = world.all(Secret, region=region, account=parts[4])
        found = next((one for one in every if one.arn == arn or re.fullmatch(re.escape(arn) + "-.{6}", one.arn)), None)
    else:
        found = world.get(Parameter, arn)
    if found is None:
        raise Unknown(Gap(message=f"{arn} was not seen, so its key is not known"))
    return found.kms_key
