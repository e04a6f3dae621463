"""Accounts beside a scan: the newest snapshot that answers, and rules over accounts that see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from scanner.engine.examples import resource_of
from scanner.engine.members import companions, newest
from scanner.engine.registry import rules
from scanner.engine.settings import parse
from scanner.kinds.account import Account
from scanner.kinds.kms import KmsKey
from scanner.kinds.s3 import Bucket
from scanner.model.finding import Verdict
from scanner.model.resource import Coverage, Resource, Snapshot
from scanner.model.rule import Rule, Settings
from scanner.run import Judge, cells
from scanner.store import ScanInfo

A, B, C = "111111111111", "222222222222", "333333333333"
NIGHT = datetime(2026, 3, 2, 2, tzinfo=UTC)
RULE = rules()["cell_matches_blueprint"]
KINDS = {kind.cfn: kind for kind in (*RULE.judged(), *RULE.needs)}
TEXT = f"""
[cells.cells]
blueprint = "alpha"
[accounts."{A}"]
name = "alpha"
group = "cells"
[accounts."{B}"]
name = "beta"
group = "cells"
[accounts."{C}"]
name = "other"
"""


class Shelf:
    """An archive of made nights."""

    def __init__(self) -> None:
        self.kept: list[ScanInfo] = []
        self.nights: dict[str, Snapshot] = {}

    def scans(self) -> list[ScanInfo]:
        return self.kept

    def snapshot(self, scan_id: str) -> Snapshot:
        return self.nights[scan_id]

    def add(
        self, *accounts: str, denied: str = "", finished: bool = True, kinds: tuple[str, ...] = (), **facts: bool
    ) -> None:
        number = len(self.kept)
        as_of = NIGHT + timedelta(days=number)
        night = snapshot(*accounts, denied=denied, as_of=as_of, **facts)
        names = kinds or tuple(KINDS)
        targets = tuple((account, region) for account in accounts for region in ("global", "us-east-1"))
        done = as_of if finished else None
        info = ScanInfo(id=str(number), started=as_of, as_of=as_of, kinds=names, targets=targets, finished=done)
        self.kept.append(info)
        self.nights[info.id] = msgspec.structs.replace(night, id=info.id, targets=list(targets), kinds=list(names))


def snapshot(*accounts: str, denied: str = "", as_of: datetime = NIGHT, **facts: bool) -> Snapshot:
    found: list[Resource] = []
    coverage: list[Coverage] = []
    for account in accounts:
        found.append(resource_of(Account, facts, account=account))
        found.append(resource_of(Bucket, {"id": f"{account}-records"}, account=account))
        found.append(resource_of(KINDS["AWS::::Region"], {}, account=account))
        for kind in KINDS.values():
            region = "global" if kind.scope == "global" else "us-east-1"
            state = "denied" if kind.cfn == denied else "ok"
            coverage.append(Coverage(account, region, kind.cfn, "list", "x.List", state, listing=True))
    targets = [(account, region) for account in accounts for region in ("global", "us-east-1")]
    return Snapshot("now", as_of, found, coverage, targets)


def test_the_newest_finished_scan_that_saw_all_is_taken() -> None:
    shelf = Shelf()
    shelf.add(A, B)
    shelf.add(A, denied=Bucket.cfn)
    shelf.add(A, kinds=(KmsKey.cfn,))
    shelf.add(A, finished=False)
    whole = newest(shelf, [A, B, C], tuple(KINDS), complete=True)
    assert [(each.id, each.accounts) for each in whole] == [("0", [A]), ("0", [B])]
    assert {resource.account for resource in whole[0].resources} == {A}
    assert [each.id for each in newest(shelf, [A], [Bucket.cfn])] == ["1"]
    assert [each.id for each in newest(shelf, [A])] == ["2"]


def test_companions_are_of_the_group_and_its_blueprint() -> None:
    config = parse(TEXT)
    assert companions(config, [B]) == {A}
    assert companions(config, [A, B]) == set()
    assert companions(config, [C]) == set()


def _judge(shelf: Shelf | None) -> Judge:
    config = parse(TEXT).model_dump()
    given = {"cells": config["cells"], "accounts": config["accounts"]}

    def settings(rule: type[Rule], _resource: Resource) -> Settings:
        return msgspec.convert(given, rule.Settings)

    def others(accounts: Sequence[str], kinds: Sequence[str]) -> list[Snapshot]:
        return newest(shelf, companions(parse(TEXT), accounts), kinds, complete=True) if shelf else []

    return Judge([RULE], settings, others=others)


@pytest.mark.parametrize(("mfa", "verdict"), [(True, Verdict.PASS), (False, Verdict.FAIL)])
def test_an_account_that_was_not_scanned_is_compared_by_its_newest_night_and_not_judged(
    mfa: bool, verdict: Verdict
) -> None:
    shelf = Shelf()
    shelf.add(A)
    found = list(_judge(shelf).findings(snapshot(B, root_mfa=mfa)))
    assert [(one.account, one.verdict) for one in found] == [(B, verdict)]
    assert found[0].notes == (
        f"account {A} was not scanned this time; its snapshot of 2026-03-02 02:00 UTC was compared",
    )


def test_without_a_whole_night_it_stays_unknown() -> None:
    shelf = Shelf()
    shelf.add(A, denied=Bucket.cfn)
    for judge in (_judge(shelf), _judge(None)):
        assert [one.verdict for one in judge.findings(snapshot(B))] == [Verdict.UNKNOWN]


def test_a_group_is_compared_from_the_archive() -> None:
    shelf = Shelf()
    shelf.add(A)
    shelf.add(B, root_mfa=False)
    parity = cells(shelf, parse(TEXT), "cells")
    assert [(one.account, one.fact) for one in parity.differences] == [(B, "root_mfa")]
    assert parity.as_of == {A: NIGHT, B: NIGHT + timedelta(days=1)}
    assert KmsKey.cfn in parity.left_out
    with pytest.raises(ValueError, match="'webs' names no two accounts"):
        cells(shelf, parse(TEXT), "webs")
