"""rds_sg_from_application_only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._sources import admitted
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.network_reasoning import Permission
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide, WebProposal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


FROM_APP = Permission("tcp", 5432, 5432, "group", "sg-app")
FROM_ALL = Permission("tcp", 5432, 5432, "cidr", "10.0.0.0/8")
APP = Other(SecurityGroup, id="sg-app", group_name="app")


def _group(*ingress: Permission) -> Other:
    """Make the database's security group for the examples."""
    return Other(SecurityGroup, id="sg-1", ingress=ingress)


class SgFromApplicationOnly(Rule):
    """Database ports admit the application only.

    The application's servers are the only ones that need the database. Where a range of addresses may knock at its
    port, any host there can try passwords on ePHI. So the port admits security groups only; the settings can say which
    ones these are. Which group belongs to which application is not known to AWS: without that setting any group will
    do. Instances of a cluster carry the cluster's groups.
    """

    kind = DBInstance
    also = (DBCluster,)
    needs = (SecurityGroup,)
    severity = "high"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)", "164.308(a)(4)(ii)(B)")
    sources = (WebProposal(), EcsGuide(62))
    remedy = Runbook(
        "See the rules: aws ec2 describe-security-group-rules --filters Name=group-id,Values=GROUP --region {region}",
        "Allow the application's group: aws ec2 authorize-security-group-ingress --group-id GROUP --protocol tcp"
        " --port PORT --source-group APPLICATION --region {region}",
        "Prove that the application reaches {id}.",
        "Take away the rule named ({part}): aws ec2 revoke-security-group-ingress --group-id GROUP"
        " --security-group-rule-ids RULE --region {region}",
        effect=Effect(risk="medium", downtime="whoever is left out cannot connect any more"),
    )
    GOOD = (
        Case({}, others=[_group(FROM_APP)]),
        Case({}, others=[_group()]),
        Case({}, others=[_group(Permission("tcp", 22, 22, "cidr", "10.0.0.0/8"))]),
        Case({}, others=[_group(FROM_APP)], settings={"allowed": ("sg-app",)}),
        Case({}, others=[_group(FROM_APP), APP], settings={"allowed": ("app",)}),
        Case({}, others=[_group(FROM_APP)], kind=DBCluster),
    )
    BAD = (
        Case({}, others=[_group(FROM_ALL)]),
        Case({}, others=[_group(Permission("-1", None, None, "cidr", "10.0.0.0/8"))]),
        Case({}, others=[_group(Permission("tcp", 0, 65535, "prefix-list", "pl-1"))]),
        Case({"port": 3306}, others=[_group(Permission("tcp", 3306, 3306, "cidr", "10.0.0.0/8"))]),
        Case({}, others=[_group(FROM_APP), APP], settings={"allowed": ("web",)}),
        Case({"security_groups": ("sg-0", "sg-1")}, others=[_group(FROM_ALL)], lacking=[SecurityGroup]),
        Case({}, others=[_group(FROM_ALL)], kind=DBCluster),
    )
    SKIP = ({"cluster": "ehr"},)
    UNKNOWN = (
        {},
        {"security_groups": ()},
        Case({}, others=[_group(FROM_APP)], settings={"allowed": ("web",)}, lacking=[SecurityGroup]),
        Case({"security_groups": ("sg-0", "sg-1")}, others=[_group(FROM_APP)]),
    )

    class Settings(RuleSettings, frozen=True):
        """Who may knock."""

        allowed: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Ids or names of the applications' security groups; empty: any security group."),
        ] = ()

    @staticmethod
    def applies(database: DBInstance | DBCluster) -> bool | str:
        """Clusters, and instances that stand by themselves."""
        return "it carries its cluster's groups" if isinstance(database, DBInstance) and database.cluster else True

    @staticmethod
    def check(database: DBInstance | DBCluster, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        for name in database.security_groups or ("",):
            with gaps:
                group = world.get(SecurityGroup, name)
                if group is None:
                    raise Unknown(Gap("ec2.DescribeSecurityGroups", message=f"{name or 'no group'} was not seen"))
                for rule in (item for item in group.ingress if item.covers("tcp", database.port)):
                    with gaps:
                        if not admitted(world, group, rule, settings.allowed):
                            part = f"ingress {rule.ports} {rule.peer}"
                            yield Fail(f"{name} admits {rule.peer} to port {database.port} ({rule.ports})", part)
        yield from gaps
