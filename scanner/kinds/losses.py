"""What is known of Terraform types as such, from dated tables: what is lost with them, what only repeats others."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from scanner.engine.gate.destructive import Losses


@cache
def echoes() -> dict[str, dict[str, list[str]]]:
    """Give for each Terraform type the attributes that only repeat what resources of other types have set."""
    text = files("scanner.kinds").joinpath("data/echoes.toml").read_text("utf-8")
    return {name: table for name, table in tomllib.loads(text).items() if name != "as_of"}


@cache
def losses() -> dict[str, Losses]:
    """Give the sorts of losses, by the rule that each is told as.

    Raises:
        msgspec.ValidationError: the table has an unknown key.
    """
    text = files("scanner.kinds").joinpath("data/destructive.toml").read_text("utf-8")
    given = tomllib.loads(text)
    return {f"plan_{name}": msgspec.convert(table, Losses) for name, table in given.items() if name != "as_of"}
