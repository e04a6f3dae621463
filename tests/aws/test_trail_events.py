"""CloudTrail's event history by the real client on a stub: the pace, the pages, the budget, and refusals."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.aws.errors import ForbiddenOperationError
from scanner.aws.limits import Bucket, Limits
from scanner.aws.sessions import Sessions, Target
from scanner.aws.trail_events import PAGE, Looked, look, trail_bucket, trail_client
from scanner.engine.trail_names import Wanted
from scanner.model.gap import GapState
from tests.aws.gather import ACCOUNT, QUICK, REGION, Serve
from tests.aws.stub import Answer, Asked, Stub, refused, said
from tests.aws.test_limits import Clock
from tests.engine.trail_records import group_call, ports, record

KEY = "cloudtrail.LookupEvents"
SINCE, UNTIL = datetime(2026, 11, 20, 2, tzinfo=UTC), datetime(2026, 11, 21, 2, tzinfo=UTC)
Look = Callable[..., Looked]


def entry(name: str, group: str, minute: int, **more: Any) -> dict[str, Any]:
    """An event so many minutes before the end, as LookupEvents wraps it."""
    moment = UNTIL - timedelta(minutes=minute)
    given = {"at": moment.isoformat(), "awsRegion": REGION, "recipientAccountId": ACCOUNT} | more
    made = record(name, "ec2", group_call(ports(22, "0.0.0.0/0"), group=group), **given)
    return {
        "EventId": made["eventID"], "EventName": name, "ReadOnly": str(made["readOnly"]).lower(),
        "EventTime": moment.timestamp(), "CloudTrailEvent": json.dumps(made),
        "Resources": [{"ResourceType": "AWS::EC2::SecurityGroup", "ResourceName": group}],
    }  # fmt: skip


class History:
    """An account's event history, which answers as LookupEvents does: the newest first, in pages."""

    def __init__(self, *entries: dict[str, Any], page: int = PAGE) -> None:
        self.entries = sorted(entries, key=lambda each: -each["EventTime"])
        self.page = page

    def __call__(self, asked: Asked) -> Answer:
        (wanted,) = asked.params["LookupAttributes"]
        start, end = asked.params.get("StartTime", 0), asked.params.get("EndTime", 2**40)
        found = [each for each in self.entries if start <= each["EventTime"] <= end and _has(each, wanted)]
        first = int(asked.params.get("NextToken", 0))
        more = {"NextToken": str(first + self.page)} if len(found) > first + self.page else {}
        return said(Events=found[first : first + self.page], **more)


def _has(each: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    if wanted["AttributeKey"] == "ResourceName":
        return any(one["ResourceName"] == wanted["AttributeValue"] for one in each["Resources"])
    return bool(each[wanted["AttributeKey"]] == wanted["AttributeValue"])


def group(number: int) -> str:
    return f"sg-{number:017x}"


def want(*numbers: int, region: str = REGION, account: str = ACCOUNT) -> list[Wanted]:
    return [
        Wanted(account=account, region=region, names=(group(number),), since=SINCE, until=UNTIL) for number in numbers
    ]


@pytest.fixture
def ask(serve: Serve, sessions: Sessions, limits: Limits) -> Callable[..., tuple[Stub, Looked]]:
    def run(script: Any, wanted: list[Wanted], *, regions: tuple[str, ...] = (REGION,), **more: Any) -> Any:
        stub = serve({KEY: script})
        return stub, look(trail_client(sessions, [Target(ACCOUNT, regions=regions)], limits, QUICK), wanted, **more)

    return run


Ask = Callable[..., tuple[Stub, Looked]]


def attributes(stub: Stub) -> list[tuple[str, str]]:
    return [tuple(asked["LookupAttributes"][0].values()) for asked in stub.params(KEY)]


def test_a_sweep_finds_writes_of_what_changed_and_keeps_nothing_else(ask: Ask) -> None:
    wanted_write = entry("AuthorizeSecurityGroupIngress", group(1), 30)
    noise = [entry("AuthorizeSecurityGroupIngress", group(9), 20),
             entry("DescribeSecurityGroups", group(1), 10, readOnly=True),
             entry("RevokeSecurityGroupIngress", group(1), 5, errorCode="AccessDenied")]  # fmt: skip
    stub, found = ask(History(wanted_write, *noise), want(1, 2))
    assert [event.id for event in found.events] == [wanted_write["EventId"]]
    assert (found.gaps, found.requests, attributes(stub)) == ([], 1, [("ReadOnly", "false")])
    (params,) = stub.params(KEY)
    assert (params["StartTime"], params["EndTime"]) == (SINCE.timestamp(), UNTIL.timestamp())
    assert params["MaxResults"] == 50


def test_a_sweep_beyond_its_budget_goes_on_by_name_where_it_ended(ask: Ask) -> None:
    old = [entry("AuthorizeSecurityGroupIngress", group(number), 600 + number) for number in (1, 2, 3)]
    busy = [entry("CreateTags", group(50 + number), number) for number in range(60)]
    fresh = entry("RevokeSecurityGroupIngress", group(1), 3)
    stub, found = ask(History(*old, *busy, fresh, page=5), want(1, 2, 3))
    assert {event.id for event in found.events} == {each["EventId"] for each in (*old, fresh)}
    assert attributes(stub) == [("ReadOnly", "false")] * 3 + [("ResourceName", group(number)) for number in (1, 2, 3)]
    assert found.requests == 6
    ends = [asked["EndTime"] for asked in stub.params(KEY)]
    assert ends[3] < ends[0], "what the sweep has read is not read again"


def test_a_history_out_of_order_is_asked_for_whole(ask: Ask) -> None:
    first = [entry("CreateTags", group(9), 300), entry("CreateTags", group(9), 20)]
    late = entry("AuthorizeSecurityGroupIngress", group(1), 10)
    stub, found = ask([said(Events=first, NextToken="1"), said(Events=[late])], want(1))
    assert [event.id for event in found.events] == [late["EventId"]]
    assert [asked["EndTime"] for asked in stub.params(KEY)] == [UNTIL.timestamp()] * 2


def test_what_has_no_name_is_asked_for_by_its_events(ask: Ask) -> None:
    changed = entry("UpdateAccountPasswordPolicy", group(9), 500)
    busy = [entry("CreateTags", group(9), number) for number in range(10)]
    setting = Wanted(account=ACCOUNT, region="", events=("UpdateAccountPasswordPolicy",), since=SINCE, until=UNTIL)
    stub, found = ask(History(changed, *busy, page=5), [setting])
    assert [event.id for event in found.events] == [changed["EventId"]]
    assert attributes(stub)[-1] == ("EventName", "UpdateAccountPasswordPolicy")


def test_what_may_be_anywhere_is_asked_for_in_every_region(ask: Ask) -> None:
    told: list[tuple[int, int, int]] = []
    stub, found = ask(History(), want(1, region=""), regions=("us-east-1", "eu-west-1"),
                      progress=lambda *figures: told.append(figures))  # fmt: skip
    assert sorted(asked.region for asked in stub.asked) == ["eu-west-1", "us-east-1"]
    assert [figures[:2] for figures in told] == [(1, 2), (2, 2)]
    assert (told[-1][2], found.requests, found.gaps) == (2, 2, [])


def test_a_name_with_very_many_events_is_a_gap(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.aws.trail_events.MOST_PAGES", 2)
    stub, found = ask(History(*(entry("CreateTags", group(1), number) for number in range(30)), page=5), want(1))
    assert [(gap.state, gap.error) for gap in found.gaps] == [(GapState.PARTIAL, "TooManyEvents")]
    assert attributes(stub) == [("ReadOnly", "false"), *[("ResourceName", group(1))] * 2]
    assert len(found.events) >= 10


@pytest.mark.parametrize(
    ("code", "state"),
    [("AccessDeniedException", GapState.DENIED), ("ThrottlingException", GapState.THROTTLED),
     ("InvalidTimeRangeException", GapState.ERROR)],
)  # fmt: skip
def test_a_refusal_is_a_gap_that_names_the_permission(ask: Ask, code: str, state: GapState) -> None:
    stub, found = ask(refused(code), want(1, 2, 3))
    (gap,) = found.gaps
    assert (gap.call, gap.permission, gap.error, gap.state) == (KEY, "cloudtrail:LookupEvents", code, state)
    assert gap.message == f"{ACCOUNT}/{REGION}: no"
    assert not found.events
    assert stub.count(KEY) <= QUICK.tries * QUICK.attempts, "a place that refuses is asked no more"


def test_what_was_found_before_a_refusal_stays(ask: Ask) -> None:
    found_first = entry("AuthorizeSecurityGroupIngress", group(1), 5)
    _, found = ask([said(Events=[found_first], NextToken="1"), refused("AccessDeniedException")], want(1, 2))
    assert [event.id for event in found.events] == [found_first["EventId"]]
    assert [gap.state for gap in found.gaps] == [GapState.DENIED]


def test_an_account_that_is_not_configured_is_a_gap_and_nothing_wanted_is_nothing_asked(ask: Ask) -> None:
    stub, found = ask(History(), want(1, account="210987654321"))
    assert [gap.message for gap in found.gaps] == ["account 210987654321 is not configured"]
    assert not stub.asked


def test_an_entry_without_its_record_is_counted_and_does_no_harm(ask: Ask) -> None:
    good = entry("AuthorizeSecurityGroupIngress", group(1), 5)
    stub, found = ask(said(Events=[{"EventId": "x"}, {"CloudTrailEvent": "{"}, good]), want(1))
    assert [event.id for event in found.events] == [good["EventId"]]
    assert len(found.odd) == 2
    assert stub.count(KEY) == 1


def test_a_throttled_history_is_asked_again_and_more_slowly(serve: Serve, sessions: Sessions) -> None:
    clock = Clock()
    buckets: list[Bucket] = []

    def make() -> Bucket:
        made = trail_bucket()
        made.clock, made.sleep, made._at = clock, clock.sleep, clock.now  # noqa: SLF001  the test's own clock
        buckets.append(made)
        return made

    stub = serve({KEY: [refused("ThrottlingException"), said(Events=[], NextToken="1"), said(Events=[])]})
    client = trail_client(sessions, [Target(ACCOUNT, regions=(REGION,))], Limits(make), QUICK)
    found = look(client, want(1, 2))
    assert (found.gaps, found.requests, stub.count(KEY)) == ([], 2, 3)
    assert buckets[0].rate < 2
    assert clock.slept == pytest.approx([1.4], rel=0.1), "the token for asking again, and the one for the next page"


def test_the_pace_is_two_requests_a_second() -> None:
    clock = Clock()
    bucket = trail_bucket()
    bucket.clock, bucket.sleep, bucket._at = clock, clock.sleep, clock.now  # noqa: SLF001
    for _ in range(21):
        bucket.take()
        bucket.answered()
    assert clock.now == pytest.approx(110.0)


def test_the_client_asks_nothing_else(sessions: Sessions) -> None:
    from scanner.aws.client import Request

    client = trail_client(sessions, [Target(ACCOUNT, regions=(REGION,))])
    with pytest.raises(ForbiddenOperationError):
        client.one((ACCOUNT, REGION), Request("cloudtrail.DescribeTrails", {}))
