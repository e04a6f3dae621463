"""Code beside the account: joined by natural keys, never by an id that Terraform made up; unsaid is never equal."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from scanner.engine.codified import Codified, codified
from scanner.engine.registry import kinds
from scanner.kinds.canon import canons
from scanner.model.given import Given, Origin, Setting
from scanner.model.planned import DOCUMENT
from scanner.model.resource import Coverage, Resource, Snapshot, Source, seen

ACCOUNT, REGION, GROUP = "123456789012", "us-east-1", "AWS::Logs::LogGroup"
KINDS = kinds()


def arn(name: str) -> str:
    return f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"


def code(name: str, **document: Any) -> Resource:
    made = Resource(GROUP, name, arn=arn(name), account=ACCOUNT, region=REGION, tags={}, source=Source.PLAN)
    made.sections = {DOCUMENT: seen({"name": name, "arn": arn(name), **document})}
    return made


def live(name: str, **box: Any) -> Resource:
    made = Resource(GROUP, name, arn=arn(name), account=ACCOUNT, region=REGION, tags={})
    made.sections = {section: seen({"logGroupName": name, "arn": arn(name), **box}) for section in KINDS[GROUP].calls}
    return made


def state(name: str, *resources: Resource) -> Given:
    origins = {each.id: Origin(address=f"aws_cloudwatch_log_group.{each.id}") for each in resources}
    return Given(name=name, sort="state", after=Setting(list(resources), origins))


def beside(states: list[Given], *resources: Resource, listing: str = "ok") -> Codified:
    whole = Coverage(ACCOUNT, REGION, GROUP, "box", "logs.DescribeLogGroups", listing, listing=True)
    snapshot = Snapshot(
        "s", datetime(2026, 11, 21, tzinfo=UTC), list(resources), [whole], targets=[(ACCOUNT, REGION)]
    )  # fmt: skip
    return codified(states, snapshot, KINDS, canons(KINDS.values()))


def test_what_agrees_is_managed_and_nothing_else() -> None:
    found = beside([state("a", code("app", retention_in_days=30))], live("app", retentionInDays=30))
    assert (found.missing, found.changed, found.unmanaged, found.unclear) == ([], [], [], [])
    assert found.share == 1.0


def test_what_was_changed_by_hand_is_told_by_its_fact() -> None:
    found = beside([state("a", code("app", retention_in_days=30))], live("app", retentionInDays=7))
    (one,) = found.changed
    assert (one.at.address, one.code, one.account) == ("aws_cloudwatch_log_group.app", 30, 7)


def test_what_is_gone_is_missing_and_what_is_in_no_code_is_unmanaged() -> None:
    found = beside([state("a", code("app"), code("old"))], live("app"), live("hand"))
    assert [each.address for each in found.missing] == ["aws_cloudwatch_log_group.old"]
    assert [each.id for each in found.unmanaged] == ["hand"]
    assert found.share == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("resource", "listing", "why"),
    [
        (code("old"), "denied", "listed whole"),
        (Resource(GROUP, "x", account="210987654321", region=REGION, source=Source.PLAN), "ok", "not in this scan"),
        (Resource(GROUP, "x", account=ACCOUNT, region="eu-west-1", source=Source.PLAN), "ok", "not in this scan"),
    ],
)
def test_what_nobody_looked_for_is_unclear_and_never_missing(resource: Resource, listing: str, why: str) -> None:
    resource.sections = resource.sections or {DOCUMENT: seen({})}
    found = beside([state("a", resource)], listing=listing)
    assert found.missing == []
    assert why in found.unclear[0][1]


def test_a_resource_in_two_states_is_told() -> None:
    found = beside([state("a", code("app")), Given(
        name="b", sort="state",
        after=Setting([code("app")], {"app": Origin(address="module.logs.aws_cloudwatch_log_group.this")}),
    )], live("app"))  # fmt: skip
    assert [len(some) for some in found.twice.values()] == [2]


def test_facts_that_one_side_does_not_say_are_counted_and_not_equal() -> None:
    quiet = live("app")
    quiet.sections = {}
    found = beside([state("a", code("app", retention_in_days=30))], quiet)
    assert found.changed == []
    assert found.incomparable[GROUP] >= 1


def test_what_a_stack_manages_is_in_code_too() -> None:
    tagged = live("tagged")
    tagged.tags = {"aws:cloudformation:stack-name": "logs"}
    whole = Coverage(ACCOUNT, REGION, GROUP, "box", "logs.DescribeLogGroups", listing=True)
    resources = [live("app"), tagged, live("listed"), live("hand")]
    snapshot = Snapshot("s", datetime(2026, 11, 21, tzinfo=UTC), resources, [whole], targets=[(ACCOUNT, REGION)])
    stacks = {(ACCOUNT, REGION, "listed"), (ACCOUNT, "eu-west-1", "hand")}
    found = codified([state("a", code("app"))], snapshot, KINDS, canons(KINDS.values()), stacks)
    assert [each.id for each in found.unmanaged] == ["hand"]
    assert (found.by_stacks, found.share) == (2, 0.75)


def test_an_older_serial_of_the_same_state_is_stale() -> None:
    older, newer = (
        Given(name=f"serial-{serial}", sort="state", after=Setting(), serial=serial, lineage="l") for serial in (3, 5)
    )
    other = Given(name="other", sort="state", after=Setting(), serial=1, lineage="m")
    (said,) = beside([older, newer, other]).stale
    assert said.startswith("serial-3 is serial 3")


def test_a_resource_of_the_same_name_in_another_account_is_another_one() -> None:
    other = live("app")
    other.account, other.arn = "210987654321", other.arn.replace(ACCOUNT, "210987654321")
    listings = [
        Coverage(account, REGION, GROUP, "box", "logs.DescribeLogGroups", listing=True)
        for account in (ACCOUNT, other.account)
    ]
    targets = [(ACCOUNT, REGION), (other.account, REGION)]
    snapshot = Snapshot("s", datetime(2026, 11, 21, tzinfo=UTC), [other], listings, targets=targets)
    found = codified([state("a", code("app"))], snapshot, KINDS, canons(KINDS.values()))
    assert [each.address for each in found.missing] == ["aws_cloudwatch_log_group.app"]
    assert found.managed == []
