"""CloudTrail delivers late: who made a change is asked again the next night, and kept with the night of the change."""

from __future__ import annotations

from pathlib import Path

import pytest

from scanner.aws.limits import Limits
from scanner.aws.sessions import Sessions
from scanner.cli.attributing import after_scan
from scanner.cli.data import chosen_scan
from scanner.cli.drifting import drift_view, previous
from scanner.cli.scanning import Wanted, run_scan
from scanner.cli.wire import Clock, Wiring
from scanner.demo import DemoServer, Organisation, pass_night, seed
from scanner.model.change import Attribution
from scanner.store import Store

pytestmark = pytest.mark.long

NARROW = Wanted(accounts=("phi-cluster",), regions=("us-east-1",), rules=("sg_no_open_ssh",))
LATE = 24 * 60
"""In minutes: longer than from a change to the scan of its night, shorter than to the next."""


def scan(wiring: Wiring, store: Store, organisation: Organisation) -> str:
    sessions = Sessions()
    clock = Clock(organisation.server.clock)
    result = run_scan(wiring, NARROW, sessions, store=store, clock=clock)
    assert not after_scan(wiring, store, chosen_scan(store, result.scan), sessions, result.targets, Limits())
    return result.scan


def who(wiring: Wiring, store: Store, scan_id: str) -> Attribution:
    """Say who opened SSH to the world in the night of a scan."""
    newer = chosen_scan(store, scan_id)
    older = previous(store, newer)
    assert older is not None
    (change,) = [each for each in drift_view(wiring, store, older, newer).changes if "0.0.0.0/0" in each.path]
    assert change.attribution is not None
    return change.attribution


def test_what_was_not_delivered_is_asked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with DemoServer() as server:
        organisation = seed(server)
        for name, value in organisation.environment().items():
            monkeypatch.setenv(name, value)
        (tmp_path / "config.toml").write_text(organisation.config_toml(str(tmp_path / "phiward.db")))
        wiring = Wiring.find(tmp_path / "config.toml")
        with wiring.store() as store:
            for night in (1, 2):
                pass_night(organisation, night)
            scan(wiring, store, organisation)
            server.happen("trail_lag", minutes=LATE)
            pass_night(organisation, 3)
            opened = scan(wiring, store, organisation)
            assert (who(wiring, store, opened).event, who(wiring, store, opened).confidence) == ("", "none")
            pass_night(organisation, 4)
            scan(wiring, store, organisation)
            found = who(wiring, store, opened)
    assert (found.event, found.session) == ("AuthorizeSecurityGroupIngress", "ana.moreno@example.org")
    assert found.confidence == "high"
