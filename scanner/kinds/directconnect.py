"""Direct Connect: virtual interfaces, by which a private line ends at a VPC's gateway."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.kinds.common import tags
from scanner.model.call import each
from scanner.model.kind import Kind, fact
from scanner.model.secret import Secret


class VirtualInterface(
    Kind,
    cfn="AWS::DirectConnect::VirtualInterface",
    tf=("aws_dx_private_virtual_interface", "aws_dx_transit_virtual_interface", "aws_dx_public_virtual_interface"),
):
    """A virtual interface on a Direct Connect line, and the gateway it ends at. Its BGP keys are never kept."""

    arn_format = "arn:{partition}:directconnect:{region}:{account}:dxvif/{id}"

    box = each("directconnect.DescribeVirtualInterfaces", "virtualInterfaces")
    secrets = {
        "box": (
            Secret("authKey", detect=False),
            Secret("bgpPeers[].authKey", detect=False),
            Secret("customerRouterConfig", detect=False),
        )
    }

    id: str = fact("box.virtualInterfaceId", plan="id", sample="dxvif-1")
    name: str = fact("box.virtualInterfaceName", plan="name", sample="datacenter")
    tags: Mapping[str, str] = fact("box.tags", plan="tags", parse=tags("key", "value"), default={})
    type: str = fact("box.virtualInterfaceType", sample="private")
    state: str = fact("box.virtualInterfaceState", sample="available")
    gateway: str = fact("box.virtualGatewayId", plan="vpn_gateway_id", default={"api": ""}, sample="")
    direct_connect_gateway: str = fact(
        "box.directConnectGatewayId", plan="dx_gateway_id", default={"api": ""}, sample=""
    )
    volatile = ("box.virtualInterfaceState", "box.bgpPeers", "box.customerRouterConfig", "box.authKey")
