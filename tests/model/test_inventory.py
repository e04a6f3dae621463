"""The inventory answers found, absent or unknown, and `any_of`/`all_of` decide by three values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import permutations
from typing import Any

import pytest

from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.inventory import Inventory, World, all_of, any_of
from scanner.model.kind import Kind, fact
from scanner.model.resource import Coverage, Resource, Source

ACCOUNT, OTHER = "123456789012", "210987654321"
HERE, THERE = "us-east-1", "eu-west-1"
DENIED = Gap("ec2.DescribeSubnets", "ec2:DescribeSubnets", "AccessDenied", state=GapState.DENIED)
UNREAD = Gap("ec2.DescribeTags", message="not read")


class Subnet(Kind, cfn="Test::Subnet"):
    """A regional kind."""

    id: str = fact()
    tags: Mapping[str, str] = fact()
    vpc: str = fact()
    zone: str = fact()


class Role(Kind, cfn="Test::Role", scope="global"):
    """A global kind."""

    id: str = fact()
    tags: Mapping[str, str] = fact()


class Settings(Kind, cfn="Test::Settings", singleton=True):
    """A kind of which each Region has one."""

    id: str = fact()
    tags: Mapping[str, str] = fact()


def resource(kind: type[Kind], name: str, region: str = HERE, account: str = ACCOUNT, **facts: Any) -> Resource:
    where = "global" if kind.scope == "global" else region
    arn = f"arn:aws:ec2:{'' if where == 'global' else where}:{account}:thing/{name}"
    made = Resource(kind.cfn, name, arn=arn, account=account, region=where, source=Source.FACTS)
    made.facts = {"id": name, "tags": {}, **facts}
    return made


def listed(kind: type[Kind], region: str = HERE, account: str = ACCOUNT, gap: Gap | None = None) -> Coverage:
    where = "global" if kind.scope == "global" else region
    if gap is None:
        return Coverage(account, where, kind.cfn, "box", "ec2.X", listing=True, asked=1)
    return Coverage(account, where, kind.cfn, "box", gap.call, str(gap.state), listing=True, asked=1, failed=1,
                    error=gap.error, permission=gap.permission)  # fmt: skip


A = resource(Subnet, "subnet-a", vpc="vpc-1", zone="z1")
B = resource(Subnet, "subnet-b", vpc="vpc-1", zone="z2")
C = resource(Subnet, "subnet-c", vpc="vpc-2", zone="z1")
FAR = resource(Subnet, "subnet-far", THERE, vpc="vpc-9", zone="z9")
FOREIGN = resource(Subnet, "subnet-foreign", HERE, OTHER, vpc="vpc-8", zone="z1")
ROLE = resource(Role, "role-1")


def world(*coverage: Coverage, resources: tuple[Resource, ...] = (A, B, C, FAR, FOREIGN, ROLE)) -> World:
    return World(Inventory.of(resources, coverage), {Subnet, Role, Settings}, ACCOUNT, HERE)


WHOLE = (listed(Subnet), listed(Role))


# ---- get ----


def test_what_was_seen_is_found_by_id_and_by_arn() -> None:
    assert world(*WHOLE).get(Subnet, "subnet-a") == Subnet(A)
    assert world(*WHOLE).get(Subnet, A.arn) == Subnet(A)
    assert world(*WHOLE).get(Role, ROLE.arn) == Role(ROLE)


def test_what_a_whole_listing_does_not_hold_is_absent() -> None:
    assert world(*WHOLE).get(Subnet, "subnet-z") is None


def test_what_is_seen_is_found_though_the_listing_is_not_whole() -> None:
    assert world(listed(Subnet, gap=DENIED)).get(Subnet, "subnet-a") == Subnet(A)


def test_what_an_incomplete_listing_does_not_hold_is_unknown() -> None:
    with pytest.raises(Unknown, match="ec2:DescribeSubnets"):
        world(listed(Subnet, gap=DENIED)).get(Subnet, "subnet-z")


def test_what_was_never_listed_is_unknown() -> None:
    with pytest.raises(Unknown, match="was not collected"):
        world().get(Subnet, "subnet-z")


def test_one_of_two_listings_that_is_not_whole_is_enough_for_doubt() -> None:
    with pytest.raises(Unknown):
        world(listed(Subnet), listed(Subnet, gap=DENIED)).get(Subnet, "subnet-z")


def test_an_id_is_looked_up_in_ones_own_account_and_region() -> None:
    assert world(*WHOLE).get(Subnet, "subnet-far") is None
    assert world(*WHOLE).get(Subnet, "subnet-foreign") is None
    assert world(*WHOLE, listed(Subnet, THERE)).get(Subnet, "subnet-far", region=THERE) == Subnet(FAR)


def test_an_arn_is_looked_up_in_its_own_account_and_region() -> None:
    assert world(*WHOLE).get(Subnet, FAR.arn) == Subnet(FAR)
    assert world(*WHOLE).get(Subnet, FOREIGN.arn) == Subnet(FOREIGN)
    with pytest.raises(Unknown, match=THERE):
        world(*WHOLE).get(Subnet, f"arn:aws:ec2:{THERE}:{ACCOUNT}:thing/none")
    with pytest.raises(Unknown, match=OTHER):
        world(*WHOLE).get(Subnet, f"arn:aws:ec2:{HERE}:{OTHER}:thing/none")
    assert world(*WHOLE, listed(Subnet, THERE)).get(Subnet, f"arn:aws:ec2:{THERE}:{ACCOUNT}:thing/none") is None


@pytest.mark.parametrize("name", ["arn:", "arn:aws:iam", "arn", ""])
def test_half_an_arn_is_a_name(name: str) -> None:
    assert world(*WHOLE).get(Subnet, name) is None


def test_a_kind_that_the_rule_does_not_declare_may_not_be_read() -> None:
    looking = World(Inventory.of([A], WHOLE), {Role}, ACCOUNT, HERE)
    with pytest.raises(TypeError, match="does not declare"):
        looking.get(Subnet, "subnet-a")


# ---- all, first, only ----


def ids(views: Iterator[Kind]) -> tuple[list[str], bool]:
    """Give what was yielded and whether it was all."""
    found: list[str] = []
    try:
        found.extend(view.id for view in views)
    except Unknown:
        return found, False
    return found, True


def test_all_goes_over_one_place() -> None:
    assert ids(world(*WHOLE).all(Subnet)) == (["subnet-a", "subnet-b", "subnet-c"], True)
    assert ids(world(*WHOLE, listed(Subnet, THERE)).all(Subnet, region=THERE)) == (["subnet-far"], True)
    assert ids(world(*WHOLE, listed(Subnet, HERE, OTHER)).all(Subnet, account=OTHER)) == (["subnet-foreign"], True)


def test_all_selects_by_facts() -> None:
    assert ids(world(*WHOLE).all(Subnet, vpc="vpc-1")) == (["subnet-a", "subnet-b"], True)
    assert ids(world(*WHOLE).all(Subnet, vpc="vpc-1", zone="z2")) == (["subnet-b"], True)
    assert ids(world(*WHOLE).all(Subnet, vpc="vpc-7")) == ([], True)


def test_all_gives_what_there_is_before_it_says_that_it_is_not_all() -> None:
    assert ids(world(listed(Subnet, gap=DENIED)).all(Subnet, vpc="vpc-2")) == (["subnet-c"], False)
    assert ids(world().all(Subnet)) == (["subnet-a", "subnet-b", "subnet-c"], False)


def test_a_resource_whose_fact_was_not_read_may_be_one_of_them() -> None:
    hidden = resource(Subnet, "subnet-h", vpc=Unknown(UNREAD), zone="z1")
    looking = world(*WHOLE, resources=(A, B, C, hidden))
    assert ids(looking.all(Subnet, vpc="vpc-1")) == (["subnet-a", "subnet-b"], False)
    assert looking.first(Subnet, vpc="vpc-1") == Subnet(A)
    with pytest.raises(Unknown, match="not read"):
        looking.first(Subnet, vpc="vpc-7")


def test_everywhere_goes_over_the_regions_that_were_looked_at() -> None:
    looking = world(*WHOLE, listed(Subnet, THERE))
    assert ids(looking.everywhere(Subnet)) == (["subnet-far", "subnet-a", "subnet-b", "subnet-c"], True)
    doubted = world(listed(Subnet), listed(Subnet, THERE, gap=DENIED))
    assert ids(doubted.everywhere(Subnet)) == (["subnet-far", "subnet-a", "subnet-b", "subnet-c"], False)
    assert ids(world().everywhere(Subnet)) == ([], False)


def test_the_settings_of_a_region_are_there_or_unknown() -> None:
    own = resource(Settings, "s")
    assert world(listed(Settings), resources=(own,)).only(Settings) == Settings(own)
    with pytest.raises(Unknown, match="was not collected"):
        world(listed(Settings), resources=()).only(Settings)
    with pytest.raises(Unknown):
        world(resources=()).only(Settings)


def test_the_order_of_collection_is_not_that_of_reading() -> None:
    for order in permutations((A, B, C)):
        inventory = Inventory.of(order, WHOLE)
        assert [item.id for item in inventory.resources(Subnet)] == ["subnet-a", "subnet-b", "subnet-c"]
        assert ids(World(inventory, {Subnet}, ACCOUNT, HERE).all(Subnet))[0] == ["subnet-a", "subnet-b", "subnet-c"]


# ---- three values ----


def _say(value: bool | None) -> bool:
    if value is None:
        raise Unknown(DENIED)
    return value


def _decided(question: Callable[[], bool]) -> bool | None:
    try:
        return question()
    except Unknown:
        return None


T, F, U = True, False, None
ANY = [((), F), ((T,), T), ((F,), F), ((U,), U), ((T, F), T), ((U, F), U), ((U, T), T), ((U, F, T), T), ((F, F), F)]
ALL = [((), T), ((T,), T), ((F,), F), ((U,), U), ((T, F), F), ((U, T), U), ((U, F), F), ((U, T, F), F), ((T, T), T)]


@pytest.mark.parametrize(("values", "wanted"), ANY)
def test_any_of_in_every_order(values: tuple[bool | None, ...], wanted: bool | None) -> None:
    for order in permutations(values):
        assert _decided(lambda order=order: any_of(order, _say)) is wanted  # type: ignore[misc]
        assert _decided(lambda order=order: any_of([lambda value=value: _say(value) for value in order])) is wanted  # type: ignore[misc]


@pytest.mark.parametrize(("values", "wanted"), ALL)
def test_all_of_in_every_order(values: tuple[bool | None, ...], wanted: bool | None) -> None:
    for order in permutations(values):
        assert _decided(lambda order=order: all_of(order, _say)) is wanted  # type: ignore[misc]
        assert _decided(lambda order=order: all_of([lambda value=value: _say(value) for value in order])) is wanted  # type: ignore[misc]


def test_all_gaps_are_told() -> None:
    with pytest.raises(Unknown) as told:
        any_of([DENIED, UNREAD], _raise)
    assert told.value.gaps == (DENIED, UNREAD)


def _raise(gap: Gap) -> bool:
    raise Unknown(gap)


def test_what_ends_in_doubt_decides_only_by_what_it_gave() -> None:
    """A listing that is not whole: `any` by what was seen, `all` by a counterexample."""
    doubted = world(listed(Subnet, gap=DENIED))
    assert any_of(doubted.all(Subnet), lambda subnet: subnet.zone == "z2") is True
    assert all_of(doubted.all(Subnet), lambda subnet: subnet.zone == "z2") is False
    with pytest.raises(Unknown):
        any_of(doubted.all(Subnet), lambda subnet: subnet.zone == "z5")
    with pytest.raises(Unknown):
        all_of(doubted.all(Subnet), lambda subnet: subnet.zone != "z5")


def test_an_error_that_is_no_gap_passes() -> None:
    with pytest.raises(ZeroDivisionError):
        any_of([0], lambda value: 1 // value)
