"""The described ways out of a VPC: VPN, Direct Connect, peering, a transit gateway. They are in the first Region."""

from __future__ import annotations

from bench.endpoint.world.network import cidr, gateway_id, vpc_id
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, says

CUSTOMER = "10.200.0.0/16"


def _id(place: Place, prefix: str) -> str:
    return f"{prefix}-{place.hex(17, prefix)}"


def _tunnel(place: Place, number: int) -> Json:
    strong = place.yes("tunnel-strong", number)
    logs: Json = {"LogEnabled": place.yes("tunnel-logs", number)}
    if logs["LogEnabled"]:
        logs |= {"LogGroupArn": place.arn("logs", "log-group:/vpn"), "LogOutputFormat": "json"}
    ciphers, hashes, groups = (["AES256"], ["SHA2-256"], [20]) if strong else (["AES128"], ["SHA1"], [2])
    made: Json = {
        "OutsideIpAddress": f"198.51.100.{number}", "TunnelInsideCidr": f"169.254.10.{4 * number}/30",
        "DpdTimeoutAction": "restart" if place.yes("tunnel-restarts", number) else "clear",
        "StartupAction": "start" if place.yes("tunnel-starts", number) else "add",
        "IkeVersions": [{"Value": "ikev2"}], "LogOptions": {"CloudWatchLogOptions": logs},
    }  # fmt: skip
    for phase in ("Phase1", "Phase2"):
        made[f"{phase}EncryptionAlgorithms"] = [{"Value": name} for name in ciphers]
        made[f"{phase}IntegrityAlgorithms"] = [{"Value": name} for name in hashes]
        made[f"{phase}DHGroupNumbers"] = [{"Value": group} for group in groups]
    return made


def _connections(place: Place) -> list[Json]:
    if not place.home:
        return []
    seen = {"Status": "UP", "StatusMessage": "", "LastStatusChange": place.ago(20), "AcceptedRouteCount": 1}
    return [{
        "VpnConnectionId": _id(place, "vpn"), "State": "available", "Type": "ipsec.1", "Category": "VPN",
        "CustomerGatewayId": _id(place, "cgw"), "VpnGatewayId": gateway_id(place), "CustomerGatewayConfiguration": "",
        "Options": {
            "StaticRoutesOnly": True, "EnableAcceleration": False,
            "TunnelOptions": [_tunnel(place, 1), _tunnel(place, 2)],
        },
        "Routes": [{"DestinationCidrBlock": CUSTOMER, "State": "available"}], "Tags": place.tags("vpn", 0),
        "VgwTelemetry": [{**seen, "OutsideIpAddress": f"198.51.100.{number}"} for number in (1, 2)],
    }]  # fmt: skip


def _gateways(place: Place) -> list[Json]:
    if not place.home:
        return []
    attached = [{"VpcId": vpc_id(place, place.mine("vpc")[0]), "State": "attached"}]
    return [{
        "VpnGatewayId": gateway_id(place), "State": "available", "Type": "ipsec.1", "AmazonSideAsn": 64512,
        "VpcAttachments": attached, "Tags": place.tags("vgw", 0),
    }]  # fmt: skip


def _customers(place: Place) -> list[Json]:
    if not place.home:
        return []
    return [{
        "CustomerGatewayId": _id(place, "cgw"), "State": "available", "Type": "ipsec.1", "IpAddress": "192.0.2.10",
        "BgpAsn": "65000", "Tags": place.tags("cgw", 0),
    }]  # fmt: skip


def _interfaces(place: Place) -> list[Json]:
    if not place.home:
        return []
    return [{
        "ownerAccount": place.account, "virtualInterfaceId": "dxvif-ffhhk74f", "location": "EqDC2",
        "connectionId": "dxcon-fguhmqlc", "virtualInterfaceType": "private", "virtualInterfaceName": "datacenter",
        "vlan": 101, "asn": 65000, "virtualInterfaceState": "available", "directConnectGatewayId": place.uuid("line"),
        "tags": place.tags("line", 0, key="key", value="value"), "bgpPeers": [],
    }]  # fmt: skip


def _associations(place: Place, params: Params) -> Answer:
    return {"directConnectGatewayAssociations": [{
        "directConnectGatewayId": place.uuid("line"), "directConnectGatewayOwnerAccount": place.account,
        "associationState": "associated", "virtualGatewayId": params["virtualGatewayId"],
    }]}  # fmt: skip


def _peerings(place: Place) -> list[Json]:
    if not place.home:
        return []
    sides = [
        {"VpcId": vpc, "OwnerId": place.account, "Region": place.region, "CidrBlock": block, "CidrBlockSet": [
            {"CidrBlock": block},
        ]}
        for vpc, block in (
            (vpc_id(place, place.mine("vpc")[0]), cidr(place.mine("vpc")[0])), (_id(place, "vpc"), "10.250.0.0/16"),
        )
    ]  # fmt: skip
    return [{
        "VpcPeeringConnectionId": _id(place, "pcx"), "Status": {"Code": "active", "Message": "Active"},
        "RequesterVpcInfo": sides[0], "AccepterVpcInfo": sides[1], "Tags": place.tags("peering", 0),
    }]  # fmt: skip


def _transit_ids(place: Place) -> tuple[str, str, str]:
    return _id(place, "tgw"), _id(place, "tgw-rtb"), _id(place, "tgw-attach")


def _attachments(place: Place) -> list[Json]:
    if not place.home:
        return []
    gateway, table, attachment = _transit_ids(place)
    return [{
        "TransitGatewayAttachmentId": attachment, "TransitGatewayId": gateway, "ResourceType": "vpc",
        "TransitGatewayOwnerId": place.account, "ResourceOwnerId": place.account, "State": "available",
        "ResourceId": vpc_id(place, place.mine("vpc")[0]), "CreationTime": place.ago(500),
        "Association": {"TransitGatewayRouteTableId": table, "State": "associated"}, "Tags": place.tags("transit", 0),
    }]  # fmt: skip


def _tables(place: Place) -> list[Json]:
    if not place.home:
        return []
    gateway, table, _ = _transit_ids(place)
    return [{
        "TransitGatewayRouteTableId": table, "TransitGatewayId": gateway, "State": "available",
        "DefaultAssociationRouteTable": True, "DefaultPropagationRouteTable": True, "CreationTime": place.ago(500),
        "Tags": place.tags("transit", 1),
    }]  # fmt: skip


def _routes(place: Place, _: Params) -> Answer:
    attachment, vpc = _transit_ids(place)[2], place.mine("vpc")[0]
    end = {"ResourceId": vpc_id(place, vpc), "ResourceType": "vpc", "TransitGatewayAttachmentId": attachment}
    route = {"DestinationCidrBlock": cidr(vpc), "Type": "propagated", "State": "active"}
    return {"Routes": [{**route, "TransitGatewayAttachments": [end]}], "AdditionalRoutesAvailable": False}


ANSWERS: dict[str, Speaker] = {
    "ec2.DescribeVpnConnections": says("VpnConnections", _connections),
    "ec2.DescribeVpnGateways": says("VpnGateways", _gateways),
    "ec2.DescribeCustomerGateways": says("CustomerGateways", _customers),
    "ec2.DescribeVpcPeeringConnections": says("VpcPeeringConnections", _peerings),
    "ec2.DescribeTransitGatewayAttachments": says("TransitGatewayAttachments", _attachments),
    "ec2.DescribeTransitGatewayRouteTables": says("TransitGatewayRouteTables", _tables),
    "ec2.SearchTransitGatewayRoutes": _routes,
    "directconnect.DescribeVirtualInterfaces": says("virtualInterfaces", _interfaces),
    "directconnect.DescribeDirectConnectGatewayAssociations": _associations,
}
