"""vpn_redundant_customer_gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.directconnect import VirtualInterface
from scanner.kinds.ec2_peering import TransitGatewayAttachment
from scanner.kinds.vpn import CustomerGateway, DirectConnectLink, VPNConnection, VPNGateway
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import CityWebapps

if TYPE_CHECKING:
    from collections.abc import Iterator


DEVICE = Other(CustomerGateway, id="cgw-1", address="192.0.2.1")
DEVICE_2 = Other(CustomerGateway, id="cgw-2", address="192.0.2.2")
V = {"id": "vpn-1"}
SECOND = Other(VPNConnection, id="vpn-2", customer_gateway="cgw-2")
HUB = "310987654321"
ON_TGW = {"id": "vpn-1", "gateway": "", "transit_gateway": "tgw-1"}
VGW = Other(VPNGateway, id="vgw-1")
LINKED = Other(VPNGateway, id="vgw-1", direct_connect=(DirectConnectLink("dxgw-1", "123456789012"),))
LINKED_AWAY = Other(VPNGateway, id="vgw-1", direct_connect=(DirectConnectLink("dxgw-1", HUB),))


def line(**facts: str) -> Other:
    """Give an example's virtual interface."""
    return Other(VirtualInterface, **facts)


def attached(account: str, kind: str, state: str = "available", gateway: str = "tgw-1") -> Other:
    """Give an example's attachment to a transit gateway."""
    return Other(
        TransitGatewayAttachment,
        account=account,
        id=f"at-{kind}",
        gateway=gateway,
        gateway_owner=HUB,
        subject_type=kind,
        state=state,
    )


class RedundantCustomerGateway(Rule):
    """VPN access has a redundant customer gateway or Direct Connect.

    Both tunnels of a connection end at one device of ours. When that device, its power or its line fails, the way to
    the systems of record is cut, however well AWS's side is doubled. A second connection to a device with another
    address on the same gateway counts, and so does a Direct Connect interface that is available, or an association
    with a Direct Connect gateway of another account.
    """

    kind = VPNConnection
    needs = (CustomerGateway, VPNGateway, VirtualInterface, TransitGatewayAttachment)
    severity = "low"
    category = "resilience"
    hipaa_proposed = ("164.308(a)(7)(i)", "164.308(a)(7)(ii)(C)")
    sources = (CityWebapps(),)
    remedy = Runbook(
        "Choose a second device with its own line and address: aws ec2 create-customer-gateway --type ipsec.1 "
        "--public-ip ADDRESS --bgp-asn ASN --region {region}",
        "See where the first one ends: aws ec2 describe-vpn-connections --vpn-connection-ids {id} --region "
        "{region}, then with the same gateway: aws ec2 create-vpn-connection --type ipsec.1 --customer-gateway-id "
        "SECOND --vpn-gateway-id GATEWAY --region {region}",
        "Set up the device, then switch the first one off for some minutes and see that traffic goes over the second",
        effect=Effect(
            risk="medium",
            cost="a connection, about 36 USD a month",
            terraform={"aws_vpn_connection": {"customer_gateway_id": "THE SECOND DEVICE'S", "type": "ipsec.1"}},
        ),
    )
    GOOD = (
        Case(V, others=[DEVICE, SECOND, DEVICE_2]),
        Case(V, others=[Other(CustomerGateway, id="cgw-1", address=""), SECOND, DEVICE_2]),
        Case(V, others=[DEVICE, SECOND, Other(CustomerGateway, id="cgw-2", address="")]),
        Case(V, others=[DEVICE, VGW, line(gateway="vgw-1")]),
        Case(V, others=[DEVICE, LINKED, line(direct_connect_gateway="dxgw-1")]),
        Case(
            V,
            others=[
                DEVICE,
                LINKED,
                Other(VirtualInterface, region="eu-west-1", id="far", direct_connect_gateway="dxgw-1"),
            ],
        ),
        Case(V, others=[DEVICE, LINKED_AWAY]),
        Case(ON_TGW, others=[DEVICE, attached("123456789012", "direct-connect-gateway")]),
        Case(ON_TGW, others=[DEVICE, attached("123456789012", "vpn"), attached(HUB, "direct-connect-gateway")]),
        Case(
            ON_TGW,
            others=[
                DEVICE,
                DEVICE_2,
                Other(VPNConnection, id="vpn-2", customer_gateway="cgw-2", gateway="", transit_gateway="tgw-1"),
            ],
        ),
    )
    BAD = (
        Case(V, others=[DEVICE, VGW]),
        Case(V, others=[Other(CustomerGateway, id="cgw-1", address=""), VGW]),
        Case(V, others=[DEVICE, VGW, Other(VPNConnection, id="vpn-2", customer_gateway="cgw-1")]),
        Case(V, others=[DEVICE, VGW, SECOND, Other(CustomerGateway, id="cgw-2", address="192.0.2.1")]),
        Case(
            V,
            others=[DEVICE, VGW, DEVICE_2, Other(VPNConnection, id="vpn-2", customer_gateway="cgw-2", state="deleted")],
        ),
        Case(
            V,
            others=[DEVICE, VGW, DEVICE_2, Other(VPNConnection, id="vpn-2", customer_gateway="cgw-2", gateway="vgw-2")],
        ),
        Case(V, others=[DEVICE, VGW, line(gateway="vgw-2")]),
        Case(V, others=[DEVICE, VGW, line(gateway="vgw-1", state="down")]),
        Case(V, others=[DEVICE, VGW, line(direct_connect_gateway="dxgw-1")]),
        Case(V, others=[DEVICE, LINKED, line(direct_connect_gateway="dxgw-2")]),
        Case(V, others=[DEVICE, LINKED, line(direct_connect_gateway="dxgw-1", state="down")]),
        Case(V, others=[DEVICE, LINKED]),
        Case(ON_TGW, others=[DEVICE, attached("123456789012", "vpn"), attached(HUB, "vpc")]),
        Case(
            ON_TGW,
            others=[DEVICE, attached("123456789012", "vpn"), attached(HUB, "direct-connect-gateway", "deleted")],
        ),
        Case(
            ON_TGW,
            others=[
                DEVICE,
                attached("123456789012", "vpn"),
                attached(HUB, "direct-connect-gateway", gateway="tgw-2"),
            ],
        ),
        Case(ON_TGW, others=[DEVICE, Other(VPNConnection, id="vpn-2", customer_gateway="cgw-2", gateway=""), DEVICE_2]),
    )
    SKIP = (
        {"id": "vpn-1", "state": "deleted"},
        {"id": "vpn-1", "gateway": "", "transit_gateway": ""},
    )
    UNKNOWN = (
        Case(V, others=[VGW], lacking=[VPNConnection]),
        Case(V, others=[VGW, DEVICE], lacking=[VirtualInterface]),
        Case(V, others=[DEVICE], lacking=[VPNGateway]),
        Case(V, others=[DEVICE]),
        Case(V, others=[DEVICE, VGW, SECOND]),
        Case(V, others=[DEVICE, VGW, SECOND], lacking=[CustomerGateway]),
        Case(ON_TGW, others=[DEVICE], lacking=[TransitGatewayAttachment]),
        Case(ON_TGW, others=[DEVICE, attached("123456789012", "vpn")]),
    )

    @staticmethod
    def applies(connection: VPNConnection) -> bool:
        """VPN connections that are available and end at a virtual private or a transit gateway."""
        return connection.state == "available" and bool(connection.gateway or connection.transit_gateway)

    @staticmethod
    def check(connection: VPNConnection, world: World) -> Iterator[Fail]:
        ways = (_second_device, _line_to_gateway if connection.gateway else _line_to_hub)
        if not any_of(ways, lambda way: way(connection, world)):
            yield Fail(
                f"{connection.customer_gateway} is the only way in: no second customer gateway or Direct Connect"
            )


def _second_device(connection: VPNConnection, world: World) -> bool:
    def is_second(other: VPNConnection) -> bool:
        same = (other.gateway, other.transit_gateway) == (connection.gateway, connection.transit_gateway)
        if not same or other.state != "available" or other.customer_gateway == connection.customer_gateway:
            return False
        addresses = [_address(name, world) for name in (connection.customer_gateway, other.customer_gateway)]
        return not all(addresses) or addresses[0] != addresses[1]

    return any_of(world.all(VPNConnection), is_second)


def _address(name: str, world: World) -> str:
    device = world.get(CustomerGateway, name)
    if device is None:
        raise Unknown(Gap("ec2.DescribeCustomerGateways", message=f"{name} was not found"))
    return device.address


def _line_to_gateway(connection: VPNConnection, world: World) -> bool:
    gateway = world.get(VPNGateway, connection.gateway)
    if gateway is None:
        raise Unknown(Gap("ec2.DescribeVpnGateways", message=f"{connection.gateway} was not found"))

    def associated() -> bool:
        own = {link.gateway for link in gateway.direct_connect if link.owner in {"", connection.account}}
        return len(own) < len(gateway.direct_connect) or (bool(own) and any_of(_lines(world), lambda item: item in own))

    return any_of([lambda: any_of(_lines(world), lambda item: item == gateway.id), associated])


def _lines(world: World) -> Iterator[str]:
    """Give the gateways at which virtual interfaces end that are available."""
    for item in world.everywhere(VirtualInterface):
        if item.state == "available":
            yield from (name for name in (item.gateway, item.direct_connect_gateway) if name)


def _line_to_hub(connection: VPNConnection, world: World) -> bool:
    """Say whether the transit gateway has a Direct Connect attachment, which its owner alone may see."""

    def is_line(item: TransitGatewayAttachment) -> bool:
        return item.subject_type == "direct-connect-gateway" and item.state == "available"

    def seen_by_owner() -> bool:
        own = world.first(TransitGatewayAttachment, gateway=connection.transit_gateway)
        if own is None:
            return False
        hub = world.all(TransitGatewayAttachment, account=own.gateway_owner, gateway=connection.transit_gateway)
        return any_of(hub, is_line)

    own = world.all(TransitGatewayAttachment, gateway=connection.transit_gateway)
    return any_of([lambda: any_of(own, is_line), seen_by_owner])
