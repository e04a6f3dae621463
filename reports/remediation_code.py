"""What a step does, as other programs take it: a policy as YAML, API operations as AWS CLI, code as HCL."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import msgspec

from reports.words import clean
from scanner.terraform.writing import resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.model.plan import Step, WriteCall

CLI_NAMES = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy", "opsworkscm": "opsworks-cm"}
"""Services that the AWS CLI calls otherwise than the SDK: https://docs.aws.amazon.com/cli/latest/reference/."""
ONE_LINE = 72
NAMES = ("OAuth", "OTel", "WhatsApp")
"""Names with a capital within, which the AWS CLI does not take apart."""
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z](?!$)|[A-Z][a-rt-z]$)")
_INDEX = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]')
_LABEL = re.compile(r"[^A-Za-z0-9_-]+")


def policy_yaml(policy: Mapping[str, Any]) -> str:
    """Write a policy as the file that `custodian run` takes."""
    import yaml

    text: str = yaml.safe_dump({"policies": [msgspec.to_builtins(policy)]}, sort_keys=False, width=100)
    return text.rstrip("\n")


def commands(calls: Iterable[WriteCall]) -> str:
    """Write operations as commands of the AWS CLI, in order."""
    return "\n".join(command(call) for call in calls)


def command(call: WriteCall) -> str:
    """Write one operation as a command of the AWS CLI: all parameters as JSON, so that no name is a shell's word."""
    service, _, operation = call.operation.partition(".")
    words = ["aws", CLI_NAMES.get(service, service), cli_operation(operation)]
    if call.region and call.region != "global":
        words += ["--region", call.region]
    said = " ".join(shlex.quote(word) for word in words)
    if not call.parameters:
        return said
    plain = msgspec.to_builtins(call.parameters, enc_hook=str, str_keys=True)
    text = json.dumps(plain, ensure_ascii=True)
    if len(text) > ONE_LINE:
        text = json.dumps(plain, ensure_ascii=True, indent=2)
    return f"{said} --cli-input-json {shlex.quote(text)}"


def cli_operation(operation: str) -> str:
    """Give the AWS CLI's name of an operation: `ModifyDBInstance` is `modify-db-instance`."""
    for name in NAMES:
        operation = operation.replace(name, name.title())
    return _HUMPS.sub("-", operation).lower()


def hcl(step: Step) -> str:
    """Write a step's change in Terraform's language: the arguments to set, resource by resource."""
    label = _label(step)
    blocks = []
    for kind, body in step.terraform.items():
        head = [f"# {clean(step.managed_by)}"] if step.managed_by else []
        blocks.append("\n".join([*head, resource(kind, label, body)]))
    return "\n\n".join(blocks)


def _label(step: Step) -> str:
    """Take the block's name from the address in the state; without one, make it from the resource's name."""
    parts = _INDEX.sub("", step.managed_by).split(".")
    name = parts[-1] if step.managed_by else step.name.lower()
    name = _LABEL.sub("_", name).strip("_-") or "this"
    return name if name[0].isalpha() else f"_{name}"
