"""What holds for each account of an organization, and why: its own table over its tags', its OUs' and the default."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.engine.account_tables import AccountTable, Layer, Session

if TYPE_CHECKING:
    from scanner.engine.settings import Config

DEFAULT = "[aws]"
KEYS = tuple(Layer.model_fields)
"""What a layer may say, by key of config.toml."""


@dataclass(frozen=True)
class Unit:
    """An OU, or the root, of the organization: its id, and its path below the root (empty for the root itself)."""

    id: str
    path: str

    def called(self, name: str) -> bool:
        """Say whether a name of config.toml means it: OUs' names are compared as they are written."""
        return name in {self.id, self.path}


@dataclass(frozen=True)
class Member:
    """An account as the organization knows it.

    `units` lead from the root down to the OU that it is in; they are empty where they were not asked, as `tags` are.
    """

    account: str
    name: str = ""
    state: str = "ACTIVE"
    units: tuple[Unit, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The path of its OU below the root."""
        return self.units[-1].path if self.units else ""


@dataclass(frozen=True)
class Held:
    """What holds for an account: every key with its value, and `why` names the table of config.toml that says it.

    `left_out` is the reason for which a scan leaves the account out; empty where it does not.
    """

    member: Member
    table: AccountTable
    why: Mapping[str, str]
    left_out: str = ""


def held(config: Config, member: Member) -> Held:
    """Say what holds for an account.

    The first table that says a key counts: the account's own; those of its tags, in the order of config.toml; those of
    its OUs, the innermost first; `[aws]`.
    """
    said: dict[str, Any] = {}
    why: dict[str, str] = {}
    for where, layer in _layers(config, member):
        for key in layer.model_fields_set & set(KEYS) - said.keys():
            said[key], why[key] = getattr(layer, key), where
    for key in KEYS:
        if key not in said and key in type(config.aws).model_fields:
            said[key] = getattr(config.aws, key)
            why[key] = DEFAULT if key in config.aws.model_fields_set else "default"
    said |= {key: "" for key in KEYS if key not in said}
    own = config.accounts.get(member.account)
    said["name"] = (own.name if own else "") or member.name or member.account
    why["name"] = _own(member.account) if own and own.name else "organization" if member.name else "its id"
    return Held(member, AccountTable.model_construct(_fields_set=set(said), **said), why, _left_out(config, member))


def _own(account: str) -> str:
    return f'[accounts."{account}"]'


def _layers(config: Config, member: Member) -> Iterator[tuple[str, Session]]:
    if member.account in config.accounts:
        yield _own(member.account), config.accounts[member.account]
    for text, layer in config.organization.tags.items():
        if _bears(member, text):
            yield f'[organization.tags."{text}"]', layer
    for unit in reversed(member.units):
        for name, layer in config.organization.ous.items():
            if unit.called(name):
                yield f'[organization.ous."{name}"]', layer


def _bears(member: Member, text: str) -> bool:
    key, _, value = text.partition("=")
    return member.tags.get(key) == value


def _left_out(config: Config, member: Member) -> str:
    exclude = config.organization.exclude
    if member.state != "ACTIVE":
        return f"the account is {member.state.lower().replace('_', ' ')}"
    if member.account in exclude.accounts:
        return "[organization.exclude] accounts names it"
    for unit in reversed(member.units):
        for name in exclude.ous:
            if unit.called(name):
                return f"[organization.exclude] ous names {name}"
    for key, values in exclude.tags.items():
        if member.tags.get(key) in values:
            return f"[organization.exclude] tags names {key}={member.tags[key]}"
    return ""


def unknown_units(config: Config, units: Sequence[Unit]) -> list[tuple[str, ...]]:
    """Name the keys of config.toml whose OU the organization does not have."""
    organization = config.organization
    named: list[tuple[str, ...]] = [("organization", "ous", name) for name in organization.ous]
    named += [("organization", "exclude", "ous", name) for name in organization.exclude.ous]
    return [keys for keys in named if not any(unit.called(keys[-1]) for unit in units)]


def with_accounts(config: Config, found: Sequence[Held]) -> Config:
    """Give the configuration in which every account has its whole table, of OUs and tags too."""
    tables = {each.member.account: each.table for each in found}
    return config.model_copy(update={"accounts": {**config.accounts, **tables}})
