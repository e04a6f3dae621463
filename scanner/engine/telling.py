"""Telling: what a rule said of a resource, made into findings."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

from scanner.model.finding import Evidence, Finding, Verdict, digest, fingerprint, held_in
from scanner.model.rule import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.engine.recording import Told
    from scanner.model.gap import Gap
    from scanner.model.inventory import Inventory
    from scanner.model.resource import Resource
    from scanner.model.rule import Fail, Rule

_COPY: Callable[[Finding], Finding] = methodcaller("__copy__")
_SEVERITY: dict[str, int] = {severity: number for number, severity in enumerate(SEVERITIES)}
ERROR, FAIL, UNKNOWN, PASS, SKIP = Verdict.ERROR, Verdict.FAIL, Verdict.UNKNOWN, Verdict.PASS, Verdict.SKIP


class Judgement:
    """What a rule said of one resource."""

    __slots__ = ("error", "evidence", "fails", "gaps", "notes", "skip")

    def __init__(self) -> None:
        """Start with nothing said, which is a PASS."""
        self.fails: list[Fail] = []
        self.notes: list[str] = []
        self.gaps: list[Gap] = []
        self.skip: str | None = None
        self.error = ""
        self.evidence: tuple[Evidence, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The resource's verdict: by the worst that was said."""
        if self.error:
            return ERROR
        if self.fails:
            return FAIL
        if self.gaps:
            return UNKNOWN
        return PASS if self.skip is None else SKIP


class Teller:
    """Makes the findings of one rule; what they share is the same object in all of them."""

    __slots__ = ("_first_id", "_of_rule", "_rule", "_scope", "_severity", "_told")

    def __init__(self, rule: type[Rule], told: Told, scope: Callable[[Resource], str] | None) -> None:
        """Tell of a rule."""
        self._rule, self._told, self._scope = rule, told, scope
        self._first_id, self._severity = first_id(rule), rule.severity
        self._of_rule = rule.id, rule.title, rule.category, rule.hipaa, rule.hipaa_proposed, rule.aliases

    def findings(self, resource: Resource, said: Judgement) -> list[Finding]:
        """Give the findings on a resource: one for each part that fails, else one."""
        verdict = said.verdict
        if verdict is PASS:
            return [self._finding(resource, said, PASS, self._rule.title)]
        if verdict is UNKNOWN:
            return [self._finding(resource, said, UNKNOWN, _not_assessed(said.gaps))]
        if verdict is not FAIL:
            return [self._finding(resource, said, verdict, said.error or said.skip or "")]
        found = [self._finding(resource, said, FAIL, fail.message, fail) for fail in said.fails]
        if said.gaps and all(fail.part for fail in said.fails):
            found.append(self._finding(resource, said, UNKNOWN, _not_assessed(said.gaps)))
        return found

    def _finding(
        self, resource: Resource, said: Judgement, verdict: Verdict, message: str, fail: Fail | None = None
    ) -> Finding:
        part = fail.part if fail is not None else ""
        made = _COPY(self._told.bearings.get(resource) or self._bearing(resource))
        made.fingerprint = digest(self._first_id, made.fingerprint, part)
        made.rule, made.title, made.category, made.hipaa, made.hipaa_proposed, made.aliases = self._of_rule
        made.verdict, made.message, made.evidence = verdict, message, said.evidence
        made.severity = self._severity
        if fail is not None:
            made.part, made.severity = part, fail.severity or self._severity
        if said.notes:
            made.notes = tuple(said.notes)
        if said.gaps:
            made.missing = tuple(dict.fromkeys(said.gaps))
        return made

    def _bearing(self, resource: Resource) -> Finding:
        """Make what all findings on a resource are copied from; its fingerprint is what theirs have in common."""
        made = self._told.bearings[resource] = Finding(
            fingerprint=held_in(resource.partition, resource.account, resource.region, resource.identity),
            rule="",
            title="",
            verdict=UNKNOWN,
            severity="",
            category="",
            kind=resource.kind,
            resource=resource.arn,
            key=resource.identity,
            name=resource.name,
            account=resource.account,
            region=resource.region,
            in_scope=self._scope(resource) if self._scope else "unknown",
            tags=dict(resource.tags) if resource.tags is not None else None,
        )
        return made

    def holes(self, inventory: Inventory) -> Iterator[Finding]:
        """Give a finding for each listing of what the rule judges that is not whole."""
        rule = self._rule
        for place in sorted(place for kind in {kind.cfn for kind in rule.judged()} for place in inventory.listed(kind)):
            gaps = inventory.listings[place]
            if gaps:
                account, region, kind = place
                yield Finding(
                    fingerprint=fingerprint(self._first_id, "", account, region, kind, "listing"),
                    rule=rule.id,
                    title=rule.title,
                    verdict=UNKNOWN,
                    severity=rule.severity,
                    category=rule.category,
                    kind=kind,
                    resource=f"{kind}/*",
                    key=kind,
                    name=f"all {kind}",
                    account=account,
                    region=region,
                    part="listing",
                    message="which there are could not be learned: " + "; ".join(str(gap) for gap in gaps),
                    missing=gaps,
                    hipaa=rule.hipaa,
                    hipaa_proposed=rule.hipaa_proposed,
                    aliases=rule.aliases,
                )


def _not_assessed(gaps: list[Gap]) -> str:
    return "could not be assessed: " + "; ".join(str(gap) for gap in dict.fromkeys(gaps))


def first_id(rule: type[Rule]) -> str:
    """Give the id under which a rule was born: fingerprints hang on it."""
    return rule.was[0] if rule.was else rule.id


class Merged:
    """The findings of one rule; of those with one fingerprint the weightiest, which names the members and gaps of all.

    Of equals the first stays.
    """

    __slots__ = ("_found", "_members")

    def __init__(self) -> None:
        """Start with none."""
        self._found: dict[str, Finding] = {}
        self._members: dict[str, set[str]] = {}

    def add(self, finding: Finding) -> None:
        """Take a finding."""
        known = self._found.setdefault(finding.fingerprint, finding)
        if known is finding:
            return
        self._members.setdefault(finding.fingerprint, {known.resource}).add(finding.resource)
        better, other = (known, finding) if _weight(known) >= _weight(finding) else (finding, known)
        if other.missing:
            better.missing = tuple(dict.fromkeys((*better.missing, *other.missing)))
        self._found[finding.fingerprint] = better

    def findings(self) -> Iterable[Finding]:
        """Give them, in the order in which their fingerprints came."""
        for name, members in self._members.items():
            self._found[name].members = tuple(sorted(members))
        return self._found.values()


def _weight(finding: Finding) -> tuple[int, int]:
    return (finding.verdict.rank, _SEVERITY[finding.severity])
