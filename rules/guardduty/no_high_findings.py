"""guardduty_no_high_findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.guardduty import Detector, GuardDutyFinding
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

HIGH = 7
"""Where high severity begins (GuardDuty User Guide, severity levels of findings)."""


class NoHighFindings(Rule):
    """No open high-severity findings.

    A finding of high severity says that something is taken over and in use: a machine that mines, credentials that left
    the account. Until it is looked into, ePHI may be leaving. Findings that somebody archived, or a suppression rule,
    are not counted. Findings of member accounts are judged at the account that administers them too.
    """

    kind = Detector
    needs = (GuardDutyFinding,)
    severity = "high"
    hipaa = ("164.308(a)(6)(ii)",)
    aliases = ("prowler:guardduty_no_high_severity_findings", "steampipe:guardduty_no_high_severity_findings")
    related = ("guardduty_enabled",)
    remedy = Runbook(
        "Look into each at once: aws guardduty get-findings --region {region} --detector-id {id} --finding-ids FINDING",
        "Contain it by the plan for security incidents: isolate the instance or task, switch off the credentials.",
        "Record what was done (164.308(a)(6)(ii)), then archive it: aws guardduty archive-findings --region {region}"
        " --detector-id {id} --finding-ids FINDING",
        effect=Effect(risk="medium"),
    )
    GOOD = (
        {},
        Case({}, others=[Other(GuardDutyFinding, severity=6.9)]),
        Case({}, others=[Other(GuardDutyFinding, severity=8, detector="another")]),
    )
    BAD = (
        Case({}, others=[Other(GuardDutyFinding, severity=7)]),
        Case({}, others=[Other(GuardDutyFinding, severity=8)], lacking=[GuardDutyFinding]),
    )
    UNKNOWN = (Case({}, lacking=[GuardDutyFinding]),)

    @staticmethod
    def check(detector: Detector, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for finding in world.all(GuardDutyFinding, detector=detector.id):
                with gaps:
                    if finding.severity >= HIGH:
                        said = f"{finding.type} of {finding.owner}, severity {finding.severity:g}"
                        yield Fail(f"open: {said}", part=finding.id)
        yield from gaps
