"""cell_has_own_cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules.cell._cells import CellSettings
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import ClientCells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome

OWN = "123456789012"
CONFIG = {"cells": {"cells": {"blueprint": OWN}}, "accounts": {OWN: {"name": "alpha", "group": "cells"}}}
ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/phi"
A, B = {"Client": "a"}, {"client": "b"}


def _case(*others: Other, **facts: object) -> Case:
    return Case(facts, others=others, settings=CONFIG)


def _service(tags: dict[str, str], name: str = "web", **facts: object) -> Other:
    arn = f"{ARN.replace('cluster', 'service')}/{name}"
    return Other(Service, id=arn, arn=arn, tags=tags, **{"cluster": ARN, **facts})  # type: ignore[arg-type]


SECOND = Other(Cluster, id=f"{ARN}2", arn=f"{ARN}2", name="phi2")


class HasOwnCluster(Rule):
    """Each client has its own cluster in its own account.

    Containers of two clients on one cluster share its instances, its network and whoever may administer it: one that is
    taken over is near the ePHI of both. In a group of cells each account holds one client and one cluster. Judged are
    clusters of accounts in such a group; whose a cluster and its services are, the client tag says.
    """

    kind = Cluster
    needs = (Service,)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)")
    sources = (ClientCells(),)
    remedy = Runbook(
        "Make an account and a cluster for the client that has none of its own, by the code of the blueprint.",
        "Move its services and its data there, and see them work.",
        "Then delete its services from {arn}; delete the cluster if it is the one too many.",
    )

    class Settings(CellSettings, frozen=True):
        """The groups of cells, and the tag that names the client."""

        client_tag: Annotated[str, msgspec.Meta(description="The tag that says whose a resource is.")] = "client"

    GOOD = (
        _case(),
        _case(Other(Cluster, id=f"{ARN}2", arn=f"{ARN}2", status="INACTIVE")),
        _case(_service(A), _service(A, "api"), tags=A),
        _case(_service({}), tags=A),
        _case(_service(A)),
        _case(_service(A), _service(B, "old", status="INACTIVE")),
        _case(_service(A), _service(B, "api", cluster=f"{ARN}2")),
    )
    BAD = (
        _case(SECOND),
        _case(Other(Cluster, id=f"{ARN}2", arn=f"{ARN}2", region="eu-west-1")),
        _case(_service(B), tags=A),
        _case(_service(A), _service(B, "api")),
        Case({}, others=[SECOND], settings=CONFIG, lacking=[Cluster, Service]),
        Case({"tags": A}, others=[_service(B)], settings=CONFIG, lacking=[Cluster, Service]),
        Case({"tags": {"owner": "a"}}, others=[_service({"owner": "b"})], settings=CONFIG | {"client_tag": "owner"}),
    )
    SKIP = (
        Case({}, others=[SECOND]),
        Case({}, others=[SECOND], settings=CONFIG | {"accounts": {OWN: {"group": "web"}}}),
        _case(SECOND, status="INACTIVE"),
    )
    UNKNOWN = (
        Case({}, settings=CONFIG, lacking=[Cluster]),
        Case({}, settings=CONFIG, lacking=[Service]),
    )

    @staticmethod
    def applies(cluster: Cluster, settings: Settings) -> bool | str:
        """Active clusters of accounts in a group of cells."""
        if settings.cell_of(cluster.account) is None:
            return "the account belongs to no group of cells (cells in config.toml)"
        return cluster.status == "ACTIVE"

    @staticmethod
    def check(cluster: Cluster, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        others: list[str] = []
        with gaps:
            for one in world.everywhere(Cluster, status="ACTIVE"):
                others += [one.id] if one.id != cluster.id else []
        if others:
            yield Fail(f"the account has {len(others) + 1} clusters, also {', '.join(sorted(others))}", part="clusters")
        clients: set[str] = set()
        with gaps:
            clients |= {cluster.tag(settings.client_tag) or ""} - {""}
        with gaps:
            for service in world.all(Service, cluster=cluster.id, status="ACTIVE"):
                with gaps:
                    clients |= {service.tag(settings.client_tag) or ""} - {""}
        if len(clients) > 1:
            yield Fail(f"it serves several clients: {', '.join(sorted(clients))}", part="clients")
        yield from gaps
