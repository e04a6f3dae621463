"""vpn_keepalive_traffic."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._vpn import GRAIN, silences
from scanner.kinds.vpn import Traffic, VPNConnection
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Note, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


def at(number: int) -> datetime:
    """Give the moment at which a quarter of an hour began in the examples' day."""
    return datetime(2026, 11, 20, 2, 0, tzinfo=UTC) + number * GRAIN


def busy(first: int, end: int) -> tuple[Traffic, ...]:
    """Give an example's quarters of an hour with traffic."""
    return tuple(Traffic(at(number), 64.0, 64.0) for number in range(first, end))


class KeepaliveTraffic(Rule):
    """Tunnels carry keep-alive traffic without gaps.

    A tunnel without traffic goes to sleep, and some devices do not wake it from AWS's side. A ping every few minutes
    keeps the way to the systems of record open, and its silence is the first sign that it closed. Traffic of both
    tunnels and both directions is added up, so that a standby tunnel may be silent; figures are kept by quarters of
    an hour.
    """

    kind = VPNConnection
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(7)(i)",)
    sources = (CityWebapps(),)
    remedy = Runbook(
        "Let a host on each side ping one on the other every minute, by cron or by the device's IP SLA or DPD monitor",
        "For one tunnel, then the other: aws ec2 modify-vpn-tunnel-options --vpn-connection-id {id} "
        "--vpn-tunnel-outside-ip-address IP --tunnel-options DPDTimeoutAction=restart,StartupAction=start --region "
        "{region}, where the device allows it",
        "See in CloudWatch that TunnelDataIn and TunnelDataOut never stay at zero",
        effect=Effect(
            risk="medium",
            downtime="a tunnel that is changed is down for some minutes",
        ),
    )

    class Settings(RuleSettings, frozen=True, kw_only=True):
        """The parameters of the rule."""

        period_minutes: Annotated[
            int, msgspec.Meta(description="The longest silence allowed, in minutes.", ge=15, le=1440, multiple_of=15)
        ] = 15
        window_hours: Annotated[int, msgspec.Meta(description="How far to look back, in hours.", ge=1, le=24)] = 24

    GOOD = (
        {"traffic": busy(0, 96)},
        {"traffic": tuple(Traffic(item.began, 0.0, 1.0) for item in busy(0, 96))},
        Case({"traffic": (*busy(0, 40), *busy(42, 96))}, settings={"period_minutes": 45}),
        Case({"traffic": busy(48, 96)}, settings={"window_hours": 12}),
    )
    BAD = (
        {"traffic": ()},
        {"traffic": (*busy(0, 40), *busy(41, 96))},
        {"traffic": (*busy(0, 40), Traffic(at(40)), *busy(41, 96))},
        {"traffic": busy(1, 96)},
        {"traffic": busy(0, 95)},
        Case({"traffic": (*busy(0, 40), *busy(42, 96))}, settings={"period_minutes": 30}),
        Case({"traffic": busy(49, 96)}, settings={"window_hours": 12}),
    )
    SKIP = ({"traffic": (), "state": "pending"}, {"state": "deleted"})
    UNKNOWN = ({},)

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection, settings: Settings, as_of: datetime) -> Iterator[Fail | Note]:
        start = as_of - timedelta(hours=settings.window_hours)
        silent = list(silences(connection, start, as_of, timedelta(minutes=settings.period_minutes)))
        if silent:
            began, ended = max(silent, key=lambda item: item[1] - item[0])
            yield Fail(
                f"no traffic {len(silent)} times in {settings.window_hours} h, longest from {began:%d %b %H:%M} "
                f"to {ended:%H:%M} UTC"
            )
        elif not any(item.bytes_in for item in connection.traffic):
            yield Note("AWS only sends: nothing came in over the tunnels")
