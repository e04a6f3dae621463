"""vpn_tunnel_restarts_itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rules._vpn import GRAIN, silences, untold
from scanner.kinds.vpn import Traffic, VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.inventory import any_of
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Missing, Note, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


DAY = timedelta(days=1)
BUSY = tuple(Traffic(datetime(2026, 11, 20, 2, 0, tzinfo=UTC) + number * GRAIN, 64.0, 64.0) for number in range(96))
STARTS = Tunnel("203.0.113.5", dpd_action="restart", startup="start")
STARTS_TOO = Tunnel("203.0.113.6", dpd_action="restart", startup="start")
WAITS = Tunnel("203.0.113.6")


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
    remedy = Runbook(
        "See that the device lets AWS begin: it must have a fixed address and answer IKE; AWS cannot begin towards one "
        "behind NAT without a known address",
        "For one tunnel: aws ec2 modify-vpn-tunnel-options --vpn-connection-id {id} --vpn-tunnel-outside-ip-address IP "
        "--tunnel-options DPDTimeoutAction=restart,StartupAction=start (the tunnel is down for some minutes)",
        "When it is up again, do the other tunnel; where the device cannot, let a host on its side ping one in the VPC "
        "every minute",
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
