"""What network rules say, beyond the verdict: how grave, of which part, in which words."""

from __future__ import annotations

from typing import Any

import pytest

from rules.nacl.no_public_any_port import NoPublicAnyPort
from rules.sg.no_open_admin_ipv6 import NoOpenAdminIpv6
from rules.sg.open_only_authorized_ports import OpenOnlyAuthorizedPorts
from rules.vpc.cidr_follows_address_plan import CidrFollowsAddressPlan, planned, theirs
from rules.vpc.endpoints_for_ecs_and_ecr import ALWAYS, CLOSED, INSIDE, NAT, WEB, EndpointsForEcsAndEcr, V, table
from rules.vpc.peering_stays_in_cell import CELLS, PeeringStaysInCell, peering
from rules.vpc.private_subnets_per_az import MAIN, PrivateSubnetsPerAz, subnet
from rules.vpc.route_no_unrestricted_internet import HOME, OPEN, RouteNoUnrestrictedInternet
from rules.vpc.subnet_free_addresses import SubnetFreeAddresses
from scanner.engine.examples import judge_example
from scanner.kinds.network_reasoning import AclEntry, Permission, Route
from scanner.model.rule import Case, Rule


def said(rule: type[Rule], example: Any) -> list[tuple[str, str, str | None]]:
    judged = judge_example(rule, example)
    assert not judged.error, judged.error
    return [(fail.part, fail.message, fail.severity) for fail in judged.fails]


@pytest.mark.parametrize(
    ("routes", "severity"),
    [
        (NAT, "low"),
        (table("tgw-1"), "low"),
        (CLOSED, None),
        (table("nat-1", "blackhole"), None),
        (table("nat-1", destination="198.51.100.0/24"), None),
    ],
)
def test_missing_endpoints_weigh_less_where_there_is_another_way_out(routes: Any, severity: str | None) -> None:
    ((part, message, found),) = said(EndpointsForEcsAndEcr, Case(V, others=[WEB, INSIDE, routes]))
    assert (part, found) == ("", severity)
    assert message.startswith(f"no endpoint for {', '.join(ALWAYS)}")


def test_ranges_of_ports_are_said_as_one() -> None:
    rules = (Permission("tcp", 22, 22, "cidr", "0.0.0.0/0"), Permission("tcp", 23, 25, "cidr", "0.0.0.0/0"))
    assert said(OpenOnlyAuthorizedPorts, {"ingress": rules}) == [
        ("ingress tcp/22-25 0.0.0.0/0", "tcp/22-25 is open to 0.0.0.0/0; tcp/80, tcp/443 may be", None)
    ]


def test_ping_is_noted_and_no_fault() -> None:
    judged = judge_example(OpenOnlyAuthorizedPorts, {"ingress": (Permission("icmp", 8, -1, "cidr", "0.0.0.0/0"),)})
    assert (judged.notes, judged.fails) == (["icmp is open to 0.0.0.0/0"], [])


def test_the_rule_on_ipv6_says_nothing_of_ipv4() -> None:
    rules = (Permission("-1", None, None, "cidr", "0.0.0.0/0"), Permission("tcp", 22, 22, "cidr", "::/0"))
    assert [part for part, _, _ in said(NoOpenAdminIpv6, {"ingress": rules})] == ["ingress tcp/22 ::/0"]


def test_a_network_acl_is_said_once_for_each_family() -> None:
    entries = (AclEntry(100, allows=True, cidr="0.0.0.0/0"), AclEntry(101, allows=True, cidr="::/0"))
    assert [part for part, _, _ in said(NoPublicAnyPort, {"inbound": entries})] == [
        "inbound all 0.0.0.0/0",
        "inbound all ::/0",
    ]


def test_an_environment_is_named_and_the_vpc_otherwise() -> None:
    others = [MAIN, subnet("x-a", "prod"), subnet("in-a")]
    assert said(PrivateSubnetsPerAz, Case({"id": "vpc-1"}, others=others)) == [
        ("", "the VPC has private subnets in 1 of 2 zones: us-east-1a", None),
        ("prod", "the environment prod has private subnets in 1 of 2 zones: us-east-1a", None),
    ]


def test_free_addresses_are_said_with_their_share() -> None:
    assert said(SubnetFreeAddresses, {"cidr": "10.0.1.0/24", "free_addresses": 3}) == [
        ("", "3 of 256 addresses are free (1.2 %)", None)
    ]


def test_a_route_says_where_it_leads() -> None:
    routes = (Route("0.0.0.0/1", "igw-1"), Route("128.0.0.0/1", "igw-2"))
    assert said(RouteNoUnrestrictedInternet, Case({**OPEN, "routes": routes}, others=[HOME])) == [
        ("route 0.0.0.0/0", "0.0.0.0/0 goes to igw-1, igw-2", None)
    ]


def test_a_way_between_cells_is_said_once() -> None:
    others = [peering("210987654321"), peering("210987654321")]
    assert said(PeeringStaysInCell, Case({"id": "vpc-1"}, others=others, settings=CELLS)) == [
        ("peering pcx-1 210987654321", "peering pcx-1 joins it with the cell of account 210987654321", None)
    ]


def test_each_range_outside_the_plan_and_each_overlap_is_said() -> None:
    example = Case(
        {"id": "vpc-1", "cidrs": ("10.64.0.0/16", "10.9.0.0/16")},
        others=[theirs("10.64.8.0/24")],
        settings=planned({"cells": "10.64.0.0/12"}),
    )
    assert said(CidrFollowsAddressPlan, example) == [
        ("pool 10.9.0.0/16", "10.9.0.0/16 does not lie in the pool of cells (10.64.0.0/12)", None),
        ("10.64.0.0/16 vpc-9", "10.64.0.0/16 overlaps 10.64.8.0/24 of vpc-9 in account 210987654321", None),
    ]
