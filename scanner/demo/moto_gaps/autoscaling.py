"""Auto Scaling: how a group replaces a member; moto launches all members alike in one subnet, and tells ECS nothing.

AWS's group launches a member's like in the zone that lacks it, without a call that CloudTrail would tell of as made by
the account; a terminated host leaves its ECS cluster, and its tasks start elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.autoscaling.models import InstanceState, autoscaling_backends
from moto.autoscaling.responses import AutoScalingResponse
from moto.ecs.models import ecs_backends
from moto.ssm.models import ssm_backends

from scanner.demo.moto_gaps import ecs
from scanner.demo.moto_gaps.graft import after

if TYPE_CHECKING:
    from moto.core.responses import ActionResult

EXTENDS = frozenset({"autoscaling.DescribePolicies"})
"""The operations whose answer this module changes; all else here happens without a call."""

_GROUP_TAG = "aws:autoscaling:groupName"


def _as_made(_response: Any, answer: ActionResult) -> ActionResult:
    """DescribePolicies: moto gives every policy a predictive configuration, an empty one."""
    policies: list[Any] = answer.result["ScalingPolicies"]  # type: ignore[index]
    for policy in policies:
        policy.predictive_scaling_configuration = policy.predictive_scaling_configuration or None
    return answer


def install() -> None:
    """Extend moto's Auto Scaling answers."""
    after(AutoScalingResponse, "describe_policies", _as_made)


def swap_member(account: str, region: str, group: str, old: str, new: str) -> None:
    """Let a group have an instance in the place of another, which left it and its ECS cluster; its tasks stop.

    With the node of Systems Manager of the new one, where the old one had registered.
    """
    backend: Any = autoscaling_backends[account][region]
    found = backend.autoscaling_groups[group]
    (place,) = [n for n, state in enumerate(found.instance_states) if state.instance.id == old]
    instance = backend.ec2_backend.get_instance(new)
    protected = found.new_instances_protected_from_scale_in
    found.instance_states[place] = InstanceState(instance, protected_from_scale_in=protected, autoscaling_group=found)
    backend.ec2_backend.create_tags([new], {_GROUP_TAG: group})
    nodes = getattr(ssm_backends[account][region], "nodes", {})
    if old in nodes:
        nodes[new] = nodes.pop(old)
    _leave_cluster(ecs_backends[account][region], old)


def _leave_cluster(backend: Any, instance: str) -> None:
    for cluster, hosts in backend.container_instances.items():
        for name in [name for name, host in hosts.items() if host.ec2_instance_id == instance]:
            host = hosts.pop(name)
            for task in backend.tasks.get(cluster, {}).values():
                if task.container_instance_arn == host.container_instance_arn and task.last_status == "RUNNING":
                    task.stop("Host EC2 terminated.")


def restart_tasks(account: str, region: str, cluster: str, service: str | None = None) -> None:
    """Let a cluster's services start what is missing; stop a task of `service` first, as a failed check does."""
    backend: Any = ecs_backends[account][region]
    running = [
        task
        for task in backend.tasks.get(cluster, {}).values()
        if service and task.group == f"service:{service}" and task.last_status == "RUNNING"
    ]
    if running:
        running[0].stop("Task failed container health checks")
    for each in backend.services.values():
        if each.cluster_name == cluster:
            ecs.settle(backend, each)
