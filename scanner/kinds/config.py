"""AWS Config: the recorders of a Region and the channel by which they deliver."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.audit_planned import planned_group, template_group
from scanner.model.call import each, shared
from scanner.model.kind import Const, Kind, fact

INFO = ("configHistoryDeliveryInfo", "configSnapshotDeliveryInfo", "configStreamDeliveryInfo")


def left_out(group: Mapping[str, Any]) -> tuple[str, ...]:
    """Name the types that a recording group leaves out; `*` where it records only those that it lists.

    Source: API_RecordingGroup, API_ExclusionByResourceTypes.
    """
    excluded = (group.get("exclusionByResourceTypes") or {}).get("resourceTypes") or ()
    if (group.get("recordingStrategy") or {}).get("useOnly") == "EXCLUSION_BY_RESOURCE_TYPES" or excluded:
        return tuple(sorted(str(name) for name in excluded))
    return () if group.get("allSupported") is True else ("*",)


def failures(status: Mapping[str, Any]) -> tuple[str, ...]:
    """Say what the last delivery of each sort failed with; a sort that was not tried yet failed not."""
    return tuple(
        f"{sort}: {info.get('lastErrorCode') or 'Failure'}"
        for sort in INFO
        if str((info := status.get(sort) or {}).get("lastStatus", "")).casefold() == "failure"
    )


class ConfigurationRecorder(Kind, cfn="AWS::Config::ConfigurationRecorder", tf="aws_config_configuration_recorder"):
    """A recorder: the account's own, or one that a service of AWS keeps for itself."""

    arn_format = "arn:{partition}:config:{region}:{account}:configuration-recorder/{id}"

    recorder = each("config.DescribeConfigurationRecorders", "ConfigurationRecorders")
    status = shared(
        "config.DescribeConfigurationRecorderStatus",
        "ConfigurationRecordersStatus",
        own="$recorder.name",
        key="name",
    )

    id: str = fact("recorder.name", plan="name", sample="default")
    name: str = fact("recorder.name", plan="name", template="Name", sample="default")
    tags: Mapping[str, str] = fact(Const({}))
    service: str = fact(
        "recorder.servicePrincipal",
        default={"api": "", "plan": "", "template": ""},
        doc="The service whose own recorder it is; empty: the account's.",
    )
    role: str = fact(
        "recorder.roleARN",
        plan="role_arn",
        template="RoleARN",
        default={"api": ""},
        sample="arn:aws:iam::123456789012:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig",
    )
    left_out: tuple[str, ...] = fact(
        "recorder.recordingGroup",
        plan="recording_group[0]",
        template="RecordingGroup",
        parse={
            "api": left_out,
            "plan": lambda group: left_out(planned_group(group)),
            "template": lambda group: left_out(template_group(group)),
        },
        default={"plan": (), "template": ()},
        sample=(),
        doc="Types that it does not record; `*`: all but a list.",
    )
    recording: bool = fact(
        "status.recording",
        plan="aws_config_configuration_recorder_status.is_enabled",
        default={"plan": False},
        sample=True,
    )
    last_status: str = fact(
        "status.lastStatus",
        parse=str.casefold,
        default={"api": "pending"},
        sample="success",
        doc="`success`, `failure`, `pending` or `notapplicable`, of its last delivery.",
    )
    tf_parts = {"aws_config_configuration_recorder_status": "name"}
    volatile = ("status.lastStatusChangeTime",)


class DeliveryChannel(Kind, cfn="AWS::Config::DeliveryChannel", tf="aws_config_delivery_channel"):
    """The channel by which a Region's recorder delivers to a bucket."""

    arn_format = "arn:{partition}:config:{region}:{account}:delivery-channel/{id}"

    channel = each("config.DescribeDeliveryChannels", "DeliveryChannels")
    status = shared("config.DescribeDeliveryChannelStatus", "DeliveryChannelsStatus", own="$channel.name", key="name")

    id: str = fact("channel.name", plan="name", sample="default")
    name: str = fact("channel.name", plan="name", template="Name", sample="default")
    tags: Mapping[str, str] = fact(Const({}))
    bucket: str = fact("channel.s3BucketName", plan="s3_bucket_name", template="S3BucketName", sample="config-history")
    failures: tuple[str, ...] = fact("status", parse=failures, sample=(), doc="What the last deliveries failed with.")
    volatile = tuple(
        f"status.{sort}.{member}"
        for sort in INFO
        for member in ("lastAttemptTime", "lastSuccessfulTime", "nextDeliveryTime", "lastStatusChangeTime")
        if (sort == "configStreamDeliveryInfo") == (member == "lastStatusChangeTime")
    )


class DiscoveredType(Kind, cfn="AWS::Config::DiscoveredType"):
    """A type of which AWS Config records resources in the Region. There is no such type in CloudFormation."""

    arn_format = "arn:{partition}:config:{region}:{account}:discovered-type/{id}"

    found = each("config.GetDiscoveredResourceCounts", "resourceCounts", expect="totalDiscoveredResources")

    id: str = fact("found.resourceType", sample="AWS::S3::Bucket")
    tags: Mapping[str, str] = fact(Const({}))
    count: int = fact("found.count", sample=1)
    volatile = ("found.count",)
