"""ecs_cluster_fargate_storage_cmk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.model.inventory import any_of
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Other, Rule
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World


KEY = {"storage_key": "arn:aws:kms:us-east-1:123456789012:key/0a1b"}
ON_FARGATE = {"capacity_providers": ("phi-asg", "FARGATE_SPOT")}


class ClusterFargateStorageCmk(Rule):
    """Fargate ephemeral storage is encrypted with a customer managed key.

    What tasks on Fargate write to their own disk, uploads and temporary files with ePHI among it, is always encrypted;
    with a key of the account's own, its policy says who may use it, and its log says who did. The cluster names the key
    for the tasks that start from then on.
    """

    kind = Cluster
    needs = (Service,)
    severity = "low"
    hipaa_proposed = ("164.312(a)(2)(iv)",)
    sources = (EcsGuide(67),)
    remedy = Runbook(
        "Make a key whose policy lets fargate.amazonaws.com generate data keys and create grants for the cluster"
        " (Amazon ECS Developer Guide, customer managed keys for Fargate ephemeral storage).",
        "aws ecs update-cluster --cluster {name} --configuration"
        " managedStorageConfiguration={fargateEphemeralStorageKmsKeyId=KEY}",
        "Deploy the services anew: tasks that run keep the storage that they have.",
        effect=Effect(
            risk="medium",
            downtime="tasks do not start where the key's policy does not let Fargate use it",
            cost="the KMS key, 1 USD a month",
            terraform={
                "aws_ecs_cluster": {
                    "configuration": {"managed_storage_configuration": {"fargate_ephemeral_storage_kms_key_id": "KEY"}}
                }
            },
        ),
    )
    GOOD = (
        {**ON_FARGATE, **KEY},
        Case({**ON_FARGATE, **KEY}, lacking=[Service]),
        Case(KEY, others=[Other(Service)]),
    )
    BAD = (
        ON_FARGATE,
        {"capacity_providers": ("FARGATE",)},
        Case({}, others=[Other(Service)]),
        Case({}, others=[Other(Service, launch_type="", capacity_providers=("FARGATE",))]),
        Case(ON_FARGATE, lacking=[Service]),
    )
    SKIP = (
        {},
        {**ON_FARGATE, "status": "INACTIVE"},
        {"capacity_providers": ("phi-asg",)},
        Case({}, others=[Other(Service, launch_type="EC2"), Other(Service, id="b", cluster="other")]),
    )
    UNKNOWN = (Case({}, lacking=[Service]),)

    @staticmethod
    def applies(cluster: Cluster, world: World) -> bool:
        """Active clusters with capacity of Fargate, or a service on it."""
        return cluster.status == "ACTIVE" and any_of(
            (
                lambda: any(name.startswith("FARGATE") for name in cluster.capacity_providers),
                lambda: any_of(world.all(Service, cluster=cluster.id), lambda service: service.on_fargate),
            )
        )

    @staticmethod
    def check(cluster: Cluster) -> Iterator[Fail]:
        if not cluster.storage_key:
            yield Fail("ephemeral storage on Fargate is encrypted with a key of AWS, not of the account")
