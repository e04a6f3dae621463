"""ec2_instance_imds_hop_limit_one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.user_data import UserData
from scanner.model.inventory import World, any_of
from scanner.model.remedy import Custodian, Effect, Write
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator


CLUSTER_TAGS = ("kubernetes.io/cluster/", "eks:cluster-name", "eks:eks-cluster-name")
"""Tags that hosts of Kubernetes clusters carry."""


class InstanceImdsHopLimitOne(Rule):
    """Container hosts limit metadata responses to one hop.

    A container sits one network hop behind its host. With a limit of one the token of the metadata service does not
    reach it, so a container that is broken into cannot take the host's credentials and with them the ePHI of other
    tasks. Hosts that run containers are told by their registration with ECS, by tags of Kubernetes clusters, or by
    user data that sets up a container runtime. The limit binds only where session tokens are required, and not
    containers that share the host's network.
    """

    kind = Instance
    needs = (ContainerInstance,)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(58),)
    remedy = Custodian(
        "ec2",
        {"type": "set-metadata-access", "hop-limit": 1},
        filters=[{"type": "value", "key": "MetadataOptions.HttpPutResponseHopLimit", "value": 1, "op": "gt"}],
        effect=Effect(
            sets={"hop_limit": 1},
            after="Containers in bridge mode that took the host's credentials instead of a task role lose them.",
            risk="medium",
            undo=[
                Write(
                    "ec2.ModifyInstanceMetadataOptions", {"InstanceId": "{id}", "HttpPutResponseHopLimit": "$hop_limit"}
                )
            ],
            terraform={"aws_instance": {"metadata_options": {"http_put_response_hop_limit": 1}}},
        ),
    )
    GOOD = (
        Case({"id": "i-1", "hop_limit": 1}, others=[Other(ContainerInstance, instance_id="i-1")]),
        Case(
            {"id": "i-1", "hop_limit": 2, "http_endpoint": "disabled"},
            others=[Other(ContainerInstance, instance_id="i-1")],
        ),
        {"user_data": UserData(present=True, runs_containers=True)},
    )
    BAD = (
        Case({"id": "i-1", "hop_limit": 2}, others=[Other(ContainerInstance, instance_id="i-1")]),
        {"hop_limit": 64, "user_data": UserData(present=True, runs_containers=True)},
        {"hop_limit": 2, "tags": {"kubernetes.io/cluster/records": "owned"}},
        {"hop_limit": 2, "tags": {"eks:cluster-name": "records"}},
        Case({"hop_limit": 2, "tags": {"eks:cluster-name": "records"}}, lacking=[ContainerInstance]),
    )
    SKIP = (
        {"hop_limit": 2},
        Case({"id": "i-1", "hop_limit": 2}, others=[Other(ContainerInstance, instance_id="i-2")]),
        Case(
            {"id": "i-1", "hop_limit": 2, "state": "terminated"}, others=[Other(ContainerInstance, instance_id="i-1")]
        ),
    )
    UNKNOWN = (Case({"hop_limit": 2}, lacking=[ContainerInstance]),)

    @staticmethod
    def applies(instance: Instance, world: World) -> bool:
        """Instances that run containers."""
        return not instance.gone and any_of(
            [
                lambda: world.first(ContainerInstance, instance_id=instance.id) is not None,
                lambda: instance.user_data.runs_containers,
                lambda: any(key.startswith(CLUSTER_TAGS) for key in instance.tags),
            ]
        )

    @staticmethod
    def check(instance: Instance) -> Iterator[Fail]:
        if not any_of([lambda: instance.hop_limit == 1, lambda: instance.http_endpoint == "disabled"]):
            yield Fail(f"metadata answers travel {instance.hop_limit} hops and so reach containers")
