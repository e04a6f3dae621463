"""What the configuration of the providers says of account and Region."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from scanner.terraform.entries import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.terraform.shapes import Plan, Provider

DIGITS = 12
"""How many digits an account's id has."""


def place(plan: Plan, used: Iterable[str], account: str, region: str) -> Place:
    """Say where the resources of each provider configuration lie, as far as constants and root variables say it."""
    configured = (plan.configuration.provider_config if plan.configuration else None) or {}
    variables = plan.variables or {}
    regions = {key: _region(provider, variables) for key, provider in configured.items() if _is_aws(key, provider)}
    accounts = {key: _account(provider, variables) for key, provider in configured.items() if _is_aws(key, provider)}
    return Place(account, region, _spread(accounts, used), _spread(regions, used))


def partition(plan: Plan) -> str:
    """Say in which partition all the providers are, by their Regions; `aws` where they differ."""
    configured = (plan.configuration.provider_config if plan.configuration else None) or {}
    regions = (
        _region(provider, plan.variables or {}) for key, provider in configured.items() if _is_aws(key, provider)
    )
    found = {partition_of(region) for region in regions}
    return found.pop() if len(found) == 1 else "aws"


def partition_of(region: str) -> str:
    """Give the partition of a Region."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _is_aws(key: str, provider: Provider) -> bool:
    return (provider.name or key.rpartition(":")[2].partition(".")[0]).rpartition("/")[2] == "aws"


def _spread(known: Mapping[str, str], used: Iterable[str]) -> dict[str, str]:
    """Give each provider that is used what is known of it; one that a module is handed is the root's of that name."""
    every = set(known.values())
    only = next(iter(every)) if len(every) == 1 else ""
    found = {}
    for key in used:
        value = known.get(key) or known.get(key.rpartition(":")[2]) or ("" if key in known else only)
        if value:
            found[key] = value
    return found


def _region(provider: Provider, variables: Mapping[str, msgspec.Raw]) -> str:
    value = _constant(provider.expressions, "region", variables)
    return value if isinstance(value, str) else ""


def _account(provider: Provider, variables: Mapping[str, msgspec.Raw]) -> str:
    allowed = _constant(provider.expressions, "allowed_account_ids", variables)
    if isinstance(allowed, list) and len(allowed) == 1:
        return _digits(str(allowed[0]))
    roles = provider.expressions.get("assume_role") if isinstance(provider.expressions, dict) else None
    role = roles[0] if isinstance(roles, list) and len(roles) == 1 else roles
    arn = _constant(role, "role_arn", variables)
    parts = arn.split(":") if isinstance(arn, str) else []
    return _digits(parts[4]) if len(parts) > 4 else ""  # noqa: PLR2004  where the account stands in an ARN


def _digits(text: str) -> str:
    return text if len(text) == DIGITS and text.isdigit() else ""


def _constant(expressions: Any, name: str, variables: Mapping[str, msgspec.Raw]) -> Any:
    said = expressions.get(name) if isinstance(expressions, dict) else None
    if not isinstance(said, dict):
        return None
    named = said.get("references")
    if isinstance(named, list) and len(named) == 1 and isinstance(named[0], str) and named[0].startswith("var."):
        raw = variables.get(named[0].removeprefix("var."))
        value = _decoded(raw) if raw is not None else None
        return value.get("value") if isinstance(value, dict) else None
    return said.get("constant_value")


def _decoded(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None
