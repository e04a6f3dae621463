"""What switches GuardDuty on in a Region: its detector, with the watch over the tasks of ECS at run time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.kinds.guardduty import Detector
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.account import RegionSettings
    from scanner.model.remedy import Around

RUNTIME: list[dict[str, Any]] = [
    {
        "Name": "RUNTIME_MONITORING",
        "Status": "ENABLED",
        "AdditionalConfiguration": [{"Name": "ECS_FARGATE_AGENT_MANAGEMENT", "Status": "ENABLED"}],
    }
]
"""Without tasks of ECS in the Region there is nothing to watch, and nothing to pay (GuardDuty User Guide)."""


def _watch(_region: RegionSettings, _part: str, around: Around) -> Iterator[Write]:
    detector = around.world.first(Detector)
    if detector is None:
        yield Write("guardduty.CreateDetector", {"Enable": True, "Features": RUNTIME})
        return
    central = getattr(around.settings, "central_account", "")
    if detector.on and central and detector.administrator != central:
        raise NotByMachine(
            f"the account {central} must take this one on: aws guardduty create-members there, with the detector of the"
            " same Region"
        )
    yield Write("guardduty.UpdateDetector", {"DetectorId": detector.id, "Enable": True, "Features": RUNTIME})


def _as_before(_region: RegionSettings, _part: str, around: Around) -> Iterator[Write]:
    detector = around.world.first(Detector)
    if detector is None:
        raise NotByMachine(
            "the id of the detector is known only when it is made: aws guardduty list-detectors, then aws guardduty"
            " delete-detector"
        )
    was = {item["Name"]: item for item in former(detector, "detector").get("Features") or ()}
    off = {"Name": "RUNTIME_MONITORING", "Status": "DISABLED"}
    kept = {name: value for name, value in was.get("RUNTIME_MONITORING", off).items() if name != "UpdatedAt"}
    yield Write("guardduty.UpdateDetector", {"DetectorId": detector.id, "Enable": detector.on, "Features": [kept]})


WATCH = Direct(
    "guardduty.CreateDetector",
    why="Custodian has a filter for GuardDuty, but no action.",
    by=_watch,
    also=("guardduty.UpdateDetector",),
    across=True,
    effect=Effect(
        after="a detector is on, with run-time monitoring of the tasks of ECS; new tasks on Fargate get its agent",
        risk="medium",
        cost="by volume of events and by hours of watched vCPU, about 1.50 USD a month for each; 30 days are free",
        undo=_as_before,
        terraform={
            "aws_guardduty_detector": {"enable": True},
            "aws_guardduty_detector_feature": {
                "name": "RUNTIME_MONITORING",
                "status": "ENABLED",
                "additional_configuration": {"name": "ECS_FARGATE_AGENT_MANAGEMENT", "status": "ENABLED"},
            },
        },
    ),
)
