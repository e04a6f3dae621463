"""Site-to-Site VPN: gateways on both sides, and the connections between them."""

from __future__ import annotations

from typing import Any

from remediation.twin.registry import builds
from remediation.twin.site import Site, UnbuiltError, doc, fitting
from remediation.twin.tagging import specification
from scanner.model.resource import Resource

_GONE = ("deleting", "deleted")
_ASKED_AS = {
    "IkeVersions": "IKEVersions",
    "DpdTimeoutSeconds": "DPDTimeoutSeconds",
    "DpdTimeoutAction": "DPDTimeoutAction",
}


def _living(resource: Resource) -> dict[str, Any]:
    box: dict[str, Any] = doc(resource, "box")
    if box.get("State") in _GONE:
        raise UnbuiltError(f"{resource.kind}: one that is {box['State']} cannot be made")
    return box


@builds("AWS::EC2::CustomerGateway")
def customer_gateway(site: Site, resource: Resource) -> None:
    """Make the customer's side."""
    box = _living(resource)
    asn = str(box.get("BgpAsn") or "")
    made = site.call(
        resource, "ec2.CreateCustomerGateway", **fitting("ec2.CreateCustomerGateway", box, "BgpAsn"),
        BgpAsn=int(asn) if asn else None, TagSpecifications=specification(resource, "customer-gateway"),
    )["CustomerGateway"]  # fmt: skip
    site.pair(box["CustomerGatewayId"], made["CustomerGatewayId"])


@builds("AWS::EC2::VPNGateway")
def vpn_gateway(site: Site, resource: Resource) -> None:
    """Make AWS's side and attach it to its VPCs."""
    box = _living(resource)
    made = site.call(
        resource, "ec2.CreateVpnGateway", **fitting("ec2.CreateVpnGateway", box),
        TagSpecifications=specification(resource, "vpn-gateway"),
    )["VpnGateway"]  # fmt: skip
    site.pair(box["VpnGatewayId"], made["VpnGatewayId"])
    for item in box.get("VpcAttachments", ()):
        if item.get("State") in {"attached", "attaching"}:
            names = {"VpnGatewayId": box["VpnGatewayId"], "VpcId": item["VpcId"]}
            site.call(resource, "ec2.AttachVpnGateway", **names)


@builds("AWS::EC2::VPNConnection")
def connection(site: Site, resource: Resource) -> None:
    """Make the connection with the options of its tunnels, and its static routes."""
    box = _living(resource)
    options = box.get("Options") or {}
    asked = [{_ASKED_AS.get(name, name): value for name, value in each.items()} for each in _tunnels(box)]
    wanted = fitting("ec2.CreateVpnConnection", {**box, "Options": {**options, "TunnelOptions": asked}})
    made = site.call(
        resource, "ec2.CreateVpnConnection", **wanted, TagSpecifications=specification(resource, "vpn-connection")
    )["VpnConnection"]  # fmt: skip
    site.pair(box["VpnConnectionId"], made["VpnConnectionId"])
    for ours, theirs in zip(_tunnels(box), _tunnels(made), strict=False):
        site.pair(ours["OutsideIpAddress"], theirs["OutsideIpAddress"])
    for route in box.get("Routes", ()):
        if route.get("Source") == "Static":
            names = {"VpnConnectionId": box["VpnConnectionId"], "DestinationCidrBlock": route["DestinationCidrBlock"]}
            site.call(resource, "ec2.CreateVpnConnectionRoute", **names)


def _tunnels(box: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (box.get("Options") or {}).get("TunnelOptions") or []
    return found
