"""vpn_both_tunnels_up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.vpn import Telemetry, VPNConnection
from scanner.model.gap import Gap
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Fail, Missing, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


TUNNELS = 2
UP = Telemetry("203.0.113.5", "UP")
UP_2 = Telemetry("203.0.113.6", "UP")
DOWN = Telemetry("203.0.113.5", "DOWN", "IPSEC IS DOWN")


class BothTunnelsUp(Rule):
    """Both tunnels of each VPN connection are up.

    AWS takes a tunnel down for maintenance without asking. With the other one down as well, the way to the systems of
    record is cut, and with one up nothing is left to fall back on. A tunnel of which AWS says nothing is not taken
    for up.
    """

    kind = VPNConnection
    severity = "high"
    category = "resilience"
    hipaa = (
        "164.308(a)(1)(ii)(B)",
        "164.308(a)(7)(i)",
        "164.308(a)(7)(ii)(A)",
        "164.308(a)(7)(ii)(B)",
        "164.308(a)(7)(ii)(C)",
    )
    sources = (CityWebapps(),)
    aliases = (
        "config:vpc-vpn-2-tunnels-up",
        "security-hub:EC2.20",
        "prowler:vpc_vpn_connection_tunnels_up",
        "steampipe:vpc_vpn_tunnel_up",
    )
    remedy = Runbook(
        "Look at both ends: aws ec2 describe-vpn-connections --vpn-connection-ids {id} --region {region}, and the "
        "customer gateway's log",
        "Send traffic from the customer's side: a tunnel that AWS does not start comes up by traffic from there only",
        "If it stays down, compare pre-shared key, proposals and addresses of the device with the connection's options",
        "If AWS's end is at fault: aws ec2 replace-vpn-tunnel --vpn-connection-id {id} "
        "--vpn-tunnel-outside-ip-address IP --apply-pending-maintenance --region {region}",
        effect=Effect(
            risk="medium",
            downtime="a tunnel that is replaced is down for some minutes",
        ),
    )
    GOOD = ({"telemetry": (UP, UP_2)},)
    BAD = (
        {"telemetry": (UP, DOWN)},
        {"telemetry": (DOWN, Telemetry("203.0.113.6", "DOWN"))},
        {"telemetry": (DOWN,)},
    )
    SKIP = ({"telemetry": (), "state": "pending"}, {"telemetry": (DOWN,), "state": "deleted"})
    UNKNOWN = ({"telemetry": ()}, {"telemetry": (UP,)}, {})

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection) -> Iterator[Fail | Missing]:
        down = [tunnel for tunnel in connection.telemetry if tunnel.status != "UP"]
        seen = len(connection.telemetry)
        names = ", ".join(f"{tunnel.address} ({tunnel.message or tunnel.status})" for tunnel in down)
        if len(down) >= TUNNELS:
            yield Fail(f"no tunnel is up: {names}", severity="critical")
        elif down:
            yield Fail(f"a tunnel is down: {names}", severity="high")
        if seen < TUNNELS:
            message = f"AWS reports the state of {seen} of {TUNNELS} tunnels"
            yield Missing((Gap("ec2.DescribeVpnConnections", message=message),))
