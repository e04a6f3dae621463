"""Stores of several nights for the tests of `phiward drift`: keys, and anything else, in accounts of our choice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from scanner.cli import run
from scanner.cli.scanning import make_judge
from scanner.kinds.canon import version
from scanner.model.resource import Coverage, Resource, Snapshot
from scanner.store import ScanInfo
from tests.cli.nights import ACCOUNT, FIRST, KEY, REGION, RULE, key, scan_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pytest

    from scanner.cli.wire import Wiring
    from scanner.model.finding import Finding

OTHER = "444455556666"
NAMES = {ACCOUNT: "phi-cluster", OTHER: "phi-spare"}


def keys(rotating: Mapping[str, bool | None], account: str = ACCOUNT) -> list[Resource]:
    """Make keys of an account."""
    found = [key(name, rotates) for name, rotates in rotating.items()]
    for each in found:
        for section in each.sections.values():
            for name in {"KeyArn", "Arn"} & set(section.doc or ()):
                section.doc[name] = section.doc[name].replace(ACCOUNT, account)
        each.account, each.arn = account, each.arn.replace(ACCOUNT, account)
    return found


def listing(kind: str, account: str, state: str = "ok") -> Coverage:
    """Say how the listing of a kind was answered."""
    gap: dict[str, Any] = {} if state == "ok" else {"error": "AccessDenied", "permission": "kms:ListKeys"}
    return Coverage(account, REGION, kind, "key", "kms.ListKeys", state, listing=True, asked=1, **gap)


def night(
    wiring: Wiring, number: int, resources: Sequence[Resource], *, accounts: Sequence[str] = (ACCOUNT,),
    denied: Sequence[str] = (), kinds: Sequence[str] = (KEY,), judged: bool = True,
) -> list[Finding]:  # fmt: skip
    """Store a night of some accounts; the listings of those in `denied` were refused."""
    as_of = FIRST + timedelta(days=number)
    info = ScanInfo(
        id=scan_id(number), started=as_of, as_of=as_of, kinds=tuple(kinds), rules=(RULE,) if judged else (),
        targets=tuple((account, REGION) for account in accounts), names={each: NAMES[each] for each in accounts},
        versions={"phiward": "0.1.0", "normaliser": version()},
    )  # fmt: skip
    coverage = [
        listing(kind, account, "denied" if account in denied else "ok") for account in accounts for kind in kinds
    ]
    there = [each for each in resources if each.account not in denied]
    judge = replace(make_judge(wiring, wiring.rules(ids=[RULE])), remedy=None)
    snapshot = Snapshot(info.id, as_of, resources=there, coverage=coverage)
    with wiring.store() as store:
        store.begin(info)
        for account in accounts:
            store.add(
                info.id, account, REGION, [each for each in there if each.account == account],
                [entry for entry in coverage if entry.account == account],
            )  # fmt: skip
        found = list(judge.findings(snapshot)) if judged else []
        return store.finish(info.id, found, finished=as_of + timedelta(minutes=3))


def drift(capsys: pytest.CaptureFixture[str], *more: str, code: int | None = None) -> dict[str, Any]:
    """Ask for drift as one JSON document; nothing else may be on standard output."""
    capsys.readouterr()
    given = run(["drift", "--format", "json", *more])
    said = capsys.readouterr()
    assert code is None or given == code, said.err
    found: dict[str, Any] = json.loads(said.out)
    assert found["schema"] == "phiward/1"
    return found


def complaint(capsys: pytest.CaptureFixture[str], *more: str) -> str:
    """Ask for drift in a way that is a mistake; give the one line that says so."""
    capsys.readouterr()
    given = run(["drift", *more])
    said = capsys.readouterr()
    assert (given, said.out, said.err.count("\n")) == (2, "", 1), said
    return said.err


def told(document: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give what changed: the name, what happened, where."""
    return sorted((each["name"], each["action"], each["path"]) for each in document["changes"])
