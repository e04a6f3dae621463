"""rds_not_public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rules._databases import NO_PUBLIC_ADDRESS
from rules._network import internet_routes
from scanner.kinds.ec2_network import RouteTable, Subnet
from scanner.kinds.network_reasoning import Route
from scanner.kinds.rds import DBCluster, DBInstance, DBSubnetGroup
from scanner.model.gap import Gap, Unknown
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.source import WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


SUBNET = Other(Subnet, id="subnet-1")
PRIVATE = (SUBNET, Other(RouteTable, main=True, routes=(Route("0.0.0.0/0", "nat-1"),)))
PUBLIC = (SUBNET, Other(RouteTable, main=True, routes=(Route("0.0.0.0/0", "igw-1"),)))
GROUP = Other(DBSubnetGroup)


def _subnets(database: DBInstance | DBCluster, world: World) -> tuple[str, ...]:
    """Name the subnets in which a database may lie; none for an instance whose cluster is judged for them.

    Raises:
        Unknown: the subnet group could not be seen.
    """
    if isinstance(database, DBInstance):
        return () if database.cluster else database.subnets
    if not database.subnet_group:
        return ()
    group = world.get(DBSubnetGroup, database.subnet_group)
    if group is None:
        raise Unknown(Gap("rds.DescribeDBSubnetGroups", message=f"{database.subnet_group} was not seen"))
    return group.subnets


class NotPublic(Rule):
    """Databases are not public and lie in private subnets.

    A database with a public address is one security group rule and one password away from the internet; one in a
    public subnet is one setting away from that. ePHI belongs behind an application, in subnets that no route joins to
    an internet gateway. Instances of a cluster lie in the cluster's subnets, which are judged once.
    """

    kind = DBInstance
    also = (DBCluster,)
    needs = (DBSubnetGroup, Subnet, RouteTable)
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(C)", "164.312(e)(1)")
    sources = (WebProposal(),)
    remedy = NO_PUBLIC_ADDRESS
    GOOD = (
        Case({}, others=PRIVATE),
        Case({"cluster": "ehr"}, others=PUBLIC),
        Case({}, others=[GROUP, *PRIVATE], kind=DBCluster),
        Case({"subnet_group": ""}, kind=DBCluster),
    )
    BAD = (
        Case({"public": True}, others=PRIVATE),
        Case({"public": True, "cluster": "ehr"}, others=PRIVATE),
        Case({}, others=PUBLIC),
        Case({"public": True}, others=PRIVATE, lacking=[Subnet]),
        Case({"public": True}, others=[GROUP, *PRIVATE], kind=DBCluster),
        Case({"gateway": True}, others=[GROUP, *PRIVATE], kind=DBCluster),
        Case({}, others=[GROUP, *PUBLIC], kind=DBCluster),
    )
    UNKNOWN = (
        Case({}, lacking=[Subnet]),
        {},
        Case({}, others=PRIVATE[:1]),
        Case({}, others=PRIVATE, kind=DBCluster),
        Case({}, lacking=[DBSubnetGroup], kind=DBCluster),
    )

    @staticmethod
    def check(database: DBInstance | DBCluster, world: World) -> Iterator[Outcome]:
        gaps = Gaps()
        with gaps:
            if database.public:
                yield Fail("it has a public address", part="address")
        with gaps:
            if isinstance(database, DBCluster) and database.gateway:
                yield Fail("an internet access gateway leads to it", part="internet access gateway")
        with gaps:
            for name in _subnets(database, world):
                with gaps:
                    subnet = world.get(Subnet, name)
                    if subnet is None:
                        raise Unknown(Gap("ec2.DescribeSubnets", message=f"{name} was not seen"))
                    for route in internet_routes(world, subnet):
                        yield Fail(f"{name} routes {route.destination} to {route.target}", f"subnet {name}", "medium")
        yield from gaps
