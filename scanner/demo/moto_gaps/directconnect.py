"""Gaps of Direct Connect: moto lists neither virtual interfaces nor associations; the organisation has none."""

from __future__ import annotations

import json
from typing import Any

from moto.directconnect.responses import DirectConnectResponse

from scanner.demo.moto_gaps.graft import add

EXTENDS = frozenset(
    {"directconnect.DescribeVirtualInterfaces", "directconnect.DescribeDirectConnectGatewayAssociations"}
)
"""The operations that this module answers, or whose answer or outcome it changes."""


def _describe_virtual_interfaces(_response: Any) -> str:
    return json.dumps({"virtualInterfaces": []})


def _describe_direct_connect_gateway_associations(_response: Any) -> str:
    return json.dumps({"directConnectGatewayAssociations": []})


def install() -> None:
    """Extend moto in this process."""
    add(
        DirectConnectResponse,
        describe_virtual_interfaces=_describe_virtual_interfaces,
        describe_direct_connect_gateway_associations=_describe_direct_connect_gateway_associations,
    )
