"""What a report for people is made from besides what every form gets: the plan, the rules that were not run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.focus import Asked
from scanner.cli.wire import Wiring
from scanner.engine.settings import Config
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT, RULE

if TYPE_CHECKING:
    from reports.view import ReportData


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Wiring:
    folder = tmp_path_factory.mktemp("planned")
    wiring = Wiring(Config(), store_url=f"sqlite:///{folder / 'phiward.db'}")
    resources = [*keys({"a": False, "b": True}), *keys({"c": False}, OTHER)]
    for each in resources:
        each.tags = {"Team": "clinical" if each.name == "a" else "platform"}
    night(wiring, 0, resources, accounts=(ACCOUNT, OTHER))
    return wiring


def made(wiring: Wiring, format: str, asked: Asked | None = None) -> ReportData:
    with wiring.store() as store:
        return report_data(wiring, store, chosen_scan(store), asked=asked, format=format)


def test_the_pdf_has_a_step_for_each_failure_and_the_same_plan_every_time(stored: Wiring) -> None:
    plan = made(stored, "pdf").plan
    assert plan is not None
    assert {mended.rule for step in plan.steps for mended in step.mends} == {RULE}
    assert sorted(step.name for step in plan.steps) == ["a", "c"]
    again = made(stored, "pdf").plan
    assert again is not None
    assert again.hash == plan.hash
    assert made(stored, "json").plan is None


def test_a_restricted_report_plans_for_what_it_tells(stored: Wiring) -> None:
    data = made(stored, "pdf", Asked(owner="team=clinical"))
    assert data.plan is not None
    assert [step.name for step in data.plan.steps] == ["a"]
    assert data.owner_tag == "team"
    assert made(stored, "pdf").owner_tag == "owner"


def test_the_rules_that_were_not_run_are_all_the_others(stored: Wiring) -> None:
    data = made(stored, "markdown")
    assert [rule.id for rule in data.rules] == [RULE]
    assert {rule.id for rule in data.not_run} == set(stored.known_rules()) - {RULE}
    assert all(len(rule.digest) == 64 for rule in (*data.rules, *data.not_run))


@pytest.mark.parametrize("asked", [None, Asked(owner="team=clinical"), Asked(accounts=(ACCOUNT,))])
def test_only_pages_read_what_the_resources_were_like(
    stored: Wiring, monkeypatch: pytest.MonkeyPatch, asked: Asked | None
) -> None:
    whole = made(stored, "pdf", asked)

    def refused(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("scanner.store.Store.snapshot", refused)
    for form in ("", "table", "json", "csv", "markdown"):
        data = made(stored, form, asked)
        assert data.findings == whole.findings
        assert data.coverage == whole.coverage
        assert data.restricted == whole.restricted
    with pytest.raises(AssertionError):
        made(stored, "html", asked)
