"""CloudTrail: the trails of an account, and those that record it, whichever account owns them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.audit_planned import (
    PLANNED_SELECTORS,
    TEMPLATE_SELECTORS,
    planned_selectors,
    template_selectors,
)
from scanner.kinds.cloudtrail_data import DataEvents, data_events, read_and_write
from scanner.kinds.common import tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact

ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit"
KEY = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SOURCES = frozenset({"kms.amazonaws.com", "rdsdata.amazonaws.com"})
"""The sources whose management events a selector may leave out for their number (CloudTrail User Guide)."""


class ManagementEvents(msgspec.Struct, frozen=True):
    """Which management events a trail records.

    `without` are sources that are left out, `narrowed` the fields by which a selector records only some events.
    """

    read: bool
    write: bool
    without: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()


EVERYTHING = ManagementEvents(read=True, write=True)
"""What a trail without selectors records."""


def management_events(answer: Mapping[str, Any]) -> ManagementEvents:
    """Read GetEventSelectors; a trail without selectors records all management events (CloudTrail's default)."""
    basic = answer.get("EventSelectors") or ()
    advanced = answer.get("AdvancedEventSelectors") or ()
    if not basic and not advanced:
        return EVERYTHING
    found = [_basic(item) for item in basic if item.get("IncludeManagementEvents", True)]
    found += [read for item in advanced if (read := _advanced(item.get("FieldSelectors") or ()))]
    whole = [item for item in found if not item.narrowed]
    return ManagementEvents(
        read=any(item.read for item in whole),
        write=any(item.write for item in whole),
        without=_left_out(whole),
        narrowed=tuple(sorted({name for item in found for name in item.narrowed})),
    )


def _left_out(selectors: Sequence[ManagementEvents]) -> tuple[str, ...]:
    """The sources that no selector records whole."""
    names = {name for item in selectors for name in item.without}
    return tuple(
        sorted(
            name
            for name in names
            if not all(
                any(getattr(item, side) and name not in item.without for item in selectors)
                for side in ("read", "write")
            )
        )
    )


def _basic(item: Mapping[str, Any]) -> ManagementEvents:
    kind = item.get("ReadWriteType", "All")
    left_out = tuple(item.get("ExcludeManagementEventSources") or ())
    return ManagementEvents(read=kind in {"All", "ReadOnly"}, write=kind in {"All", "WriteOnly"}, without=left_out)


def _advanced(fields: Sequence[Mapping[str, Any]]) -> ManagementEvents | None:
    """Read one advanced selector; None when it selects other events than management events."""
    read = write = True
    left_out: tuple[str, ...] = ()
    narrowed: list[str] = []
    category = next((field for field in fields if field.get("Field") == "eventCategory"), None)
    if category is None or "Management" not in (category.get("Equals") or ()):
        return None
    for field in fields:
        name = field.get("Field", "")
        if name == "readOnly":
            read, write = read_and_write(field)
        elif name == "eventSource" and set(field) <= {"Field", "NotEquals"} and set(field["NotEquals"]) <= SOURCES:
            left_out = tuple(field["NotEquals"])
        elif name != "eventCategory":
            narrowed.append(name)
    return ManagementEvents(read=read, write=write, without=left_out, narrowed=tuple(narrowed))


NOISE = (
    "status.LatestDeliveryTime",
    "status.LatestNotificationTime",
    "status.LatestDigestDeliveryTime",
    "status.LatestCloudWatchLogsDeliveryTime",
    "status.LatestDeliveryAttemptTime",
    "status.LatestNotificationAttemptTime",
    "status.LatestDeliveryAttemptSucceeded",
    "status.LatestNotificationAttemptSucceeded",
)
"""What changes with every delivery. Whether the trail is switched on is never noise."""


class Trail(Kind, cfn="AWS::CloudTrail::Trail", tf="aws_cloudtrail"):
    """A trail in its home Region, in the account that owns it."""

    trail = each("cloudtrail.DescribeTrails", "trailList", includeShadowTrails=False)
    status = then("cloudtrail.GetTrailStatus", Name="$trail.TrailARN", expect="IsLogging")
    selectors = then("cloudtrail.GetEventSelectors", TrailName="$trail.TrailARN", expect="TrailARN")
    insight = then(
        "cloudtrail.GetInsightSelectors",
        "InsightSelectors",
        TrailName="$trail.TrailARN",
        expect="TrailARN",
        absent=["InsightNotEnabledException"],
    )
    labels = then("cloudtrail.ListTags", "ResourceTagList[0].TagsList", ResourceIdList=["$trail.TrailARN"])

    id: str = fact("trail.TrailARN", plan="arn", sample=ARN)
    arn: str = fact("trail.TrailARN", plan="arn", sample=ARN)
    name: str = fact("trail.Name", plan="name", template="TrailName", sample="audit")
    tags: Mapping[str, str] = fact("labels", plan="tags", template="Tags", parse=tags(), default={})
    multi_region: bool = fact(
        "trail.IsMultiRegionTrail",
        plan="is_multi_region_trail",
        template="IsMultiRegionTrail",
        default={"plan": False, "template": False},
        sample=True,
    )
    organization: bool = fact(
        "trail.IsOrganizationTrail",
        plan="is_organization_trail",
        template="IsOrganizationTrail",
        default={"plan": False, "template": False},
        sample=False,
    )
    validates: bool = fact(
        "trail.LogFileValidationEnabled",
        plan="enable_log_file_validation",
        template="EnableLogFileValidation",
        default={"plan": False, "template": False},
        sample=True,
    )
    bucket: str = fact("trail.S3BucketName", plan="s3_bucket_name", template="S3BucketName", sample="audit-logs")
    logging: bool = fact(
        "status.IsLogging", plan="enable_logging", template="IsLogging", default={"plan": True}, sample=True
    )
    management: ManagementEvents = fact(
        "selectors",
        plan=PLANNED_SELECTORS,
        template=TEMPLATE_SELECTORS,
        parse={
            "api": management_events,
            "plan": planned_selectors(management_events),
            "template": template_selectors(management_events),
        },
        default={"plan": EVERYTHING, "template": EVERYTHING},
        sample=EVERYTHING,
    )
    data: tuple[DataEvents, ...] = fact(
        "selectors",
        plan=PLANNED_SELECTORS,
        template=TEMPLATE_SELECTORS,
        parse={"api": data_events, "plan": planned_selectors(data_events), "template": template_selectors(data_events)},
        default={"plan": (), "template": ()},
        sample=(),
    )
    key: str = fact("trail.KmsKeyId", plan="kms_key_id", template="KMSKeyId", default="", sample=KEY)
    log_group: str = fact(
        "trail.CloudWatchLogsLogGroupArn",
        plan="cloud_watch_logs_group_arn",
        template="CloudWatchLogsLogGroupArn",
        default="",
        sample="arn:aws:logs:us-east-1:123456789012:log-group:/audit/trail:*",
    )
    insights: tuple[str, ...] = fact(
        "insight[].InsightType",
        plan="insight_selector[].insight_type",
        template="InsightSelectors[].InsightType",
        default=(),
        sample=("ApiCallRateInsight", "ApiErrorRateInsight"),
    )
    volatile = NOISE

    @property
    def home(self) -> str:
        """The Region that the trail belongs to."""
        return self.region


class CoveringTrail(Kind, cfn="AWS::CloudTrail::ShadowTrail", scope="global"):
    """A trail as it reaches the home Region of the partition, where every multi-Region trail has a shadow.

    Among them are the organization's trails, which another account owns but which record this one too; a question for
    the trails of one Region without shadows would leave them out. There is no such type in CloudFormation.
    Source: CloudTrail API Reference, DescribeTrails, includeShadowTrails.
    """

    trail = each("cloudtrail.DescribeTrails", "trailList", includeShadowTrails=True)
    status = then("cloudtrail.GetTrailStatus", Name="$trail.TrailARN", region="$trail.HomeRegion", expect="IsLogging")
    selectors = then(
        "cloudtrail.GetEventSelectors", TrailName="$trail.TrailARN", region="$trail.HomeRegion", expect="TrailARN"
    )

    id: str = fact("trail.TrailARN", sample=ARN)
    arn: str = fact("trail.TrailARN", sample=ARN)
    name: str = fact("trail.Name", sample="audit")
    tags: Mapping[str, str] = fact(Const({}))
    home: str = fact("trail.HomeRegion", sample="us-east-1")
    bucket: str = fact("trail.S3BucketName", sample="audit-logs")
    multi_region: bool = fact("trail.IsMultiRegionTrail", sample=True)
    logging: bool = fact("status.IsLogging", sample=True)
    log_group: str = fact(
        "trail.CloudWatchLogsLogGroupArn",
        default={"api": ""},
        sample="",
        doc="The ARN of the log group that it writes to; empty where it writes to S3 only.",
    )
    delivered: datetime | None = fact(
        "status.LatestDeliveryTime", default={"api": None}, sample=None, doc="None: nothing was delivered yet."
    )
    management: ManagementEvents = fact("selectors", parse=management_events, sample=EVERYTHING)
    data: tuple[DataEvents, ...] = fact("selectors", parse=data_events, sample=())
    volatile = NOISE
