"""AWS Config: how delivery goes, of which moto knows nothing; here it goes well. AWS: API_DeliveryChannelStatus."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from moto.config.responses import ConfigResponse
from moto.core.responses import ActionResult
from moto.core.utils import utcnow

from scanner.demo.moto_gaps.graft import add


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


def install() -> None:
    """Extend moto's AWS Config answers."""
    add(ConfigResponse, describe_delivery_channel_status=_describe_delivery_channel_status)
