"""Reports of a period, of some accounts, of an owner: fourteen nights of two accounts and two teams."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner.cli import run
from scanner.cli.focus import _months_before
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import NAMES, OTHER, keys, night
from tests.cli.nights import ACCOUNT, FIRST, scan_id

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.model.resource import Resource

NIGHTS = 14
OWNERS = {"a": {"Owner": "clinical"}, "b": {"owner": "platform"}, "c": {"Owner": "clinical"}, "d": None}


def there(number: int) -> list[Resource]:
    """`a` stops on the fourth night and is mended on the twelfth, `b` and `d` never rotate, `c` does."""
    first = keys({"a": not 3 <= number < 11, "b": False})
    second = keys({"c": True, "d": False}, OTHER)
    for each in (*first, *second):
        each.tags = OWNERS[each.name]
    return [*first, *second]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Wiring:
    folder = tmp_path_factory.mktemp("fortnight")
    wiring = Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}")
    for number in range(NIGHTS):
        alone = number == 8
        resources = [each for each in there(number) if not alone or each.account == ACCOUNT]
        night(wiring, number, resources, accounts=(ACCOUNT,) if alone else (ACCOUNT, OTHER))
    return wiring


@pytest.fixture
def fortnight(stored: Wiring, monkeypatch: pytest.MonkeyPatch) -> Wiring:
    folder = Path(stored.store_url.removeprefix("sqlite:///")).parent
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "none"))
    return stored


def told(capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run(["findings", "--format", "json", *more]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    last = found["trend"]["nights"][-1]
    assert last["score"] == found["summary"]["score"]
    assert last["verdicts"] == found["summary"]["verdicts"]
    return found


def passed(document: dict[str, Any]) -> list[tuple[int, int]]:
    return [(each["score"]["passed"], each["score"]["of"]) for each in document["trend"]["nights"]]


@pytest.mark.usefixtures("fortnight")
def test_all_nights_are_told_and_a_lone_scan_loses_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys)
    assert passed(found) == [(1 if 3 <= number < 11 else 2, 4) for number in range(NIGHTS)]
    trend = found["trend"]
    assert (trend["new"], trend["reopened"], trend["resolved"]) == (1, 0, 1)
    assert trend["nights"][3]["new"] == trend["nights"][11]["resolved"] == 1
    assert trend["time_to_resolve"]["medium"] == {"resolved": 1, "mean_days": 8.0, "median_days": 8.0}
    assert [(each["account"], each["days"]) for each in trend["oldest"]] == [(ACCOUNT, 13.0), (OTHER, 13.0)]
    assert found["restricted"] == {"accounts": None, "owner": None, "unknown": 0, "since": None}


@pytest.mark.usefixtures("fortnight")
@pytest.mark.parametrize(
    ("since", "begins"), [("week", 6), ("month", 0), ("quarter", 0), ("2026-11-05", 3), (scan_id(9), 9)]
)
def test_a_period_begins_with_the_scan_up_to_its_first_moment(
    capsys: pytest.CaptureFixture[str], since: str, begins: int
) -> None:
    found = told(capsys, "--since", since)
    assert [each["scan"] for each in found["trend"]["nights"]] == [scan_id(number) for number in range(begins, NIGHTS)]
    assert found["restricted"]["since"] == found["trend"]["since"] == found["trend"]["nights"][0]["as_of"]
    assert len(found["findings"]) == 4
    assert (found["trend"]["new"], found["trend"]["resolved"]) == (int(begins < 3), 1)


def test_what_changed_is_what_changed_in_the_period(fortnight: Wiring) -> None:
    from scanner.cli.data import chosen_scan, report_data
    from scanner.cli.focus import Asked

    with fortnight.store() as store:
        info = chosen_scan(store)
        given = {
            since: report_data(fortnight, store, info, asked=Asked(since)).drift for since in ("", "week", scan_id(12))
        }
        owned = report_data(fortnight, store, info, asked=Asked("week", owner="platform")).drift
    changes = {since: [change.name for change in view.changes] for since, view in given.items() if view}
    assert changes == {"": [], "week": ["a"], scan_id(12): []}
    assert owned is not None
    assert owned.changes == []


@pytest.mark.usefixtures("fortnight")
def test_a_report_of_an_account_holds_nothing_of_the_others(capsys: pytest.CaptureFixture[str]) -> None:
    for name in (OTHER, NAMES[OTHER]):
        found = told(capsys, "--account", name)
        assert passed(found) == [(1, 2)] * 13
        assert OTHER in json.dumps(found)
        assert ACCOUNT not in json.dumps(found)
        assert found["restricted"]["accounts"] == [NAMES[OTHER]]
    assert told(capsys, "--account", ACCOUNT, "--account", OTHER)["summary"] == told(capsys)["summary"]


@pytest.mark.usefixtures("fortnight")
def test_a_report_of_an_owner_says_of_whom_nobody_knows(capsys: pytest.CaptureFixture[str]) -> None:
    clinical, platform = told(capsys, "--owner", "clinical"), told(capsys, "--owner", "OWNER=platform")
    assert passed(clinical) == [(1 if 3 <= number < 11 else 2, 2) for number in range(NIGHTS)]
    assert passed(platform) == [(0, 1)] * NIGHTS
    assert {finding["name"] for finding in clinical["findings"]} == {"a", "c"}
    assert clinical["trend"]["resolved"] == 1
    assert (platform["trend"]["new"], platform["trend"]["resolved"]) == (0, 0)
    assert clinical["restricted"] == {"accounts": None, "owner": "owner = clinical", "unknown": 1, "since": None}
    assert run(["report", "--format", "table", "--owner", "clinical", "--account", ACCOUNT]) == 0
    said = " ".join(capsys.readouterr().out.replace("│", " ").split())
    assert "Only accounts phi-cluster; resources tagged owner = clinical." in said


@pytest.mark.usefixtures("fortnight")
@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("--owner", "clinicla"), "no resource here is tagged so; of 'owner' there are clinical, platform"),
        (("--owner", "team=x"), "no resource here has a tag 'team'; name another one as KEY=VALUE"),
        (("--owner", "=x"), "give the value of the tag 'owner', or KEY=VALUE"),
        (("--account", "999999999999"), "did not look at it; it looked at phi-cluster, phi-spare"),
        (("--since", "yesterday"), "neither a scan's id nor a day"),
        (("--since", "2031-01-01"), "name an earlier day"),
    ],
)
def test_a_mistake_gets_one_line(capsys: pytest.CaptureFixture[str], asked: tuple[str, str], said: str) -> None:
    for command in ("findings", "report"):
        capsys.readouterr()
        assert run([command, *asked]) == 2
        error = capsys.readouterr().err
        assert said in error
        assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("months", "then"),
    [(1, FIRST.replace(month=10)), (3, FIRST.replace(month=8)), (11, FIRST.replace(year=2025, month=12))],
)
def test_a_month_before_is_the_same_day(months: int, then: datetime) -> None:
    assert _months_before(FIRST, months) == then
    assert _months_before(FIRST.replace(month=3, day=31), 1) == FIRST.replace(month=2, day=28)
