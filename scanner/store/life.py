"""The lives of findings over the scans of one account: new, still, resolved, reopened, unseen.

A standing finding is one that failed when it was last known. It is resolved only by being seen not to fail: by another
verdict, or by its resource being gone from a listing that was whole. Whatever hides it makes it unseen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from scanner.model.finding import Finding, Verdict
from scanner.model.gap import Gap

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from scanner.store.bodies import Line

Where = tuple[str, str]
"""Region and kind, within an account."""

Subject = tuple[str, str, str, str]
"""Rule, Region, kind and key: one resource under one rule."""


class Judged(msgspec.Struct, frozen=True):
    """By which rules, and of which kinds in which Regions, an account was judged in a scan."""

    rules: tuple[str, ...]
    kinds: dict[str, tuple[str, ...]]

    def covers(self, rule: str, region: str, kind: str) -> bool:
        """Say whether this rule was run over that place."""
        return rule in self.rules and kind in self.kinds.get(region, ())


@dataclass
class Night:
    """What is needed to tell the lives of an account's findings in one scan.

    `listings` says for each Region and kind that was listed what its listing lacks; `failed` is the scan in which a
    fingerprint first failed, for those that no longer stand; `confirmed` finds the last earlier scan that judged where
    a line stands.
    """

    scan: int
    judged: Judged
    listings: Mapping[Where, tuple[Gap, ...]]
    failed: Mapping[str, int]
    confirmed: Callable[[Line], int]


Dates = tuple[int, int]
"""The scans that a finding dates from: the first that failed it, and the last that saw it fail, see `Line`."""


@dataclass
class Siblings:
    """What this scan said of one resource under one rule."""

    hidden: bool = False
    gaps: list[Gap] = field(default_factory=list)


def tell(night: Night, finding: Finding, before: Line | None) -> Dates:
    """Give a finding its status, in place, by the interval that holds; give its dates."""
    stood = before is not None and before.stands
    same = before is not None and before.verdict == finding.verdict
    if before is not None and stood and finding.verdict is not Verdict.FAIL:
        hidden = finding.verdict in {Verdict.UNKNOWN, Verdict.ERROR}
        finding.status = "unseen" if hidden else "resolved"
        return before.first, last_seen(night, before)
    if finding.verdict is Verdict.FAIL and not stood and finding.fingerprint in night.failed:
        finding.status = "reopened"
        return night.failed[finding.fingerprint], 0
    if before is not None and (stood or same):
        finding.status = "still"
        return before.first_in(night.scan), 0
    finding.status = "new"
    return night.scan, 0


def last_seen(night: Night, line: Line) -> int:
    """Give the last scan that saw a standing finding fail."""
    return line.seen if line.status == "unseen" else night.confirmed(line)


def aftermath(night: Night, given: Iterable[Finding], gone: Sequence[tuple[Line, Finding]]) -> list[Finding]:
    """Say what became of standing findings that this scan does not name; `gone` has each as it was last known."""
    subjects = ((line.rule, line.region, line.kind, line.key) for line, _ in gone)
    siblings: dict[Subject, Siblings | None] = dict.fromkeys(subjects)
    for finding in given if gone else ():
        subject = (finding.rule, finding.region, finding.kind, finding.key)
        if subject in siblings:
            of = siblings[subject] = siblings[subject] or Siblings()
            of.hidden |= finding.verdict in {Verdict.UNKNOWN, Verdict.ERROR} or bool(finding.missing)
            of.gaps.extend(finding.missing)
    return [_after(night, siblings, line, finding) for line, finding in gone]


def _after(night: Night, siblings: Mapping[Subject, Siblings | None], line: Line, last: Finding) -> Finding:
    judged = siblings[line.rule, line.region, line.kind, line.key]
    lacks = night.listings.get((line.region, line.kind), (Gap(message=f"{line.kind} was not listed"),))
    if judged.hidden if judged is not None else lacks:
        missing = tuple(dict.fromkeys(judged.gaps)) if judged is not None else lacks
        return msgspec.structs.replace(last, status="unseen", missing=missing)
    how = "no longer so" if judged is not None else "the resource is gone"
    message = f"{how}: {last.message}"
    changes = {"status": "resolved", "verdict": Verdict.SKIP, "message": message, "evidence": (), "missing": ()}
    return msgspec.structs.replace(last, **changes)
