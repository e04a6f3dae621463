"""The one place where the demo extends moto: what AWS answers and moto does not.

Each module names, per function, what moto lacks; every answer is made from moto's own state in moto's own form, so it
leaves through moto's serializers in AWS's protocol. The scanner knows nothing of this. Facts that no API call sets (a
tunnel's telemetry, an agent's connection) are set through `happen`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.demo.moto_gaps import (
    account,
    autoscaling,
    backup,
    cloudfront,
    cloudtrail,
    config,
    directconnect,
    ec2,
    ecr,
    ecs,
    ecs_settings,
    efs,
    guardduty,
    iam,
    organizations,
    rds,
    s3,
    ssm,
    vpn,
    wafv2,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_MODULES = (
    *(account, autoscaling, backup, cloudfront, cloudtrail, config, directconnect, ec2, ecr, ecs, ecs_settings, efs),
    *(guardduty, iam, organizations, rds, s3, ssm, vpn, wafv2),
)
_EVENTS: dict[str, Callable[..., None]] = {
    "tunnel": vpn.set_tunnel,
    "member": autoscaling.swap_member,
    "tasks": autoscaling.restart_tasks,
    "agent": ecs.set_agent_connected,
    "node": ssm.set_node,
    "root": iam.set_root,
    "trail_lag": cloudtrail.set_lag,
}


def install() -> None:
    """Extend moto in this process; to be called once, before the first request."""
    for module in _MODULES:
        module.install()


def extended() -> frozenset[str]:
    """Name every `service.Operation` whose answer is phiward's own and not moto's."""
    return frozenset(operation for module in _MODULES for operation in getattr(module, "EXTENDS", ()))


def happen(event: str, **what: Any) -> None:
    """Let something happen in AWS that no API call brings about; raises `KeyError` for an event unknown here."""
    _EVENTS[event](**what)
