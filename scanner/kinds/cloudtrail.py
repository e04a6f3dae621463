"""CloudTrail: trails, whichever account owns them and wherever they are homed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.model.call import refs, then
from scanner.model.kind import Kind, fact

ARN = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit"
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


def home(arn: str) -> Mapping[str, str]:
    """Give a trail's ARN with its home Region, where it is asked about."""
    return {"TrailARN": arn, "HomeRegion": arn.split(":")[3]}


def management_events(answer: Mapping[str, Any]) -> ManagementEvents:
    """Read GetEventSelectors; a trail without selectors records all management events (CloudTrail's default)."""
    basic = answer.get("EventSelectors") or ()
    advanced = answer.get("AdvancedEventSelectors") or ()
    if not basic and not advanced:
        return ManagementEvents(read=True, write=True)
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
            read, write = _read_only(field)
        elif name == "eventSource" and set(field) <= {"Field", "NotEquals"} and set(field["NotEquals"]) <= SOURCES:
            left_out = tuple(field["NotEquals"])
        elif name != "eventCategory":
            narrowed.append(name)
    return ManagementEvents(read=read, write=write, without=left_out, narrowed=tuple(narrowed))


def _read_only(field: Mapping[str, Any]) -> tuple[bool, bool]:
    values = {text.lower() for text in field.get("Equals") or ()}
    values |= {"false" if text.lower() == "true" else "true" for text in field.get("NotEquals") or ()}
    return "true" in values, "false" in values


class Trail(Kind, cfn="AWS::CloudTrail::Trail", tf="aws_cloudtrail", scope="global"):
    """A trail: those of the account in all Regions, and the organization's that cover it.

    Which there are say ListTrails (the account's own) and DescribeTrails with shadow trails, asked in the home Region
    of the partition, where every multi-Region trail has a shadow, one of an organization in its member accounts too.
    """

    named = refs("Account.own_trails", "Account.covering_trails", parse=home)
    trail = then("cloudtrail.GetTrail", "Trail", Name="$named.TrailARN", region="$named.HomeRegion")
    status = then("cloudtrail.GetTrailStatus", Name="$named.TrailARN", region="$named.HomeRegion", expect="IsLogging")
    selectors = then(
        "cloudtrail.GetEventSelectors", TrailName="$named.TrailARN", region="$named.HomeRegion", expect="TrailARN"
    )
    labels = then(
        "cloudtrail.ListTags",
        "ResourceTagList[0].TagsList",
        ResourceIdList=["$named.TrailARN"],
        region="$named.HomeRegion",
    )

    id: str = fact("named.TrailARN", plan="arn", sample=ARN)
    arn: str = fact("named.TrailARN", plan="arn", sample=ARN)
    name: str = fact("trail.Name", plan="name", template="TrailName", sample="audit")
    tags: Mapping[str, str] = fact("labels", plan="tags", template="Tags", parse=tags(), default={})
    home_region: str = fact("named.HomeRegion", sample="us-east-1")
    multi_region: bool = fact(
        "trail.IsMultiRegionTrail",
        plan="is_multi_region_trail",
        template="IsMultiRegionTrail",
        sample=True,
        default={"plan": False, "template": False},
    )
    organization: bool = fact(
        "trail.IsOrganizationTrail",
        plan="is_organization_trail",
        template="IsOrganizationTrail",
        sample=False,
        default={"plan": False, "template": False},
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
    delivered: datetime | None = fact(
        "status.LatestDeliveryTime", default={"api": None}, sample=None, doc="None: nothing was delivered yet."
    )
    delivery_error: str = fact("status.LatestDeliveryError", default={"api": ""}, sample="")
    management: ManagementEvents = fact(
        "selectors", parse=management_events, sample=ManagementEvents(read=True, write=True)
    )
    volatile = (
        "status.LatestDeliveryTime",
        "status.LatestNotificationTime",
        "status.LatestDigestDeliveryTime",
        "status.LatestCloudWatchLogsDeliveryTime",
        "status.LatestDeliveryAttemptTime",
        "status.LatestNotificationAttemptTime",
        "status.LatestDeliveryAttemptSucceeded",
        "status.LatestNotificationAttemptSucceeded",
    )

    @property
    def owner(self) -> str:
        """The account that owns the trail: another one for an organization's trail."""
        return self.arn.split(":")[4]
