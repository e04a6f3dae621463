"""Arguments written in Terraform's language, as `terraform fmt` sets them.

Source: Terraform language documentation, "Syntax Configuration", "Strings and Templates", "Style Guide".
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MAPS = frozenset({"tags", "tags_all", "labels", "variables", "triggers"})
"""Arguments that are maps; every other map is a nested block."""
JSON_TEXTS = frozenset({"policy", "assume_role_policy"})
_NO_NAME = re.compile(r"[^A-Za-z0-9_-]+")


def resource(kind: str, label: str, body: Any) -> str:
    """Write a resource block; a body that is no map leaves it empty."""
    inner = list(_body(body, 1)) if isinstance(body, Mapping) else []
    return "\n".join([f"resource {quoted(kind)} {quoted(label)} {{", *inner, "}"])


def quoted(text: str) -> str:
    """Quote a text: no template of Terraform's is left in it."""
    return json.dumps(text, ensure_ascii=True).replace("${", "$${").replace("%{", "%%{")


def _name(key: str) -> str:
    return _NO_NAME.sub("_", key)


def _body(values: Mapping[str, Any], depth: int) -> Iterator[str]:
    """Give arguments, those of one line aligned; then the nested blocks."""
    indent = "  " * depth
    blocks = {key: value for key, value in values.items() if _is_block(key, value)}
    rest = {_name(key): _argument(key, value, depth) for key, value in values.items() if key not in blocks}
    short = {key: said for key, said in rest.items() if "\n" not in said}
    yield from _aligned(short, indent)
    yield from (f"{indent}{key} = {said}" for key, said in rest.items() if key not in short)
    for place, (key, value) in enumerate(blocks.items()):
        for block in value if isinstance(value, list | tuple) else [value]:
            if rest or place:
                yield ""
            yield f"{indent}{_name(key)} {{" + ("" if block else "}")
            if block:
                yield from _body(block, depth + 1)
                yield f"{indent}}}"


def _argument(key: str, value: Any, depth: int) -> str:
    said = _value(value, depth)
    return f"jsonencode({said})" if key in JSON_TEXTS and isinstance(value, Mapping) else said


def _aligned(texts: Mapping[str, str], indent: str) -> Iterator[str]:
    wide = max(map(len, texts), default=0)
    return (f"{indent}{key:<{wide}} = {said}" for key, said in texts.items())


def _is_block(key: str, value: Any) -> bool:
    if key in MAPS or key in JSON_TEXTS:
        return False
    many = isinstance(value, list | tuple) and bool(value) and all(isinstance(each, Mapping) for each in value)
    return many or isinstance(value, Mapping)


def _value(value: Any, depth: int) -> str:
    indent = "  " * depth
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        inner = {quoted(str(key)): _value(item, depth + 1) for key, item in value.items()}
        return "\n".join(["{", *_aligned(inner, f"{indent}  "), f"{indent}}}"])
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(item, depth) for item in value)}]"
    return json.dumps(value, default=str)
