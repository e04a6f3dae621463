"""efs_mount_target_sg_nfs_only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec

from rules._sources import admitted
from scanner.kinds.ec2_network import SecurityGroup
from scanner.kinds.efs import MountTarget
from scanner.kinds.network_reasoning import Permission
from scanner.model.gap import Gap, Unknown
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.inventory import World
    from scanner.model.rule import Outcome


FROM_WEB = Permission("tcp", 2049, 2049, "group", "sg-web")
WEB = Other(SecurityGroup, id="sg-web", group_name="web")


def _group(*ingress: Permission) -> Other:
    """Make the mount target's security group for the examples."""
    return Other(SecurityGroup, id="sg-1", ingress=ingress)


class MountTargetSgNfsOnly(Rule):
    """Mount targets admit NFS from the workload only.

    A mount target is the file system's door in the network. Where a range of addresses may knock, any host there can
    try to mount what holds ePHI. So each rule admits TCP port 2049 and nothing else, and from security groups only;
    the settings can say which groups these are. Which group belongs to which workload is not known to AWS: without
    that setting any group will do.
    """

    kind = MountTarget
    needs = (SecurityGroup,)
    severity = "medium"
    hipaa_proposed = ("164.312(a)(1)", "164.312(e)(1)")
    sources = (EcsGuide(37),)
    remedy = Runbook(
        "See the group and its rules: aws efs describe-mount-target-security-groups --mount-target-id {id} --region"
        " {region}; aws ec2 describe-security-group-rules --filters Name=group-id,Values=GROUP --region {region}",
        "Allow the workload's group: aws ec2 authorize-security-group-ingress --group-id GROUP --protocol tcp"
        " --port 2049 --source-group WORKLOAD --region {region}",
        "Prove that the workload mounts the file system by {id}.",
        "Take away the rule named ({part}): aws ec2 revoke-security-group-ingress --group-id GROUP"
        " --security-group-rule-ids RULE --region {region}",
        effect=Effect(risk="medium", downtime="hosts that are left out lose their files"),
    )
    GOOD = (
        Case({}, others=[_group(FROM_WEB)]),
        Case({}, others=[_group()]),
        Case({}, others=[_group(FROM_WEB)], settings={"allowed": ("sg-web",)}),
        Case({}, others=[_group(FROM_WEB), WEB], settings={"allowed": ("web",)}),
    )
    BAD = (
        Case({}, others=[_group(Permission("tcp", 2049, 2049, "cidr", "10.0.0.0/8"))]),
        Case({}, others=[_group(Permission("tcp", 2049, 2049, "prefix-list", "pl-1"))]),
        Case({}, others=[_group(Permission("tcp", 2049, 2050, "group", "sg-web"))]),
        Case({}, others=[_group(Permission("tcp", 22, 22, "group", "sg-web"))]),
        Case({}, others=[_group(Permission("udp", 2049, 2049, "group", "sg-web"))]),
        Case({}, others=[_group(Permission("-1", None, None, "group", "sg-web"))]),
        Case({}, others=[_group(FROM_WEB), WEB], settings={"allowed": ("sg-app",)}),
        Case(
            {},
            others=[_group(FROM_WEB), Other(SecurityGroup, id="sg-web", group_name="web", vpc="vpc-2")],
            settings={"allowed": ("web",)},
        ),
        Case({}, others=[_group(FROM_WEB)], settings={"allowed": ("sg-app",)}),
        Case(
            {"security_groups": ("sg-0", "sg-1")},
            others=[_group(Permission("tcp", 2049, 2049, "cidr", "10.0.0.0/8"))],
            lacking=[SecurityGroup],
        ),
    )
    SKIP = ({"state": "deleting"}, {"state": "deleted"})
    UNKNOWN = (
        {},
        {"security_groups": ()},
        Case({}, others=[_group(FROM_WEB)], settings={"allowed": ("web",)}, lacking=[SecurityGroup]),
        Case({"security_groups": ("sg-0", "sg-1")}, others=[_group(FROM_WEB)]),
    )

    class Settings(RuleSettings, frozen=True):
        """Who may mount."""

        allowed: Annotated[
            tuple[str, ...],
            msgspec.Meta(description="Ids or names of the workloads' security groups; empty: any security group."),
        ] = ()

    @staticmethod
    def applies(target: MountTarget) -> bool:
        """Mount targets that are not being deleted."""
        return target.state not in {"deleting", "deleted"}

    @staticmethod
    def check(target: MountTarget, world: World, settings: Settings) -> Iterator[Outcome]:
        gaps = Gaps()
        for name in target.security_groups or ("",):
            with gaps:
                group = world.get(SecurityGroup, name)
                if group is None:
                    raise Unknown(Gap("ec2.DescribeSecurityGroups", message=f"{name or 'no group'} was not seen"))
                for rule in group.ingress:
                    with gaps:
                        if rule.ports != "tcp/2049" or not admitted(world, group, rule, settings.allowed):
                            part = f"ingress {rule.ports} {rule.peer}"
                            yield Fail(f"{name} admits {rule.ports} from {rule.peer}", part)
        yield from gaps
