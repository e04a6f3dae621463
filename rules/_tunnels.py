"""How one tunnel of a VPN connection is changed: AWS makes it anew, so the other one must carry the traffic meanwhile.

Sources: API_ModifyVpnTunnelOptions, API_ModifyVpnTunnelOptionsSpecification; Site-to-Site VPN User Guide, "Tunnel
options" (defaults, who may begin).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import NotByMachine, Write

if TYPE_CHECKING:
    from scanner.kinds.vpn import VPNConnection
    from scanner.kinds.vpn_reading import Tunnel

DOWNTIME = "the tunnel is down for some minutes; the connection is cut if the other tunnel is down"
OPERATION = "ec2.ModifyVpnTunnelOptions"


def tunnel_of(connection: VPNConnection, part: str) -> Tunnel:
    """Give the tunnel that a finding's part names; the other one must be up.

    Raises:
        NotByMachine: the other tunnel is down, so changing this one would cut the connection.
        Unknown: AWS did not report the tunnel.
    """
    address = part.removeprefix("tunnel ")
    found = next((tunnel for tunnel in connection.tunnels if tunnel.address == address and address), None)
    if found is None:
        raise Unknown(
            Gap("ec2.DescribeVpnConnections", message=f"no tunnel {address or 'without an address'} was seen")
        )
    up = {item.address for item in connection.telemetry if item.status == "UP"}
    if address in up and not up - {address}:
        raise NotByMachine(f"{address} alone carries the traffic: bring the other tunnel up first")
    return found


def modify(connection: VPNConnection, tunnel: Tunnel, options: dict[str, Any]) -> Write:
    """Change options of one tunnel; what is not named stays."""
    return Write(
        OPERATION,
        {
            "VpnConnectionId": connection.id,
            "VpnTunnelOutsideIpAddress": tunnel.address,
            "TunnelOptions": options,
        },
    )
