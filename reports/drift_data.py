"""Drift for programs: one JSON document, and a table for spreadsheets."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from reports import changes as words
from reports.csv_report import inert
from reports.json_report import SCHEMA, encode
from reports.words import moment

if TYPE_CHECKING:
    from reports.view import DriftView, ScanRef
    from scanner.model.change import Attribution, Change

PLAIN = "account region kind resource key name action path property before after".split()
COLUMNS = (
    "id severity impact direction action account account_name region kind name resource path property before after "
    "redacted since seen members why rules actor actor_type session source_ip channel event event_id at confidence "
    "confidence_why older newer baseline"
).split()


def render_json(view: DriftView) -> str:
    """Give the document as indented JSON, ending with a new line."""
    return msgspec.json.format(encode(document(view)), indent=2).decode() + "\n"


def document(view: DriftView) -> dict[str, Any]:
    """Give the document as plain values: changes worst first, then what is unseen, then what is none."""
    total = words.counts(view.changes)
    return {
        "schema": SCHEMA,
        "older": _scan(view.older),
        "newer": _scan(view.newer),
        "baseline": view.baseline or None,
        "complete": view.complete,
        "changes": [change_document(each) for each in (*words.ordered(view.changes), *words.unseen(view.changes))],
        "suppressed": [msgspec.to_builtins(each) for each in view.suppressed],
        "holes": [msgspec.to_builtins(entry) for entry in sorted(view.holes, key=msgspec.structs.astuple)],
        "summary": {
            "changes": total.total,
            "severity": total.severity,
            "impact": total.impact,
            "action": total.action,
            "suppressed": dict(words.reasons(view)),
        },
    }


def _scan(ref: ScanRef) -> dict[str, str]:
    return {"scan": ref.id, "as_of": moment(ref.as_of)}


def change_document(change: Change) -> dict[str, Any]:
    """Give one change as plain values; of a secret `before` and `after` are null and `redacted` is true."""
    values: dict[str, Any] = {name: getattr(change, name) for name in PLAIN}
    return {
        "id": change.id,
        "severity": change.severity,
        "impact": str(change.impact),
        "direction": change.direction or None,
        **values,
        "action": str(change.action),
        "redacted": change.redacted,
        "since": moment(change.since) if change.since else None,
        "seen": moment(change.seen) if change.seen else None,
        "members": list(change.members),
        "why": change.why,
        "rules": [{"rule": turn.rule, "verdict": turn.verdict} for turn in words.turns(change)],
        "attribution": _attribution(change.attribution),
    }


def _attribution(given: Attribution | None) -> dict[str, Any] | None:
    return None if given is None else {"who": given.who, **msgspec.to_builtins(given)}


def render_csv(view: DriftView) -> str:
    """Give the table, worst first and what is unseen last, with lines ended as RFC 4180 has it."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for change in (*words.ordered(view.changes), *words.unseen(view.changes)):
        row = _row(change, view)
        rows.writerow([inert(row[column]) for column in COLUMNS])
    return out.getvalue()


def _row(change: Change, view: DriftView) -> dict[str, str]:
    values = change_document(change)
    given = values["attribution"] or {}
    special = {
        "account_name": view.account_label(change.account),
        "before": _cell(change.before),
        "after": _cell(change.after),
        "members": "; ".join(change.members),
        "rules": "; ".join(f"{turn.rule} {turn.verdict}" for turn in words.turns(change)),
        "confidence_why": str(given.get("why", "")),
        "older": view.older.id,
        "newer": view.newer.id,
        "baseline": view.baseline,
    }
    found = {**given, **values, **special}
    return {column: _cell(found.get(column)) for column in COLUMNS}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encode(value).decode()
