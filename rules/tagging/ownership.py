"""tagging_ownership."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.account import Account
from scanner.kinds.dynamodb import Table
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import VPC
from scanner.kinds.ecr import Repository
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.efs import FileSystem
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.s3 import Bucket
from scanner.kinds.secretsmanager import Secret
from scanner.model.kind import Kind
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import ClientCells, EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

TAGGED: tuple[type[Kind], ...] = (
    Bucket, Cluster, DBCluster, DBInstance, FileSystem, Instance, LoadBalancer, Repository, Secret, Service, Table, VPC,
)  # fmt: skip
SHOWN = 5
"""How many of the resources that lack tags a message names."""
WHOLE = {"Owner": "platform", "environment": "prod", "client": "a", "data-classification": "phi"}


def _counts(one: Kind) -> bool:
    """Say whether a resource is the account's own and there to stay."""
    if isinstance(one, VPC):
        return not one.is_default and one.owner in {"", one.account}
    if isinstance(one, Cluster | Service):
        return one.status == "ACTIVE"
    return not isinstance(one, Secret) or not one.deleted


def _all_have(tags: dict[str, str]) -> list[Other]:
    return [Other(kind, tags=tags) for kind in TAGGED]


class Ownership(Rule):
    """Resources carry the required ownership and classification tags.

    In an incident the first questions are whose a resource is, whose data it holds and how sensitive they are; tags
    answer them, for people and for what selects by tags: backups, access, this scope. Judged are clusters, services,
    instances, VPCs, load balancers, buckets, databases, file systems, tables, image repositories and secrets, by kind;
    default VPCs, and what is stopped for good, are left out. Keys are compared without regard to case; a tag without a
    value counts as none.
    """

    kind = Account
    needs = (*TAGGED,)
    severity = "low"
    category = "operations"
    hipaa_proposed = ("164.310(d)(2)(iii)",)
    sources = (ClientCells(), EcsGuide(54))
    aliases = ("config:required-tags",)
    remedy = Runbook(
        "Set the tags in the code that makes the resources: default_tags of Terraform's provider, or a stack's tags.",
        "What no code makes: aws resourcegroupstaggingapi tag-resources --resource-arn-list ARN... --tags"
        " owner=...,environment=...,client=...,data-classification=...",
        "Keep it so: a tag policy of the organization, and a service control policy that refuses what has no tags.",
    )

    class Settings(RuleSettings, frozen=True):
        """Which tags are asked for."""

        required: Annotated[tuple[str, ...], msgspec.Meta(description="The tags that each resource must bear.")] = (
            "owner",
            "environment",
            "client",
            "data-classification",
        )

    GOOD = (
        {},
        Case({}, others=_all_have(WHOLE)),
        Case({}, others=_all_have({"owner": "platform"}), settings={"required": ("owner",)}),
        Case({}, others=[Other(VPC, is_default=True), Other(VPC, owner="999999999999")]),
        Case({}, others=[Other(Cluster, status="INACTIVE"), Other(Secret, deleted="2026-11-01T00:00:00Z")]),
        Case({}, others=[Other(Service, status="INACTIVE")]),
    )
    BAD = (
        *(Case({}, others=[Other(kind, tags={})]) for kind in TAGGED),
        *(Case({}, others=[Other(VPC, tags={key: WHOLE[key] for key in WHOLE if key != left})]) for left in WHOLE),
        Case({}, others=[Other(VPC, tags=WHOLE | {"client": ""})]),
        Case({}, others=[Other(Table, tags={}, region="eu-west-1")]),
        Case({}, others=[Other(VPC, tags={}, owner="")]),
        Case({}, others=[Other(VPC, tags={})], lacking=TAGGED),
    )
    UNKNOWN = tuple(Case({}, lacking=[kind]) for kind in TAGGED)

    @staticmethod
    def check(_account: Account, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        for kind in TAGGED:
            lack: dict[str, list[str]] = {}
            with gaps:
                for one in world.everywhere(kind):
                    with gaps:
                        missing = [key for key in settings.required if not one.tag(key)] if _counts(one) else []
                        for key in missing:
                            lack.setdefault(key, []).append(one.name)
            for key, names in lack.items():
                more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
                said = f"{key} is missing from {', '.join(sorted(names)[:SHOWN])}{more}"
                yield Fail(f"{kind.cfn}: {said}", part=f"{kind.cfn} {key}")
        yield from gaps
