"""The writes since the night before, by the real client on a stub: whole, or worth nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from scanner.aws.incremental_trail import TRIED, Sweep
from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions
from scanner.aws.trail_events import PAGE, trail_client
from tests.aws.gather import ACCOUNT, QUICK, REGION, TARGET, Serve
from tests.aws.stub import Answer, Asked, Stub, refused, said
from tests.aws.test_trail_events import KEY, SINCE, History, entry, group

Begin = Callable[..., tuple[Stub, Sweep]]


@pytest.fixture
def begin(serve: Serve, sessions: Sessions, limits: Limits) -> Begin:
    def start(script: Any) -> tuple[Stub, Sweep]:
        stub = serve({KEY: script})
        return stub, Sweep(trail_client(sessions, [TARGET], limits, QUICK), (ACCOUNT, REGION), SINCE)

    return start


def entries(count: int, minutes: float = 1440) -> list[dict[str, Any]]:
    """So many writes, spread over so many minutes before the end of the window."""
    return [entry("StopLogging", group(number), int(number * minutes / count)) for number in range(count)]


def test_all_writes_are_read_once_for_all_who_ask(begin: Begin) -> None:
    stub, sweep = begin(History(*entries(120), entry("DescribeTrails", group(0), 1, readOnly=True)))
    first, second = sweep.read(10), sweep.read(10)
    assert (len(first.events), first.pages, first.why) == (120, 3, "")
    assert (first.events, second.pages, second.why) == (second.events, 0, "")
    assert len(stub.asked) == 3
    asked = stub.asked[0].params
    assert asked["LookupAttributes"] == [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    assert asked["StartTime"] == SINCE.timestamp()


def test_who_may_read_more_goes_on_where_another_stopped(begin: Begin) -> None:
    stub, sweep = begin(History(*entries(120)))
    assert "too many writes" in sweep.read(2).why
    assert sweep.read(0).why
    last = sweep.read(3)
    assert (len(last.events), last.pages, last.why) == (120, 1, "")
    assert len(stub.asked) == 3


def test_what_cannot_be_read_within_the_pages_is_given_up_early(begin: Begin) -> None:
    stub, sweep = begin(History(*entries(20_000)))
    window = sweep.read(60)
    assert window.pages == TRIED == len(stub.asked)
    number = int(re.findall(r"[\d,]+", window.why)[0].replace(",", ""))
    assert 15_000 < number < 25_000


def test_a_burst_at_the_end_of_a_quiet_day_is_read(begin: Begin) -> None:
    quiet = [entry("StopLogging", group(number), 10 + number) for number in range(60)]
    stub, sweep = begin(History(*quiet, *entries((TRIED + 1) * PAGE, minutes=2)))
    assert sweep.read(60).why == ""
    assert len(stub.asked) == TRIED + 3


@pytest.mark.parametrize("code", ["AccessDeniedException", "ThrottlingException", "InternalFailure"])
def test_a_refusal_on_any_page_makes_the_whole_worthless(begin: Begin, code: str) -> None:
    whole = History(*entries(120))

    def script(asked: Asked) -> Answer:
        return refused(code) if "NextToken" in asked.params else whole(asked)

    _, sweep = begin(script)
    window = sweep.read(10)
    assert window.why.startswith(f"CloudTrail's history was refused: {code}")
    assert sweep.read(10).why == window.why


def test_an_event_that_cannot_be_read_makes_the_whole_worthless(begin: Begin) -> None:
    broken = entry("StopLogging", group(1), 1) | {"CloudTrailEvent": "{"}
    _, sweep = begin(said(Events=[broken]))
    assert sweep.read(10).why == "CloudTrail's history has an event that cannot be read: it is no JSON"


def test_an_answer_without_its_member_makes_the_whole_worthless(begin: Begin) -> None:
    _, sweep = begin(said())
    assert "IncompleteAnswer" in sweep.read(10).why


def test_after_the_end_nothing_more_is_asked(begin: Begin) -> None:
    stub, sweep = begin(History(*entries(120)))
    sweep.close()
    assert sweep.read(10).why
    assert not stub.asked


def test_what_came_before_the_window_is_left_out(begin: Begin) -> None:
    late = entry("StopLogging", group(1), int(timedelta(days=2) / timedelta(minutes=1)))
    _, sweep = begin(said(Events=[late]))
    assert (sweep.read(10).events, sweep.read(10).why) == ((), "")
