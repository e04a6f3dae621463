"""EC2 networks as Terraform plans and CloudFormation templates write them, read by pure functions.

Sources: Terraform provider for AWS, version 5 (aws_security_group, aws_security_group_rule,
aws_vpc_security_group_ingress_rule, aws_route_table, aws_route, aws_network_acl, aws_network_acl_rule, aws_vpc);
CloudFormation (AWS::EC2::SecurityGroup, AWS::EC2::SecurityGroupIngress, AWS::EC2::Route, AWS::EC2::NetworkAclEntry).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from scanner.kinds.addresses import WORLD_V4
from scanner.kinds.containers import number, text, truth
from scanner.kinds.network_reasoning import PROTOCOLS, AclEntry, Permission, Route, routes
from scanner.kinds.planned_reading import named
from scanner.model.planned import Known, is_token

Ports = tuple[str, int | None, int | None]


def _ports(protocol: Any, first: Any, last: Any) -> Ports:
    """Give protocol and ports in the API's words: where all protocols are meant, there are no ports."""
    name = text(protocol).lower()
    name = PROTOCOLS.get(name, name)
    if name == "-1":
        return name, None, None
    return name, None if first is None else number(first), None if last is None else number(last)


def _group(head: Ports, named: str, description: str) -> Permission:
    """Read a group, which Terraform may write after its owner's account: `123456789012/sg-1`."""
    owner, _, group = named.rpartition("/")
    return Permission(*head, "group", group, owner, description)


def _block(item: Mapping[str, Any], own: Callable[[], str]) -> Iterator[Permission]:
    """Take apart an inline block or an aws_security_group_rule, one permission for each source."""
    head = _ports(item["protocol"], item.get("from_port"), item.get("to_port"))
    said = text(item.get("description"))
    for name in ("cidr_blocks", "ipv6_cidr_blocks"):
        yield from (Permission(*head, "cidr", cidr, "", said) for cidr in item.get(name) or ())
    yield from (Permission(*head, "prefix-list", name, "", said) for name in item.get("prefix_list_ids") or ())
    groups = list(item.get("security_groups") or ())
    if "source_security_group_id" in item and not item.get("self") and not _by_cidr(item):
        groups.append(item["source_security_group_id"])
    yield from (_group(head, name, said) for name in groups if name)
    if item.get("self"):
        yield Permission(*head, "group", own(), "", said)


def _by_cidr(item: Mapping[str, Any]) -> bool:
    return any(item.get(name) for name in ("cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids"))


_PEERS = (
    ("cidr_ipv4", "cidr"),
    ("cidr_ipv6", "cidr"),
    ("prefix_list_id", "prefix-list"),
    ("referenced_security_group_id", "group"),
)


def _single(item: Mapping[str, Any]) -> Iterator[Permission]:
    """Read an aws_vpc_security_group_ingress_rule or its like for egress, which has one source."""
    head = _ports(item["ip_protocol"], item.get("from_port"), item.get("to_port"))
    said = text(item.get("description"))
    for name, kind in _PEERS:
        peer = item.get(name)
        if peer and kind == "group":
            yield _group(head, peer, said)
        elif peer:
            yield Permission(*head, kind, peer, "", said)  # type: ignore[arg-type]


def planned_permissions(side: str) -> Callable[[Known], tuple[Permission, ...]]:
    """Give the reader of a group's rules of one side, `ingress` or `egress`, wherever Terraform writes them.

    Where a group has no block of a side, the provider makes no rule of its own: it removes AWS's rule for egress.
    """

    def parse(given: Known) -> tuple[Permission, ...]:
        def own() -> str:
            return text(given["id"])

        blocks = list(given.written(side) or ())
        blocks += [item for item in given.get("aws_security_group_rule") or () if item["type"] == side]
        found = [rule for item in blocks for rule in _block(item, own)]
        found += [rule for item in given.get(f"aws_vpc_security_group_{side}_rule") or () for rule in _single(item)]
        return tuple(dict.fromkeys(found))

    return parse


_TEMPLATE_PEERS = (
    ("CidrIp", "cidr"),
    ("CidrIpv6", "cidr"),
    ("SourcePrefixListId", "prefix-list"),
    ("DestinationPrefixListId", "prefix-list"),
    ("SourceSecurityGroupId", "group"),
    ("DestinationSecurityGroupId", "group"),
)
EVERYWHERE = (Permission("-1", peer=WORLD_V4),)
"""The rule for egress that AWS makes with a group, and that goes only where a template writes another in the group."""


def template_permissions(side: str) -> Callable[[Known], tuple[Permission, ...]]:
    """Give the reader of a group's rules of one side, `Ingress` or `Egress`, of a template.

    Raises:
        ValueError: (from the reader) rules stand by themselves, and nothing says whether AWS's own is left.
    """

    def parse(given: Known) -> tuple[Permission, ...]:
        apart = given.get(f"AWS::EC2::SecurityGroup{side}") or []
        within = given.get(f"SecurityGroup{side}") or []
        if side == "Egress" and not within:
            if apart:
                raise ValueError("whether the rule that AWS makes for egress is left is not said")
            return EVERYWHERE
        return tuple(dict.fromkeys(rule for item in (*within, *apart) for rule in _template_rule(item)))

    return parse


def _template_rule(item: Mapping[str, Any]) -> Iterator[Permission]:
    head = _ports(item["IpProtocol"], item.get("FromPort"), item.get("ToPort"))
    owner, said = text(item.get("SourceSecurityGroupOwnerId")), text(item.get("Description"))
    if item.get("SourceSecurityGroupName") and not item.get("SourceSecurityGroupId"):
        raise ValueError("a source is named by a group's name")
    for name, kind in _TEMPLATE_PEERS:
        if item.get(name):
            yield Permission(*head, kind, item[name], owner if kind == "group" else "", said)  # type: ignore[arg-type]


_ROUTE_TARGETS = {
    "nat_gateway_id": "NatGatewayId",
    "transit_gateway_id": "TransitGatewayId",
    "vpc_peering_connection_id": "VpcPeeringConnectionId",
    "egress_only_gateway_id": "EgressOnlyInternetGatewayId",
    "network_interface_id": "NetworkInterfaceId",
    "instance_id": "InstanceId",
    "local_gateway_id": "LocalGatewayId",
    "carrier_gateway_id": "CarrierGatewayId",
    "core_network_arn": "CoreNetworkArn",
    "gateway_id": "GatewayId",
    "vpc_endpoint_id": "GatewayId",
}
_DESTINATIONS = {
    "cidr_block": "DestinationCidrBlock",
    "ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_cidr_block": "DestinationCidrBlock",
    "destination_ipv6_cidr_block": "DestinationIpv6CidrBlock",
    "destination_prefix_list_id": "DestinationPrefixListId",
}


def planned_routes(given: Known) -> tuple[Route, ...]:
    """Read a route table's routes from its blocks and from aws_route; the local routes are never written.

    Raises:
        ValueError: a route leads nowhere that is said.
    """
    items = [*(given.written("route") or ()), *(given.get("aws_route") or ())]
    shaped = []
    for item in items:
        names = {**_DESTINATIONS, **_ROUTE_TARGETS}
        found = {said: value for name, said in names.items() if (value := item.written(name))}
        shaped.append({**found, "Origin": "CreateRoute"})
    return _whole(dict.fromkeys(routes(shaped)))


def template_routes(given: Iterable[Mapping[str, Any]]) -> tuple[Route, ...]:
    """Read a route table's routes from AWS::EC2::Route.

    Raises:
        ValueError: a route leads nowhere that is said.
    """
    shaped = [{**item, "Origin": "CreateRoute"} for item in given]
    shaped = [{"GatewayId": item.get("VpcEndpointId"), **item} for item in shaped]
    return _whole(routes(shaped))


def _whole(found: Iterable[Route]) -> tuple[Route, ...]:
    rules = tuple(found)
    if not all(route.target and route.destination for route in rules):
        raise ValueError("where a route leads is not said")
    if any(is_token(route.target) and not re.search(r"aws_\w+\.|AWS::", route.target) for route in rules):
        raise ValueError("the type of what a route leads to is not said")
    return rules


def planned_cidrs(given: Known) -> tuple[str, ...]:
    """Read a VPC's IPv4 ranges; one that an address manager chooses is not known before."""
    parts = [item["cidr_block"] for item in given.get("aws_vpc_ipv4_cidr_block_association") or ()]
    return named([given["cidr_block"], *parts])


IPV6 = "ipv6_cidr_block + assign_generated_ipv6_cidr_block + ipv6_ipam_pool_id + aws_vpc_ipv6_cidr_block_association"
"""What says the IPv6 ranges of a VPC."""


def planned_ipv6(given: Known) -> tuple[str, ...]:
    """Read a VPC's IPv6 ranges.

    Raises:
        Unknown: AWS chooses the range as the plan is applied.
    """
    asked = any(given.written(name) for name in ("assign_generated_ipv6_cidr_block", "ipv6_ipam_pool_id"))
    own = given["ipv6_cidr_block"] if asked else given.written("ipv6_cidr_block")
    parts = [item["ipv6_cidr_block"] for item in given.get("aws_vpc_ipv6_cidr_block_association") or ()]
    return tuple(dict.fromkeys(cidr for cidr in (own, *parts) if cidr))


LAST_ENTRY = AclEntry(32767, allows=False, cidr=WORLD_V4)
"""The entry that AWS puts last in every network ACL, and that neither Terraform nor a template writes."""


def planned_acl(given: Known) -> tuple[AclEntry, ...]:
    """Read the inbound entries of a network ACL from its blocks and from aws_network_acl_rule."""
    found = [_acl_entry(item, item["rule_no"], item["action"]) for item in given.written("ingress") or ()]
    found += [
        _acl_entry(item, item["rule_number"], item["rule_action"])
        for item in given.get("aws_network_acl_rule") or ()
        if not item.get("egress")
    ]
    return _ordered(found)


def _acl_entry(item: Mapping[str, Any], rule: Any, action: str) -> AclEntry:
    head = _ports(item["protocol"], item.get("from_port"), item.get("to_port"))
    cidr = item.get("cidr_block") or item["ipv6_cidr_block"]
    return AclEntry(number(rule), action.lower() == "allow", cidr, *_ported(head))


def _ported(head: Ports) -> Ports:
    """Leave out the ports of protocols that have none: sources write them as 0."""
    return head if head[0] in {"tcp", "udp"} else (head[0], None, None)


def template_acl(given: Iterable[Mapping[str, Any]]) -> tuple[AclEntry, ...]:
    """Read the inbound entries of a network ACL from AWS::EC2::NetworkAclEntry."""
    found = []
    for item in given:
        if not truth(item.get("Egress")):
            ports = item.get("PortRange") or {}
            head = _ported(_ports(item["Protocol"], ports.get("From"), ports.get("To")))
            cidr = item.get("CidrBlock") or item["Ipv6CidrBlock"]
            found.append(AclEntry(number(item["RuleNumber"]), item["RuleAction"].lower() == "allow", cidr, *head))
    return _ordered(found)


def _ordered(found: Iterable[AclEntry]) -> tuple[AclEntry, ...]:
    return (*sorted(set(found) - {LAST_ENTRY}, key=lambda entry: entry.number), LAST_ENTRY)
