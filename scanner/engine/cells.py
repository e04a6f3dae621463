"""The tables of config.toml on cells, accounts that are built alike, and on the disaster recovery Region."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo, field_validator, model_validator


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AllowedTable(_Table):
    """A difference from the blueprint that is meant: of a kind, a fact or a name, and why."""

    kind: str = ""
    fact: str = ""
    name: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _says_what_and_why(self) -> AllowedTable:
        if not (self.kind or self.fact or self.name):
            raise ValueError("say what may differ: give `kind`, `fact` or `name`, or several of them")
        if not self.reason.strip():
            raise ValueError("say why it may differ: give `reason`")
        return self


class CellTable(_Table):
    """A group of accounts that are built alike.

    `blueprint` is the account, by its id or name, that the others are to match; `parameters` name facts that may
    differ from account to account, `allowed` single differences that are meant.
    """

    blueprint: str
    parameters: tuple[str, ...] = ()
    allowed: tuple[AllowedTable, ...] = ()

    @field_validator("blueprint")
    @classmethod
    def _named(cls, given: str) -> str:
        if not given.strip():
            raise ValueError("name the account that the others are to match, by its id or name")
        return given


def _group(given: str, info: ValidationInfo) -> str:
    if given not in {table.group for table in info.data.get("accounts", {}).values()}:
        raise ValueError(f"{given!r} is no group of an account in [accounts]")
    return given


def _blueprint(given: CellTable, info: ValidationInfo) -> CellTable:
    accounts = info.data.get("accounts", {})
    if given.blueprint not in {*accounts, *(table.name for table in accounts.values())}:
        raise ValueError(f"the blueprint {given.blueprint!r} is no account of [accounts], by its id or name")
    return given


Cells = dict[Annotated[str, AfterValidator(_group)], Annotated[CellTable, AfterValidator(_blueprint)]]
"""The groups of accounts that are built alike, by their names in `[accounts]`."""
