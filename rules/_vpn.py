"""What several VPN rules ask of a connection: its keep-alive, and whether AWS told of both tunnels."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from scanner.kinds.vpn import PERIOD_MINUTES
from scanner.model.gap import Gap
from scanner.model.rule import Missing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from scanner.kinds.vpn import VPNConnection

TUNNELS = 2
GRAIN = timedelta(minutes=PERIOD_MINUTES)
"""The grain of the traffic figures."""


def silences(
    connection: VPNConnection, start: datetime, end: datetime, period: timedelta = GRAIN
) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches of at least a period between the quarters of an hour in which a connection saw traffic."""
    heard = start
    busy = sorted(item.began for item in connection.traffic if item.bytes_in + item.bytes_out > 0)
    for moment in [*busy, end]:
        if moment - heard >= period:
            yield heard, moment
        heard = max(heard, moment + GRAIN)


def untold(told: Sequence[object], of: str) -> Iterator[Missing]:
    """Say that AWS did not tell of both tunnels, where it did not."""
    if len(told) < TUNNELS:
        message = f"AWS reports the {of} of {len(told)} of {TUNNELS} tunnels"
        yield Missing((Gap("ec2.DescribeVpnConnections", message=message),))
