"""What lets AWS Config record a Region: the recorder that stands is switched on, widened, and given Config's own role.

Source: AWS Config API Reference, PutConfigurationRecorder, which replaces the recorder of that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from rules._former import former
from scanner.kinds.config import ConfigurationRecorder
from scanner.kinds.iam import Role
from scanner.model.remedy import Direct, Effect, NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.account import RegionSettings
    from scanner.model.remedy import Around

PARTS = ("name", "roleARN", "recordingGroup", "recordingMode")
SERVICE = "config.amazonaws.com"


def _standing(region: RegionSettings, part: str, around: Around) -> ConfigurationRecorder:
    recorder = around.world.first(ConfigurationRecorder, service="")
    if recorder is None:
        where = f"--region {region.region}"
        raise NotByMachine(
            "no recorder stands: choose a bucket that keeps its history for six years, then aws configservice"
            f" put-configuration-recorder {where} --configuration-recorder name=default,roleARN=arn:{region.partition}:"
            f"iam::{region.account}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig --recording-group"
            f" allSupported=true, aws configservice put-delivery-channel {where} --delivery-channel"
            f" name=default,s3BucketName=BUCKET, and aws configservice start-configuration-recorder {where}"
            " --configuration-recorder-name default"
        )
    if part not in {"recording", "types", "role"}:
        raise NotByMachine(
            f"see why it does not deliver: aws configservice describe-delivery-channel-status --region {region.region};"
            f" the channel's bucket and its key must admit {SERVICE}"
        )
    return recorder


def _put(recorder: ConfigurationRecorder, **different: Any) -> Write:
    was = former(recorder, "recorder")
    kept = {name: was[name] for name in PARTS if name in was} | different
    return Write("config.PutConfigurationRecorder", {"ConfigurationRecorder": kept})


def _first_without(region: RegionSettings, role: str, around: Around) -> bool:
    """Say whether the role must be made, and this is the first Region whose recorder asks for it."""
    if around.world.get(Role, role) is not None:
        return False
    others = [
        other.region for other in around.world.everywhere(ConfigurationRecorder, service="") if other.role != role
    ]
    return region.region == min(others)


def _record(region: RegionSettings, part: str, around: Around) -> Iterator[Write]:
    recorder = _standing(region, part, around)
    if part == "recording":
        yield Write("config.StartConfigurationRecorder", {"ConfigurationRecorderName": recorder.name})
    elif part == "types":
        yield _put(recorder, recordingGroup={"allSupported": True, "includeGlobalResourceTypes": True})
    else:
        role = f"arn:{region.partition}:iam::{region.account}:role/aws-service-role/{SERVICE}/AWSServiceRoleForConfig"
        if _first_without(region, role, around):
            yield Write("iam.CreateServiceLinkedRole", {"AWSServiceName": SERVICE})
        yield _put(recorder, roleARN=role)


def _as_before(region: RegionSettings, part: str, around: Around) -> Iterator[Write]:
    recorder = _standing(region, part, around)
    if part == "recording":
        yield Write("config.StopConfigurationRecorder", {"ConfigurationRecorderName": recorder.name})
    else:
        yield _put(recorder)


RECORD = Direct(
    "config.PutConfigurationRecorder",
    why="Custodian has a filter for AWS Config, but no action.",
    by=_record,
    also=("config.StartConfigurationRecorder", "iam.CreateServiceLinkedRole"),
    across=True,
    reads=(Role,),
    effect=Effect(
        after="the recorder that stands is on, records every type, and has the role that AWS Config keeps for itself",
        cost="about 0.003 USD for each change that is recorded",
        undo=_as_before,
        terraform={
            "aws_config_configuration_recorder": {
                "role_arn": "arn:{partition}:iam::{account}:role/aws-service-role/config.amazonaws.com/"
                "AWSServiceRoleForConfig",
                "recording_group": {"all_supported": True, "include_global_resource_types": True},
            },
            "aws_config_configuration_recorder_status": {"is_enabled": True},
        },
    ),
)
