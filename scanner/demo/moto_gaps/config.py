"""AWS Config: how delivery goes, and how many resources of which types it has recorded; moto knows neither.

Delivery goes well. A recorder that is on has recorded what moto's backends of the account and Region hold of the types
named here. AWS: API_DeliveryChannelStatus, API_GetDiscoveredResourceCounts.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import moto.iam.models
from moto.config.responses import ConfigResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends
from moto.s3.models import s3_backends

from scanner.demo.moto_gaps.graft import add

EXTENDS: frozenset[str] = frozenset(
    {
        "config.DescribeDeliveryChannelStatus",
        "config.GetDiscoveredResourceCounts",
        "iam.CreateServiceLinkedRole",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""


def _describe_delivery_channel_status(response: Any) -> ActionResult:
    """DescribeDeliveryChannelStatus, which moto lacks."""
    last = utcnow() - timedelta(hours=1)
    done = {"lastStatus": "SUCCESS", "lastAttemptTime": last, "lastSuccessfulTime": last}
    streamed = {"lastStatus": "SUCCESS", "lastStatusChangeTime": last}
    wanted = response._get_param("DeliveryChannelNames") or ()  # noqa: SLF001 - moto's way to read a parameter
    found = [
        {
            "name": channel,
            "configSnapshotDeliveryInfo": done,
            "configHistoryDeliveryInfo": done,
            "configStreamDeliveryInfo": streamed,
        }
        for channel in response.config_backend.delivery_channels
        if not wanted or channel in wanted
    ]
    return ActionResult({"DeliveryChannelsStatus": found})


def _get_discovered_resource_counts(response: Any) -> ActionResult:
    """GetDiscoveredResourceCounts, which moto lacks: nothing where no recorder is on."""
    account, region = response.current_account, response.region
    recorders = response.config_backend.recorders.values()
    found: dict[str, int] = {}
    if any(recorder.status.recording for recorder in recorders):
        network: Any = ec2_backends[account][region]
        buckets = s3_backends[account]["aws"].buckets.values()
        found = {
            "AWS::DynamoDB::Table": len(dynamodb_backends[account][region].tables),
            "AWS::EC2::Instance": len(list(network.all_instances())),
            "AWS::EC2::Subnet": sum(len(zone) for zone in network.subnets.values()),
            "AWS::EC2::VPC": len(network.vpcs),
            "AWS::EC2::Volume": len(network.volumes),
            "AWS::ECS::Cluster": len(ecs_backends[account][region].clusters),
            "AWS::S3::Bucket": sum(bucket.region_name == region for bucket in buckets),
        }
    counts = [{"resourceType": kind, "count": count} for kind, count in found.items() if count]
    return ActionResult({"totalDiscoveredResources": sum(found.values()), "resourceCounts": counts})


def install() -> None:
    """Extend moto's AWS Config answers, and name the role that AWS Config keeps for itself as AWS does."""
    models: Any = moto.iam.models
    models.SERVICE_NAME_CONVERSION["config"] = "Config"
    add(
        ConfigResponse,
        describe_delivery_channel_status=_describe_delivery_channel_status,
        get_discovered_resource_counts=_get_discovered_resource_counts,
    )
