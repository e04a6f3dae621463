"""VPN connections as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_vpn_connection); CloudFormation (AWS::EC2::VPNConnection).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scanner.kinds.containers import number, text, truth
from scanner.kinds.planned_reading import first
from scanner.kinds.vpn_reading import Tunnel
from scanner.model.planned import Known

TUNNELS = (1, 2)
_LISTS = {
    "ike_versions": "ike",
    "phase1_encryption_algorithms": "encryption_1",
    "phase2_encryption_algorithms": "encryption_2",
    "phase1_integrity_algorithms": "integrity_1",
    "phase2_integrity_algorithms": "integrity_2",
    "phase1_dh_group_numbers": "groups_1",
    "phase2_dh_group_numbers": "groups_2",
}
_ARGUMENTS = (*_LISTS, "address", "dpd_timeout_action", "startup_action", "log_options")
PLANNED = " + ".join(("customer_gateway_id", *(f"tunnel{number}_{name}" for number in TUNNELS for name in _ARGUMENTS)))
"""Where a connection's tunnels are written; the gateway is there to say that the connection is."""


def planned_tunnels(given: Known) -> tuple[Tunnel, ...]:
    """Read both tunnels' options in Terraform's words."""
    return tuple(_planned(given, f"tunnel{place}_") for place in TUNNELS)


def _planned(given: Known, prefix: str) -> Tunnel:
    lists: dict[str, Any] = {own: tuple(sorted(given.written(prefix + name) or ())) for name, own in _LISTS.items()}
    logs = first(first(given.written(f"{prefix}log_options")).get("cloudwatch_log_options"))
    return Tunnel(
        **lists,
        address=text(given.written(f"{prefix}address")),
        logs=bool(logs.get("log_enabled")),
        log_group=text(logs.get("log_group_arn")),
        dpd_action=text(given.written(f"{prefix}dpd_timeout_action")) or "clear",
        startup=text(given.written(f"{prefix}startup_action")) or "add",
    )


_TEMPLATE_LISTS = {
    "IKEVersions": "ike",
    "Phase1EncryptionAlgorithms": "encryption_1",
    "Phase2EncryptionAlgorithms": "encryption_2",
    "Phase1IntegrityAlgorithms": "integrity_1",
    "Phase2IntegrityAlgorithms": "integrity_2",
    "Phase1DHGroupNumbers": "groups_1",
    "Phase2DHGroupNumbers": "groups_2",
}
TEMPLATE = "CustomerGatewayId + VpnTunnelOptionsSpecifications"


def template_tunnels(given: Known) -> tuple[Tunnel, ...]:
    """Read both tunnels' options in CloudFormation's words; a tunnel that is not written has AWS's defaults."""
    written = [_template(item) for item in given.get("VpnTunnelOptionsSpecifications") or ()]
    return (*written, *(Tunnel() for _ in TUNNELS[len(written) :]))


def _template(given: Mapping[str, Any]) -> Tunnel:
    lists: dict[str, Any] = {
        own: tuple(
            number(item["Value"]) if own.startswith("groups") else text(item["Value"]) for item in given.get(name) or ()
        )
        for name, own in _TEMPLATE_LISTS.items()
    }
    logs = (given.get("LogOptions") or {}).get("CloudwatchLogOptions") or {}
    return Tunnel(
        **lists,
        logs=truth(logs.get("LogEnabled")),
        log_group=text(logs.get("LogGroupArn")),
        dpd_action=text(given.get("DPDTimeoutAction")) or "clear",
        startup=text(given.get("StartupAction")) or "add",
    )
