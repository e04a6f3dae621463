"""Looking up by what a function gives of each resource: as all would be gone over, but only those that may fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from scanner.engine.recording import Recorder
from scanner.model.gap import Unknown
from scanner.model.inventory import Inventory, World, any_of
from scanner.model.resource import Coverage, Resource
from tests.model.test_inventory import (
    ACCOUNT,
    DENIED,
    HERE,
    THERE,
    UNREAD,
    WHOLE,
    A,
    B,
    C,
    Role,
    Subnet,
    ids,
    listed,
    resource,
)


def where(_: World, subnet: Subnet) -> Iterator[str]:
    yield subnet.vpc
    yield subnet.zone


def world(*resources: Resource, coverage: Iterable[Coverage] = WHOLE, reader: Any = None) -> World:
    given = {"reader": reader} if reader is not None else {}
    return World(Inventory.of(resources, coverage), {Subnet, Role}, ACCOUNT, HERE, **given)


def looked_up(looking: World, *wanted: Any) -> tuple[list[str], bool]:
    return ids(looking.candidates(Subnet, where, lambda: wanted))


def test_those_are_found_of_which_a_value_is_given_each_once_in_their_order() -> None:
    looking = world(C, B, A)
    assert looked_up(looking, "vpc-1") == (["subnet-a", "subnet-b"], True)
    assert looked_up(looking, "z1") == (["subnet-a", "subnet-c"], True)
    assert looked_up(looking, "z2", "vpc-2", "z1") == (["subnet-a", "subnet-b", "subnet-c"], True)
    assert looked_up(looking, "vpc-7") == ([], True)
    assert looked_up(looking) == ([], True)


def test_where_one_is_not_learned_the_rule_is_given_all_to_decide() -> None:
    hidden = resource(Subnet, "subnet-h", vpc=Unknown(UNREAD), zone="z1")
    assert looked_up(world(A, C, hidden), "vpc-2") == (["subnet-a", "subnet-c", "subnet-h"], True)
    with pytest.raises(Unknown, match="not read"):
        any_of(world(A, hidden).candidates(Subnet, where, lambda: ["vpc-2"]), lambda one: one.vpc == "vpc-2")


def test_what_is_wanted_may_be_unknown_too() -> None:
    def wanted() -> Iterable[str]:
        raise Unknown(UNREAD)

    assert ids(world(A, B).candidates(Subnet, where, wanted)) == (["subnet-a", "subnet-b"], True)
    assert ids(world().candidates(Subnet, where, wanted)) == ([], True)


def test_what_no_index_can_hold_is_left_to_the_rule() -> None:
    odd = resource(Subnet, "subnet-o", vpc={"not": "a name"}, zone="z1")
    assert looked_up(world(A, odd), "vpc-1") == (["subnet-a", "subnet-o"], True)
    assert looked_up(world(A), ["vpc-1"]) == (["subnet-a"], True)


def test_a_listing_that_is_not_whole_is_said_at_the_end() -> None:
    assert looked_up(world(A, C, coverage=[listed(Subnet, gap=DENIED)]), "vpc-2") == (["subnet-c"], False)
    assert looked_up(world(A, coverage=()), "vpc-1") == (["subnet-a"], False)


def test_facts_narrow_what_is_found_as_they_do_all() -> None:
    hidden = resource(Subnet, "subnet-h", vpc="vpc-1", zone=Unknown(UNREAD))
    found = world(A, B, C).candidates(Subnet, where, lambda: ["vpc-1"], zone="z2")
    assert ids(found) == (["subnet-b"], True)
    found = world(A, B, C, hidden).candidates(Subnet, where, lambda: ["vpc-1"], zone="z2")
    assert ids(found) == (["subnet-b"], False)


def test_only_what_the_rule_reads_is_evidence() -> None:
    recorder = Recorder(A)
    (found,) = world(A, B, C, reader=recorder).candidates(Subnet, where, lambda: ["vpc-2"])
    assert recorder.reads == {}
    assert found.vpc == "vpc-2"
    assert list(recorder.reads) == [(C, Subnet.facts["vpc"])]


def test_in_all_regions() -> None:
    far = resource(Subnet, "subnet-far", THERE, vpc="vpc-1", zone="z9")
    looking = world(A, C, far, coverage=[*WHOLE, listed(Subnet, THERE)])
    assert ids(looking.candidates_everywhere(Subnet, where, lambda: ["vpc-1"])) == (["subnet-far", "subnet-a"], True)
    doubted = world(A, far, coverage=[listed(Subnet), listed(Subnet, THERE, gap=DENIED)])
    assert ids(doubted.candidates_everywhere(Subnet, where, lambda: ["z1"])) == (["subnet-a"], False)


def test_a_kind_that_the_rule_does_not_declare_may_not_be_looked_up() -> None:
    looking = World(Inventory.of([A], WHOLE), {Role}, ACCOUNT, HERE)
    with pytest.raises(TypeError, match="does not declare"):
        next(looking.candidates(Subnet, where, lambda: ["vpc-1"]))
