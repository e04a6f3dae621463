"""The demo before the rules: each has a resource that passes and one that fails, and the nights turn what they say."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import CHANGES, LAST_NIGHT, DemoServer, Organisation, seed
from scanner.demo.changes import QUIET
from scanner.demo.not_shown import NOT_SHOWN
from scanner.engine.parameters import Parameters
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds_needed, rules
from scanner.engine.scope import Scope
from scanner.engine.settings import parse
from scanner.model.finding import Finding, Verdict
from scanner.model.resource import Snapshot
from scanner.run import Judge, cells, scan
from scanner.store import Store
from tests.demo.expected import EXPECTED

pytestmark = pytest.mark.long

CATALOGUE = Path(__file__).parents[3] / "shared" / "catalogue" / "catalogue.csv"


@pytest.fixture(scope="module")
def organisation() -> Iterator[Organisation]:
    with pytest.MonkeyPatch.context() as patch, DemoServer() as server:
        made = seed(server)
        for name, value in made.environment().items():
            patch.setenv(name, value)
        yield made


def judged(organisation: Organisation, names: Sequence[str], accounts: Sequence[str]) -> list[Finding]:
    """Scan these accounts for these rules, now."""
    config, known = parse(organisation.config_toml("sqlite:///unused.db")), rules()
    chosen = {name: known[name] for name in names}
    moment = organisation.server.clock
    assert moment is not None
    kinds = kinds_needed(chosen.values())
    targets = [
        Target(organisation.accounts[name], name, config.aws.regions, config.aws.role, config.aws.external_id)
        for name in accounts
    ]
    collector = Collector(Sessions(), kinds, Redactor(b"demo" * 8), moment)
    snapshot = Snapshot("night", moment, targets=[(t.account, r) for t in targets for r in t.regions])
    judge = Judge(list(chosen.values()), Parameters(config, known), Scope(config.scope))
    return scan(snapshot, collector.collect(targets), judge).findings


def verdicts(found: Sequence[Finding], organisation: Organisation, rule: str, account: str, name: str) -> set[Any]:
    number = organisation.accounts[account]
    return {
        finding.verdict
        for finding in found
        if finding.rule == rule and finding.account == number and (name in finding.name or name in finding.resource)
    }


CELLS = ("cell-alpha", "cell-beta", "cell-gamma")


@pytest.fixture(scope="module")
def cells_kept(organisation: Organisation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Wiring, Store]]:
    """The three cells in a store, before any night has passed: alpha and beta scanned whole, then gamma."""
    url = f"sqlite:///{tmp_path_factory.mktemp('cells')}/phiward.db"
    wiring, clock = Wiring(parse(organisation.config_toml(url)), store_url=url), Clock(organisation.server.clock)
    with wiring.store() as store:
        for accounts in (CELLS[:2], CELLS[2:]):
            run_scan(wiring, Wanted(accounts=accounts), Sessions(), store=store, clock=clock)
        yield wiring, store


@pytest.fixture(scope="module")
def first_night(organisation: Organisation) -> list[Finding]:
    """What the rules say before any night has passed, whichever test runs first."""
    return judged(organisation, list(EXPECTED), list(organisation.accounts))


def test_each_rule_has_a_resource_that_passes_and_one_that_fails(
    organisation: Organisation, first_night: list[Finding]
) -> None:
    found = first_night
    assert [finding for finding in found if finding.verdict is Verdict.ERROR] == []
    wrong = {
        (rule, wanted.value, *where): seen
        for rule, pair in EXPECTED.items()
        for wanted, where in zip((Verdict.PASS, Verdict.FAIL), pair, strict=True)
        if wanted not in (seen := verdicts(found, organisation, rule, *where))
    }
    assert wrong == {}
    unknown = {(f.rule, f.account) for f in found if f.verdict is Verdict.UNKNOWN}
    assert ("kms_key_rotation", organisation.accounts["cell-gamma"]) in unknown


def test_table_names_what_the_nights_turn() -> None:
    assert set(EXPECTED) <= set(rules())
    assert {rule for change in CHANGES for rule in change.verdicts} <= set(EXPECTED)
    assert {change.night for change in CHANGES} | QUIET == set(range(1, LAST_NIGHT + 1))


@pytest.mark.skipif(not CATALOGUE.exists(), reason="the catalogue lies beside the checkout of its makers alone")
def test_each_rule_of_the_founding_tier_is_shown_both_ways_or_said_not_to_be() -> None:
    with CATALOGUE.open(newline="") as file:
        founding = {row["key"] for row in csv.DictReader(file) if row["tier"] == "founding"}
    assert founding - set(EXPECTED) == set(NOT_SHOWN)
    assert all(NOT_SHOWN.values())


def test_a_cell_that_is_scanned_alone_is_compared_with_its_blueprint(
    organisation: Organisation, cells_kept: tuple[Wiring, Store]
) -> None:
    found = [one for one in cells_kept[1].findings() if one.rule == "cell_matches_blueprint"]
    assert {(one.account, one.verdict) for one in found} == {(organisation.accounts["cell-gamma"], Verdict.FAIL)}
    assert "AWS::EC2::FlowLog us-east-1 flow log of vpc" in {one.part for one in found}
    alpha = organisation.accounts["cell-alpha"]
    assert {note.partition(";")[0] for one in found for note in one.notes} == {
        f"account {alpha} was not scanned this time"
    }


def test_the_drifted_cell_differs_and_the_others_do_not(
    organisation: Organisation, cells_kept: tuple[Wiring, Store]
) -> None:
    parity = cells(cells_kept[1], cells_kept[0].config, "cells")
    alpha, beta, gamma = (organisation.accounts[name] for name in CELLS)
    assert parity.of(alpha) == []
    assert {one.part for one in parity.of(beta)} == {"AWS::IAM::User export-bot"}
    assert {
        "AWS::EC2::FlowLog us-east-1 of *",
        "AWS::EC2::Instance us-east-1 utility-host hop_limit",
        "AWS::EC2::SecurityGroup us-east-1 support-access",
        "AWS::EC2::SecurityGroup us-east-1 utility-hosts ingress",
        "AWS::ECS::Service us-east-1 compliance-analytics desired",
        "AWS::S3::Bucket records-${cell.client} policy",
        "AWS::IAM::User vendor-support",
    } <= {one.part for one in parity.of(gamma)}
    assert not [one for one in parity.of(gamma) if one.kind in {"AWS::EC2::VPC", "AWS::EC2::Subnet"}]
    assert {gap.permission for gap in parity.gaps(gamma)} == {"kms:GetKeyRotationStatus"}
