"""Direct Connect: what leads where, and no key at rest."""

from __future__ import annotations

from typing import Any

from scanner.engine.redact import Redactor
from scanner.kinds.directconnect import VirtualInterface
from scanner.kinds.vpn import DirectConnectLink, VPNGateway
from scanner.model.kind import Kind
from scanner.model.resource import Resource, Section, SectionState


def view(kind: type[Kind], **sections: Any) -> Any:
    made = {name: Section(SectionState.OK, document) for name, document in sections.items()}
    return kind(Resource(kind.cfn, "x", sections=made))


def test_a_virtual_interface_keeps_no_key() -> None:
    box = {
        "virtualInterfaceId": "dxvif-1",
        "authKey": "hunter2hunter2",
        "bgpPeers": [{"bgpPeerId": "dxpeer-1", "authKey": "hunter2hunter2"}],
        "customerRouterConfig": "<bgp_auth_key>hunter2hunter2</bgp_auth_key>",
        "virtualGatewayId": "vgw-1",
        "tags": [{"key": "team", "value": "net"}],
    }
    kept = Redactor(b"key").section(VirtualInterface, "box", box)
    assert "hunter2" not in str(kept)
    found = view(VirtualInterface, box=kept)
    assert (found.gateway, found.direct_connect_gateway, found.tags) == ("vgw-1", "", {"team": "net"})


def test_only_standing_associations_count() -> None:
    lines = [
        {"directConnectGatewayId": "a", "directConnectGatewayOwnerAccount": "1", "associationState": "associated"},
        {"directConnectGatewayId": "b", "associationState": "disassociated"},
    ]
    assert view(VPNGateway, lines=lines).direct_connect == (DirectConnectLink("a", "1"),)
