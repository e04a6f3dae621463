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
from scanner.kinds.merges import METRICS
from scanner.kinds.planned_reading import members_of
from scanner.kinds.vpn_planned import PLANNED, TEMPLATE, planned_tunnels, template_tunnels
from scanner.kinds.vpn_reading import Tunnel, tunnels
from scanner.model.call import each, then
from scanner.model.kind import Const, Kind, fact
from scanner.model.secret import Secret

PERIOD_MINUTES = 15
"""The grain of the kept traffic figures."""

STATE_MINUTES = 5
"""The grain of the kept figures of each tunnel's state."""


class Telemetry(msgspec.Struct, frozen=True):
    """The state of one tunnel as AWS sees it."""

    address: str = ""
    status: str = ""
    message: str = ""
    changed: str = ""
    certificate: str = ""


class Traffic(msgspec.Struct, frozen=True):
    """The bytes that a connection's tunnels carried in the period of 15 minutes that began then."""

    began: datetime
    bytes_in: float = 0.0
    bytes_out: float = 0.0


class TunnelSample(msgspec.Struct, frozen=True):
    """The share of time (0 to 1) that a tunnel, 1 or 2, was up in the period of 5 minutes that began then."""

    tunnel: int
    began: datetime
    up: float = 0.0


def _telemetry(given: Sequence[Mapping[str, Any]]) -> tuple[Telemetry, ...]:
    return tuple(
        Telemetry(
            item.get("OutsideIpAddress", ""),
            item.get("Status", ""),
            item.get("StatusMessage", ""),
            item.get("LastStatusChange", ""),
            item.get("CertificateArn", ""),
        )
        for item in given
    )


def _series(given: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, dict[datetime, float]]:
    """Give each named series by time; the pages of an answer hold parts of it.

    Raises:
        ValueError: CloudWatch did not answer a series completely.
    """
    series: dict[str, dict[datetime, float]] = {name: {} for name in names}
    parts = [item for item in given if item["Id"] in series]
    last = {item["Id"]: item.get("StatusCode", "Complete") for item in parts}
    failed = {item["Id"] for item in parts if item.get("StatusCode") in {"InternalError", "Forbidden"}}
    failed |= {name for name, code in last.items() if code == "PartialData"} | (set(series) - set(last))
    if failed:
        raise ValueError(f"CloudWatch did not answer {', '.join(sorted(failed))} completely")
    for item in parts:
        moments = (datetime.fromisoformat(moment) for moment in item["Timestamps"])
        series[item["Id"]] |= dict(zip(moments, item["Values"], strict=True))
    return series


def _traffic(given: Sequence[Mapping[str, Any]]) -> tuple[Traffic, ...]:
    """Join the two directions by time."""
    came, went = _series(given, ("bytes_in", "bytes_out")).values()
    return tuple(Traffic(moment, came.get(moment, 0.0), went.get(moment, 0.0)) for moment in sorted({*came, *went}))


def _states(given: Sequence[Mapping[str, Any]]) -> tuple[TunnelSample, ...]:
    found = _series(given, [f"state_{number}" for number in TUNNELS]).values()
    return tuple(
        TunnelSample(number, moment, values[moment])
        for number, values in zip(TUNNELS, found, strict=True)
        for moment in sorted(values)
    )


def _query(name: str, metric: str) -> dict[str, Any]:
    """Ask for a metric's sums over both tunnels of the connection."""
    dimensions = [{"Name": "VpnId", "Value": "$box.VpnConnectionId"}]
    watched = {"Namespace": "AWS/VPN", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": name, "MetricStat": {"Metric": watched, "Period": PERIOD_MINUTES * 60, "Stat": "Sum"}}


TUNNELS = (1, 2)


def _state(number: int) -> dict[str, Any]:
    """Ask for a tunnel's state; CloudWatch knows a tunnel by its outside address, none by `-`."""
    address = " or ".join(
        f"$box.{place}[{number - 1}].OutsideIpAddress" for place in ("Options.TunnelOptions", "VgwTelemetry")
    )
    dimensions = [{"Name": "TunnelIpAddress", "Value": f"{address} or '-'"}]
    watched = {"Namespace": "AWS/VPN", "MetricName": "TunnelState", "Dimensions": dimensions}
    return {"Id": f"state_{number}", "MetricStat": {"Metric": watched, "Period": STATE_MINUTES * 60, "Stat": "Average"}}


class VPNConnection(Kind, cfn="AWS::EC2::VPNConnection", tf="aws_vpn_connection"):
    """A site-to-site VPN connection: state and options of its tunnels, and a day of their state and traffic.

    Pre-shared keys, and the customer gateway's configuration that holds them, are never kept.
    """

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpn-connection/{id}"

    box = each("ec2.DescribeVpnConnections", "VpnConnections")
    day = then(
        "cloudwatch.GetMetricData",
        "MetricDataResults",
        merge=METRICS,
        MetricDataQueries=[
            _query("bytes_in", "TunnelDataIn"),
            _query("bytes_out", "TunnelDataOut"),
            *(_state(number) for number in TUNNELS),
        ],
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
    static: bool = fact(
        "box.Options.StaticRoutesOnly",
        plan="static_routes_only",
        template="StaticRoutesOnly",
        default=False,
        sample=True,
    )
    telemetry: tuple[Telemetry, ...] = fact("box.VgwTelemetry", parse=_telemetry)
    tunnels: tuple[Tunnel, ...] = fact(
        "box.Options.TunnelOptions",
        plan=PLANNED,
        template=TEMPLATE,
        parse={"api": tunnels, "plan": planned_tunnels, "template": template_tunnels},
    )
    routes: tuple[str, ...] = fact(
        "box.Routes[].DestinationCidrBlock",
        plan="aws_vpn_connection_route[].destination_cidr_block",
        template="AWS::EC2::VPNConnectionRoute[].DestinationCidrBlock",
        default=(),
        sample=(),
    )
    tf_parts = {"aws_vpn_connection_route": "vpn_connection_id"}
    cfn_parts = {"AWS::EC2::VPNConnectionRoute": "VpnConnectionId"}
    traffic: tuple[Traffic, ...] = fact("day", parse=_traffic)
    samples: tuple[TunnelSample, ...] = fact("day", parse=_states)
    key_secret: str = fact(
        "box.PreSharedKeyArn",
        plan="preshared_key_arn",
        default={"api": ""},
        sample="",
        doc="The secret in Secrets Manager that holds the pre-shared keys; empty where AWS keeps them itself.",
    )
    volatile = (
        "box.VgwTelemetry",
        "box.CustomerGatewayConfiguration",
        "box.Options.TunnelOptions[].PreSharedKey",
        "day",
    )

    @property
    def addresses(self) -> tuple[str, ...]:
        """The outside addresses of the tunnels, in the order in which `samples` counts them."""
        return tuple(item.address for item in self.tunnels or self.telemetry)


class DirectConnectLink(msgspec.Struct, frozen=True):
    """A Direct Connect gateway that a virtual private gateway is associated with, and whose it is."""

    gateway: str
    owner: str = ""


def _links(given: Sequence[Mapping[str, Any]]) -> tuple[DirectConnectLink, ...]:
    return tuple(
        DirectConnectLink(item["directConnectGatewayId"], item.get("directConnectGatewayOwnerAccount", ""))
        for item in given
        if item.get("associationState") == "associated"
    )


class VPNGateway(Kind, cfn="AWS::EC2::VPNGateway", tf="aws_vpn_gateway"):
    """A virtual private gateway and the VPCs it is attached to."""

    arn_format = "arn:{partition}:ec2:{region}:{account}:vpn-gateway/{id}"

    box = each("ec2.DescribeVpnGateways", "VpnGateways")
    lines = then(
        "directconnect.DescribeDirectConnectGatewayAssociations",
        "directConnectGatewayAssociations",
        virtualGatewayId="$box.VpnGatewayId",
        when="box.State == 'available'",
    )

    id: str = fact("box.VpnGatewayId", sample="vgw-1")
    tags: Mapping[str, str] = fact("box.Tags", plan="tags", template="Tags", parse=tags(), default={})
    state: str = fact("box.State", plan=Const("available"), template=Const("available"), sample="available")
    vpcs: tuple[str, ...] = fact(
        "box.VpcAttachments",
        plan="vpc_id + aws_vpn_gateway_attachment",
        template="AWS::EC2::VPCGatewayAttachment[].VpcId",
        parse={
            "api": lambda given: tuple(
                item["VpcId"] for item in given if item.get("State") in {"attached", "attaching"}
            ),
            "plan": members_of("vpc_id", "aws_vpn_gateway_attachment.vpc_id"),
        },
        default=(),
        sample=(),
    )
    direct_connect: tuple[DirectConnectLink, ...] = fact("lines", parse=_links, default={"api": ()}, sample=())
    tf_parts = {"aws_vpn_gateway_attachment": "vpn_gateway_id"}
    cfn_parts = {"AWS::EC2::VPCGatewayAttachment": "VpnGatewayId"}
    volatile = ("box.State",)


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
    certificate: str = fact(
        "box.CertificateArn", plan="certificate_arn", template="CertificateArn", default="", sample=""
    )
    asn: str = fact("box.BgpAsn", plan="bgp_asn", template="BgpAsn", parse=str, default={"api": ""}, sample="65000")
