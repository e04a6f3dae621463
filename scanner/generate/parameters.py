"""A rule's settings as a table: name, type, default, description, and the key of config.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from scanner.engine.normalise import builtin
from scanner.generate.markdown import code, codes, compact, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Rule

WORDS: dict[Any, str] = {bool: "true or false", int: "whole number", float: "number", str: "text"}
BOUNDS = {
    "ge": "at least",
    "gt": "more than",
    "le": "at most",
    "lt": "less than",
    "min_length": "length at least",
    "max_length": "length at most",
    "pattern": "pattern",
}


def parameters(rule: type[Rule]) -> str:
    """Write a rule's settings; the empty text for a rule that has none."""
    rows = list(_rows(rule))
    where = f"In the table {code(f'[rules.{rule.id}]')} of config.toml."
    return "\n\n".join([where, table(("setting", "type", "default", "what it says"), rows)]) if rows else ""


def _rows(rule: type[Rule]) -> Iterator[tuple[str, str, str, str]]:
    hints = get_type_hints(rule.Settings, include_extras=True)
    for field in msgspec.structs.fields(rule.Settings):
        hint = hints[field.name]
        metas = [meta for meta in getattr(hint, "__metadata__", ()) if isinstance(meta, msgspec.Meta)]
        bare = hint.__origin__ if hasattr(hint, "__metadata__") else hint
        bounds = [text for meta in metas for text in _bounds(meta)]
        said = [meta.description for meta in metas if meta.description]
        said += [f"Taken from {code(key)} unless it stands here." for meta in metas if (key := _config_key(meta))]
        yield code(field.name), ", ".join([type_text(bare), *bounds]), _default(field), " ".join(said)


def type_text(hint: Any) -> str:
    """Say a type in words."""
    if hint in WORDS:
        return WORDS[hint]
    if hasattr(hint, "__metadata__"):
        bounds = [text for meta in hint.__metadata__ if isinstance(meta, msgspec.Meta) for text in _bounds(meta)]
        return ", ".join([type_text(hint.__origin__), *bounds])
    origin, inner = get_origin(hint), get_args(hint)
    if origin is Literal:
        return "one of " + codes(map(compact, inner))
    if origin in {tuple, list, frozenset, set}:
        return f"list of {type_text(inner[0])}"
    if origin is dict:
        return f"table, {type_text(inner[0])} to {type_text(inner[1])}"
    return " or ".join("none" if one is type(None) else type_text(one) for one in inner) or getattr(
        hint, "__name__", str(hint)
    )


def _bounds(meta: msgspec.Meta) -> Iterator[str]:
    for name, words in BOUNDS.items():
        value = getattr(meta, name)
        if value is not None:
            yield f"{words} {code(value) if isinstance(value, str) else value}"


def _config_key(meta: msgspec.Meta) -> str:
    return str((meta.extra or {}).get("config", ""))


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.default_factory is not msgspec.NODEFAULT:
        return code(compact(builtin(field.default_factory())))
    return code(compact(builtin(field.default)))
