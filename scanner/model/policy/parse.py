"""Reading policy documents: text, URL-encoded text or objects, in every spelling the policy language permits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeGuard
from urllib.parse import unquote

from scanner.model.policy.statement import Condition, Patterns, Principal, Principals, Statement

OPERATORS: Final = (
    "StringEquals StringNotEquals StringEqualsIgnoreCase StringNotEqualsIgnoreCase StringLike StringNotLike "
    "NumericEquals NumericNotEquals NumericLessThan NumericLessThanEquals NumericGreaterThan NumericGreaterThanEquals "
    "DateEquals DateNotEquals DateLessThan DateLessThanEquals DateGreaterThan DateGreaterThanEquals "
    "Bool BinaryEquals IpAddress NotIpAddress ArnEquals ArnLike ArnNotEquals ArnNotLike Null"
).split()
_OPERATOR: Final = {name.lower(): name for name in OPERATORS}
_QUANTIFIER: Final = {"forallvalues": "ForAllValues", "foranyvalue": "ForAnyValue"}
_PRINCIPAL: Final = {kind.lower(): kind for kind in ("AWS", "Service", "Federated", "CanonicalUser")}
_DOCUMENT: Final = {name.lower(): name for name in ("Version", "Id", "Statement")}
_STATEMENT: Final = {
    name.lower(): name
    for name in "Sid Effect Principal NotPrincipal Action NotAction Resource NotResource Condition".split()
}


class PolicyError(ValueError):
    """The document is not a policy: the message says where and why."""


def read_document(value: str | Mapping[str, Any]) -> tuple[str | None, str | None, tuple[Statement, ...]]:
    """Version, Id and statements of a document.

    Raises:
        PolicyError: the text is no JSON object, or an element is missing, unknown, doubled or of the wrong type.
    """
    document = _elements(_decode(value) if isinstance(value, str) else value, "the document", _DOCUMENT)
    if "Statement" not in document:
        raise PolicyError("policy: the document has no Statement")
    found = document["Statement"]
    statements = found if _is_list(found) else [found]
    return (
        _text(document.get("Version"), "Version"),
        _text(document.get("Id"), "Id"),
        tuple(_statement(entry, place) for place, entry in enumerate(statements)),
    )


def _decode(text: str) -> Any:
    raw = text.strip()
    if raw.startswith("%"):
        raw = unquote(raw).strip()
    try:
        return json.loads(raw, object_pairs_hook=_once_each)
    except json.JSONDecodeError as error:
        raise PolicyError(f"policy: not JSON: {error.msg} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise PolicyError("policy: not a policy document: nested too deeply") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = dict(pairs)
    if len(seen) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise PolicyError(f"policy: {twice!r} stands twice in one object")
    return seen


def _elements(value: Any, where: str, known: Mapping[str, str]) -> dict[str, Any]:
    """The elements under their proper names; one set to null is absent."""
    if not isinstance(value, Mapping):
        raise PolicyError(f"policy: {where} must be an object, not {_show(value)}")
    out: dict[str, Any] = {}
    for name, content in value.items():
        proper = known.get(name.lower()) if isinstance(name, str) else None
        if proper is None:
            raise PolicyError(f"policy: {where} has an unknown element {name!r}; known: {', '.join(known.values())}")
        if proper in out:
            raise PolicyError(f"policy: {where} has {proper} twice")
        if content is not None:
            out[proper] = content
    return out


def _statement(value: Any, place: int) -> Statement:
    where = f"Statement[{place}]"
    parts = _elements(value, where, _STATEMENT)
    effect = parts.get("Effect")
    if not isinstance(effect, str) or effect.lower() not in {"allow", "deny"}:
        raise PolicyError(f"policy: {where}.Effect must be Allow or Deny, not {_show(effect)}")
    action, resource, principal = (_either(parts, name, where) for name in ("Action", "Resource", "Principal"))
    if action is None:
        raise PolicyError(f"policy: {where} has neither Action nor NotAction")
    return Statement(
        allows=effect.lower() == "allow",
        actions=Patterns(_texts(action.value, action.where), action.negated, actions=True),
        resources=Patterns(_texts(resource.value, resource.where), resource.negated) if resource else None,
        principals=Principals(_principals(principal.value, principal.where), principal.negated) if principal else None,
        conditions=_conditions(parts.get("Condition"), f"{where}.Condition"),
        sid=_text(parts.get("Sid"), f"{where}.Sid"),
        position=place,
    )


class _Element(NamedTuple):
    value: Any
    negated: bool
    where: str


def _either(parts: Mapping[str, Any], name: str, where: str) -> _Element | None:
    """An element or its Not form, of which a statement has one at most."""
    opposite = f"Not{name}"
    if name in parts and opposite in parts:
        raise PolicyError(f"policy: {where} has both {name} and {opposite}")
    for element, negated in ((name, False), (opposite, True)):
        if element in parts:
            return _Element(parts[element], negated, f"{where}.{element}")
    return None


def _principals(value: Any, where: str) -> tuple[Principal, ...]:
    if value == "*":
        return (Principal("*", "*"),)
    if not isinstance(value, Mapping):
        raise PolicyError(f'policy: {where} must be "*" or an object, not {_show(value)}')
    parts = _elements(value, where, _PRINCIPAL)
    return tuple(Principal(kind, text) for kind, found in parts.items() for text in _texts(found, f"{where}.{kind}"))


def _conditions(value: Any, where: str) -> tuple[Condition, ...]:
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise PolicyError(f"policy: {where} must be an object, not {_show(value)}")
    tests: dict[tuple[str, str], Condition] = {}
    for written, block in value.items():
        quantifier, operator, if_exists = _operator(written, where)
        if not isinstance(block, Mapping):
            raise PolicyError(f"policy: {where}.{written} must be an object, not {_show(block)}")
        for key, found in block.items():
            if not isinstance(key, str) or not key:
                raise PolicyError(f"policy: {where}.{written} has a condition key that is no text: {key!r}")
            values = tuple(_scalar(item, f"{where}.{written}.{key}") for item in _listed(found))
            if operator in {"Bool", "Null"}:
                values = tuple(item.lower() for item in values)
            test = Condition(operator, key.lower(), values, quantifier, if_exists)
            if (test.written, test.key) in tests:
                raise PolicyError(f"policy: {where} has {test.written} {key} twice (keys and operators ignore case)")
            tests[test.written, test.key] = test
    return tuple(tests.values())


def _operator(written: Any, where: str) -> tuple[str, str, bool]:
    text = written.lower() if isinstance(written, str) else ""
    prefix, colon, rest = text.rpartition(":")
    if_exists = rest.endswith("ifexists")
    operator = _OPERATOR.get(rest.removesuffix("ifexists"))
    if operator is None or (colon and prefix not in _QUANTIFIER) or (operator == "Null" and if_exists):
        raise PolicyError(f"policy: {where} has an unknown operator {written!r}")
    return _QUANTIFIER.get(prefix, ""), operator, if_exists


def _texts(value: Any, where: str) -> tuple[str, ...]:
    for item in (found := _listed(value)):
        if not isinstance(item, str):
            raise PolicyError(f"policy: {where} must be text or a list of texts, not {_show(item)}")
    return tuple(found)


def _scalar(value: Any, where: str) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case int() | float():
            return json.dumps(value)
        case _:
            raise PolicyError(f"policy: {where} must be text, a number or a boolean, not {_show(value)}")


def _text(value: Any, where: str) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise PolicyError(f"policy: {where} must be text, not {_show(value)}")


def _is_list(value: Any) -> TypeGuard[Sequence[Any]]:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _listed(value: Any) -> list[Any]:
    return list(value) if _is_list(value) else [value]


def _show(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."  # noqa: PLR2004 - one line of a terminal
