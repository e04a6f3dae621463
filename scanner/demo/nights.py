"""The nights that pass over the demo organisation: what its people change, for good and for ill.

`CHANGES` says it as data: in which night, in which account, what happens to which kind of resource, whether it makes
things better or worse, and which verdicts it turns. `pass_night` moves the clock by a day, puts the metrics of that day
and makes the night's changes; the same calls in every run, so the same nights.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.demo.changes import CHANGES, Change

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scanner.demo.organisation import Organisation

LAST_NIGHT = max(change.night for change in CHANGES)
_NIGHT = timedelta(days=1)
_SAMPLE = timedelta(minutes=15)
_SAMPLES = 96
_SILENT_HOURS = range(10, 12)
_MENDED = 14  # the night from which datacenter A sends its pings again
_BATCH = 500


def pass_night(organisation: Organisation, night: int) -> tuple[Change, ...]:
    """Let night `night` (1, 2, ...) pass; answers the changes that were made in it.

    Raises:
        ValueError: the demo has no such night.
    """
    if not 1 <= night <= LAST_NIGHT:
        raise ValueError(f"the demo has nights 1 to {LAST_NIGHT}, not {night}")
    server = organisation.server
    moment = organisation.start + night * _NIGHT
    made = tuple(change for change in CHANGES if change.night == night)
    server.seed_random(night)
    server.set_clock(moment - timedelta(hours=9))
    for change in made:
        change.act(organisation)
    server.set_clock(moment)
    report_traffic(organisation, moment, mended=night >= _MENDED)
    return made


def report_traffic(organisation: Organisation, moment: datetime, *, mended: bool = False) -> None:
    """Put the last day's VPN metrics as of `moment`; until it is mended, datacenter A is silent for two hours."""
    cloud = organisation.clouds["city-webapps"]
    connections = cloud.client("ec2").describe_vpn_connections()["VpnConnections"]
    points = [
        point
        for connection in connections
        for point in _traffic(connection, moment, has_pause=not mended and _name(connection) == "datacenter-a")
    ]
    watch = cloud.client("cloudwatch")
    for first in range(0, len(points), _BATCH):
        watch.put_metric_data(Namespace="AWS/VPN", MetricData=points[first : first + _BATCH])


def _name(connection: dict[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in connection["Tags"] if tag["Key"] == "Name"), "")


def _traffic(connection: dict[str, Any], moment: datetime, *, has_pause: bool) -> Iterator[dict[str, Any]]:
    own = [{"Name": "VpnId", "Value": connection["VpnConnectionId"]}]
    up = min(1.0 if tunnel["Status"] == "UP" else 0.0 for tunnel in connection["VgwTelemetry"])
    for number in range(_SAMPLES):
        when = moment - _NIGHT + number * _SAMPLE + _SAMPLE / 2
        if number % 4 == 0:
            yield {"MetricName": "TunnelState", "Dimensions": own, "Timestamp": when, "Value": up}
        if has_pause and number // 4 in _SILENT_HOURS:
            continue
        size = 4800.0 + 37 * number
        yield {"MetricName": "TunnelDataIn", "Dimensions": own, "Timestamp": when, "Value": size, "Unit": "Bytes"}
        yield {"MetricName": "TunnelDataOut", "Dimensions": own, "Timestamp": when, "Value": size / 2, "Unit": "Bytes"}
