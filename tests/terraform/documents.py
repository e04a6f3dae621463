"""Small plans and states, made in the tests."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.terraform import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.model.given import Given, Setting
    from scanner.model.resource import Resource

AWS = "registry.terraform.io/hashicorp/aws"


def change(
    address: str, actions: list[str], before: Any = None, after: Any = None, unknown: Any = None, **more: Any
) -> dict[str, Any]:
    """Give one change as Terraform writes it."""
    bare = address.rpartition("[")[0] if address.endswith("]") else address
    sort, name = bare.split(".")[-2:]
    body = {"actions": actions, "before": before, "after": after, "after_unknown": unknown or {}}
    body |= {key: more.pop(key) for key in ("before_sensitive", "after_sensitive") if key in more}
    return {
        "address": address, "mode": "managed", "type": sort, "name": name, "provider_name": AWS, "change": body, **more,
    }  # fmt: skip


def create(address: str, after: Any, unknown: Any = None, **more: Any) -> dict[str, Any]:
    """Give the change that creates a resource."""
    return change(address, ["create"], None, after, {"id": True, "arn": True} if unknown is None else unknown, **more)


def code(address: str, **expressions: Any) -> dict[str, Any]:
    """Give a resource's code: a text that starts with `=` is a reference, everything else a constant."""
    sort, name = address.split(".")[-2:]
    return {
        "address": address, "mode": "managed", "type": sort, "name": name, "provider_config_key": "aws",
        "expressions": {key: expression(value) for key, value in expressions.items()},
    }  # fmt: skip


def expression(value: Any) -> Any:
    """Give one expression; a list of blocks stays one."""
    if isinstance(value, str) and value.startswith("="):
        named = value.removeprefix("=").split(",")
        return {"references": [text for each in named for text in (each, each.rpartition(".")[0] or each)]}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [{key: expression(item) for key, item in block.items()} for block in value]
    return {"constant_value": value}


def plan(
    *changes: Mapping[str, Any], root: Any = None, providers: Any = None, prior: Any = None, **more: Any
) -> dict[str, Any]:
    """Give a plan."""
    made: dict[str, Any] = {
        "format_version": "1.2", "terraform_version": "1.9.5", "planned_values": {"root_module": {}},
        "resource_changes": list(changes), "complete": True, "errored": False,
        "configuration": {
            "provider_config": providers or {"aws": {"name": "aws", "full_name": AWS}},
            "root_module": {"resources": root} if isinstance(root, list) else root or {},
        },
    }  # fmt: skip
    if prior is not None:
        made["prior_state"] = {"format_version": "1.0", "values": {"root_module": {"resources": prior}}}
    return made | more


def standing(address: str, **values: Any) -> dict[str, Any]:
    """Give a resource as a state's values have it."""
    sort, name = address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": sort, "name": name, "provider_name": AWS, "values": values}


def state(*resources: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Give a state file of version 4."""
    return {
        "version": 4, "terraform_version": "1.9.5", "serial": 7, "lineage": "2c1d", "outputs": {},
        "resources": list(resources), **more,
    }  # fmt: skip


def stored(type: str, name: str, *attributes: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Give a resource of a state file."""
    several = len(attributes) > 1
    instances = [
        {"schema_version": 0, "attributes": dict(each)} | ({"index_key": number} if several else {})
        for number, each in enumerate(attributes)
    ]
    return {
        "mode": "managed", "type": type, "name": name, "provider": f'provider["{AWS}"]', "instances": instances, **more,
    }  # fmt: skip


def given(document: Any, **options: Any) -> Given:
    """Read a document."""
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read(data, "tfplan.json", kinds=kinds(), redactor=Redactor(b"k" * 32), **options)


def docs(setting: Setting | None) -> dict[str, Any]:
    """Give the documents of a world by resource id."""
    return {resource.id: resource.sections["planned"].doc for resource in setting.resources} if setting else {}


def only(setting: Setting | None, kind: str = "") -> Resource:
    """Give the one resource of a world, or of a kind in it."""
    found = [resource for resource in (setting.resources if setting else ()) if resource.kind.endswith(kind)]
    assert len(found) == 1, found
    return found[0]
