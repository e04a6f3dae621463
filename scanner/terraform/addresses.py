"""Terraform's addresses: modules, resources, and the keys of their instances."""

from __future__ import annotations

import re
from typing import NamedTuple

_STEP = re.compile(r'([^.\[\]"]+)((?:\[(?:-?\d+|"(?:[^"\\]|\\.)*")\])?)\.?')


class Address(NamedTuple):
    """An address taken apart: the modules with their keys, the resource without its key, and its key."""

    modules: tuple[tuple[str, str], ...]
    resource: str
    key: str

    @property
    def code(self) -> str:
        """The address in the code: without any key."""
        return ".".join((*(f"module.{name}" for name, _ in self.modules), self.resource))

    @property
    def scope(self) -> tuple[str, ...]:
        """The names of the modules."""
        return tuple(name for name, _ in self.modules)


def parse(text: str) -> Address:
    """Take an address apart; what is no address is a resource of that name."""
    steps = _STEP.findall(text)
    modules: list[tuple[str, str]] = []
    while len(steps) > 2 and steps[0][0] == "module":  # noqa: PLR2004  the word, the name, and what lies in it
        modules.append((steps[1][0], steps[1][1]))
        steps = steps[2:]
    if steps and steps[0][0] == "data":
        steps = [(f"data.{steps[1][0]}", steps[1][1]), *steps[2:]] if len(steps) > 1 else steps
    if len(steps) != 2:  # noqa: PLR2004  the type and the name
        return Address(tuple(modules), text, "")
    return Address(tuple(modules), f"{steps[0][0]}.{steps[1][0]}", steps[1][1])


class Reference(NamedTuple):
    """What an expression names: `var`, `module`, `each`, a type; its name; the key; the first attribute after it."""

    head: str
    name: str
    key: str
    attribute: str


def reference(text: str) -> Reference:
    """Take a reference of an expression apart."""
    steps = _STEP.findall(text)
    if steps and steps[0][0] == "data":
        return Reference("data", ".".join(name for name, _ in steps[1:3]), "", "")
    named = [*steps, ("", ""), ("", ""), ("", "")][:3]
    return Reference(named[0][0], named[1][0], named[1][1], named[2][0])


def distinct(texts: list[str]) -> list[str]:
    """Leave out references that another one makes more exact: Terraform names `a.b.id`, and `a.b` after it."""
    once = list(dict.fromkeys(texts))
    return [text for text in once if not any(longer.startswith((f"{text}.", f"{text}[")) for longer in once)]
