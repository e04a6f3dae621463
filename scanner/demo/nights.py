"""The nights that pass over the demo organisation: what its people change, for good and for ill.

`CHANGES` says it as data: in which night, in which account, what happens to which kind of resource, whether it makes
things better or worse, who does it, and which verdicts it turns. `pass_night` moves the clock by a day, makes
what noise every night brings, then the night's changes, and puts the metrics of that day; the same calls in every run,
so the same nights.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.demo.actors import act_as
from scanner.demo.changes import CHANGES, Change
from scanner.demo.noise import make_noise

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from scanner.demo.organisation import Organisation
    from scanner.demo.systems.cloud import Cloud

LAST_NIGHT = max(change.night for change in CHANGES)
_NIGHT = timedelta(days=1)
_WORK, _PAUSE = timedelta(hours=9), timedelta(minutes=7)  # how long before the scan the first change is made
_NOISE = timedelta(hours=11)
_CHANCE_OF_ENTRIES, _CHANCE_OF_NOISE = 1000, 2000  # apart from the chance of the changes, whose ids so stay as they are
_SAMPLE = timedelta(minutes=15)
_SAMPLES = 96
_SILENT_HOURS = range(10, 12)
_MENDED = 14  # the night from which datacenter A sends its pings again
_BATCH = 500


def pass_night(organisation: Organisation, night: int) -> tuple[Change, ...]:
    """Let night `night` (1, 2, ...) pass; answers the changes that were made in it, none in a quiet night.

    Raises:
        ValueError: the demo has no such night.
    """
    if not 1 <= night <= LAST_NIGHT:
        raise ValueError(f"the demo has nights 1 to {LAST_NIGHT}, not {night}")
    server = organisation.server
    moment = organisation.start + night * _NIGHT
    made = tuple(change for change in CHANGES if change.night == night)
    server.set_clock(moment - _NOISE)
    server.seed_random(_CHANCE_OF_NOISE + night)
    make_noise(organisation, night)
    _change(organisation, night, moment, made)
    server.set_clock(moment)
    report_traffic(organisation, moment, mended=night >= _MENDED)
    return made


def _change(organisation: Organisation, night: int, moment: datetime, made: tuple[Change, ...]) -> None:
    """Make the night's changes, one every few minutes, each by its actor; ids are the night's own."""
    server = organisation.server
    server.set_clock(moment - _WORK)
    server.seed_random(_CHANCE_OF_ENTRIES + night)
    clouds = {
        (change.account, change.actor): act_as(organisation, change.account, change.actor, f"night {night}")
        if change.actor
        else organisation.clouds[change.account]
        for change in made
    }
    server.seed_random(night)
    for number, change in enumerate(made):
        server.set_clock(moment - _WORK + number * _PAUSE)
        change.deed(organisation, clouds[change.account, change.actor])


def report_traffic(organisation: Organisation, moment: datetime, *, mended: bool = False) -> None:
    """Put the last day's VPN metrics as of `moment`; until it is mended, datacenter A is silent for two hours."""
    cloud = organisation.clouds["city-webapps"]
    connections = cloud.client("ec2").describe_vpn_connections()["VpnConnections"]
    points = [
        point
        for connection in connections
        for point in _traffic(connection, moment, has_pause=not mended and _name(connection) == "datacenter-a")
    ]
    _put(cloud, "AWS/VPN", points)
    for name, account in organisation.clouds.items():
        _put(account, "AWS/ECS", list(_memory(account, moment, full=name == "media-site")))


def _put(cloud: Cloud, namespace: str, points: list[dict[str, Any]]) -> None:
    for first in range(0, len(points), _BATCH):
        cloud.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=points[first : first + _BATCH])


def _memory(cloud: Cloud, moment: datetime, *, full: bool) -> Iterator[dict[str, Any]]:
    """How full the memory of each service was in the last day, every six hours."""
    ecs = cloud.client("ecs")
    for cluster in ecs.list_clusters()["clusterArns"]:
        for service in ecs.list_services(cluster=cluster)["serviceArns"]:
            parts = zip(("ClusterName", "ServiceName"), (cluster, service), strict=True)
            own = [{"Name": name, "Value": arn.rpartition("/")[2]} for name, arn in parts]
            for hours in (3, 9, 15, 21):
                yield {
                    "MetricName": "MemoryUtilization",
                    "Dimensions": own,
                    "Timestamp": moment - timedelta(hours=hours),
                    "Value": 96.0 if full else 55.0 + hours,
                    "Unit": "Percent",
                }


def _name(connection: dict[str, Any]) -> str:
    return next((str(tag["Value"]) for tag in connection["Tags"] if tag["Key"] == "Name"), "")


def _traffic(connection: dict[str, Any], moment: datetime, *, has_pause: bool) -> Iterator[dict[str, Any]]:
    own = [{"Name": "VpnId", "Value": connection["VpnConnectionId"]}]
    up = min(1.0 if tunnel["Status"] == "UP" else 0.0 for tunnel in connection["VgwTelemetry"])
    for tunnel in connection["VgwTelemetry"]:
        outside = [{"Name": "TunnelIpAddress", "Value": tunnel["OutsideIpAddress"]}]
        state = 1.0 if tunnel["Status"] == "UP" else 0.0
        for hour in range(24):
            when = moment - _NIGHT + timedelta(hours=hour, minutes=5)
            yield {"MetricName": "TunnelState", "Dimensions": outside, "Timestamp": when, "Value": state}
    for number in range(_SAMPLES):
        when = moment - _NIGHT + number * _SAMPLE + _SAMPLE / 2
        if number % 4 == 0:
            yield {"MetricName": "TunnelState", "Dimensions": own, "Timestamp": when, "Value": up}
        if has_pause and number // 4 in _SILENT_HOURS:
            continue
        size = 4800.0 + 37 * number
        yield {"MetricName": "TunnelDataIn", "Dimensions": own, "Timestamp": when, "Value": size, "Unit": "Bytes"}
        yield {"MetricName": "TunnelDataOut", "Dimensions": own, "Timestamp": when, "Value": size / 2, "Unit": "Bytes"}
