"""Fourteen nights of the demo, scanned for what they touch: each change is told once, by whom, and noise never.

Set PHIWARD_GOLDEN=1 to write `told.json` anew, and read its difference.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions
from scanner.cli.attributing import after_scan
from scanner.cli.data import chosen_scan
from scanner.cli.drifting import Asked, drift_view, previous
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import CHANGES, LAST_NIGHT, DemoServer, Organisation, pass_night, seed
from scanner.demo.actors import ACTORS
from scanner.demo.changes import QUIET
from scanner.model.change import Change, Confidence
from scanner.model.finding import Finding, Verdict

pytestmark = pytest.mark.long

TOLD = Path(__file__).with_name("told.json")
RULES = sorted({rule for change in CHANGES for rule in change.verdicts})
HEALTH = frozenset({"VgwTelemetry"})
"""What is health and no configuration: rules judge it, drift does not tell it."""


@dataclass(frozen=True)
class Night:
    """What one night's scan found: the changes since the night before, what was left out, the verdicts."""

    changes: Sequence[Change]
    reasons: frozenset[str]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Fortnight:
    """The organisation and its nights; night 0 is the first scan."""

    organisation: Organisation
    nights: Sequence[Night]

    def told(self) -> dict[str, list[str]]:
        """Write the changes of each night as lines."""
        names = {number: name for name, number in self.organisation.accounts.items()}
        return {
            str(night): sorted(_line(change, names[change.account]) for change in self.nights[night].changes)
            for night in range(1, LAST_NIGHT + 1)
        }


def _line(change: Change, account: str) -> str:
    who = change.attribution
    by = f"{who.who} {who.channel} {who.event} {who.confidence}" if who and who.event else "nobody is named"
    kind = change.kind.removeprefix("AWS::")
    name = change.name if not change.name.startswith("arn:") else change.name.split("/", 1)[-1].split("/")[0]
    return f"{change.severity} {account} {kind} {name} {change.path or '(itself)'} {change.action} by {by}"


def _touched(night: int) -> tuple[str, ...]:
    """Name the accounts that somebody changes in a night; all of them (none named) at first and in quiet nights."""
    return tuple(sorted({change.account for change in CHANGES if change.night == night}))


@pytest.fixture(scope="module")
def fortnight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fortnight]:
    url = f"sqlite:///{tmp_path_factory.mktemp('fortnight')}/phiward.db"
    with pytest.MonkeyPatch.context() as patch, DemoServer() as server:
        made = seed(server)
        for name, value in made.environment().items():
            patch.setenv(name, value)
        folder = tmp_path_factory.mktemp("config")
        (folder / "config.toml").write_text(made.config_toml(url))
        wiring = Wiring.find(folder / "config.toml")
        with wiring.store() as store:
            nights = []
            for number in range(LAST_NIGHT + 1):
                if number:
                    pass_night(made, number)
                sessions = Sessions()
                wanted = Wanted(accounts=_touched(number), rules=RULES, regions=("us-east-1",))
                result = run_scan(wiring, wanted, sessions, store=store, clock=Clock(server.clock))
                info = chosen_scan(store, result.scan)
                assert not after_scan(wiring, store, info, sessions, result.targets, Limits())
                older = previous(store, info)
                view = drift_view(wiring, store, older, info, Asked(show_suppressed=True)) if older else None
                reasons = frozenset(each.reason for each in view.suppressed) if view else frozenset()
                nights.append(Night(tuple(view.changes) if view else (), reasons, result.findings))
        yield Fortnight(made, nights)


def test_each_change_is_told_as_it_was_made(fortnight: Fortnight) -> None:
    """The table was read by hand: every line is a change that somebody made, or what came of it."""
    told = fortnight.told()
    if os.environ.get("PHIWARD_GOLDEN"):
        TOLD.write_text(json.dumps(told, indent=1) + "\n")
    assert told == json.loads(TOLD.read_text())


@pytest.mark.parametrize("night", sorted(QUIET))
def test_a_night_of_noise_alone_tells_nothing(fortnight: Fortnight, night: int) -> None:
    assert fortnight.nights[night].changes == ()
    assert len(fortnight.nights[night].reasons) >= 3


def _lines(fortnight: Fortnight, change: Any) -> list[Change]:
    number = fortnight.organisation.accounts[change.account]
    return [
        each
        for each in fortnight.nights[change.night].changes
        if each.account == number
        and ((change.told or change.name) in each.resource or (change.told or change.name) in each.name)
        and (each.path.endswith(change.path) if change.path else not each.path)
    ]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: f"{change.night}: {change.what}")
def test_a_change_is_told_once_at_its_severity_with_its_actor(fortnight: Fortnight, change: Any) -> None:
    if change.path in HEALTH:
        assert _lines(fortnight, change) == []
        return
    (told,) = _lines(fortnight, change)
    assert told.severity == change.severity
    assert told.direction in {"", change.effect}
    actor, who = ACTORS[change.actor], told.attribution
    assert who is not None
    assert who.confidence in {Confidence.MEDIUM, Confidence.HIGH}, who
    assert (who.session or who.who) == (actor.session or actor.user)
    assert who.channel == actor.channel
    assert who.source_ip == actor.address


def test_nights_turn_the_verdicts_that_their_table_says(fortnight: Fortnight) -> None:
    wrong = {}
    for change in CHANGES:
        for rule, verdict in change.verdicts.items():
            number = fortnight.organisation.accounts[change.account]
            seen = {
                finding.verdict
                for finding in fortnight.nights[change.night].findings
                if finding.rule == rule
                and finding.account == number
                and (change.place in finding.name or change.place in finding.resource)
            }
            if seen - {Verdict.SKIP} != (set() if verdict is None else {Verdict(verdict)}):
                wrong[change.night, rule, change.name] = seen
    assert wrong == {}
