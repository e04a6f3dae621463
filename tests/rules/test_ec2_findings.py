"""EC2, network and VPN rules: what a finding says besides its verdict: severity, part and notes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from rules.sg.no_open_ssh import NoOpenSsh
from rules.vpc.nat_gateway_per_az import OPEN_A, OUT_A, PRIVATE_A, PRIVATE_B, PUBLIC_A, NatGatewayPerAz, via
from rules.vpc.no_overlay_cidr_conflict import ATTACHED, OVERLAY, NoOverlayCidrConflict, table
from rules.vpn.both_tunnels_up import DOWN, UP, BothTunnelsUp
from rules.vpn.keepalive_traffic import KeepaliveTraffic, busy
from rules.vpn.strong_cryptography import STRONG, StrongCryptography
from rules.vpn.tunnel_alarm import ONE, TWO, WHOLE, TunnelAlarm, V, alarm
from scanner.engine.examples import judge_example
from scanner.kinds.ec2_gateways import NatGateway
from scanner.kinds.ec2_peering import TransitGatewayRouteTable
from scanner.kinds.network_reasoning import Permission, Route
from scanner.kinds.vpn import Traffic
from scanner.model.rule import Case, Other


def parts(said: Any) -> list[str]:
    return [fail.part for fail in said.fails]


@pytest.mark.parametrize(
    ("telemetry", "severity"), [((UP, DOWN), "high"), ((DOWN, DOWN), "critical"), ((DOWN,), "high")]
)
def test_a_connection_with_no_tunnel_is_worse_than_one_with_one(telemetry: Any, severity: str) -> None:
    (fail,) = judge_example(BothTunnelsUp, {"telemetry": telemetry}).fails
    assert fail.severity == severity
    assert "203.0.113.5 (IPSEC IS DOWN)" in fail.message


def test_one_tunnel_down_of_one_reported_leaves_the_other_unknown() -> None:
    said = judge_example(BothTunnelsUp, {"telemetry": (DOWN,)})
    assert said.gaps
    assert not judge_example(BothTunnelsUp, {"telemetry": (DOWN, UP)}).gaps


def test_each_family_of_addresses_is_a_finding_of_its_own() -> None:
    rules = (
        Permission("tcp", 22, 22, "cidr", "0.0.0.0/1"),
        Permission("tcp", 22, 22, "cidr", "128.0.0.0/1"),
        Permission("tcp", 22, 22, "cidr", "::/0"),
    )
    said = judge_example(NoOpenSsh, {"ingress": rules})
    assert parts(said) == ["ingress tcp/22 0.0.0.0/0", "ingress tcp/22 ::/0"]
    assert "together" in said.fails[0].message
    assert "together" not in said.fails[1].message


def test_each_zone_is_a_finding_that_names_its_subnets() -> None:
    wrong = [PRIVATE_A, via("a", "i-1"), PRIVATE_B, via("b", "nat-9")]
    said = judge_example(NatGatewayPerAz, Case({"id": "vpc-1"}, others=wrong))
    assert parts(said) == ["us-east-1a", "us-east-1b"]
    assert said.fails[0].message == "sn-a leaves through the single machine i-1"
    assert said.fails[1].message == "sn-b leaves through nat-9, which is gone"


def test_a_failed_gateway_is_called_failed_and_other_ways_out_are_named() -> None:
    failed = Other(NatGateway, id="nat-a", subnet="pub-a", state="failed")
    others = [PUBLIC_A, OPEN_A, PRIVATE_A, OUT_A, failed, PRIVATE_B, via("b", "tgw-1")]
    said = judge_example(NatGatewayPerAz, Case({"id": "vpc-1"}, others=others))
    assert said.fails[0].message == "sn-a leaves through nat-a, which is failed"
    assert said.notes == ["sn-b leaves through tgw-1, which is not judged"]


def test_a_conflict_is_said_once_for_each_place() -> None:
    twice = [
        table(Route("10.41.0.0/16", "vgw-1"), Route("10.40.0.0/16", "local")),
        table(Route("10.41.0.0/16", "vgw-1")),
    ]
    transit = [ATTACHED, Other(TransitGatewayRouteTable, cidrs=("10.40.0.0/16", "10.42.0.0/16"))]
    case = Case({"id": "vpc-1", "cidrs": ("10.40.0.0/16",)}, others=[*twice, *transit], settings=OVERLAY)
    assert parts(judge_example(NoOverlayCidrConflict, case)) == [
        "address range of the VPC 10.40.0.0/16",
        "route to vgw-1 10.41.0.0/16",
        "transit gateway tgw-1 10.42.0.0/16",
    ]


def test_the_longest_silence_is_named() -> None:
    said = judge_example(KeepaliveTraffic, {"traffic": (*busy(0, 4), *busy(5, 40), *busy(44, 96))})
    (fail,) = said.fails
    assert fail.message == "no traffic 2 times in 24 h, longest from 20 Nov 12:00 to 13:00 UTC"


def test_traffic_out_alone_is_noted() -> None:
    one_way = tuple(Traffic(item.began, 0.0, 64.0) for item in busy(0, 96))
    assert judge_example(KeepaliveTraffic, {"traffic": one_way}).notes
    assert not judge_example(KeepaliveTraffic, {"traffic": (*one_way[:-1], *busy(95, 96))}).notes
    assert not judge_example(KeepaliveTraffic, {"traffic": ()}).notes


def test_a_weak_tunnel_is_a_finding_of_its_own_and_its_choices_are_named() -> None:
    weak = replace(STRONG, address="203.0.113.5", groups_1=(2, 14), ike=())
    said = judge_example(StrongCryptography, {"tunnels": (weak, STRONG)})
    assert parts(said) == ["tunnel 203.0.113.5"]
    assert "AWS's default IKE versions" in said.fails[0].message
    assert "phase 1 Diffie-Hellman groups 2" in said.fails[0].message
    assert said.notes == []


@pytest.mark.parametrize(
    ("changes", "word"), [({"groups_2": (14, 24)}, "RFC 8247"), ({"encryption_2": ("AES256",)}, "GCM is preferred")]
)
def test_what_is_allowed_but_not_best_is_noted(changes: dict[str, Any], word: str) -> None:
    said = judge_example(StrongCryptography, {"tunnels": (STRONG, replace(STRONG, **changes))})
    (note,) = said.notes
    assert word in note


@pytest.mark.parametrize(
    ("alarms", "words"),
    [
        ([alarm(WHOLE)], []),
        ([alarm(WHOLE, math=True)], ["its expression was not followed"]),
        ([alarm(WHOLE, statistic="Maximum")], ["when the last one falls"]),
        ([alarm(ONE, statistic="Maximum"), alarm(TWO, statistic="Maximum")], []),
        ([alarm(WHOLE, statistic="Maximum", actions=())], []),
        ([alarm(WHOLE, math=True, actions=())], []),
    ],
)
def test_what_an_alarm_may_miss_is_noted(alarms: list[Other], words: list[str]) -> None:
    notes = judge_example(TunnelAlarm, Case(V, others=alarms)).notes
    assert len(notes) == len(words)
    assert all(word in note for word, note in zip(words, notes, strict=True))
