"""EC2 site-to-site VPN: tunnel options, telemetry and static routes, of which moto keeps none.

moto answers DescribeVpnConnections with the customer gateway's configuration alone, drops `Options` at creation, and
lacks ModifyVpnTunnelOptions and CreateVpnConnectionRoute. AWS: API_VpnConnection, API_TunnelOption, API_VgwTelemetry.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.ec2.responses import EC2Response
from moto.moto_api._internal import mock_random

from scanner.demo.moto_gaps.graft import add, after

EXTENDS = frozenset(
    f"ec2.{operation}"
    for operation in (
        *("CreateVpnConnection", "CreateVpnConnectionRoute", "DescribeVpnConnections", "ModifyVpnTunnelOptions"),
        *("DescribeRouteTables", "DisableVgwRoutePropagation", "EnableVgwRoutePropagation"),
    )
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_TUNNELS = 2
_CHOICES = (  # what a customer may restrict; absent means AWS's whole default list (Site-to-Site VPN tunnel options)
    "Phase1EncryptionAlgorithms",
    "Phase2EncryptionAlgorithms",
    "Phase1IntegrityAlgorithms",
    "Phase2IntegrityAlgorithms",
    "Phase1DHGroupNumbers",
    "Phase2DHGroupNumbers",
    "IKEVersions",
)
_ANSWERED_AS: dict[str, str] = {
    "IKEVersions": "IkeVersions",
    "DPDTimeoutSeconds": "DpdTimeoutSeconds",
    "DPDTimeoutAction": "DpdTimeoutAction",
}
_DEFAULTS = {
    "Phase1LifetimeSeconds": 28800,
    "Phase2LifetimeSeconds": 3600,
    "RekeyMarginTimeSeconds": 540,
    "RekeyFuzzPercentage": 100,
    "ReplayWindowSize": 1024,
    "DpdTimeoutSeconds": 30,
    "DpdTimeoutAction": "clear",
    "StartupAction": "add",
    "EnableTunnelLifecycleControl": False,
}


def _renamed(options: dict[str, Any]) -> dict[str, Any]:
    """Turn a request's tunnel options into an answer's: other spellings, and lists without request wrappers."""
    plain: dict[str, Any] = {
        name: value for name, value in options.items() if name not in {"TunnelInsideCidr", *_CHOICES}
    }
    lists: dict[str, Any] = {
        name: [{"Value": item["Value"]} for item in options[name]] for name in _CHOICES if options.get(name)
    }
    return {_ANSWERED_AS.get(name, name): value for name, value in (plain | lists).items()}


def _tunnel(number: int, given: dict[str, Any]) -> dict[str, Any]:
    pool = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_."
    return {
        "OutsideIpAddress": f"203.0.113.{mock_random.randint(1, 126) * 2 + number}",
        "TunnelInsideCidr": given.get("TunnelInsideCidr", f"169.254.{mock_random.randint(20, 250)}.{number * 4}/30"),
        "PreSharedKey": given.get("PreSharedKey", "".join(mock_random.choice(pool) for _ in range(32))),
        **_DEFAULTS,
        **_renamed({name: value for name, value in given.items() if name != "PreSharedKey"}),
    }


def _keep_options(response: Any, answer: ActionResult) -> ActionResult:
    """CreateVpnConnection: keep `Options` and give the two tunnels their addresses."""
    connection: Any = answer.result["VpnConnection"]  # type: ignore[index]
    options = response._get_param("Options") or {}  # noqa: SLF001 - moto's way to read a parameter
    given = options.get("TunnelOptions") or []
    tunnels = [_tunnel(n, given[n] if n < len(given) else {}) for n in range(_TUNNELS)]
    connection.options = {
        "EnableAcceleration": False,
        "StaticRoutesOnly": bool(options.get("StaticRoutesOnly")),
        "LocalIpv4NetworkCidr": options.get("LocalIpv4NetworkCidr", "0.0.0.0/0"),
        "RemoteIpv4NetworkCidr": options.get("RemoteIpv4NetworkCidr", "0.0.0.0/0"),
        "TunnelInsideIpVersion": "ipv4",
        "TunnelOptions": tunnels,
    }
    connection.routes = []
    connection.category = "VPN"
    connection.gateway_association_state = "associated"
    connection.vgw_telemetry = [
        {
            "OutsideIpAddress": tunnel["OutsideIpAddress"],
            "Status": "DOWN",
            "StatusMessage": "IPSEC IS DOWN",
            "AcceptedRouteCount": 0,
            "LastStatusChange": utcnow(),
        }
        for tunnel in tunnels
    ]
    return answer


def _modify_vpn_tunnel_options(response: Any) -> ActionResult:
    """ModifyVpnTunnelOptions, which moto lacks."""
    response.error_on_dryrun()
    backend = response.ec2_backend
    (connection,) = backend.describe_vpn_connections([response._get_param("VpnConnectionId")])  # noqa: SLF001
    address = response._get_param("VpnTunnelOutsideIpAddress")  # noqa: SLF001
    changes = _renamed(response._get_param("TunnelOptions") or {})  # noqa: SLF001
    for tunnel in connection.options["TunnelOptions"]:
        if tunnel["OutsideIpAddress"] == address:
            tunnel.update(changes)
    return ActionResult({"VpnConnection": connection})


def _create_vpn_connection_route(response: Any) -> EmptyResult:
    """CreateVpnConnectionRoute, which moto lacks."""
    response.error_on_dryrun()
    (connection,) = response.ec2_backend.describe_vpn_connections([response._get_param("VpnConnectionId")])  # noqa: SLF001
    cidr = response._get_param("DestinationCidrBlock")  # noqa: SLF001
    connection.routes.append({"DestinationCidrBlock": cidr, "Source": "Static", "State": "available"})
    return EmptyResult()


def _propagation(*, on: bool) -> Any:
    """EnableVgwRoutePropagation and DisableVgwRoutePropagation, which moto lacks."""

    def put(response: Any) -> EmptyResult:
        response.error_on_dryrun()
        table: Any = response.ec2_backend.get_route_table(response._get_param("RouteTableId"))  # noqa: SLF001
        gateway = response._get_param("GatewayId")  # noqa: SLF001
        others = [item for item in getattr(table, "propagating_vgws", []) if item["GatewayId"] != gateway]
        table.propagating_vgws = [*others, {"GatewayId": gateway}] if on else others
        return EmptyResult()

    return put


def set_tunnel(account: str, region: str, connection: str, tunnel: int, status: str) -> None:
    """Let a tunnel (0 or 1) of a connection come UP or go DOWN now."""
    backend: Any = ec2_backends[account][region]
    (found,) = backend.describe_vpn_connections([connection])
    telemetry: dict[str, Any] = found.vgw_telemetry[tunnel]
    telemetry["Status"] = status
    telemetry["StatusMessage"] = "" if status == "UP" else "IPSEC IS DOWN"
    telemetry["AcceptedRouteCount"] = len(found.routes) if status == "UP" else 0
    telemetry["LastStatusChange"] = utcnow()


def install() -> None:
    """Extend moto's EC2 answers."""
    after(EC2Response, "create_vpn_connection", _keep_options)
    add(
        EC2Response,
        modify_vpn_tunnel_options=_modify_vpn_tunnel_options,
        create_vpn_connection_route=_create_vpn_connection_route,
        enable_vgw_route_propagation=_propagation(on=True),
        disable_vgw_route_propagation=_propagation(on=False),
    )
