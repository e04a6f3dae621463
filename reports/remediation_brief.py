"""A plan in brief: a row for each remedy, with how many steps of it there are, where, and at what risk."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from reports.figures import RANK
from reports.remediation_view import FORMS, NOT_REHEARSED, VERDICTS, reversal, worst
from reports.words import clean, cut, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.remediation_view import Seen, View

ACCOUNTS, RULES = 3, 2
WORDS = 90


def brief(view: View) -> list[dict[str, Any]]:
    """Give the remedies, those of the worst findings first."""
    found: dict[tuple[str, ...], list[Seen]] = defaultdict(list)
    for seen in view.seen:
        step = seen.step
        found[step.title, step.form, step.risk, step.downtime, reversal(step)[0]].append(seen)
    rows = [_row(view, some) for some in found.values()]
    return sorted(rows, key=lambda row: (-RANK[row["severity"]], -row["findings"], row["title"], row["form_name"]))


def _row(view: View, some: Sequence[Seen]) -> dict[str, Any]:
    step = some[0].step
    labels = list(dict.fromkeys(view.label(seen.step.account) for seen in some))
    outcomes = Counter(seen.verdict for seen in some if seen.verdict != NOT_REHEARSED)
    return {
        "severity": max((worst(seen.step) for seen in some), key=RANK.__getitem__),
        "title": step.title,
        "rules": _some(list(dict.fromkeys(rule for seen in some for rule in seen.step.rules)), RULES),
        "form_name": FORMS[step.form].removeprefix("Cloud "),
        "steps": len(some),
        "findings": sum(len(seen.step.mends) for seen in some),
        "where": _some(labels, ACCOUNTS),
        "risk": step.risk,
        "downtime": cut(step.downtime, WORDS),
        "back": reversal(step)[0],
        "shown": ", ".join(f"{outcomes[name]:,} {said}" for name, said in VERDICTS.items() if outcomes[name]),
        "events": plural(sum(bool(seen.event) for seen in some), "step") if any(seen.event for seen in some) else "",
    }


def _some(names: Sequence[str], most: int) -> str:
    """Name the first ones, and say how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(clean(name) for name in names[:most]) + more
