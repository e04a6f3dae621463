"""ECS as Terraform plans and CloudFormation templates write it, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_ecs_service, aws_ecs_task_definition); CloudFormation
(AWS::ECS::Service, AWS::ECS::TaskDefinition).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.kinds.containers import block, member, text, truth
from scanner.kinds.ecs_service_parts import ConnectService, TaskSet


def sets_under(controller: str) -> tuple[TaskSet, ...]:
    """Give the task sets of a service: none where ECS itself deploys.

    Raises:
        ValueError: a deployment tool drives task sets, which no source writes.
    """
    if controller != "ECS":
        raise ValueError(f"task sets are driven by {controller} and written nowhere")
    return ()


def planned_offers(given: Any) -> tuple[ConnectService, ...]:
    """Read what a service offers by Service Connect, in Terraform's words."""
    if not truth(member(given, "enabled")):
        return ()
    return tuple(
        ConnectService(text(item["port_name"]), bool(member(block(item, "tls"), "issuer_cert_authority")))
        for item in member(given, "service") or ()
    )


def template_offers(given: Any) -> tuple[ConnectService, ...]:
    """Read what a service offers by Service Connect, in CloudFormation's words."""
    if not truth(member(given, "enabled")):
        return ()
    return tuple(
        ConnectService(text(item["PortName"]), member(item, "tls", "issuerCertificateAuthority") is not None)
        for item in member(given, "services") or ()
    )


def definitions_in(given: Any) -> Sequence[Mapping[str, Any]]:
    """Give container definitions as a list: Terraform keeps them as JSON.

    Raises:
        ValueError: the text is no JSON.
    """
    found: Sequence[Mapping[str, Any]] = json.loads(given) if isinstance(given, str) else given
    return found
