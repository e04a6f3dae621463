"""What the forms for pipelines share: which findings stand, where they stand, and words that no pipeline obeys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import msgspec

from reports.evidence import told
from reports.figures import accepted, current, ordered, standing
from reports.words import clean
from scanner.model.finding import Verdict

if TYPE_CHECKING:
    from reports.view import ReportData
    from scanner.model.finding import Finding

Places = Mapping[str, tuple[str, int]]
"""File (relative to the repository's root) and line (from 1), by fingerprint or by resource; the fingerprint wins."""

ARN_PARTS = 6
FRESH = frozenset({"new", "reopened"})


class Spot(NamedTuple):
    """Where a finding stands: a file and line of the repository, or a made-up path that lasts as the resource does."""

    path: str
    line: int
    real: bool


def spot(finding: Finding, places: Places | None) -> Spot:
    """Give the file and line that `places` has for a finding, else its resource's own path, line 1."""
    given = places or {}
    found = given.get(finding.fingerprint) or given.get(finding.resource)
    if found is None:
        return Spot(f"aws/{whereabouts(finding)}", 1, real=False)
    path, line = found
    return Spot(clean(path.replace("\\", "/").removeprefix("./")), max(line, 1), real=True)


def whereabouts(finding: Finding) -> str:
    """Name a resource as a path: account, Region, kind, and what the fingerprint hangs on.

    The slashes of a name are kept; no step of it is empty or leads upwards.
    """
    parts = finding.key.split(":", ARN_PARTS - 1)
    name = parts[-1] if len(parts) == ARN_PARTS and parts[0] == "arn" else finding.key
    steps = (finding.account, finding.region, finding.kind.replace("::", "-"), *name.split("/"))
    return "/".join(_step(clean(step)) for step in steps)


def _step(text: str) -> str:
    return "_" * max(len(text), 1) if text in {"", ".", ".."} else text


def uri(path: str) -> str:
    """Write a path as a relative URI reference (RFC 3986)."""
    return quote(path, safe="/-._~")


def fresh(finding: Finding) -> bool:
    """Say whether the scan before did not have it."""
    return finding.status in FRESH


def stands(data: ReportData) -> list[Finding]:
    """Give what stands against the accounts and is not accepted: what failed, what was not learned, errors.

    New and reopened ones come first, each sort worst first.
    """
    adverse = {Verdict.FAIL, Verdict.UNKNOWN, Verdict.ERROR}
    found = [
        finding
        for finding in ordered(current(data.findings))
        if standing(finding) in adverse and not (standing(finding) is Verdict.FAIL and accepted(finding, data.as_of))
    ]
    return sorted(found, key=lambda finding: not fresh(finding))


def said(finding: Finding) -> str:
    """Give a finding's message in one line; of what is not known, that it is not."""
    unknown = standing(finding) is Verdict.UNKNOWN
    return f"could not be assessed: {told(finding)}" if unknown else told(finding)


def known_since(finding: Finding) -> str:
    """Say since which day a finding stands; empty where that is not told."""
    return f"known since {finding.first_seen[:10]}" if finding.first_seen else "known"


def json_text(document: Any) -> str:
    """Give indented JSON, ending with a new line.

    A doubled `#` is escaped: the runners of GitHub and Azure obey `##[command]` and `##vso[...]` anywhere in a line.
    """
    text = msgspec.json.format(msgspec.json.encode(document, enc_hook=str), indent=2).decode()
    return text.replace("##", "#\\u0023") + "\n"
