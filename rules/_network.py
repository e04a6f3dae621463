"""What several network rules ask of an account: the route table that rules a subnet, bastions, open ports."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

import msgspec

from scanner.kinds.addresses import WORLD_V4, WORLD_V6, world_of
from scanner.kinds.ec2_gateways import VPCEndpoint
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_interfaces import NetworkInterface
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.ec2_network import VPC, PrefixList, RouteTable, SecurityGroup, Subnet
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.network_reasoning import AclEntry, exposures, may_open, to_internet
from scanner.model.gap import Gap, Unknown
from scanner.model.inventory import all_of, any_of
from scanner.model.rule import Fail, Gaps, Missing, Settings, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanner.kinds.network_reasoning import Exposure, Permission, Route
    from scanner.model.inventory import World


WORLD = (WORLD_V4, WORLD_V6)


AS_MADE = frozenset(
    AclEntry(number, allows, cidr)
    for number, allows, cidr in (
        (100, True, WORLD_V4),
        (101, True, WORLD_V6),
        (32767, False, WORLD_V4),
        (32768, False, WORLD_V6),
    )
)
"""The inbound entries that AWS gives a VPC's default network ACL (VPC User Guide, "Default network ACL")."""


class BastionSettings(Settings, frozen=True, kw_only=True):
    """How bastion hosts are told from other instances and groups."""

    bastion_tags: Annotated[dict[str, str], msgspec.Meta(description="Tags that a bastion carries, all of them.")] = (
        msgspec.field(default_factory=lambda: {"role": "bastion"})
    )


def route_table_of(world: World, subnet: Subnet) -> RouteTable:
    """Give the route table that rules a subnet: the one it is associated with, else its VPC's main one.

    Raises:
        Unknown: not all route tables of the VPC could be seen.
    """
    found = _holding(world, subnet, lambda table: subnet.id in table.subnets)
    found = found or _holding(world, subnet, lambda table: table.main)
    if found is None:
        raise Unknown(Gap("ec2.DescribeRouteTables", message=f"no route table rules {subnet.id} in {subnet.vpc}"))
    return found


def _holding(world: World, subnet: Subnet, holds: Callable[[RouteTable], bool]) -> RouteTable | None:
    """Give the one table of the VPC for which it holds; a listing that is not whole matters only if none does."""
    listing, tables, found = Gaps(), Gaps(), list[RouteTable]()
    with listing:
        for table in world.all(RouteTable, vpc=subnet.vpc):
            with tables:
                found += [table] if holds(table) else []
    gaps = tables.found or ([] if found else listing.found)
    if gaps:
        raise Unknown(*gaps)
    return found[0] if found else None


def internet_routes(world: World, subnet: Subnet) -> tuple[Route, ...]:
    """Give the subnet's working routes to an internet gateway; a subnet without any is private."""
    return to_internet(route_table_of(world, subnet).routes)


def open_ports(
    world: World, group: SecurityGroup, ports: Iterable[int], protocol: str = "tcp", worlds: tuple[str, ...] = WORLD
) -> Iterator[Fail | Missing]:
    """Say which ports a group's rules, taken together, open to the whole internet (`worlds`: by IPv4, by IPv6).

    Prefix lists of customers are opened up; those of AWS name AWS's own services and are not the world.
    """
    wanted = tuple(ports)
    if wanted and not may_open(group.ingress) and all(rule.kind != "prefix-list" for rule in group.ingress):
        return
    for port in wanted:
        allowing = [rule for rule in group.ingress if rule.covers(protocol, port)]
        cidrs = [rule.peer for rule in allowing if rule.kind == "cidr"]
        gaps = Gaps()
        for name in dict.fromkeys(rule.peer for rule in allowing if rule.kind == "prefix-list"):
            with gaps:
                cidrs += entries_of(world, name)
        opened = [everybody for everybody in world_of(cidrs) if everybody in worlds]
        for everybody in opened:
            through = "" if everybody in cidrs else f", by {' and '.join(cidrs)} together"
            yield Fail(f"{protocol}/{port} is open to {everybody}{through}", f"ingress {protocol}/{port} {everybody}")
        if len(opened) < len(worlds):
            yield from gaps


def exposed(world: World, group: SecurityGroup, gaps: Gaps) -> tuple[Exposure, ...]:
    """Say what a group's inbound rules together open to the world; prefix lists that cannot be seen go to the gaps."""
    rules = [rule for rule in group.ingress if rule.kind == "cidr"]
    for rule in group.ingress:
        if rule.kind == "prefix-list":
            with gaps:
                cidrs = entries_of(world, rule.peer)
                rules += [msgspec.structs.replace(rule, kind="cidr", peer=cidr) for cidr in cidrs]
    return exposures(rules)


def owned_and_used(vpc: VPC, world: World) -> bool | str:
    """Say whether a VPC is to be judged: not one that is shared with the account, nor an empty default one.

    Raises:
        Unknown: whether the default VPC is empty could not be seen.
    """
    if vpc.owner not in {"", vpc.account}:
        return "shared by another account, where it is judged"
    return "a default VPC in which nothing stands" if is_empty_default(vpc, world) else True


def is_empty_default(vpc: VPC, world: World) -> bool:
    """Say whether this is AWS's default VPC and holds no network interface."""
    return vpc.is_default and world.first(NetworkInterface, vpc=vpc.id) is None


def acl_to_judge(acl: NetworkAcl) -> bool | str:
    """Say whether a network ACL is to be judged: not another account's, nor a default one as AWS made it."""
    if acl.owner not in {"", acl.account}:
        return "shared by another account, where it is judged"
    as_made = acl.is_default and all(entry in AS_MADE for entry in acl.inbound)
    return "the VPC's default network ACL as AWS made it" if as_made else True


def private_tables(world: World, vpc: VPC, gaps: Gaps) -> dict[str, list[str]]:
    """Give the route tables without a way to an internet gateway that rule subnets of a VPC, with those subnets."""
    found: dict[str, list[str]] = {}
    with gaps:
        for subnet in world.all(Subnet, vpc=vpc.id):
            with gaps:
                table = route_table_of(world, subnet)
                if not to_internet(table.routes):
                    found.setdefault(table.id, []).append(subnet.id)
    return found


def tables_without_endpoint(vpc: VPC, world: World, service: str) -> Iterator[Fail | Missing | Skip]:
    """Say which private route tables of a VPC have no available gateway endpoint of a service."""
    gaps = Gaps()
    tables = private_tables(world, vpc, gaps)
    if not tables and not gaps.found:
        yield Skip("it has no private subnets")
    wanted = f"com.amazonaws.{vpc.region}.{service}"
    for name, subnets in sorted(tables.items()):
        with gaps:
            if not any_of(world.all(VPCEndpoint, vpc=vpc.id), partial(_serves, name, wanted)):
                yield Fail(f"{name} (of {', '.join(subnets)}) has no gateway endpoint for {service}", name)
    yield from gaps


def _serves(table: str, service: str, endpoint: VPCEndpoint) -> bool:
    is_it = endpoint.service == service and endpoint.endpoint_type == "Gateway"
    return is_it and endpoint.state == "available" and table in endpoint.route_tables


def has_endpoint(world: World, vpc: VPC, service: str) -> bool:
    """Say whether a VPC has an available endpoint of a service of AWS."""
    names = {f"com.amazonaws.{vpc.region}.{service}", f"cn.com.amazonaws.{vpc.region}.{service}"}
    return any_of(
        world.all(VPCEndpoint, vpc=vpc.id),
        lambda endpoint: endpoint.state == "available" and endpoint.service in names,
    )


def entries_of(world: World, prefix_list: str) -> tuple[str, ...]:
    """Give the CIDRs of a prefix list; none for one of AWS's own.

    Raises:
        Unknown: the list could not be seen.
    """
    found = world.get(PrefixList, prefix_list)
    if found is None:
        raise Unknown(Gap("ec2.DescribeManagedPrefixLists", message=f"{prefix_list} is not among the prefix lists"))
    return () if found.owner == "AWS" else found.cidrs


def guards_container_hosts(world: World, group: SecurityGroup) -> bool:
    """Say whether an EC2 instance that ECS runs containers on carries a group."""

    def carries(host: ContainerInstance) -> bool:
        instance = world.get(Instance, host.instance_id)
        return instance is not None and not instance.gone and group.id in instance.security_groups

    return any_of(world.candidates(ContainerInstance, _groups_of_host, lambda: [group.id]), carries)


def _groups_of_host(world: World, host: ContainerInstance) -> tuple[str, ...]:
    instance = world.get(Instance, host.instance_id)
    return instance.security_groups if instance is not None and not instance.gone else ()


def _groups_of_instance(_: World, instance: Instance) -> tuple[str, ...]:
    return instance.security_groups


def is_bastion_group(world: World, rule: Permission, group: SecurityGroup, settings: BastionSettings) -> bool:
    """Say whether a rule's source is a bastion's security group: tagged as one, or carried by bastions alone.

    Raises:
        Unknown: the group, or who carries it, could not be seen.
    """
    if rule.kind != "group":
        return False
    source = group if rule.peer == group.id else world.get(SecurityGroup, rule.peer, account=rule.account or None)
    return source is not None and is_of_bastion(world, source, settings)


def is_of_bastion(world: World, group: SecurityGroup, settings: BastionSettings) -> bool:
    """Say whether a security group is tagged as a bastion's, or carried by bastions and nothing else."""
    return any_of([lambda: group.has_tags(settings.bastion_tags), lambda: _only_bastions(world, group, settings)])


def _only_bastions(world: World, group: SecurityGroup, settings: BastionSettings) -> bool:
    def carries(item: Instance) -> bool:
        return group.id in item.security_groups and not item.gone

    def instances() -> Iterator[Instance]:
        return world.candidates(Instance, _groups_of_instance, lambda: [group.id], account=group.account)

    def may(item: Instance) -> bool:
        return any_of([lambda: not carries(item), lambda: item.has_tags(settings.bastion_tags)])

    return all_of(
        [
            lambda: all_of(instances(), may),
            lambda: any_of(instances(), carries),
        ]
    )
