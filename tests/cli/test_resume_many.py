"""A scan of many accounts that is broken off: each account and Region is looked at once, by what was asked at first."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.endpoint.description import MANAGEMENT, Described, key_of
from bench.endpoint.server import Endpoint
from scanner.aws.collect import Collector
from scanner.cli import INTERRUPTED, run
from scanner.cli.wire import Wiring
from scanner.model.secret import KEY_VARIABLE

WHOLE = Described(4)
RULES = ["--rule", "kms_key_rotation", "--rule", "s3_bucket_versioning", "--fail-on", "low"]
COLLECT = Collector.collect


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with Endpoint(WHOLE) as served:
        yield served


@pytest.fixture(autouse=True)
def here(endpoint: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint.describe(WHOLE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint.url)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key_of(MANAGEMENT))
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "synthetic")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv(KEY_VARIABLE, "0123456789abcdef")


def _break_after(monkeypatch: pytest.MonkeyPatch, places: int) -> None:
    def broken(self: Collector, targets: Any, skip: Any = ()) -> Iterator[Any]:
        for count, place in enumerate(COLLECT(self, targets, skip)):
            if count == places:
                raise KeyboardInterrupt
            yield place

    monkeypatch.setattr(Collector, "collect", broken)


def _stored(name: str) -> tuple[set[tuple[str, str]], Counter[tuple[str, str]], list[Any]]:
    """The verdicts, how often each call of each place is told, and what was not answered."""
    with Wiring.find(Path("config.toml"), name).store() as store:
        (info,) = store.scans()
        coverage = store.coverage(info.id)
        assert store.places_done(info.id) == set(info.targets)
        verdicts = {(each.fingerprint, str(each.verdict)) for each in store.findings()}
    told = Counter((each.account, each.region, each.kind, each.call) for each in coverage)
    assert set(told.values()) == {1}
    return (
        verdicts,
        Counter((each.account, each.region) for each in coverage),
        [each for each in coverage if not each.ok],
    )


def test_each_account_and_region_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = WHOLE.members[:2]
    Path("config.toml").write_text(
        '[aws]\norganization = true\nrole = "Audit"\nregions = ["us-east-1", "eu-west-1"]\n'
        f'[accounts."{first}"]\nregions = ["us-west-2"]\n[organization.exclude]\naccounts = ["{second}"]\n'
    )
    _break_after(monkeypatch, 5)
    assert run(["scan", *RULES, "--store", "own.db", "-q"]) == INTERRUPTED
    monkeypatch.setattr(Collector, "collect", COLLECT)
    assert run(["scan", "--resume", "--store", "own.db", "-q"]) in {0, 1}
    assert run(["scan", *RULES, "--store", "other.db", "-q"]) in {0, 1}
    resumed, straight = _stored("own.db"), _stored("other.db")
    assert resumed == straight
    assert {region for account, region in resumed[1] if account == first} == {"global", "us-west-2"}
    assert second not in {account for account, _ in resumed[1]}
    assert resumed[2] == []


def test_an_account_whose_regions_were_not_known_at_first_is_not_shown_as_whole(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    late = WHOLE.members[1]
    Path("config.toml").write_text('[aws]\norganization = true\nrole = "Audit"\n')
    endpoint.describe(replace(WHOLE, refusing=frozenset({late})))
    _break_after(monkeypatch, 0)
    assert run(["scan", *RULES, "--store", "own.db", "-q"]) == INTERRUPTED
    endpoint.describe(WHOLE)
    monkeypatch.setattr(Collector, "collect", COLLECT)
    capfd.readouterr()
    assert run(["scan", "--resume", "--store", "own.db", "--format", "json", "--fail-on", "critical"]) == 0
    findings = json.loads(capfd.readouterr().out)["findings"]
    assert {each["verdict"] for each in findings if each["account"] == late} == {"UNKNOWN"}
    _, looked, gaps = _stored("own.db")
    assert {(each.account, each.error) for each in gaps} == {(late, "RegionsNotKnown")}
    assert {len([place for place in looked if place[0] == each]) for each in WHOLE.members} == {2, 9}
