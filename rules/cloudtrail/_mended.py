"""What mends trails: switching on and widening one that stands, and recording the objects of buckets, too.

Source: CloudTrail API Reference, PutEventSelectors, which replaces all selectors of a trail.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._former import former
from rules._trails import OBJECTS
from scanner.kinds.cloudtrail import CoveringTrail
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.account import Account, RegionSettings
    from scanner.model.remedy import Around

EVERYTHING = {"ReadWriteType": "All", "IncludeManagementEvents": True}
MOST_SELECTORS = 5


def _own_trails(subject: Account | RegionSettings, around: Around) -> list[CoveringTrail]:
    trails = around.world.all(CoveringTrail)
    return sorted(
        (trail for trail in trails if trail.arn.split(":")[4:5] == [subject.account]), key=lambda trail: trail.arn
    )


def _standing(subject: Account | RegionSettings, around: Around) -> CoveringTrail:
    """Give the trail that is to record all: the account's only one, or the only one that reaches all Regions."""
    own = _own_trails(subject, around)
    wide = [trail for trail in own if trail.multi_region]
    found = wide or own
    if not found:
        raise NotByMachine(
            "the account has no trail that its home Region sees: choose a bucket that keeps its logs for six years,"
            " then aws cloudtrail create-trail --name audit --s3-bucket-name BUCKET --is-multi-region-trail"
            " --enable-log-file-validation, and aws cloudtrail start-logging --name audit"
        )
    if len(found) > 1:
        raise NotByMachine(f"several trails might do it: choose among {', '.join(trail.arn for trail in found)}")
    return found[0]


def _everywhere(subject: Account | RegionSettings, _part: str, around: Around) -> Iterator[Write]:
    trail = _standing(subject, around)
    if trail.multi_region and trail.logging:
        raise NotByMachine(
            f"{trail.arn} is on and records all Regions: see what it selects (aws cloudtrail get-event-selectors"
            f" --trail-name {trail.name}) and why it delivers nothing (aws cloudtrail get-trail-status --name"
            f" {trail.name})"
        )
    if not trail.multi_region:
        yield Write("cloudtrail.UpdateTrail", {"Name": trail.arn, "IsMultiRegionTrail": True}, trail.home)
    if not trail.logging:
        yield Write("cloudtrail.StartLogging", {"Name": trail.arn}, trail.home)


def _as_narrow(subject: Account | RegionSettings, _part: str, around: Around) -> Iterator[Write]:
    trail = _standing(subject, around)
    if not trail.logging:
        yield Write("cloudtrail.StopLogging", {"Name": trail.arn}, trail.home)
    if not trail.multi_region:
        yield Write("cloudtrail.UpdateTrail", {"Name": trail.arn, "IsMultiRegionTrail": False}, trail.home)


def _recording(subject: Account | RegionSettings, part: str, around: Around) -> CoveringTrail:
    """Give a trail of the account's own that is on and reaches all Regions, or the one that is the part's name."""
    on = [trail for trail in _own_trails(subject, around) if trail.logging]
    found = [trail for trail in on if trail.multi_region] or [trail for trail in on if trail.home == part]
    if not found:
        raise NotByMachine(
            "no trail of the account's own is on and records all Regions: mend cloudtrail_multi_region_enabled first"
        )
    return found[0]


def _selected(trail: CoveringTrail) -> tuple[str, list[dict[str, Any]]]:
    """Give the parameter that holds a trail's selectors, and the selectors."""
    answer = former(trail, "selectors") or {}
    if answer.get("AdvancedEventSelectors"):
        return "AdvancedEventSelectors", [dict(item) for item in answer["AdvancedEventSelectors"]]
    return "EventSelectors", [dict(item) for item in answer.get("EventSelectors") or (EVERYTHING,)]


def _put(trail: CoveringTrail, name: str, selectors: list[dict[str, Any]]) -> Write:
    return Write("cloudtrail.PutEventSelectors", {"TrailName": trail.arn, name: selectors}, trail.home)


def _objects_too(subject: Account, part: str, around: Around) -> Iterator[Write]:
    trail = _recording(subject, part, around)
    name, selectors = _selected(trail)
    more: dict[str, Any] = {
        "ReadWriteType": "All",
        "IncludeManagementEvents": False,
        "DataResources": [{"Type": OBJECTS, "Values": [f"arn:{subject.partition}:s3"]}],
    }
    if name == "AdvancedEventSelectors":
        fields = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": [OBJECTS]}]
        more = {"Name": "All objects of all buckets", "FieldSelectors": fields}
    elif len(selectors) >= MOST_SELECTORS:
        raise NotByMachine(f"{trail.arn} has {MOST_SELECTORS} event selectors already, and can hold no more")
    yield _put(trail, name, [*selectors, more])


def _former_selectors(subject: Account, part: str, around: Around) -> Iterator[Write]:
    trail = _recording(subject, part, around)
    yield _put(trail, *_selected(trail))


EVERYWHERE = Direct(
    "cloudtrail.StartLogging",
    why="Custodian sees the trails of one Region, and cannot tell which of them the account means.",
    by=_everywhere,
    also=("cloudtrail.UpdateTrail",),
    across=True,
    effect=Effect(
        after="the account's trail is switched on and records all Regions",
        cost="nothing for the first copy of management events; about 2 USD for 100,000 of any further one; storage",
        undo=_as_narrow,
        terraform={"aws_cloudtrail": {"is_multi_region_trail": True, "enable_logging": True}},
    ),
)

OBJECTS_TOO = Direct(
    "cloudtrail.PutEventSelectors",
    why="Custodian has no action that adds a selector to those that stand.",
    by=_objects_too,
    across=True,
    effect=Effect(
        after="one more event selector of the account's trail: reading and writing of all objects; all others stay",
        cost="about 0.10 USD for 100,000 data events, and their storage",
        undo=_former_selectors,
        follows=("cloudtrail_multi_region_enabled", "cloudtrail_multi_region_trail"),
        terraform={
            "aws_cloudtrail": {
                "event_selector": {
                    "read_write_type": "All",
                    "include_management_events": False,
                    "data_resource": {"type": OBJECTS, "values": ["arn:{partition}:s3"]},
                }
            }
        },
    ),
)
