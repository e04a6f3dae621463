"""Accepting that a call stays unanswered: who may say what, what the exit code heeds, and what the reports print."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from reports import pdf
from scanner.cli import run
from scanner.cli.accepting import Words
from scanner.cli.accepting_gaps import accept_gap, gaps_of
from scanner.cli.data import chosen_scan, report_data
from scanner.cli.verifying import verify_report
from scanner.cli.wire import Clock, Wiring
from scanner.engine.accepted_gaps import GapAcceptance, Gaps
from scanner.model.exits import CLEAN, INCOMPLETE
from scanner.model.finding import Verdict
from scanner.run import exit_code
from tests.cli.drift_nights import OTHER, keys, listing, night
from tests.cli.nights import ACCOUNT, DENIED, FIRST, KEY, RULE, scan_id
from tests.cli.remedying import lead

if TYPE_CHECKING:
    from pathlib import Path

    from scanner.demo import DemoServer
    from scanner.model.finding import Finding

CALL = "kms.ListKeys"
WHY = "the role comes in spring"
WARD = "300000000900"
CONFIG = f'[aws]\nregions = ["us-east-1"]\nrole = "Audit"\n[accounts."{WARD}"]\nname = "ward"\n'
SAID = ["--reason", WHY, "--owner", "ops", "--by", "ciso"]
NAMED = ["--account", "phi-cluster"]
LONG = ["--until", "2999-12-31"]


def words(until: str) -> Words:
    return Words(WHY, "ops", until, "ciso")


def accepted(wiring: Wiring, until: str, after: int = 0, account: str = ACCOUNT, call: str = CALL) -> None:
    """Accept at noon after a night."""
    accept_gap(wiring, call, account, words(until), Clock(FIRST + timedelta(days=after, hours=10)))


def code(wiring: Wiring, number: int, found: list[Finding]) -> int:
    with wiring.store() as store:
        counted = gaps_of(wiring, store, chosen_scan(store, scan_id(number))).counted(found)
        return exit_code(counted, "low")


def blind(wiring: Wiring, number: int, **more: Any) -> list[Finding]:
    found = night(wiring, number, [], denied=[ACCOUNT], **more)
    return [each for each in found if each.verdict is Verdict.UNKNOWN]


# ---- the exit code ----


def test_what_hangs_on_an_accepted_gap_alone_ends_no_scan_with_3_and_stays_unknown(bare: Wiring) -> None:
    assert code(bare, 0, blind(bare, 0)) == INCOMPLETE
    night(bare, 1, keys({"a": True}))
    accepted(bare, "2026-11-30", after=1)
    again = blind(bare, 2)
    assert exit_code(again, "low") == INCOMPLETE
    assert code(bare, 2, again) == CLEAN
    with bare.store() as store:
        assert {each.verdict for each in store.findings(scan_id(2))} >= {Verdict.UNKNOWN}


def test_an_accepted_gap_of_a_first_scan_is_heeded(bare: Wiring) -> None:
    night(bare, 0, keys({"a": True}, OTHER), accounts=(OTHER,))
    with bare.store() as store:
        store.accept_gap(CALL, ACCOUNT, reason=WHY, owner="ops", until="2026-11-30", by="ciso", at=FIRST)
    found = blind(bare, 1)
    assert exit_code(found, "low") == INCOMPLETE
    assert code(bare, 1, found) == CLEAN


@pytest.mark.parametrize(("account", "call"), [(OTHER, CALL), (ACCOUNT, DENIED.call)])
def test_another_account_or_call_is_not_accepted(bare: Wiring, account: str, call: str) -> None:
    night(bare, 0, keys({"a": True}, OTHER), accounts=(ACCOUNT, OTHER))
    accepted(bare, "2026-11-30", account=account, call=call)
    assert code(bare, 1, blind(bare, 1)) == INCOMPLETE


def test_two_gaps_need_two_acceptances(bare: Wiring) -> None:
    night(bare, 0, keys({"a": True}))
    found = blind(bare, 1)
    found[0].missing = (*found[0].missing, DENIED)
    accepted(bare, "2026-11-30", after=0)
    assert code(bare, 1, found) == INCOMPLETE
    accepted(bare, "2026-11-30", call=DENIED.call, after=0)
    assert code(bare, 1, found) == CLEAN


def test_what_cannot_be_named_cannot_be_accepted(bare: Wiring) -> None:
    night(bare, 0, keys({"a": True}))
    accepted(bare, "2026-11-30")
    found = blind(bare, 1)
    found[0].missing = ()
    assert code(bare, 1, found) == INCOMPLETE


def test_the_day_after_the_last_it_counts_once_again(bare: Wiring) -> None:
    night(bare, 0, keys({"a": True}))
    accepted(bare, "2026-11-02")
    assert code(bare, 1, blind(bare, 1)) == CLEAN
    over = blind(bare, 2)
    assert [each.status for each in over] == ["still"] * len(over)
    assert code(bare, 2, over) == INCOMPLETE
    assert code(bare, 3, blind(bare, 3)) == CLEAN


def test_a_failure_is_never_covered(bare: Wiring) -> None:
    night(bare, 0, keys({"a": True}))
    accepted(bare, "2026-11-30")
    (found,) = night(bare, 1, keys({"a": False}))
    found.missing = blind(bare, 2)[0].missing
    with bare.store() as store:
        gaps = gaps_of(bare, store, chosen_scan(store))
    assert list(gaps.counted([found])) == [found]


def test_the_gate_takes_no_doubt_for_an_accepted_gap(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": True, "b": None}))
    assert run(["baseline", "approve", "good", "--reason", "as agreed", "--scan", scan_id(0)]) == 0
    found = night(bare, 1, keys({"a": None, "b": None}))
    assert Verdict.UNKNOWN in {each.verdict for each in found}
    ask = ["gate", "--baseline", "good", "--fail-on", "low"]
    assert run(ask) == INCOMPLETE
    accepted(bare, "2026-11-30", call=DENIED.call)
    capsys.readouterr()
    assert run(ask) == CLEAN
    assert "1 no longer assessed, behind gaps that were accepted" in capsys.readouterr().out


def test_what_a_rule_over_accounts_lacks_may_lie_in_any_of_them(bare: Wiring) -> None:
    (found,) = blind(bare, 0)
    seen = [listing(KEY, account, "denied") for account in (ACCOUNT, OTHER)]
    here = GapAcceptance(account=ACCOUNT, call=CALL, reason=WHY, owner="ops", until="2026-11-30", by="ciso", at="")
    there = msgspec.structs.replace(here, account=OTHER)
    assert Gaps([here], coverage=seen).covers(found)
    assert not Gaps([here], across={RULE}, coverage=seen).covers(found)
    assert Gaps([here, there], across={RULE}, coverage=seen).covers(found)


def test_a_real_scan_ends_by_it(
    loopback: DemoServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    lead(monkeypatch, loopback)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.toml").write_text(CONFIG)
    loopback.deny(CALL, WARD)
    scan = ["scan", "--rule", "kms_key_rotation", "--fail-on", "low", "--format", "json", "--store"]
    try:
        assert run([*scan, "one.db"]) == INCOMPLETE
        assert run(["accept-gap", CALL, "--account", "ward", *SAID, *LONG, "--store", "two.db"]) == 0
        capfd.readouterr()
        assert run([*scan, "two.db"]) == CLEAN
    finally:
        loopback.allow()
    document = json.loads(capfd.readouterr().out)
    assert {each["verdict"] for each in document["findings"]} == {"UNKNOWN"}
    assert document["complete"] is False
    assert [each["account"] for each in document["accepted_gaps"]] == [WARD]


# ---- the command ----


@pytest.fixture
def silent(bare: Wiring) -> Wiring:
    night(bare, 0, keys({"a": True}, OTHER), accounts=(ACCOUNT, OTHER), denied=[ACCOUNT])
    return bare


def told(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run(["findings", "--format", "json"]) == 0
    found: list[dict[str, Any]] = json.loads(capsys.readouterr().out)["accepted_gaps"]
    return found


@pytest.mark.parametrize("account", [ACCOUNT, "phi-cluster", "PHI-Cluster"])
@pytest.mark.parametrize("call", [CALL, "KMS.listkeys"])
@pytest.mark.usefixtures("silent")
def test_it_is_kept_shown_and_revoked(capsys: pytest.CaptureFixture[str], account: str, call: str) -> None:
    assert run(["accept-gap", call, "--account", account, *SAID, *LONG]) == 0
    (found,) = told(capsys)
    assert (found["call"], found["account"]) == (CALL, ACCOUNT)
    given = {name: found["acceptance"][name] for name in ("reason", "owner", "by", "until", "expired")}
    assert given == {"reason": WHY, "owner": "ops", "by": "ciso", "until": "2999-12-31", "expired": False}
    assert run(["accept-gap", call, "--account", account, "--revoke", "--reason", "it came"]) == 0
    assert told(capsys) == []
    assert run(["accept-gap", call, "--account", account, "--revoke"]) == 2
    assert "not accepted" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["kms.ListKey", *NAMED, *SAID, *LONG], "did you mean kms.ListKeys"),
        (["kms:ListKeys", *NAMED, *SAID, *LONG], "did you mean kms.ListKeys"),
        (["nonsense", *NAMED, *SAID, *LONG], "write it as the report does"),
        ([CALL, *SAID, *LONG], "--account"),
        ([CALL, "--account", "phi-other", *SAID, *LONG], "known: phi-cluster (111122223333), phi-spare (444455556666)"),
        ([CALL, *NAMED, *LONG], "--reason, --owner"),
        ([CALL, *NAMED, *SAID], "--until"),
        ([CALL, *NAMED, *SAID, "--until", "soon"], "it is no day"),
        ([CALL, *NAMED, *SAID, "--until", "2020-01-31"], "not in the future"),
    ],
)
@pytest.mark.usefixtures("silent")
def test_a_mistake_is_one_line_and_keeps_nothing(
    capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert run(["accept-gap", *given]) == 2
    error = capsys.readouterr().err
    assert said in " ".join(error.split())
    assert "Traceback" not in error
    assert told(capsys) == []


def test_today_is_not_in_the_future(silent: Wiring) -> None:
    with pytest.raises(ValueError, match="not in the future"):
        accepted(silent, "2026-11-01")
    accepted(silent, "2026-11-02")


# ---- what is printed ----


@pytest.mark.parametrize(("day", "state"), [(1, "in force"), (2, "lapsed: this day is past")])
def test_the_three_forms_print_who_why_and_until(
    silent: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str], day: int, state: str
) -> None:
    accepted(silent, "2026-11-02")
    accepted(silent, "2026-11-30", account=OTHER)
    night(silent, day, keys({"a": True}, OTHER), accounts=(ACCOUNT, OTHER), denied=[ACCOUNT])
    capsys.readouterr()
    assert run(["findings"]) == 0
    table = capsys.readouterr().out
    assert run(["report", "--format", "html", "--out", str(tmp_path / "r.html")]) == 0
    with silent.store() as store:
        paper = pdf.html(report_data(silent, store, chosen_scan(store), format="pdf"))
    for form in (table, (tmp_path / "r.html").read_text(), paper):
        plain = " ".join(form.split())
        assert "Gaps that somebody accepted" in plain
        for each in (CALL, "phi-cluster", "phi-spare", WHY, "ops, recorded by ciso", "2026-11-02", state):
            assert each in plain
        assert "in force; the call was answered in this scan" in plain


def test_without_one_nothing_is_printed(silent: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert run(["findings"]) == 0
    assert "Gaps that somebody accepted" not in capsys.readouterr().out
    with silent.store() as store:
        data = report_data(silent, store, chosen_scan(store), format="pdf")
    assert "Gaps that somebody accepted" not in pdf.html(data)


def test_one_accepted_later_is_none_of_an_older_scan(silent: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    blind(silent, 1)
    accepted(silent, "2026-11-30", after=1)
    for scan, count in ((scan_id(0), 0), (scan_id(1), 1)):
        capsys.readouterr()
        assert run(["findings", "--format", "json", "--scan", scan]) == 0
        assert len(json.loads(capsys.readouterr().out)["accepted_gaps"]) == count


def test_a_report_from_before_is_no_forgery(silent: Wiring, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "r.pdf"
    assert run(["report", "--format", "pdf", "--out", str(out)]) == 0
    accepted(silent, "2026-11-30")
    capsys.readouterr()
    assert verify_report(silent, out) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"accepted gap {CALL} {ACCOUNT}" in said
    assert "what is printed was not compared" in said
