"""The findings as the auditor's PDF prints them: by severity and rule, each with its evidence, age and owner."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from reports.budget import Cut
from reports.evidence import Calls, calls_of, reads, told
from reports.figures import (
    AGAINST,
    RANK,
    RESOLVED,
    WORST_FIRST,
    accepted,
    ordered,
    record,
    standing,
    why_not_accepted,
)
from reports.words import clean, cut, fit_arn, shorten
from scanner.model.finding import Finding, Verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reports.budget import Budget
    from reports.view import ReportData, RuleInfo

ROWS = 420
EACH = {"critical": 20, "high": 4, "medium": 2, "low": 1, "info": 1}
"""How many findings of one rule are printed, by severity, so that every rule that fails is told of."""
NAME_LIMIT = 160
VALUE_LIMIT = 80
SAID_LIMIT = 300
FACTS = 4
FULL = ("error", "critical")
"""Of these severities every rule has a block of its own, with its remedy in full; of others there is one table."""
BRIEF = {"high": 420}
BRIEFEST = 180
"""How many characters of a remedy are printed."""
LABELS = frozenset({"id", "arn", "name", "tags"})
ERROR = "error"


class Printed(NamedTuple):
    """Of a severity: how many findings there are, how many of them are unknown or accepted, how many are printed."""

    name: str
    found: int
    unknown: int
    accepted: int
    printed: int


class Chapter(NamedTuple):
    """The findings section: its blocks by severity, its counts, and the rules that have a block."""

    groups: list[dict[str, Any]]
    counts: list[Printed]
    left_out: int
    anchors: frozenset[str]


def chapter(data: ReportData, budget: Budget) -> Chapter:
    """Choose what is printed, worst first and some of every rule, and put it in words."""
    wanted = [found for found in ordered(data.findings) if standing(found) in AGAINST and found.status != RESOLVED]
    shown = budget.take(_chosen(wanted), ROWS).rows
    groups, left_out = _groups(data, shown, wanted), len(wanted) - len(shown)
    return Chapter(groups, _counts(data, wanted, shown), left_out, frozenset(each.rule for each in shown))


def _tier(finding: Finding) -> str:
    return ERROR if standing(finding) is Verdict.ERROR else finding.severity


def _chosen(wanted: Sequence[Finding]) -> list[Finding]:
    """Give so many of each rule, in the order given."""
    seen: Counter[tuple[str, str]] = Counter()
    chosen = []
    for finding in wanted:
        place = _tier(finding), finding.rule
        seen[place] += 1
        if seen[place] <= EACH.get(place[0], EACH["critical"]):
            chosen.append(finding)
    return chosen


def _counts(data: ReportData, wanted: Sequence[Finding], shown: Sequence[Finding]) -> list[Printed]:
    printed = Counter(map(_tier, shown))
    found = []
    for name in (ERROR, *WORST_FIRST):
        some = [each for each in wanted if _tier(each) == name]
        unknown = sum(standing(each) is Verdict.UNKNOWN for each in some)
        if some:
            found.append(
                Printed(name, len(some), unknown, sum(accepted(each, data.as_of) for each in some), printed[name])
            )
    return found


def _groups(data: ReportData, shown: Sequence[Finding], wanted: Sequence[Finding]) -> list[dict[str, Any]]:
    """Group findings by severity, then rule; errors first, as they are phiward's own fault."""
    rules, calls = {rule.id: rule for rule in data.rules}, calls_of(data)
    every = Counter((_tier(finding), finding.rule) for finding in wanted)
    found: dict[str, dict[str, list[Finding]]] = defaultdict(lambda: defaultdict(list))
    for finding in shown:
        found[_tier(finding)][finding.rule].append(finding)
    anchored: set[str] = set()
    groups = []
    for name, by_rule in found.items():
        blocks = []
        for rule, members in by_rule.items():
            block = _rule(data, rules.get(rule), members, calls, name)
            blocks.append({**block, "first": rule not in anchored, "more": every[name, rule] - len(members)})
            anchored.add(rule)
        title = "Errors of phiward itself" if name == ERROR else f"Severity: {name}"
        groups.append({"name": name, "title": title, "full": name in FULL, "rules": blocks})
    return groups


def _rule(
    data: ReportData, rule: RuleInfo | None, members: Sequence[Finding], calls: Calls, tier: str
) -> dict[str, Any]:
    first = members[0]
    fails = any(finding.verdict is Verdict.FAIL for finding in members)
    why = " ".join(rule.why.split()) if rule else ""
    remedy = rule.remedy if rule and fails else ""
    brief = cut(" ".join(remedy.split()), BRIEF.get(tier, BRIEFEST))
    return {
        "id": first.rule,
        "title": first.title,
        "why": why if tier in {*FULL, *BRIEF} else _first_sentence(why),
        "remedy_kind": rule.remedy_kind if rule else "",
        "remedy": remedy if tier in FULL else brief,
        "hipaa": first.hipaa,
        "proposed": first.hipaa_proposed,
        "rows": [row(data, finding, calls) for finding in members],
    }


def _first_sentence(text: str) -> str:
    first, point, _ = text.partition(". ")
    return first + point.strip()


def row(data: ReportData, finding: Finding, calls: Calls) -> dict[str, Any]:
    """Put one finding in words."""
    facts = sorted(reads(finding, calls, VALUE_LIMIT), key=lambda fact: fact.fact in LABELS)
    given = finding.acceptance or {}
    arn = clean(finding.resource)
    return {
        "finding": finding,
        "verdict": str(standing(finding)),
        "account": data.account_label(finding.account),
        "name": "" if clean(finding.name) in arn else finding.name,
        "resource": fit_arn(arn, NAME_LIMIT),
        "said": shorten(told(finding), SAID_LIMIT),
        "facts": facts[:FACTS],
        "facts_left_out": len(facts) - len(facts[:FACTS]),
        "age": age(finding, data.as_of),
        "owner": owner(finding, data.owner_tag),
        "state": _state(finding, data.as_of),
        "reason": str(given.get("reason") or ""),
        "accepted_by": str(given.get("owner") or ""),
        "until": str(given.get("until") or ""),
        "record": record(given),
    }


def _state(finding: Finding, as_of: datetime) -> str:
    """Say how an acceptance stands; empty where there is none."""
    if not finding.acceptance:
        return ""
    if finding.status == RESOLVED or standing(finding) is not Verdict.FAIL:
        return "does not fail any more" if finding.status == RESOLVED else f"is {standing(finding)} now"
    return why_not_accepted(finding, as_of) or "accepted"


def rows(part: Cut[Finding], data: ReportData) -> Cut[dict[str, Any]]:
    """Put what was cut to size in words, without evidence."""
    return Cut([row(data, finding, {}) for finding in part.rows], part.left_out)


def risks(data: ReportData) -> list[Finding]:
    """Give what somebody accepted: what holds first, then what lapsed, the most severe first."""
    found = [finding for finding in ordered(data.findings) if finding.acceptance]
    return sorted(found, key=lambda each: (not accepted(each, data.as_of), -RANK[each.severity]))


def age(finding: Finding, as_of: datetime) -> str:
    """Say in days how long a finding has been; empty where its first moment is not known."""
    try:
        first = datetime.fromisoformat(finding.first_seen)
    except ValueError:
        return ""
    days = (as_of - (first if first.tzinfo else first.replace(tzinfo=as_of.tzinfo))).days
    return f"{days:,} day{'' if days == 1 else 's'}"


def owner(finding: Finding, tag: str) -> str:
    """Give the value of the tag that names an owner, or say that there is none or that it is not known."""
    if finding.tags is None:
        return "tags not known"
    value = next((value for key, value in finding.tags.items() if key.casefold() == tag.casefold()), "")
    return clean(value) or "no owner tag"
