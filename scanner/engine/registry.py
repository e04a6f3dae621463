"""Finds the kinds and rules that there are, by walking the packages: no list to keep."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.model.kind import Kind
from scanner.model.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType


class UnknownNameError(ValueError):
    """A rule or kind that is named does not exist."""


@cache
def kinds(package: str = "scanner.kinds") -> dict[str, type[Kind]]:
    """Give every kind of a package by its CloudFormation type.

    Raises:
        TypeError: two kinds have the same type.
    """
    found: dict[str, type[Kind]] = {}
    for module in _modules(package):
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Kind) and value.__module__ == module.__name__:
                if value.cfn in found:
                    message = f"{value.cfn} is declared twice: {found[value.cfn].__module__} and {value.__module__}"
                    raise TypeError(message)
                found[value.cfn] = value
    return dict(sorted(found.items()))


@cache
def rules(package: str = "rules") -> dict[str, type[Rule]]:
    """Give every rule of a package by its id.

    Raises:
        TypeError: two rules have the same id.
    """
    return _by_id(rule for module in _modules(package) for rule in _rules_in(module))


def rules_from(paths: Iterable[Path]) -> dict[str, type[Rule]]:
    """Load rule files of the user's own; the id is the file's path below the given folder, joined by `_`.

    Raises:
        UnknownNameError: a path holds no rule file, or one that cannot be loaded.
        TypeError: two rules have the same id.
    """
    found: list[type[Rule]] = []
    for path in paths:
        files = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        base = path if path.is_dir() else path.parent
        rules_here = [rule for file in files if file.is_file() for rule in _rules_in(_load(file, base))]
        if not rules_here:
            message = f"{path}: no rule file there"
            raise UnknownNameError(message)
        found += rules_here
    return _by_id(found)


def _load(file: Path, base: Path) -> ModuleType:
    name = ".".join(("own_rules", *file.relative_to(base).with_suffix("").parts))
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        message = f"{file}: not a Python file"
        raise UnknownNameError(message)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        sys.modules.pop(name, None)
        message = f"{file}: cannot be loaded: {type(error).__name__}: {error}"
        raise UnknownNameError(message) from error
    return module


def _by_id(found: Iterable[type[Rule]]) -> dict[str, type[Rule]]:
    by_id: dict[str, type[Rule]] = {}
    for rule in found:
        if rule.id in by_id:
            message = f"the rule {rule.id} is declared twice: {by_id[rule.id].__module__} and {rule.__module__}"
            raise TypeError(message)
        by_id[rule.id] = rule
    return dict(sorted(by_id.items()))


def _rules_in(module: ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__:
            yield value


def _modules(package: str) -> Iterator[ModuleType]:
    root = importlib.import_module(package)
    yield root
    for info in pkgutil.walk_packages(root.__path__, package + "."):
        yield importlib.import_module(info.name)


def kinds_needed(selected: Iterable[type[Rule]]) -> dict[str, type[Kind]]:
    """Give the kinds that rules judge or look up, with the parents and the referring kinds that these stand on."""
    return with_roots(kind for rule in selected for kind in (*rule.judged(), *rule.needs))


def with_roots(chosen: Iterable[type[Kind]]) -> dict[str, type[Kind]]:
    """Give kinds with the parents and the referring kinds without which they cannot be listed."""
    by_name = {kind.__name__: kind for kind in kinds().values()}
    todo = list(chosen)
    found: dict[str, type[Kind]] = {}
    while todo:
        kind = todo.pop()
        if kind.cfn in found:
            continue
        found[kind.cfn] = kind
        for call in kind.roots():
            todo += [call.of] if call.of else []
            todo += [by_name[name.partition(".")[0]] for name in call.facts]
    return dict(sorted(found.items()))
