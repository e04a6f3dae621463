"""The tables of config.toml on cells, accounts that are built alike, and on the disaster recovery Region."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator

VALUE = re.compile(r"[a-z][a-z0-9_]*")
"""The name of a value that each account of a group has for itself."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AllowedTable(_Table):
    """A difference from the model that is meant: of a kind, a fact or a name, and why.

    With a `direction`, numbers may differ to one side alone: the account's is `at_least` or `at_most` the model's.
    """

    kind: str = ""
    fact: str = ""
    name: str = ""
    reason: str = ""
    direction: Literal["", "at_least", "at_most"] = ""

    @model_validator(mode="after")
    def _says_what_and_why(self) -> AllowedTable:
        if not (self.kind or self.fact or self.name):
            raise ValueError("say what may differ: give `kind`, `fact` or `name`, or several of them")
        if not self.reason.strip():
            raise ValueError("say why it may differ: give `reason`")
        return self


def _values(given: Any) -> Any:
    """Take texts and numbers by the names of accounts; each is what an account has for itself."""
    if not isinstance(given, Mapping) or not all(isinstance(own, Mapping) for own in given.values()):
        raise ValueError('give a table for each account, such as values."alpha" = { cidr = "10.64.0.0/16" }')
    return {name: {key: _value(key, item) for key, item in own.items()} for name, own in given.items()}


def _value(key: str, given: Any) -> str:
    if not VALUE.fullmatch(key):
        raise ValueError(f"{key!r} is no name of a value; take small letters, digits and _")
    text = str(given) if isinstance(given, str | int) and not isinstance(given, bool) else ""
    if not text.strip():
        raise ValueError(f"{key!r} has no value; give a text or a number")
    if re.fullmatch(r"[0-9a-fA-F.:]+/\d+", text):
        try:
            ipaddress.ip_network(text)
        except ValueError as error:
            raise ValueError(f"{key!r}: {error}") from error
    return text


class CellTable(_Table):
    """A group of accounts that are built alike.

    `blueprint` is the account, by its id or name, that the others are to match; without one the majority counts for
    each property. `parameters` name facts that may differ from account to account, `allowed` single differences that
    are meant. `values` are what each account, by its id or name, has for itself: a CIDR, a domain, a client's name;
    they stand for one another in names and settings.
    """

    blueprint: str = ""
    parameters: tuple[str, ...] = ()
    allowed: tuple[AllowedTable, ...] = ()
    values: dict[str, dict[str, str]] = {}

    _values = field_validator("values", mode="before")(_values)


def _group(given: str, info: ValidationInfo) -> str:
    if given not in {table.group for table in info.data.get("accounts", {}).values()}:
        raise ValueError(f"{given!r} is no group of an account in [accounts]")
    return given


def _accounts_named(given: CellTable, info: ValidationInfo) -> CellTable:
    accounts = info.data.get("accounts", {})
    known = {*accounts, *(table.name for table in accounts.values() if table.name)}
    if given.blueprint and given.blueprint not in known:
        raise ValueError(f"the blueprint {given.blueprint!r} is no account of [accounts], by its id or name")
    for name in given.values:
        if name not in known:
            raise ValueError(f"values: {name!r} is no account of [accounts], by its id or name")
    return given


Cells = dict[Annotated[str, AfterValidator(_group)], Annotated[CellTable, AfterValidator(_accounts_named)]]
"""The groups of accounts that are built alike, by their names in `[accounts]`."""
