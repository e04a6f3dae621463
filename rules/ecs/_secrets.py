"""What several rules on ECS ask: whether what a task takes a secret from is a managed store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ssm import Parameter

if TYPE_CHECKING:
    from scanner.model.inventory import World


REFERENCE = "/aws/reference/secretsmanager/"
"""Parameters below this name are secrets of Secrets Manager, seen through Parameter Store."""


def unprotected(source: str, world: World) -> str:
    """Say why a secret's source is no managed store; nothing where it is one."""
    service = source.split(":")[2] if source.startswith("arn:") else "ssm"
    if service == "secretsmanager":
        return ""
    if service != "ssm":
        return f"{source} is neither in Secrets Manager nor in Parameter Store"
    prefix, separator, rest = source.partition(":parameter")
    name = (prefix + separator if separator else "") + (rest if separator else source).partition(":")[0]
    if REFERENCE in name:
        return ""
    parameter = world.get(Parameter, name)
    if parameter is None:
        return f"the parameter {name} does not exist"
    return "" if parameter.type == "SecureString" else f"the parameter {name} is of type {parameter.type}"
