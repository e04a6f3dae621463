"""What EC2 answers of a VPN connection's tunnels, read by pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec


class Tunnel(msgspec.Struct, frozen=True):
    """What one tunnel's options say; an empty list is AWS's default list, which admits weak choices.

    `dpd_action` is what follows when the peer is silent (`clear`, `none`, `restart`), `startup` who begins (`add`: the
    customer's device, `start`: AWS); where the answer leaves them out, they are AWS's defaults.
    """

    address: str = ""
    ike: tuple[str, ...] = ()
    encryption_1: tuple[str, ...] = ()
    encryption_2: tuple[str, ...] = ()
    integrity_1: tuple[str, ...] = ()
    integrity_2: tuple[str, ...] = ()
    groups_1: tuple[int, ...] = ()
    groups_2: tuple[int, ...] = ()
    logs: bool = False
    dpd_action: str = "clear"
    startup: str = "add"
    log_group: str = ""


def tunnels(given: Sequence[Mapping[str, Any]]) -> tuple[Tunnel, ...]:
    """Read the options of tunnels."""
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
        dpd_action=item.get("DpdTimeoutAction", "clear"),
        startup=item.get("StartupAction", "add"),
        log_group=logs.get("LogGroupArn", ""),
    )
