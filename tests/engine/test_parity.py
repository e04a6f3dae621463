"""Three cells of one blueprint: what is the same by another name is no difference, and each true one is told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.engine.examples import resource_of
from scanner.engine.parity import Parity, compare_group
from scanner.engine.settings import Config, parse
from scanner.kinds.account import RegionSettings
from scanner.kinds.autoscaling import AutoScalingGroup
from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_instances import Instance
from scanner.kinds.ec2_network import VPC, RouteTable, SecurityGroup, Subnet
from scanner.kinds.iam import Role
from scanner.kinds.logs import LogGroup
from scanner.kinds.network_reasoning import Permission, Route
from scanner.kinds.parity import shapes
from scanner.kinds.s3 import Bucket
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory
from scanner.model.kind import Kind
from scanner.model.policy import PolicyDocument
from scanner.model.resource import Resource

KINDS: tuple[type[Kind], ...] = (
    AutoScalingGroup, Bucket, FlowLog, Instance, LogGroup, RegionSettings, Role, RouteTable, SecurityGroup, Subnet, VPC,
)  # fmt: skip
NAMES = ("alpha", "beta", "gamma")
HEX = "0123456789abcdef"
Change = Callable[[dict[str, Any]], None]


class CellMaker:
    """Builds the resources of one cell; ids are drawn, so that no two cells have one in common."""

    def __init__(self, random: Random, name: str, second: int) -> None:
        self.random, self.name, self.net = random, name, f"10.{second}"
        self.account = "".join(random.choices("123456789", k=12))
        self.facts: dict[str, tuple[type[Kind], dict[str, Any]]] = {}
        self.build()

    def id(self, prefix: str) -> str:
        return f"{prefix}-{''.join(self.random.choices(HEX, k=16))}1"

    def add(self, key: str, kind: type[Kind], name: str = "", **facts: Any) -> None:
        self.facts[key] = (kind, {"_name": name, **facts})

    def build(self) -> None:
        vpc, front, app = self.id("vpc"), self.id("sg"), self.id("sg")
        subnets = [self.id("subnet") for _ in range(4)]
        own: dict[str, Any] = {"owner": self.account, "tags": {"Name": "n"}}
        self.add("vpc", VPC, f"cell-{self.name}", id=vpc, cidrs=(f"{self.net}.0.0/16",), **own)
        for number, subnet in enumerate(subnets):
            facts: dict[str, Any] = {
                "vpc": vpc,
                "cidr": f"{self.net}.{number}.0/24",
                "zone": f"us-east-1{'ab'[number % 2]}",
            }
            # Two of one name, two without any: they are told apart by what they are.
            self.add(f"subnet{number}", Subnet, "private" if number > 1 else "", id=subnet, **facts, **own)
        routes = (Route(destination=f"{self.net}.0.0/16", target="local"),)
        self.add("routes", RouteTable, "", id=self.id("rtb"), vpc=vpc, subnets=tuple(subnets[2:]), routes=routes, **own)
        self.add("main", RouteTable, "", id=self.id("rtb"), vpc=vpc, main=True, routes=routes, **own)
        world = Permission(protocol="tcp", from_port=443, to_port=443, peer="0.0.0.0/0")
        behind = Permission(
            protocol="tcp", from_port=8443, to_port=8443, kind="group", peer=front, account=self.account
        )
        self.add("front", SecurityGroup, "", id=front, group_name="front", vpc=vpc, ingress=(world,), **own)
        self.add("app", SecurityGroup, "", id=app, group_name="app", vpc=vpc, ingress=(behind,), **own)
        self.add("flow", FlowLog, "", id=self.id("fl"), subject=vpc, destination=f"/vpc/cell-{self.name}")
        self.add("bucket", Bucket, "", id=f"cell-{self.name}-records", owner=self.id("c"), policy=self.policy())
        self.add("role", Role, "", id="task", attached=(f"arn:aws:iam::{self.account}:policy/{self.name}-read",),
                 trust=self.policy(), inline=(), boundary="", tags={})  # fmt: skip
        self.add("logs", LogGroup, "", id=f"/ecs/{self.name}.example.org", retention_days=2192)
        self.add("hosts", AutoScalingGroup, "", id="hosts", subnets=tuple(subnets[2:]))
        for number in range(self.random.randint(1, 3)):
            facts = {"group": "hosts", "security_groups": (app,), "vpc": vpc, "http_tokens": "required"}
            self.add(f"host{number}", Instance, "", id=self.id("i"), **facts)
        self.add("region", RegionSettings)

    def policy(self) -> PolicyDocument | None:
        principal = {"AWS": f"arn:aws:iam::{self.account}:root"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*"}
        return PolicyDocument.parse({"Version": "2012-10-17", "Statement": [statement]})

    def resources(self) -> list[Resource]:
        found = []
        for kind, facts in self.facts.values():
            made = resource_of(kind, {key: v for key, v in facts.items() if key != "_name"}, account=self.account)
            made.name = facts["_name"] or made.name
            found.append(made)
        return found


def cells(seed: int) -> list[CellMaker]:
    random = Random(seed)  # noqa: S311  ids of examples
    seconds = random.sample(range(256), 3)
    return [CellMaker(random, name, second) for name, second in zip(NAMES, seconds, strict=True)]


def config(made: Sequence[CellMaker], table: str = "") -> Config:
    text = f"[cells.cells]\n{table}\n"
    for one in made:
        text += f'[cells.cells.values."{one.account}"]\ncidr = "{one.net}.0.0/16"\ndomain = "{one.name}.example.org"\n'
        text += f'[accounts."{one.account}"]\nname = "{one.name}"\ngroup = "cells"\n'
    return parse(text)


def compared(
    made: Sequence[CellMaker], table: str = "", lacking: Sequence[tuple[str, type[Kind]]] = (), shuffle: int = 0
) -> Parity:
    resources = [resource for one in made for resource in one.resources()]
    Random(shuffle).shuffle(resources)  # noqa: S311  an order
    gap = Gap("ec2.DescribeSubnets", error="AccessDenied", state=GapState.DENIED)
    listings = {
        (one.account, "global" if kind.scope == "global" else "us-east-1", kind.cfn): (
            (gap,) if (one.account, kind) in lacking else ()
        )
        for one in made
        for kind in KINDS
    }
    by_type = {kind.cfn: kind for kind in KINDS}
    return compare_group(Inventory(resources, listings), "cells", config(made, table), shapes(by_type, {}))


BLUEPRINT = 'blueprint = "alpha"'
QUICK = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@QUICK
@given(seed=st.integers(0, 2**32), shuffle=st.integers(0, 2**32), table=st.sampled_from(["", BLUEPRINT]))
def test_other_ids_names_accounts_ranges_and_orders_are_no_difference(seed: int, shuffle: int, table: str) -> None:
    parity = compared(cells(seed), table, shuffle=shuffle)
    assert [(one.part, one.said) for one in parity.differences] == []
    assert parity.rows == ()
    assert parity.alike
    assert parity.compared > 100


def _bucket_open(facts: dict[str, Any]) -> None:
    public = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    facts["policy"] = PolicyDocument.parse({"Version": "2012-10-17", "Statement": [public]})


def _sets(**values: Any) -> Change:
    return lambda facts: facts.update(values)


def _shifted(facts: dict[str, Any]) -> None:
    facts["cidr"] = facts["cidr"].replace(".3.0/24", ".9.0/24")


def _no_group(facts: dict[str, Any]) -> None:
    facts["ingress"] = (Permission(protocol="tcp", from_port=8443, to_port=8443, peer="0.0.0.0/0"),)


CHANGES: tuple[tuple[str, Change, str], ...] = (
    ("bucket", _sets(versioning="Suspended"), "AWS::S3::Bucket cell-*-records versioning"),
    ("bucket", _bucket_open, "AWS::S3::Bucket cell-*-records policy"),
    ("logs", _sets(retention_days=30), "AWS::Logs::LogGroup us-east-1 /ecs/${cell.domain} retention_days"),
    ("subnet0", _sets(public_ip_on_launch=True), "AWS::EC2::Subnet us-east-1 of cell-* public_ip_on_launch"),
    ("subnet3", _shifted, "AWS::EC2::Subnet us-east-1 private #2 cidr"),
    ("app", _no_group, "AWS::EC2::SecurityGroup us-east-1 app ingress"),
    ("flow", _sets(traffic="REJECT"), "AWS::EC2::FlowLog us-east-1 of cell-* traffic"),
    ("routes", _sets(subnets=()), "AWS::EC2::RouteTable us-east-1 of cell-* subnets"),
    ("host0", _sets(http_tokens="optional"), "AWS::EC2::Instance us-east-1 hosts http_tokens"),
    ("region", _sets(ebs_encrypts=False), "AWS::::Region us-east-1 settings ebs_encrypts"),
    ("vpc", _sets(_name="elsewhere"), "AWS::EC2::VPC us-east-1 cell-* name"),
    ("bucket", _sets(tags={"added": "x"}), "AWS::S3::Bucket cell-*-records tags"),
)


@pytest.mark.parametrize("table", ["", BLUEPRINT])
@pytest.mark.parametrize(("key", "change", "part"), CHANGES, ids=[part for _, _, part in CHANGES])
def test_one_change_is_one_difference(key: str, change: Change, part: str, table: str) -> None:
    for seed in range(3):
        made = cells(seed)
        change(made[2].facts[key][1])
        parity = compared(made, table, shuffle=seed)
        assert [(one.account, one.part) for one in parity.differences] == [(made[2].account, part)]


@pytest.mark.parametrize("key", ["bucket", "subnet0", "subnet3", "main", "flow", "role", "logs"])
def test_what_is_gone_is_missing_and_what_is_more_is_told(key: str) -> None:
    made = cells(7)
    gone = made[1].facts.pop(key)
    first = [one for one in compared(made).differences if not one.fact]
    assert [(one.sort, one.account) for one in first] == [("missing", made[1].account)]
    assert first[0].said == "missing; 2 of 3 cells have it"
    made[1].facts[key] = gone
    for other in (made[0], made[2]):
        del other.facts[key]
    more = [one for one in compared(made, BLUEPRINT).differences if not one.fact]
    assert [(one.sort, one.account, one.said) for one in more] == [
        ("more", made[1].account, "there is none in the model")
    ]


def test_tags_are_compared_by_their_keys() -> None:
    made = cells(3)
    for number, one in enumerate(made):
        one.facts["bucket"][1]["tags"] = {"client": f"c{number}", "aws:cloudformation:stack-name": f"s{number}"}
    assert compared(made).alike


def test_a_listing_that_is_not_whole_is_never_a_difference() -> None:
    made = cells(5)
    del made[1].facts["subnet0"]
    parity = compared(made, BLUEPRINT, lacking=[(made[1].account, Subnet)])
    assert parity.differences == ()
    assert [gap.error for gap in parity.gaps(made[1].account)] == ["AccessDenied"]
    assert not parity.alike
    # The route table refers to subnets that nobody listed: not a difference either.
    states = {row.readings[made[1].account].state for row in parity.rows}
    assert states == {"unknown"}
    model = compared(made, BLUEPRINT, lacking=[(made[0].account, Subnet)])
    assert model.differences == ()
    assert model.doubts(made[2].account)


def test_an_unknown_fact_hides_only_itself() -> None:
    made = cells(6)
    facts = made[1].facts["bucket"][1]
    facts.update(versioning=Unknown(Gap("s3.GetBucketVersioning", "s3:GetBucketVersioning")), locked=False)
    parity = compared(made, BLUEPRINT)
    assert [one.fact for one in parity.differences] == ["locked"]
    assert [gap.permission for gap in parity.gaps(made[1].account)] == ["s3:GetBucketVersioning"]
    assert parity.doubts(made[2].account) == ()


def test_a_tie_is_told_as_one() -> None:
    made = cells(8)[:2]
    made[0].facts["bucket"][1]["versioning"] = "Suspended"
    assert {one.said for one in compared(made).differences} == {
        'versioning is "Suspended", and there is no majority: 1 of 2 cells have that',
        'versioning is "Enabled", and there is no majority: 1 of 2 cells have that',
    }
    assert {one.account for one in compared(made).differences} == {one.account for one in made}


@pytest.mark.parametrize(("days", "meant"), [(3000, "a contract"), (30, "")])
def test_a_difference_may_be_allowed_to_one_side(days: int, meant: str) -> None:
    made = cells(9)
    made[2].facts["logs"][1]["retention_days"] = days
    table = BLUEPRINT + '\nallowed = [{ fact = "retention_days", direction = "at_least", reason = "a contract" }]'
    assert [one.reason for one in compared(made, table).differences] == [meant]
    assert [one.reason for one in compared(made, BLUEPRINT + '\nparameters = ["retention_days"]').differences] == []


def test_a_group_of_one_is_no_group() -> None:
    with pytest.raises(ValueError, match="'cells' names no two accounts"):
        compared(cells(1)[:1])


def test_more_than_can_be_paired_are_told() -> None:
    made = cells(2)
    for one in made[:2]:
        for number in range(205):
            name = f"10.{one.net}.{number}"
            one.add(f"more{number}", FlowLog, "", id=one.id("fl"), subject="", destination=f"{one.name}{name}x{number}")
    parity = compared(made)
    gaps = [str(gap) for gap in parity.gaps(made[0].account) + parity.gaps(made[1].account)]
    assert any("too many to be paired" in gap for gap in gaps)
    assert not parity.alike
