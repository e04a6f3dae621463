"""Small plans of keys for the tests of `phiward gate`, as `terraform show -json` writes them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.nights import ACCOUNT, REGION

if TYPE_CHECKING:
    from pathlib import Path

AWS = "registry.terraform.io/hashicorp/aws"


def values(name: str, *, rotates: bool | None) -> dict[str, Any]:
    """Give a key's attributes; the id is the name, as in the stores of these tests."""
    arn = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{name}"
    return {
        "id": name, "key_id": name, "arn": arn, "description": name, "enable_key_rotation": rotates,
        "is_enabled": True, "customer_master_key_spec": "SYMMETRIC_DEFAULT", "key_usage": "ENCRYPT_DECRYPT",
        "tags": {}, "tags_all": {},
    }  # fmt: skip


def change(name: str, before: bool | None, after: bool | None, address: str = "") -> dict[str, Any]:
    """Change whether a key rotates; None before is no key yet, None after is not known until apply."""
    old = None if before is None else values(name, rotates=before)
    new = values(name, rotates=after)
    hidden = {"enable_key_rotation": True} if after is None else {}
    actions = ["create"] if old is None else ["no-op"] if old == new else ["update"]
    if after is None:
        del new["enable_key_rotation"]
    body = {"actions": actions, "before": old, "after": new, "after_unknown": hidden}
    address = address or f"aws_kms_key.{name}"
    return {
        "address": address, "mode": "managed", "type": "aws_kms_key", "name": address.rpartition(".")[2],
        "provider_name": AWS, "change": body,
    }  # fmt: skip


def plan(folder: Path, *changes: dict[str, Any], name: str = "tfplan.json", **more: Any) -> str:
    """Write a plan, and give its path."""
    prior = [
        {key: each[key] for key in ("address", "mode", "type", "name", "provider_name")}
        | {"values": each["change"]["before"]}
        for each in changes
        if each["change"]["before"]
    ]
    document = {
        "format_version": "1.2", "terraform_version": "1.9.5", "complete": True, "errored": False,
        "resource_changes": list(changes), "planned_values": {"root_module": {}},
        "prior_state": {"format_version": "1.0", "values": {"root_module": {"resources": prior}}},
        "configuration": {"root_module": {}}, **more,
    }  # fmt: skip
    file = folder / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)


def state(
    folder: Path, *keys: dict[str, Any], name: str = "infra.tfstate", prefix: str = "", sort: str = "aws_kms_key"
) -> str:
    """Write a state file of version 4 that holds keys, or what else is of a type, and give its path."""
    resources = [
        {"mode": "managed", "type": sort, "name": f"{prefix}{each['id']}",
         "provider": f'provider["{AWS}"]', "instances": [{"attributes": each}]}
        for each in keys
    ]  # fmt: skip
    document = {"version": 4, "terraform_version": "1.9.5", "serial": 3, "lineage": "l", "resources": resources}
    file = folder / name
    file.write_text(json.dumps(document), encoding="utf-8")
    return str(file)
