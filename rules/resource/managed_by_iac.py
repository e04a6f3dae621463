"""resource_managed_by_iac."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._iac import given, states
from scanner.kinds.account import Account
from scanner.kinds.ec2_network import VPC
from scanner.kinds.ecs import Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.iac import IacState
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.s3 import Bucket
from scanner.kinds.vpn import VPNConnection
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import CityWebapps, ClientCells, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.kind import Kind
    from scanner.model.rule import Outcome

WATCHED: tuple[type[Kind], ...] = (Bucket, Cluster, DBCluster, DBInstance, LoadBalancer, Service, VPC, VPNConnection)
ARN = "arn:aws:ecs:us-east-1:123456789012:cluster/phi"
CLUSTER = Other(Cluster, id=ARN, arn=ARN)


class ManagedByIac(Rule):
    """Every watched resource is managed by infrastructure as code.

    A resource that no code describes is in no review and in no plan to rebuild. Watched are buckets, clusters,
    services, databases, load balancers, networks and VPN connections: what ePHI lies in or passes. The default network
    that AWS makes is left out. It speaks only where a state was given to the scan.
    """

    kind = Account
    needs = (IacState, *WATCHED)
    severity = "medium"
    category = "operations"
    hipaa_proposed = ("164.308(a)(1)(ii)(B)", "164.308(a)(8)")
    sources = (CityWebapps(), ClientCells(), WebProposal())
    remedy = Runbook(
        "Find out who made the resource, and whether it is needed; delete it if not.",
        "Write its resource block, and take it into the state by an import block; terraform plan then shows no change.",
    )
    GOOD = (
        Case({}, others=[Other(IacState)]),
        Case({}, others=[CLUSTER, Other(IacState, id="a"), Other(IacState, managed=(ARN,))]),
        Case({}, others=[Other(VPC, is_default=True), Other(IacState)]),
    )
    BAD = (
        Case({}, others=[CLUSTER, Other(IacState)]),
        Case({}, others=[Other(VPC), Other(IacState, managed=(ARN,))]),
        Case({}, others=[CLUSTER, Other(IacState)], lacking=[Bucket]),
    )
    SKIP = ({}, Case({}, others=[CLUSTER]))
    UNKNOWN = (Case({}, lacking=[IacState]), Case({}, others=[Other(IacState)], lacking=[Bucket]))

    @staticmethod
    def applies(_account: Account, world: World) -> bool | str:
        """Accounts for which a Terraform state or a stack was given to the scan."""
        return given(world)

    @staticmethod
    def check(_account: Account, world: World) -> Iterator[Outcome]:
        managed = {arn for state in states(world) for arn in state.managed}
        gaps = Gaps()
        for kind in WATCHED:
            with gaps:
                for view in world.everywhere(kind):
                    arn = view.resource.arn
                    if arn not in managed and not (isinstance(view, VPC) and view.is_default):
                        yield Fail(f"{arn} is in no state that was given", arn)
        yield from gaps
