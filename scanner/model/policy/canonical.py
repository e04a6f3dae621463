"""One text for all spellings of a policy, so that two readings of it can be compared."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from scanner.model.policy.statement import Condition, Patterns, Principals, Statement


def canonical(version: str | None, name: str | None, statements: Iterable[Statement], *, labels: bool) -> str:
    """The document as JSON: all sorted and single, actions in lower case, account roots as account ids.

    The version stays as it is, since without one the document is read by the rules of 2008. So does the bare asterisk
    beside `{"AWS": "*"}`. Without `labels`, Sid and Id, which change no right, are left out.
    """
    out: dict[str, Any] = {"Version": version} if version is not None else {}
    if labels and name is not None:
        out["Id"] = name
    entries = {_dumps(_statement(entry, labels=labels)) for entry in statements}
    out["Statement"] = [json.loads(entry) for entry in sorted(entries)]
    return _dumps(out)


def _dumps(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _statement(entry: Statement, *, labels: bool) -> dict[str, Any]:
    out: dict[str, Any] = {"Effect": "Allow" if entry.allows else "Deny"}
    if labels and entry.sid is not None:
        out["Sid"] = entry.sid
    if entry.principals is not None:
        out["NotPrincipal" if entry.principals.negated else "Principal"] = _principals(entry.principals)
    out["NotAction" if entry.actions.negated else "Action"] = _values(entry.actions)
    if entry.resources is not None:
        out["NotResource" if entry.resources.negated else "Resource"] = _values(entry.resources)
    if entry.conditions:
        out["Condition"] = _conditions(entry.conditions)
    return out


def _values(patterns: Patterns) -> list[str]:
    return sorted({value.lower() for value in patterns.values} if patterns.actions else set(patterns.values))


def _principals(principals: Principals) -> Any:
    grouped: dict[str, set[str]] = {}
    for item in principals.items:
        grouped.setdefault(item.kind, set()).add(item.canonical)
    return "*" if "*" in grouped else {kind: sorted(values) for kind, values in grouped.items()}


def _conditions(conditions: Iterable[Condition]) -> dict[str, dict[str, list[str]]]:
    out: dict[str, dict[str, list[str]]] = {}
    for test in conditions:
        out.setdefault(test.written, {})[test.key] = sorted(set(test.values))
    return out
