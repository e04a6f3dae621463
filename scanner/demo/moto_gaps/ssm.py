"""Systems Manager: which instances are registered, and what is reported of their compliance; moto knows neither.

No API call registers an instance: its agent does. `set_node` is the agent. AWS: API_InstanceInformation,
API_ResourceComplianceSummaryItem.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from scanner.demo.moto_gaps.graft import add

if TYPE_CHECKING:
    from collections.abc import Mapping


EXTENDS: frozenset[str] = frozenset(
    {
        "ssm.DescribeInstanceInformation",
        "ssm.ListResourceComplianceSummaries",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""


def set_node(account: str, region: str, instance: str, ping: str = "Online", **failing: int) -> None:
    """Let an instance's agent register and report: how many items fail, by type of compliance (`Patch=3`).

    Types that are not named report nothing.
    """
    backend: Any = ssm_backends[account][region]
    if not hasattr(backend, "nodes"):
        backend.nodes = {}
    backend.nodes[instance] = (ping, failing)


def _nodes(response: Any) -> Mapping[str, tuple[str, Mapping[str, int]]]:
    """The nodes whose instances are still there; the agent of one that does not run has lost its connection."""
    known: Mapping[str, Any] = getattr(ssm_backends[response.current_account][response.region], "nodes", {})
    instances = {
        each.id: each.state for each in ec2_backends[response.current_account][response.region].all_instances()
    }
    return {
        name: (ping if instances[name] == "running" else "ConnectionLost", failing)
        for name, (ping, failing) in known.items()
        if instances.get(name, "terminated") != "terminated"
    }


def _describe_instance_information(response: Any) -> ActionResult:
    """DescribeInstanceInformation, which moto lacks; filters are not looked at."""
    return ActionResult(
        {
            "InstanceInformationList": [
                {
                    "InstanceId": name,
                    "PingStatus": ping,
                    "AgentVersion": "3.3.3050.0",
                    "IsLatestVersion": True,
                    "PlatformType": "Linux",
                    "PlatformName": "Amazon Linux",
                    "PlatformVersion": "2023",
                    "ResourceType": "EC2Instance",
                    "SourceId": name,
                    "SourceType": "AWS::EC2::Instance",
                }
                for name, (ping, _) in _nodes(response).items()
            ]
        }
    )


def _list_resource_compliance_summaries(response: Any) -> ActionResult:
    """ListResourceComplianceSummaries, which moto lacks; filters are not looked at."""
    return ActionResult(
        {
            "ResourceComplianceSummaryItems": [
                {
                    "ComplianceType": kind,
                    "ResourceType": "ManagedInstance",
                    "ResourceId": name,
                    "Status": "NON_COMPLIANT" if count else "COMPLIANT",
                    "OverallSeverity": "CRITICAL" if count else "UNSPECIFIED",
                    "NonCompliantSummary": {"NonCompliantCount": count},
                }
                for name, (_, failing) in _nodes(response).items()
                for kind, count in failing.items()
            ]
        }
    )


def install() -> None:
    """Extend moto's Systems Manager answers."""
    add(
        SimpleSystemManagerResponse,
        describe_instance_information=_describe_instance_information,
        list_resource_compliance_summaries=_list_resource_compliance_summaries,
    )
