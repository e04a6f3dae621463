"""guardduty_findings_handled."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from scanner.kinds.guardduty import Detector, GuardDutyFinding
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

HIGH, MEDIUM = 7, 4
"""Where GuardDuty's severities begin (GuardDuty User Guide, severity levels of findings)."""
ON_1 = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
ON_2 = datetime(2026, 11, 20, 1, 59, tzinfo=UTC)
ON_7 = datetime(2026, 11, 14, 2, 0, tzinfo=UTC)
ON_8 = datetime(2026, 11, 14, 1, 59, tzinfo=UTC)
ON_30 = datetime(2026, 10, 22, 2, 0, tzinfo=UTC)
ON_31 = datetime(2026, 10, 22, 1, 59, tzinfo=UTC)


def _found(severity: float, created: datetime, **facts: Any) -> Case:
    return Case({}, others=[Other(GuardDutyFinding, severity=severity, created=created, **facts)])


class FindingsHandled(Rule):
    """Findings are archived or handled within limits.

    A finding that nobody handles is an alarm that rings in an empty house. Each is to be looked into and archived
    within a time that fits its severity. Severities are GuardDuty's: low below 4, medium from 4, high from 7. Findings
    of member accounts are judged at the account that administers them too.
    """

    kind = Detector
    needs = (GuardDutyFinding,)
    severity = "medium"
    hipaa = ("164.308(a)(6)(ii)", "164.312(b)")
    aliases = ("config:guardduty-non-archived-findings", "steampipe:guardduty_finding_archived")
    related = ("guardduty_enabled",)
    remedy = Runbook(
        "Look into each: aws guardduty get-findings --region {region} --detector-id {id} --finding-ids FINDING",
        "Record what was found and done (164.308(a)(6)(ii)), by the plan for security incidents.",
        "Then archive it: aws guardduty archive-findings --region {region} --detector-id {id} --finding-ids FINDING",
        effect=Effect(risk="medium"),
    )

    class Settings(RuleSettings, frozen=True):
        """How long findings may stay open."""

        low: Annotated[int, msgspec.Meta(description="Days for findings below 4.", ge=0)] = 30
        medium: Annotated[int, msgspec.Meta(description="Days for findings from 4 to below 7.", ge=0)] = 7
        high: Annotated[int, msgspec.Meta(description="Days for findings from 7.", ge=0)] = 1

    GOOD = (
        {},
        _found(3.9, ON_30),
        _found(4, ON_7),
        _found(6.9, ON_7),
        _found(7, ON_1),
        _found(8, ON_31, detector="another"),
        Case(
            {},
            others=[
                Other(GuardDutyFinding, severity=severity, created=ON_31, id=str(severity)) for severity in (2, 5, 8)
            ],
            settings={"low": 31, "medium": 31, "high": 31},
        ),
    )
    BAD = (
        _found(3.9, ON_31),
        _found(4, ON_8),
        _found(6.9, ON_8),
        _found(7, ON_2),
        Case({}, others=[Other(GuardDutyFinding, severity=8, created=ON_2)], lacking=[GuardDutyFinding]),
    )
    UNKNOWN = (Case({}, lacking=[GuardDutyFinding]),)

    @staticmethod
    def check(detector: Detector, world: World, settings: Settings, as_of: datetime) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            for finding in world.all(GuardDutyFinding, detector=detector.id):
                with gaps:
                    severity = finding.severity
                    days = (
                        settings.high if severity >= HIGH else settings.medium if severity >= MEDIUM else settings.low
                    )
                    if as_of - finding.created > timedelta(days=days):
                        since = f"open since {finding.created:%Y-%m-%d}, for more than {days} days"
                        yield Fail(
                            f"{finding.type} of {finding.owner}, severity {severity:g}: {since}", part=finding.id
                        )
        yield from gaps
