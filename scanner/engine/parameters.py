"""A rule's parameters: its own defaults, then config.toml, then what it says of an account or a tag."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from functools import partial
from typing import Annotated, Any, get_type_hints

import msgspec

from scanner.engine.settings import Config, ConfigError
from scanner.model.fact import derive
from scanner.model.resource import Resource
from scanner.model.rule import Rule, Settings

OVERRIDE = "override"
"""The key of a rule's table that holds a list of tables, each with `accounts` or `tags` and the parameters there."""


class Where(msgspec.Struct, frozen=True):
    """What an override speaks of: these accounts, what bears all these tags."""

    accounts: tuple[Annotated[str, msgspec.Meta(pattern=r"^\d{12}$")], ...] = ()
    tags: dict[str, str] = {}


class Parameters:
    """The typed parameters of each rule, by resource."""

    def __init__(self, config: Config, rules: Mapping[str, type[Rule]], name: str = "config.toml") -> None:
        """Check every rule's table.

        Raises:
            ConfigError: a table names no rule, or a parameter that the rule does not have, or a value of another type.
        """
        self._config, self._name = config, name
        self._plain: dict[str, Settings] = {}
        self._overrides: dict[str, list[tuple[Where, Settings]]] = {}
        tables = {key: table for key, table in config.rules.items() if key != "paths"}
        for key, table in tables.items():
            if key not in rules:
                near = get_close_matches(key, rules, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise ConfigError(f"{config.place(name, 'rules', key)}: there is no such rule{hint}")
            if not isinstance(table, dict):
                raise ConfigError(f"{config.place(name, 'rules', key)}: give a table of parameters")
        elsewhere = config.model_dump()
        for rule in rules.values():
            self._read(rule, dict(tables.get(rule.id, {})), elsewhere)

    def _read(self, rule: type[Rule], table: dict[str, Any], elsewhere: Mapping[str, Any]) -> None:
        overrides = table.pop(OVERRIDE, [])
        base = {**_from_elsewhere(rule, elsewhere), **table}
        self._plain[rule.id] = self._convert(rule, base)
        self._overrides[rule.id] = []
        place = self._config.place(self._name, "rules", rule.id, OVERRIDE)
        if not isinstance(overrides, list) or not all(isinstance(given, dict) for given in overrides):
            raise ConfigError(f"{place}: give a list of tables, [[rules.{rule.id}.{OVERRIDE}]]")
        for number, given in enumerate(overrides, 1):
            rest = {name: value for name, value in given.items() if name not in Where.__struct_fields__}
            try:
                where = msgspec.convert({name: given[name] for name in given if name not in rest}, Where)
            except msgspec.ValidationError as error:
                raise ConfigError(f"{place} {number}: {error}") from error
            if not where.accounts and not where.tags:
                raise ConfigError(f"{place} {number}: say for which `accounts` or `tags`")
            self._overrides[rule.id].append((where, self._convert(rule, {**base, **rest})))

    def _convert(self, rule: type[Rule], given: Mapping[str, Any]) -> Settings:
        try:
            made: Settings = msgspec.convert(dict(given), rule.Settings)
        except msgspec.ValidationError as error:
            known = ", ".join(rule.Settings.__struct_fields__) or "none"
            key = re.findall(r"`(?:\$\.)?([a-z_]\w*)", str(error))[-1:]
            place = self._config.place(self._name, "rules", rule.id, *(name for name in key if name in given))
            raise ConfigError(f"{place}: {error}; its parameters: {known}") from error
        return made

    def __call__(self, rule: type[Rule], resource: Resource) -> Settings:
        """Give a rule's parameters for a resource: the last override that speaks of it, else the plain ones.

        Raises:
            Unknown: they hang on tags, which could not be learned.
        """
        chosen = self._plain[rule.id]
        for where, settings in self._overrides[rule.id]:
            if _speaks_of(where, rule, resource):
                chosen = settings
        return chosen

    def of_rule(self, rule: type[Rule]) -> Callable[[Resource], Settings]:
        """Give the function of a resource that gives a rule's parameters for it; see `__call__`."""
        if rule.id not in self._plain or self._overrides[rule.id]:
            return partial(self, rule)
        plain = self._plain[rule.id]
        return lambda _: plain

    def in_force(self, rule: type[Rule]) -> tuple[Settings, list[tuple[Where, Settings]]]:
        """Give a rule's plain parameters, and the overrides with what each speaks of."""
        return self._plain[rule.id], self._overrides[rule.id]


def _from_elsewhere(rule: type[Rule], elsewhere: Mapping[str, Any]) -> dict[str, Any]:
    """Take the parameters that other tables of config.toml give: see `_at` for how they are named."""
    found: dict[str, Any] = {}
    for name, hint in get_type_hints(rule.Settings, include_extras=True).items():
        for meta in getattr(hint, "__metadata__", ()):
            key = (meta.extra or {}).get("config") if isinstance(meta, msgspec.Meta) else None
            value = _at(elsewhere, key.split(".")) if key else None
            if value:
                found[name] = value
    return found


def _at(given: Any, keys: Sequence[str]) -> Any:
    """Give what stands at a path of keys: `overlay.cidr` a value, `address_plan` a whole table.

    `*` stands for every key of a table: `accounts.*.group` maps each account to its group, those without one left out.
    """
    if not keys or not isinstance(given, Mapping):
        return None if keys else given
    key, rest = keys[0], keys[1:]
    if key != "*":
        return _at(given.get(key), rest)
    return {name: value for name, item in given.items() if (value := _at(item, rest))}


def _speaks_of(where: Where, rule: type[Rule], resource: Resource) -> bool:
    if where.accounts and resource.account not in where.accounts:
        return False
    if not where.tags:
        return True
    tags = resource.tags
    kind = next(kind for kind in rule.judged() if kind.cfn == resource.kind)
    if tags is None and "tags" in kind.facts:
        tags = derive(resource, kind.facts["tags"])
    return all((tags or {}).get(key) == value for key, value in where.tags.items())


def described(rule: type[Rule]) -> list[dict[str, Any]]:
    """Say a rule's parameters: name, type, default, meaning."""
    from scanner.engine.normalise import builtin

    found = []
    for field in msgspec.structs.fields(rule.Settings):
        hint = get_type_hints(rule.Settings, include_extras=True)[field.name]
        metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
        plain = get_type_hints(rule.Settings)[field.name]
        default = field.default if field.default_factory is msgspec.NODEFAULT else field.default_factory()
        found.append(
            {
                "name": field.name,
                "type": getattr(plain, "__name__", str(plain)) if not getattr(plain, "__args__", None) else str(plain),
                "default": builtin(default),
                "description": next((meta.description for meta in metas if meta.description), ""),
            }
        )
    return found
