"""Drift on the pages, HTML and PDF: the changes as rows, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reports import changes as words
from reports.budget import Budget
from reports.html_packing import link
from reports.words import clean, fit_arn, short_arn, when

if TYPE_CHECKING:
    from collections.abc import Collection

    from reports.view import DriftView, ReportData
    from scanner.model.change import Change

ROWS = 500
VALUE_LIMIT = 72
NAME_LIMIT = 96


def section(data: ReportData) -> dict[str, Any] | None:
    """Give what the templates print of the drift; None where nothing was compared."""
    view = data.drift
    if view is None:
        return None
    total = words.counts(view.changes)
    rules = {rule.id for rule in data.rules}
    judged = {(finding.account, finding.resource) for finding in data.findings}
    changes = [_row(view, change, rules, judged) for change in words.ordered(view.changes)]
    return {
        "total": total.total,
        "severity": total.severity,
        "impact": total.impact,
        "older": words.older(view),
        "since": f"{view.older.as_of:%Y-%m-%d %H:%M} UTC",
        "complete": view.complete,
        "changes": changes,
        "shown": Budget(ROWS).take(changes),
        "impacts": sorted({change["impact"] for change in changes}, key=words.IMPACTS.index),
        "accounts": list(dict.fromkeys(change["account"] for change in changes)),
        "unseen": [_unseen(view, change) for change in words.unseen(view.changes)],
        "reasons": words.reasons(view),
    }


def _row(
    view: DriftView, change: Change, rules: Collection[str], judged: Collection[tuple[str, str]]
) -> dict[str, Any]:
    before, after = words.values(change, VALUE_LIMIT)
    given = change.attribution
    known = words.who(given) if given is not None else ""
    arn = clean(change.resource)
    return {
        "id": change.id,
        "severity": change.severity,
        "impact": str(change.impact),
        "direction": change.direction,
        "account": view.account_label(change.account),
        "region": change.region,
        "kind": change.kind,
        "name": words.resource(change, NAME_LIMIT),
        "resource": "" if arn == clean(change.name or arn) else fit_arn(short_arn(arn), NAME_LIMIT),
        "link": link(change.account, change.resource) if (change.account, change.resource) in judged else "",
        "path": words.where(change),
        "action": str(change.action),
        "before": before,
        "after": after,
        "redacted": change.redacted,
        "members": words.members(change),
        "who": known,
        "how": words.how(given) if known else "",
        "event": given.event if known and given is not None else "",
        "when": when(given.at) if known and given is not None else "",
        "confidence": str(given.confidence) if given is not None else "",
        "why": given.why if given is not None else "",
        "turns": [(turn.rule, turn.verdict, turn.rule in rules) for turn in words.turns(change)],
    }


def _unseen(view: DriftView, change: Change) -> dict[str, str]:
    place = f"{view.account_label(change.account)}, {change.region}"
    return {"name": change.name or change.key, "where": place, "why": change.why}
