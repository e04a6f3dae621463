"""GuardDuty: detectors and their open findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from scanner.model.call import batch, each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import Secret

OPEN = {"Criterion": {"service.archived": {"Eq": ["false"]}}}
"""Findings that nobody has archived, nor a suppression rule (GuardDuty User Guide, filtering findings)."""


def features(given: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the features that are on, and their additional configurations that are, as `FEATURE/CONFIGURATION`."""
    on = [item for item in given if item.get("Status") == "ENABLED"]
    more = [
        f"{item['Name']}/{extra['Name']}"
        for item in on
        for extra in item.get("AdditionalConfiguration") or ()
        if extra.get("Status") == "ENABLED"
    ]
    return tuple(sorted([*(str(item["Name"]) for item in on), *more]))


class Detector(Kind, cfn="AWS::GuardDuty::Detector", tf="aws_guardduty_detector"):
    """A detector, of which each Region has one at the most."""

    arn_format = "arn:{partition}:guardduty:{region}:{account}:detector/{id}"

    listed = each("guardduty.ListDetectors", "DetectorIds")
    detector = then("guardduty.GetDetector", DetectorId="$listed", expect="Status")
    above = then("guardduty.GetAdministratorAccount", DetectorId="$listed")

    id: str = fact("listed", plan="id", sample="12abc34d567e8fa901bc2d34e56789f0")
    tags: Mapping[str, str] = fact("detector.Tags", plan="tags", default={"api": {}, "plan": {}})
    on: bool = fact(
        "detector.Status",
        plan="enable",
        parse={"api": lambda status: status == "ENABLED"},
        default={"plan": True},
        sample=True,
    )
    features: tuple[str, ...] = fact(
        "detector.Features",
        parse=features,
        default={"api": ()},
        sample=("RUNTIME_MONITORING", "RUNTIME_MONITORING/ECS_FARGATE_AGENT_MANAGEMENT"),
    )
    administrator: str = fact(
        "above.Administrator.AccountId",
        default={"api": ""},
        sample="",
        doc="The account that administers GuardDuty for this one; empty: none does.",
    )
    volatile = ("detector.UpdatedAt",)


class GuardDutyFinding(Kind, cfn="AWS::GuardDuty::Finding"):
    """A finding that nobody has archived. There is no such type in CloudFormation."""

    listed = each("guardduty.ListFindings", "FindingIds", of=Detector, DetectorId="$of.id", FindingCriteria=OPEN)
    finding = batch(
        "guardduty.GetFindings",
        "Findings",
        ids="FindingIds",
        own="$listed",
        key="Id",
        size=50,
        DetectorId="$of.id",
    )

    id: str = fact("listed", sample="16afba5c5c43e07c9e3e5e2e544e95df")
    arn: str = fact("finding.Arn")
    name: str = fact("finding.Title", default={"api": ""}, sample="")
    tags: Mapping[str, str] = fact(Const({}))
    detector: str = fact("finding.Service.DetectorId", sample="12abc34d567e8fa901bc2d34e56789f0")
    type: str = fact("finding.Type", sample="UnauthorizedAccess:EC2/SSHBruteForce")
    severity: float = fact("finding.Severity", sample=2.0)
    created: datetime = fact("finding.CreatedAt")
    owner: str = fact("finding.AccountId", sample="123456789012", doc="The account that it speaks of.")
    volatile = ("finding.UpdatedAt", "finding.Service.Count", "finding.Service.EventLastSeen")
    secrets = {"finding": Secret("Service.RuntimeDetails", detect=False)}
