"""GitHub annotations: workflow commands for a step's log, and the step's summary.

Source: GitHub documentation, "Workflow commands for GitHub Actions"; that of each level no more than ten annotations
of a step are shown, and how values are escaped, is as the runner reads them (actions/runner, ActionCommand).
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from reports import markdown
from reports.ci import Places, fresh, known_since, said, spot, stands
from reports.exchange import restricted
from reports.figures import WORST_FIRST, standing
from reports.words import clean, plural
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reports.view import ReportData
    from scanner.model.finding import Finding

MOST = 10
ERRORS = frozenset({"critical", "high"})


def render(data: ReportData, places: Places | None = None) -> str:
    """Give one command to a line, new ones first and worst first: at most ten errors, ten warnings, and what is left.

    An error is what failed new or again at `critical` or `high`, or an error of phiward's; all else warns.
    """
    shown: list[str] = []
    left: list[Finding] = []
    used: Counter[str] = Counter()
    for finding in stands(data):
        level = _level(finding)
        used[level] += 1
        if used[level] > MOST:
            left.append(finding)
        else:
            shown.append(_annotation(level, finding, data, places))
    part = [command("notice", f"only {restricted(data)}", title="phiward")] if data.restricted.words else []
    return "".join(f"{line}\n" for line in (*part, *shown, *_rest(data, shown, left)))


def summary(data: ReportData, places: Places | None = None) -> str:
    """Give the step's summary in Markdown, for the file that `GITHUB_STEP_SUMMARY` names."""
    return markdown.render(data, places)


def command(name: str, message: str, **properties: object) -> str:
    """Write a workflow command; values that are empty are left out."""
    given = ",".join(f"{key}={_property(str(value))}" for key, value in properties.items() if value)
    return f"::{name}{' ' if given else ''}{given}::{_data(message)}"


def _level(finding: Finding) -> str:
    verdict = standing(finding)
    failed = verdict is Verdict.FAIL and fresh(finding) and finding.severity in ERRORS
    return "error" if failed or verdict is Verdict.ERROR else "warning"


def _annotation(level: str, finding: Finding, data: ReportData, places: Places | None) -> str:
    where = spot(finding, places)
    file = {"file": where.path, "line": where.line} if where.real else {}
    title = f"{finding.severity} {standing(finding)}: {finding.title}"
    known = [clean(text) for text in (data.account_label(finding.account), finding.region) if text]
    place = f" in {', '.join(known)}" if known else ""
    age = f" ({finding.status})" if fresh(finding) else f" ({known_since(finding)})"
    lines = [f"{clean(finding.name)}{place}: {said(finding)}{age}"]
    lines += [] if where.real else [f"phiward explain {finding.fingerprint[:12]}"]
    return command(level, "\n".join(lines), **file, title=clean(title))


def _rest(data: ReportData, shown: Sequence[str], left: Sequence[Finding]) -> Iterator[str]:
    if left:
        counts = Counter(finding.severity for finding in left)
        told = ", ".join(f"{counts[severity]:,} {severity}" for severity in WORST_FIRST if counts[severity])
        yield command("notice", f"{plural(len(left), 'more finding')} not shown here: {told}", title="phiward")
    elif not shown:
        yield command("notice", f"scan {data.scan}: nothing failed that is not accepted", title="phiward")


def _data(text: str) -> str:
    """Escape a message; `##[` would be a command of the older form wherever it stands in a line."""
    return re.sub("#(?=#)", "# ", text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
