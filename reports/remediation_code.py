"""What a step does, as other programs take it: a policy as YAML, API operations as AWS CLI, code as HCL."""

from __future__ import annotations

import json
import re
import shlex
from typing import TYPE_CHECKING, Any

import msgspec

from reports.words import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from scanner.model.plan import Step, WriteCall

CLI_NAMES = {"s3": "s3api", "config": "configservice", "codedeploy": "deploy", "opsworkscm": "opsworks-cm"}
"""Services that the AWS CLI calls otherwise than the SDK: https://docs.aws.amazon.com/cli/latest/reference/."""
MAPS = frozenset({"tags", "tags_all", "labels", "variables", "triggers"})
"""Arguments of Terraform that are maps; every other map is a nested block."""
JSON_TEXTS = frozenset({"policy", "assume_role_policy"})
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
        inner = list(_body(body, 1)) if isinstance(body, dict) else []
        blocks.append("\n".join([*head, f"resource {_quoted(kind)} {_quoted(label)} {{", *inner, "}"]))
    return "\n\n".join(blocks)


def _label(step: Step) -> str:
    """Take the block's name from the address in the state; without one, make it from the resource's name."""
    parts = _INDEX.sub("", step.managed_by).split(".")
    name = parts[-1] if step.managed_by else step.name.lower()
    name = _LABEL.sub("_", name).strip("_-") or "this"
    return name if name[0].isalpha() else f"_{name}"


def _body(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Give arguments as `terraform fmt` sets them, those of one line aligned; then the nested blocks."""
    indent = "  " * depth
    blocks = {key: value for key, value in values.items() if _is_block(key, value)}
    rest = {clean(key): _argument(key, value, depth) for key, value in values.items() if key not in blocks}
    short = {key: said for key, said in rest.items() if "\n" not in said}
    yield from _aligned(short, indent)
    yield from (f"{indent}{key} = {said}" for key, said in rest.items() if key not in short)
    for place, (key, value) in enumerate(blocks.items()):
        for block in value if isinstance(value, list | tuple) else [value]:
            if rest or place:
                yield ""
            yield f"{indent}{clean(key)} {{" + ("" if block else "}")
            if block:
                yield from _body(block, depth + 1)
                yield f"{indent}}}"


def _argument(key: str, value: Any, depth: int) -> str:
    said = _value(value, depth)
    return f"jsonencode({said})" if key in JSON_TEXTS and isinstance(value, dict) else said


def _aligned(texts: Mapping[str, str], indent: str) -> Iterator[str]:
    wide = max(map(len, texts), default=0)
    return (f"{indent}{key:<{wide}} = {said}" for key, said in texts.items())


def _is_block(key: str, value: Any) -> bool:
    if key in MAPS or key in JSON_TEXTS:
        return False
    many = isinstance(value, list | tuple) and bool(value) and all(isinstance(each, dict) for each in value)
    return many or isinstance(value, dict)


def _value(value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, dict):
        if not value:
            return "{}"
        inner = {_quoted(str(key)): _value(item, depth + 1) for key, item in value.items()}
        return "\n".join(["{", *_aligned(inner, f"{indent}  "), f"{indent}}}"])
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item, depth) for item in value)}]"
    return json.dumps(value, default=str)


def _quoted(text: str) -> str:
    """Quote a text for HCL: no template of Terraform's is left in it."""
    return json.dumps(text, ensure_ascii=True).replace("${", "$${").replace("%{", "%%{")
