"""Site-to-site VPN: connections with their tunnels, and the gateways at both ends.

Sources: EC2 API Reference (VpnConnection, TunnelOption, VgwTelemetry); Site-to-Site VPN User Guide, "Monitor
tunnels using Amazon CloudWatch".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from scanner.kinds.common import tags
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import Secret

PERIOD_MINUTES = 15
"""The grain of the kept traffic figures."""


class Telemetry(msgspec.Struct, frozen=True):
    """The state of one tunnel as AWS sees it."""

    address: str = ""
    status: str = ""
    message: str = ""
    changed: str = ""


class Tunnel(msgspec.Struct, frozen=True):
    """What one tunnel's options allow; an empty list is AWS's default list, which admits weak choices."""

    address: str = ""
    ike: tuple[str, ...] = ()
    encryption_1: tuple[str, ...] = ()
    encryption_2: tuple[str, ...] = ()
    integrity_1: tuple[str, ...] = ()
    integrity_2: tuple[str, ...] = ()
    groups_1: tuple[int, ...] = ()
    groups_2: tuple[int, ...] = ()
    logs: bool = False


class Traffic(msgspec.Struct, frozen=True):
    """The bytes that a connection's tunnels carried in the period of 15 minutes that began then."""

    began: datetime
    bytes_in: float = 0.0
    bytes_out: float = 0.0


def _telemetry(given: Sequence[Mapping[str, Any]]) -> tuple[Telemetry, ...]:
    return tuple(
        Telemetry(
            item.get("OutsideIpAddress", ""),
            item.get("Status", ""),
            item.get("StatusMessage", ""),
            item.get("LastStatusChange", ""),
        )
        for item in given
    )


def _tunnels(given: Sequence[Mapping[str, Any]]) -> tuple[Tunnel, ...]:
    return tuple(_tunnel(item) for item in given)


def _tunnel(item: Mapping[str, Any]) -> Tunnel:
    def allowed(name: str) -> tuple[Any, ...]:
        return tuple(choice["Value"] for choice in item.get(name, ()))

    logs = item.get("LogOptions", {}).get("CloudWatchLogOptions", {})
    return Tunnel(
        address=item.get("OutsideIpAddress", ""),
        ike=allowed("IkeVersions"),
        encryption_1=allowed("Phase1EncryptionAlgorithms"),
        encryption_2=allowed("Phase2EncryptionAlgorithms"),
        integrity_1=allowed("Phase1IntegrityAlgorithms"),
        integrity_2=allowed("Phase2IntegrityAlgorithms"),
        groups_1=allowed("Phase1DHGroupNumbers"),
        groups_2=allowed("Phase2DHGroupNumbers"),
        logs=bool(logs.get("LogEnabled")),
    )


def _traffic(given: Sequence[Mapping[str, Any]]) -> tuple[Traffic, ...]:
    """Join the two series by time.

    Raises:
        ValueError: CloudWatch did not answer a series completely.
    """
    series: dict[str, dict[str, float]] = {"bytes_in": {}, "bytes_out": {}}
    failed = {item["Id"] for item in given if item.get("StatusCode") in {"InternalError", "Forbidden"}}
    last = {item["Id"]: item.get("StatusCode", "Complete") for item in given}
    failed |= {name for name, code in last.items() if code == "PartialData"}
    if failed or set(last) != set(series):
        raise ValueError(f"CloudWatch did not answer {', '.join(sorted(failed or set(series) - set(last)))} completely")
    for item in given:
        series[item["Id"]] |= dict(zip(item["Timestamps"], item["Values"], strict=True))
    moments = sorted({moment for values in series.values() for moment in values})
    return tuple(
        Traffic(
            datetime.fromisoformat(moment), series["bytes_in"].get(moment, 0.0), series["bytes_out"].get(moment, 0.0)
        )
        for moment in moments
    )


def _query(name: str, metric: str) -> dict[str, Any]:
    """Ask for a metric's sums over both tunnels of the connection."""
    dimensions = [{"Name": "VpnId", "Value": "$box.VpnConnectionId"}]
    watched = {"Namespace": "AWS/VPN", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": watched, "Period": PERIOD_MINUTES * 60, "Stat": "Sum"}}


class VPNConnection(Kind, cfn="AWS::EC2::VPNConnection", tf="aws_vpn_connection"):
    """A site-to-site VPN connection: state and options of its tunnels, and a day of their traffic.

    Pre-shared keys, and the customer gateway's configuration that holds them, are never kept.
    """

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpn-connection/{id}"

    box = each("ec2.DescribeVpnConnections", "VpnConnections")
    day = then(
        "cloudwatch.GetMetricData",
        "MetricDataResults",
        MetricDataQueries=[_query("bytes_in", "TunnelDataIn"), _query("bytes_out", "TunnelDataOut")],
        StartTime="$as_of-24h",
        EndTime="$as_of",
        when="box.State == 'available'",
    )
    secrets = {
        "box": (
            Secret("CustomerGatewayConfiguration", detect=False),
            Secret("Options.TunnelOptions[].PreSharedKey", detect=False),
        )
    }

    id: str = fact("box.VpnConnectionId", sample="vpn-0123456789abcdef0")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="available")
    gateway: str = fact("box.VpnGatewayId", plan="vpn_gateway_id", template="VpnGatewayId", default="", sample="vgw-1")
    transit_gateway: str = fact(
        "box.TransitGatewayId", plan="transit_gateway_id", template="TransitGatewayId", default="", sample=""
    )
    customer_gateway: str = fact(
        "box.CustomerGatewayId", plan="customer_gateway_id", template="CustomerGatewayId", sample="cgw-1"
    )
    static: bool = fact("box.Options.StaticRoutesOnly", plan="static_routes_only", default=False, sample=True)
    telemetry: tuple[Telemetry, ...] = fact("box.VgwTelemetry", parse=_telemetry)
    tunnels: tuple[Tunnel, ...] = fact("box.Options.TunnelOptions", parse=_tunnels)
    routes: tuple[str, ...] = fact("box.Routes[].DestinationCidrBlock", default={"api": ()}, sample=())
    traffic: tuple[Traffic, ...] = fact("day", parse=_traffic)
    volatile = (
        "box.VgwTelemetry",
        "box.CustomerGatewayConfiguration",
        "box.Options.TunnelOptions[].PreSharedKey",
        "day",
    )


class VPNGateway(Kind, cfn="AWS::EC2::VPNGateway", tf="aws_vpn_gateway"):
    """A virtual private gateway and the VPCs it is attached to."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpn-gateway/{id}"

    box = each("ec2.DescribeVpnGateways", "VpnGateways")

    id: str = fact("box.VpnGatewayId", sample="vgw-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="available")
    vpcs: tuple[str, ...] = fact(
        "box.VpcAttachments",
        parse=lambda given: tuple(item["VpcId"] for item in given if item.get("State") in {"attached", "attaching"}),
        default={"api": ()},
        sample=(),
    )


class CustomerGateway(Kind, cfn="AWS::EC2::CustomerGateway", tf="aws_customer_gateway"):
    """The device at the other end of a VPN connection."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:customer-gateway/{id}"

    box = each("ec2.DescribeCustomerGateways", "CustomerGateways")

    id: str = fact("box.CustomerGatewayId", sample="cgw-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="available")
    address: str = fact(
        "box.IpAddress", plan="ip_address", template="IpAddress", default={"api": ""}, sample="192.0.2.1"
    )
    asn: str = fact("box.BgpAsn", plan="bgp_asn", template="BgpAsn", parse=str, default={"api": ""}, sample="65000")
