"""vpn_tunnel_logging."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._tunnels import DOWNTIME, OPERATION, modify, tunnel_of
from rules._vpn import untold
from scanner.kinds.vpn import VPNConnection
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.remedy import Direct, Effect, Write
from scanner.model.rule import Fail, Missing, Rule
from scanner.model.source import CityWebapps, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


LOGS = Tunnel("203.0.113.5", logs=True)
LOGS_TOO = Tunnel("203.0.113.6", logs=True)
SILENT = Tunnel("203.0.113.6")


SIX_YEARS = 2192
"""Days, of those that CloudWatch Logs offers."""

_CODE = {
    "cloudwatch_log_options": {
        "log_enabled": True,
        "log_group_arn": "THE ARN OF A LOG GROUP KEPT FOR SIX YEARS",
        "log_output_format": "json",
    }
}


def _start_log(connection: VPNConnection, part: str) -> Iterator[Write]:
    """Log to the group that the tunnel was given before, else to a new one: two tunnels never make the same."""
    tunnel = tunnel_of(connection, part)
    group = tunnel.log_group
    if not group:
        name = f"/aws/vpn/{connection.id}/{tunnel.address}"
        yield Write("logs.CreateLogGroup", {"logGroupName": name})
        yield Write("logs.PutRetentionPolicy", {"logGroupName": name, "retentionInDays": SIX_YEARS})
        group = f"arn:{connection.partition}:logs:{connection.region}:{connection.account}:log-group:{name}"
    logs = {"LogEnabled": True, "LogGroupArn": group, "LogOutputFormat": "json"}
    yield modify(connection, tunnel, {"LogOptions": {"CloudWatchLogOptions": logs}})


def _stop_log(connection: VPNConnection, part: str) -> Iterator[Write]:
    tunnel = tunnel_of(connection, part)
    yield modify(connection, tunnel, {"LogOptions": {"CloudWatchLogOptions": {"LogEnabled": False}}})


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
    remedy = Direct(
        OPERATION,
        also=("logs.CreateLogGroup", "logs.PutRetentionPolicy"),
        by=_start_log,
        why="Custodian can only tag VPN connections",
        effect=Effect(
            after="The tunnel logs to a log group of its own, which is kept for six years.",
            risk="medium",
            downtime=DOWNTIME,
            cost="CloudWatch Logs ingestion, about 0.50 USD a GB",
            undo=_stop_log,
            terraform={"aws_vpn_connection": {"tunnel1_log_options": _CODE, "tunnel2_log_options": _CODE}},
            brings=("log_group_encrypted", "log_group_encrypted_all"),
        ),
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
