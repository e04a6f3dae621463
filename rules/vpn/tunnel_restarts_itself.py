"""vpn_tunnel_restarts_itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rules._tunnels import DOWNTIME, OPERATION, modify, tunnel_of
from rules._vpn import GRAIN, silences, untold
from scanner.kinds.vpn import Traffic, VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.inventory import any_of
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Fail, Missing, Note, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


DAY = timedelta(days=1)
BUSY = tuple(Traffic(datetime(2026, 11, 20, 2, 0, tzinfo=UTC) + number * GRAIN, 64.0, 64.0) for number in range(96))
STARTS = Tunnel("203.0.113.5", dpd_action="restart", startup="start")
STARTS_TOO = Tunnel("203.0.113.6", dpd_action="restart", startup="start")
WAITS = Tunnel("203.0.113.6")


def _begin(connection: VPNConnection, part: str) -> Iterator[Write]:
    tunnel = tunnel_of(connection, part)
    if tunnel.ike and "ikev2" not in tunnel.ike:
        raise NotByMachine("AWS begins a tunnel by IKE version 2 only, which this one does not allow")
    yield modify(connection, tunnel, {"DPDTimeoutAction": "restart", "StartupAction": "start"})


def _wait(connection: VPNConnection, part: str) -> Iterator[Write]:
    tunnel = tunnel_of(connection, part)
    yield modify(connection, tunnel, {"DPDTimeoutAction": tunnel.dpd_action, "StartupAction": tunnel.startup})


class TunnelRestartsItself(Rule):
    """Tunnels come back without traffic from outside.

    As AWS sets them up, tunnels that fall stay down until somebody sends traffic from outside AWS. If nobody does at
    night, the way to the systems of record stays cut until the morning. Either AWS begins anew by itself, or a
    keep-alive goes on day and night: traffic in each quarter of an hour of the last day counts as one.
    """

    kind = VPNConnection
    severity = "medium"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(),)
    remedy = Direct(
        OPERATION,
        by=_begin,
        why="Custodian can only tag VPN connections",
        effect=Effect(
            after="AWS begins the tunnel and begins it anew when the device is silent. The device must answer: AWS"
            " begins by IKE version 2 alone, towards a fixed address.",
            risk="medium",
            downtime=DOWNTIME,
            undo=_wait,
            terraform={
                "aws_vpn_connection": {
                    "tunnel1_dpd_timeout_action": "restart",
                    "tunnel1_startup_action": "start",
                    "tunnel2_dpd_timeout_action": "restart",
                    "tunnel2_startup_action": "start",
                }
            },
        ),
    )
    GOOD = (
        {"tunnels": (STARTS, STARTS_TOO), "traffic": ()},
        {"tunnels": (STARTS, STARTS_TOO)},
        {"tunnels": (STARTS, WAITS), "traffic": BUSY},
        {"traffic": BUSY},
    )
    BAD = (
        {"tunnels": (STARTS, WAITS), "traffic": ()},
        {"tunnels": (WAITS, STARTS), "traffic": BUSY[1:]},
        {"tunnels": (STARTS, Tunnel("203.0.113.6", dpd_action="restart")), "traffic": ()},
        {"tunnels": (STARTS, Tunnel("203.0.113.6", startup="start")), "traffic": ()},
        {"tunnels": (STARTS, Tunnel("203.0.113.6", dpd_action="none", startup="start")), "traffic": ()},
        {"tunnels": (WAITS,), "traffic": ()},
    )
    SKIP = ({"tunnels": (WAITS, WAITS), "traffic": (), "state": "deleted"},)
    UNKNOWN = (
        {"tunnels": (STARTS, WAITS)},
        {"traffic": ()},
        {"tunnels": (STARTS,), "traffic": ()},
        {"tunnels": (), "traffic": ()},
        {},
    )

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection, as_of: datetime) -> Iterator[Fail | Missing | Note]:
        def restarts() -> bool:
            return len(connection.tunnels) > 1 and all(_begins(tunnel) for tunnel in connection.tunnels)

        def kept_alive() -> bool:
            return not any(silences(connection, as_of - DAY, as_of))

        if any_of([restarts, kept_alive]):
            return
        for tunnel in connection.tunnels:
            if not _begins(tunnel):
                said = f"DpdTimeoutAction {tunnel.dpd_action}, StartupAction {tunnel.startup}"
                yield Fail(
                    f"tunnel {tunnel.address} waits for traffic from outside ({said})", f"tunnel {tunnel.address}"
                )
        yield from untold(connection.tunnels, "options")


def _begins(tunnel: Tunnel) -> bool:
    return tunnel.dpd_action == "restart" and tunnel.startup == "start"
