"""What stands for what: an account's own words and addresses, ids that AWS makes, and pairs that differ least."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.engine.examples import resource_of
from scanner.engine.parity import Member, Words, compare, member, words_of
from scanner.engine.parity.pairing import pairs
from scanner.engine.parity.plan import Allowed, Place, Plan
from scanner.engine.parity.words import shown
from scanner.engine.registry import kinds
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.elbv2 import LoadBalancer, TargetGroup
from scanner.kinds.kms import KmsKey
from scanner.kinds.logs import LogGroup
from scanner.kinds.parity import NAMED, NOT_COMPARED, OWN, WITHOUT, shapes
from scanner.kinds.s3 import Bucket
from scanner.kinds.secretsmanager import Secret
from scanner.model.gap import Gap
from scanner.model.inventory import Inventory, World
from scanner.model.kind import Kind

A, B = "111111111111", "222222222222"
WORDS = Words(
    {"account.id": A, "account.name": "alpha", "cell.cidr": "10.64.0.0/16", "cell.v6": "2001:db8::/56", "cell.n": "alp"}
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("alpha-claims", "${account.name}-claims"),
        (f"arn:aws:iam::{A}:role/alpha", "arn:aws:iam::${account.id}:role/${account.name}"),
        ("alphas", "alphas"),
        ("alp-alpha", "${cell.n}-${account.name}"),
        ("*", "*"),
        ("10.64.0.0/16", "${cell.cidr}"),
        ("10.64.1.0/24", "${cell.cidr}+256/24"),
        ("10.64.0.0/24", "${cell.cidr}+0/24"),
        ("to 10.64.0.10:443", "to ${cell.cidr}+10:443"),
        ("10.65.1.0/24", "10.65.1.0/24"),
        ("10.0.0.0/8", "10.0.0.0/8"),
        ("10.64.1.5/16", "10.64.1.5/16"),
        ("110.64.0.1", "110.64.0.1"),
        ("2001:db8:0:1::/64", "${cell.v6}+18446744073709551616/64"),
        ("2001:db9::/64", "2001:db9::/64"),
        ("", ""),
    ],
)
def test_an_accounts_own_words_are_replaced_as_words(text: str, expected: str) -> None:
    assert WORDS.text(text) == expected


def test_in_names_the_account_is_a_star() -> None:
    assert shown(WORDS.text(f"alpha-x-{A}-10.64.0.0/16")) == "*-x-*-${cell.cidr}"


def test_two_names_of_one_word_are_one_everywhere() -> None:
    alpha = Member(A, "alpha", {"account.name": "alpha", "cell.client": "alpha"})
    beta = Member(B, "beta-cell", {"account.name": "beta-cell", "cell.client": "beta"})
    words = words_of((alpha, beta))
    assert words[A].text("x-alpha") == words[B].text("x-beta") == words[B].text("x-beta-cell")


def test_values_are_given_by_name_or_id() -> None:
    made = member(A, Place("alpha", "cells", ""), {"alpha": {"cidr": "1"}, A: {"domain": "2"}, B: {"cidr": "3"}})
    assert made.words == {"account.id": A, "account.name": "alpha", "cell.cidr": "1", "cell.domain": "2"}


@pytest.mark.parametrize(
    ("direction", "value", "golden", "holds"),
    [
        ("", ("a",), ("b",), True),
        ("at_least", (7,), (5,), True),
        ("at_least", (5,), (5,), True),
        ("at_least", (4,), (5,), False),
        ("at_most", (4,), (5,), True),
        ("at_most", (4, 6), (5,), False),
        ("at_least", (None,), (5,), False),
        ("at_least", (True,), (0,), False),
        ("at_least", (7,), (), False),
    ],
)
def test_an_allowance_to_one_side(direction: str, value: tuple[Any], golden: tuple[Any], holds: bool) -> None:
    assert Allowed(direction=direction).holds(value, golden) is holds


_COSTS = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(0, 5), min_size=width, max_size=width), min_size=1, max_size=4)
)


@given(costs=_COSTS)
def test_pairs_differ_least(costs: list[list[int]]) -> None:
    rows, columns = len(costs), len(costs[0])
    size = min(rows, columns)
    least = min(
        sum(costs[row][column] for row, column in zip(chosen, order, strict=True))
        for chosen in itertools.combinations(range(rows), size)
        for order in itertools.permutations(range(columns), size)
    )
    found = pairs(costs, 5)
    assert len(found) == size
    assert sum(costs[row][column] for row, column in found) == least


def test_what_differs_too_much_is_no_pair() -> None:
    assert pairs([[0.1, 0.9], [0.2, 0.9]], 0.5) == [(0, 0)]
    assert pairs([[0.9]], 0.5) == []
    assert pairs([], 0.5) == []


def _cell(account: str, number: int, **service: Any) -> list[tuple[type[Kind], dict[str, Any]]]:
    """A service with all that it refers to; each id is of this account alone."""
    here, tail = f"us-east-1:{account}", f"{number:016x}"
    balancer = f"arn:aws:elasticloadbalancing:{here}:loadbalancer/app/claims/{tail}"
    group = f"arn:aws:elasticloadbalancing:{here}:targetgroup/claims/{tail[::-1]}"
    task = f"arn:aws:ecs:{here}:task-definition/web:{number}"
    key = f"{number:08x}-12ab-34cd-56ef-1234567890ab"
    secret = f"arn:aws:secretsmanager:{here}:secret:claims/db-Ab{number:04d}"
    cluster = f"arn:aws:ecs:{here}:cluster/phi"
    facts = {"cluster": cluster, "task_definition": task, "constraints": (group, f"{secret}:password::"), **service}
    return [
        (LoadBalancer, {"id": balancer, "arn": balancer, "name": "claims"}),
        (TargetGroup, {"id": group, "arn": group, "name": "claims", "attributes": {"lb": f"app/claims/{tail}"}}),
        (TaskDefinition, {"id": task, "arn": task, "name": "web"}),
        (Secret, {"id": secret, "arn": secret, "name": "claims/db", "kms_key": f"arn:aws:kms:{here}:key/{key}"}),
        (KmsKey, {"id": key, "arn": f"arn:aws:kms:{here}:key/{key}", "alias_name": "alias/phi"}),
        (Service, {"id": f"{cluster}/web", "arn": f"{cluster}/web", "name": "web", **facts}),
    ]


KINDS = (LoadBalancer, TargetGroup, TaskDefinition, Secret, KmsKey, Service)


def _compared(*cells: list[tuple[type[Kind], dict[str, Any]]], lacking: type[Kind] | None = None) -> Any:
    accounts = (A, B)
    resources = [
        resource_of(kind, facts, account=account)
        for account, cell in zip(accounts, cells, strict=True)
        for kind, facts in cell
    ]
    listings = {
        (account, "us-east-1", kind.cfn): (Gap(message="denied"),) if kind is lacking and account == B else ()
        for account in accounts
        for kind in KINDS
    }
    chosen = shapes({kind.cfn: kind for kind in KINDS}, {})
    members = tuple(member(account, Place(), {}) for account in accounts)
    plan = Plan(members, chosen, blueprint=A)
    return compare(World(Inventory(resources, listings), plan.kinds, B, "us-east-1"), plan)


def test_ids_that_aws_made_are_names_of_what_bears_them() -> None:
    parity = _compared(_cell(A, 3), _cell(B, 9))
    assert [(one.part, one.said) for one in parity.differences] == []


def test_a_reference_to_another_is_a_difference() -> None:
    other = _cell(B, 9)
    group = f"arn:aws:elasticloadbalancing:us-east-1:{B}:targetgroup/admin/{'f' * 16}"
    other[1][1].update(id=group, arn=group, name="admin")
    other[5][1]["constraints"] = (group, other[5][1]["constraints"][1])
    told = {one.part: one for one in _compared(_cell(A, 3), other).differences}
    assert set(told) == {
        "AWS::ECS::Service us-east-1 web constraints",
        "AWS::ElasticLoadBalancingV2::TargetGroup us-east-1 admin",
        "AWS::ElasticLoadBalancingV2::TargetGroup us-east-1 claims",
    }
    value = told["AWS::ECS::Service us-east-1 web constraints"].value[0]
    assert "<ElasticLoadBalancingV2::TargetGroup admin>" in value
    assert "<SecretsManager::Secret claims/db>:password::" in value


def test_a_reference_to_what_could_not_be_listed_is_unknown() -> None:
    cell = [item for item in _cell(B, 9) if item[0] is not KmsKey]
    parity = _compared(_cell(A, 3), cell, lacking=KmsKey)
    assert parity.differences == ()
    unknown = {(row.kind, row.fact) for row in parity.rows if row.readings[B].state == "unknown"}
    assert ("AWS::SecretsManager::Secret", "kms_key") in unknown


def test_the_tables_name_kinds_and_facts_that_are() -> None:
    known = kinds()
    assert {*NOT_COMPARED, *WITHOUT, *OWN, *NAMED} <= set(known)
    wrong = [(cfn, fact) for cfn, facts in (*WITHOUT.items(), *OWN.items()) for fact in facts
             if fact not in known[cfn].facts]  # fmt: skip
    assert wrong == []
    assert all(NOT_COMPARED.values())
    chosen = {shape.kind.cfn: shape for shape in shapes(known, {})}
    assert not NOT_COMPARED.keys() & chosen.keys()
    assert "tags" in chosen[Bucket.cfn].facts
    assert chosen[TaskDefinition.cfn].mode == "class"
    assert chosen[LogGroup.cfn].mode == "items"
    moments = [
        (cfn, fact) for cfn, shape in chosen.items() for fact in shape.facts
        if "datetime" in shape.kind.facts[fact].annotation
    ]  # fmt: skip
    assert moments == []
