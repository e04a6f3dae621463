"""ecs_image_no_critical_findings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import msgspec

from rules.ecs._images import image_named, images_of, platforms
from rules.ecs._revisions import CONTAINER, revision
from scanner.kinds.containers import Container
from scanner.kinds.ecr import Image
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task, TaskContainer
from scanner.kinds.images import ImageConfig, ImageScan
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


WATCHED = "ACTIVE"
"""The state of an image that Amazon Inspector scans again whenever it learns of a new hole (API_ImageScanStatus)."""

UNDER_WAY = ("IN_PROGRESS", "PENDING")

NAMED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web:1.0.0"
PULLED = "123456789012.dkr.ecr.us-east-1.amazonaws.com/web@sha256:0a1b2c3d"
WEB = {"containers": (Container("web", image=NAMED),)}
ON_EC2 = WEB | {"requires": ("EC2",)}
RUNNING = Other(Task, containers=(TaskContainer("web", NAMED, "sha256:0a1b2c3d"),))
LAST_MONTH = datetime(2026, 10, 22, 2, 0, tzinfo=UTC)
OLD = ImageScan("COMPLETE", LAST_MONTH - timedelta(seconds=1))
HOLES = ImageScan("COMPLETE", datetime(2026, 11, 20, tzinfo=UTC), critical=1, high=2)
_DENIED = Unknown(Gap("ecr.DescribeImageScanFindings", "ecr:DescribeImageScanFindings", state=GapState.DENIED))


def _scanned(scan: ImageScan | None) -> list[Other]:
    """Give an image with this scan for the examples."""
    return [Other(Image, id=NAMED, own_scan=scan)]


def _index(**more: Any) -> list[Other]:
    """Give an image for two platforms for the examples."""
    return [Other(Image, id=NAMED, **{"own": None, "x86": ImageConfig("app"), "arm": ImageConfig("app")} | more)]


def _fault(scan: ImageScan | None, settings: ImageNoCriticalFindings.Settings, as_of: datetime) -> str:
    """Say what is wrong with an image by its scan; nothing where it is sound.

    Raises:
        Unknown: a scan is under way.
    """
    if scan is None:
        return "has never been scanned"
    if scan.status in UNDER_WAY:
        raise Unknown(Gap("ecr.DescribeImageScanFindings", message=f"the scan is under way ({scan.status})"))
    if scan.status not in {"COMPLETE", WATCHED} or scan.completed is None:
        return f"has no completed scan ({scan.status})"
    if scan.critical + scan.high > settings.tolerated:
        return f"has {scan.critical} critical and {scan.high} high findings"
    if scan.status != WATCHED and scan.completed < as_of - timedelta(days=settings.days):
        return f"was last scanned on {scan.completed:%Y-%m-%d}, more than {settings.days} days ago"
    return ""


class ImageNoCriticalFindings(Rule):
    """Images in use have a recent scan with no critical or high finding.

    A known hole in a program is the easiest way to the ePHI that it handles, and new holes are found in old programs
    every day: an image that was sound when it was built is not sound for long. The image that the running tasks pulled
    is judged; where nothing runs, the one that the task definition names. Images that are scanned continuously count
    as scanned lately.

    Of an image for several platforms, the one for the task's architecture is judged, or both where the task definition
    leaves the architecture open on EC2. Scans of images outside of Amazon ECR cannot be seen.
    """

    kind = TaskDefinition
    needs = (Image, Task)
    severity = "high"
    hipaa_proposed = ("164.308(a)(1)(ii)(A)", "164.308(a)(1)(ii)(B)", "164.308(a)(5)(ii)(B)")
    sources = (EcsGuide(68), EcsGuide(69))
    remedy = revision(
        CONTAINER + '.image = "REPOSITORY@DIGEST"',
        "Read the findings: aws ecr describe-image-scan-findings --repository-name REPOSITORY --image-id"
        " imageDigest=DIGEST --region {region}; where it was never scanned, aws ecr start-image-scan first.",
        "Build the image anew on a base and with packages that have the corrections, and push it.",
        last=(
            (
                "Delete the old image, so that nothing runs it again: aws ecr batch-delete-image --repository-name"
                " REPOSITORY --image-ids imageDigest=OLD --region {region}"
            ),
        ),
    )
    GOOD = (
        Case(WEB, others=_scanned(ImageScan("COMPLETE", LAST_MONTH))),
        Case(WEB, others=_scanned(ImageScan("ACTIVE", LAST_MONTH - timedelta(days=300)))),
        Case(WEB, others=[RUNNING, Other(Image, id=PULLED), *_scanned(HOLES)]),
        Case(WEB, others=_scanned(HOLES), settings={"tolerated": 3}),
        Case(WEB, others=_scanned(OLD), settings={"days": 31}),
        Case(WEB, others=_index(arm_scan=HOLES)),
        Case(ON_EC2, others=_index(arm=None, arm_scan=None)),
    )
    BAD = (
        Case(WEB, others=_scanned(None)),
        Case(WEB, others=_scanned(OLD)),
        Case(WEB, others=_scanned(ImageScan("FAILED", LAST_MONTH))),
        Case(WEB, others=_scanned(ImageScan("COMPLETE"))),
        Case(WEB, others=_scanned(ImageScan("ACTIVE"))),
        Case(WEB, others=_scanned(ImageScan("ACTIVE", LAST_MONTH, critical=1))),
        Case(WEB, others=_scanned(ImageScan("COMPLETE", LAST_MONTH, high=1))),
        Case(WEB, others=_scanned(HOLES), settings={"tolerated": 2}),
        Case(
            WEB, others=[RUNNING, Other(Image, id=PULLED, own_scan=HOLES), *_scanned(ImageScan("COMPLETE", LAST_MONTH))]
        ),
        Case(ON_EC2, others=_index(arm_scan=HOLES)),
        Case(WEB, others=_index(x86_scan=None)),
        Case(
            {"containers": (Container("log", image="fluent/fluent-bit:3"), Container("web", image=NAMED))},
            others=_scanned(HOLES),
        ),
    )
    UNKNOWN = (
        {"containers": (Container("log", image="fluent/fluent-bit:3"),)},
        WEB,
        Case(WEB, others=_scanned(None), lacking=[Task]),
        Case(WEB, others=_scanned(ImageScan("PENDING"))),
        Case(WEB, others=_scanned(ImageScan("IN_PROGRESS", LAST_MONTH))),
        Case(WEB, others=_index(x86=None)),
        Case(ON_EC2, others=_index(arm_scan=_DENIED)),
    )

    class Settings(RuleSettings, frozen=True):
        """How old a scan may be, and what it may have found."""

        days: Annotated[int, msgspec.Meta(description="The greatest age of a scan in days.", ge=1)] = 30
        tolerated: Annotated[int, msgspec.Meta(description="How many critical and high findings are borne.", ge=0)] = 0

    @staticmethod
    def check(definition: TaskDefinition, world: World, settings: Settings, as_of: datetime) -> Iterator[Outcome]:
        gaps = Gaps()
        for container in definition.containers:
            with gaps:
                for reference in images_of(definition, container, world):
                    with gaps:
                        image = image_named(reference, "its scan", world)
                        for fault in _faults(definition, image, settings, as_of, gaps):
                            yield Fail(f"{reference} {fault}", part=container.name)
        yield from gaps


def _faults(
    definition: TaskDefinition, image: Image, settings: ImageNoCriticalFindings.Settings, as_of: datetime, gaps: Gaps
) -> Iterator[str]:
    for platform in platforms(definition, image):
        with gaps:
            if getattr(image, platform) is not None:
                fault = _fault(getattr(image, f"{platform}_scan"), settings, as_of)
                if fault:
                    yield fault
