"""vpn_tunnel_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._vpn import untold
from scanner.kinds.vpn import VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.remedy import Runbook
from scanner.model.rule import Fail, Missing, Rule
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


LOGS = Tunnel("203.0.113.5", logs=True)
LOGS_TOO = Tunnel("203.0.113.6", logs=True)
SILENT = Tunnel("203.0.113.6")


class TunnelLogging(Rule):
    """Both tunnels log to CloudWatch Logs.

    When the way to the systems of record breaks, or somebody tries keys at it, only the tunnel's log says why and who.
    AWS keeps none unless asked, and only from then on.
    """

    kind = VPNConnection
    severity = "medium"
    hipaa_proposed = ("164.312(b)", "164.308(a)(1)(ii)(D)")
    sources = (CityWebapps(), EcsGuide(65))
    aliases = (
        "config:ec2-vpn-connection-logging-enabled",
        "security-hub:EC2.171",
        "steampipe:vpc_vpn_connection_logging_enabled",
    )
    remedy = Runbook(
        "Make a log group that is kept for six years: aws logs create-log-group and put-retention-policy",
        "For one tunnel: aws ec2 modify-vpn-tunnel-options --vpn-connection-id {id} --vpn-tunnel-outside-ip-address IP "
        "--tunnel-options LogOptions={CloudWatchLogOptions={LogEnabled=true,LogGroupArn=GROUP,LogOutputFormat=json}} "
        "(the tunnel is down for some minutes)",
        "When it is up again, do the other tunnel",
    )
    GOOD = ({"tunnels": (LOGS, LOGS_TOO)},)
    BAD = (
        {"tunnels": (LOGS, SILENT)},
        {"tunnels": (SILENT, LOGS)},
        {"tunnels": (Tunnel("203.0.113.5"), SILENT)},
        {"tunnels": (SILENT,)},
    )
    SKIP = ({"tunnels": (SILENT,), "state": "deleted"},)
    UNKNOWN = ({"tunnels": ()}, {"tunnels": (LOGS,)}, {})

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available."""
        return connection.state == "available"

    @staticmethod
    def check(connection: VPNConnection) -> Iterator[Fail | Missing]:
        for tunnel in connection.tunnels:
            if not tunnel.logs:
                yield Fail(f"tunnel {tunnel.address} keeps no log", f"tunnel {tunnel.address}")
        yield from untold(connection.tunnels, "options")
