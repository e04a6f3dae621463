"""The order in which steps are carried out, how findings stand, and what steps stand on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from remediation.custodian import Custodian
from remediation.hands import Hands, StepError
from remediation.journal import Journal
from remediation.standing import Standing
from remediation.world import holds, rounds, state_of, worsened
from scanner.model.finding import Evidence, Finding, Verdict
from scanner.model.plan import Mended, Plan, PlanError, Read, Step, WriteCall
from scanner.store import Store

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
ARN = "arn:aws:s3:::{}"


def step(id: str, rule: str = "r", on: str = "x", follows: Sequence[str] = (), **given: Any) -> Step:
    mended = Mended(f"{rule}-{on}", rule, rule, "low", "", "", (Read("size", 1), Read("limit", 9, ARN.format("other"))))
    fixed: dict[str, Any] = {"form": "direct", "account": "1", "region": "us-east-1", "kind": "K", "severity": "low"}
    return Step(
        id=id, resource=ARN.format(on), name=on, resources=(ARN.format(on),), title=rule, mends=(mended,),
        follows=tuple(follows), **fixed | given,
    )  # fmt: skip


def finding(verdict: Verdict, rule: str = "r", on: str = "x", part: str = "", **given: Any) -> Finding:
    fixed = {"title": "", "severity": "low", "category": "security", "kind": "K", "key": on, "name": on}
    return Finding(
        fingerprint=f"{rule}-{on}{part}", rule=rule, verdict=verdict, part=part,
        **{**fixed, "resource": ARN.format(on), "account": "1", "region": "us-east-1"} | given,
    )  # fmt: skip


def by_print(*findings: Finding) -> dict[str, Finding]:
    return {each.fingerprint: each for each in findings}


def plan(*steps: Step) -> Plan:
    return Plan(
        id="p", scan="s", as_of="", made_at="", phiward="", accounts={}, chosen={}, left_out={}, steps=tuple(steps)
    )  # fmt: skip


def ids(waves: Sequence[Sequence[Step]]) -> list[str]:
    return ["".join(each.id for each in wave) for wave in waves]


def test_no_two_in_a_round_touch_the_same_and_none_overtakes_what_it_follows() -> None:
    steps = [step("a", on="x"), step("b", on="x"), step("c", on="y"), step("d", on="z", follows=["b"])]
    assert ids(rounds(steps)) == ["ac", "b", "d"]
    assert ids(rounds(steps, 1)) == ["a", "b", "c", "d"]
    elsewhere = step("e", on="x", account="2")
    assert ids(rounds([*steps[:2], elsewhere])) == ["ae", "b"]


def test_of_each_rule_a_canary_comes_first() -> None:
    steps = [step("a", "r", "1"), step("b", "r", "2"), step("c", "s", "3"), step("d", "s", "4"), step("e", "r", "5")]
    assert ids(rounds(steps, canary=True)) == ["ac", "bde"]
    assert ids(rounds(steps, 2, canary=True)) == ["ac", "bd", "e"]


def test_a_canary_does_not_overtake_what_it_follows() -> None:
    steps = [step("a", "r", "1"), step("b", "r", "2"), step("c", "s", "2", ["b"]), step("d", "s", "3", ["b"])]
    assert ids(rounds(steps, canary=True)) == ["a", "b", "c", "d"]
    ring = [step("a", "r", "1", ["b"]), step("b", "s", "2", ["a"])]
    assert sorted("".join(ids(rounds(ring, canary=True)))) == ["a", "b"], "none is lost in a ring"


@pytest.mark.parametrize(
    ("findings", "state"),
    [
        ([finding(Verdict.FAIL)], "fails"),
        ([finding(Verdict.PASS)], "passes"),
        ([finding(Verdict.SKIP)], "skips"),
        ([finding(Verdict.SKIP, part="one"), finding(Verdict.PASS, part="other")], "passes"),
        ([finding(Verdict.UNKNOWN)], "unknown"),
        ([finding(Verdict.ERROR)], "unknown"),
        ([finding(Verdict.FAIL, part="another")], "passes"),
        ([finding(Verdict.UNKNOWN, part="another")], "passes"),
        ([finding(Verdict.FAIL, on="y")], "gone"),
        ([finding(Verdict.PASS, account="2")], "gone"),
        ([], "gone"),
        ([finding(Verdict.UNKNOWN, on="", part="listing", resource="K/*")], "unknown"),
        ([finding(Verdict.UNKNOWN, on="", part="listing", resource="K/*", region="global")], "unknown"),
        ([finding(Verdict.UNKNOWN, on="", part="listing", resource="K/*", region="eu-west-1")], "gone"),
        ([finding(Verdict.UNKNOWN, on="", part="listing", resource="Other/*")], "gone"),
    ],
)  # fmt: skip
def test_how_a_finding_stands(findings: list[Finding], state: str) -> None:
    one = step("a")
    assert state_of(one.mends[0], by_print(*findings), one) == state


def test_what_vanished_is_mended_only_where_the_step_takes_it_away() -> None:
    takes = step("a", writes=(WriteCall("ec2.DeleteFlowLogs", {"FlowLogIds": ["x"]}, "us-east-1"),))
    stays = step("b", writes=(WriteCall("ec2.CreateFlowLogs", {}, "us-east-1"),))
    states = ("passes", "gone", "skips", "fails", "unknown")
    assert [holds(each, takes) for each in states] == [True, True, False, False, False]
    assert [holds(each, stays) for each in states] == [True, False, False, False, False]


def test_worse_is_a_new_failure_or_what_can_no_longer_be_said() -> None:
    before = by_print(finding(Verdict.PASS), finding(Verdict.FAIL, on="y"))
    after = by_print(finding(Verdict.UNKNOWN), finding(Verdict.FAIL, on="y"), finding(Verdict.FAIL, on="z"))
    assert [each.name for each in worsened(before, after)] == ["x", "z"]
    assert worsened(after, before) == []


class Silent:
    """A journal that keeps nothing."""

    def note(self, *_: object, **__: object) -> None:
        """Keep nothing."""


def seen(verdict: Verdict, size: int, limit: int = 9, **given: Any) -> dict[str, Finding]:
    evidence = (Evidence("size", size, ""), Evidence("limit", limit, "", resource=ARN.format("other")))
    return by_print(finding(verdict, evidence=evidence, **given))


def test_what_our_own_steps_changed_is_no_drift_and_what_had_drifted_stays_one() -> None:
    waiting, ours = step("b"), step("a", "s", on="other")
    quiet: Any = Silent()
    standing = Standing.of(plan(ours, waiting), [])
    assert standing.sharing([ours]) == [waiting], "it reads what ours touches"
    assert not standing.drift(waiting, seen(Verdict.FAIL, 1))
    standing.rebase([ours], seen(Verdict.FAIL, 1), seen(Verdict.FAIL, 1, limit=5), quiet)
    assert not standing.drift(waiting, seen(Verdict.FAIL, 1, limit=5))
    assert standing.drift(waiting, seen(Verdict.FAIL, 1)) == "limit is 9, was 5"
    standing.rebase([ours], seen(Verdict.FAIL, 2, limit=5), seen(Verdict.FAIL, 3, limit=5), quiet)
    assert standing.drift(waiting, seen(Verdict.FAIL, 3, limit=5)) == "size is 3, was 1"
    assert standing.drift(waiting, seen(Verdict.PASS, 1, limit=5)) == "r passes now"
    assert standing.drift(waiting, by_print(finding(Verdict.FAIL))) == "size was not read this time"


def test_what_a_step_left_is_known_again_from_the_journal() -> None:
    one = step("a")
    with Store.open("sqlite://") as store:
        journal = Journal(store, plan(one), lambda: NOW)
        standing = Standing.of(journal.plan, journal.entries)
        standing.leave(one, seen(Verdict.PASS, 7), journal)
        journal.refresh()
        again = Standing.of(journal.plan, journal.entries)
    assert again == standing
    assert not again.changed(one, seen(Verdict.PASS, 7, limit=1)), "what it did not set is not its own"
    assert again.changed(one, seen(Verdict.PASS, 8)) == "size is 8, was 7"
    assert again.is_back(one, seen(Verdict.PASS, 1))
    assert not again.is_back(one, seen(Verdict.PASS, 7))


def test_how_far_a_step_is() -> None:
    one = step("a")
    with Store.open("sqlite://") as store:
        journal = Journal(store, plan(one), lambda: NOW)
        told = []
        for event, number in (
            ("step began", 0), ("call began", 0), ("call ended", 0), ("call began", 1), ("step failed", 0),
            ("step began", 0), ("call began", 1), ("undo began", 0), ("undo call began", 0), ("undo began", 0),
            ("undo ended", 0),
        ):  # fmt: skip
            journal.note(event, "a", number=number)
            state = journal.state("a")
            told.append((state.state, state.began, state.calls))
        assert told == [
            ("open", 0, 0), ("open", 1, 0), ("open", 1, 1), ("open", 2, 1), ("open", 2, 1), ("open", 2, 1),
            ("open", 2, 1), ("undoing", 0, 0), ("undoing", 1, 0), ("undoing", 1, 0), ("undone", 1, 0),
        ]  # fmt: skip
        assert Journal(store, plan(one), lambda: NOW).state("a") == journal.state("a")
        journal.unaltered()
        with pytest.raises(PlanError, match="is not what was carried out"):
            Journal(store, plan(one, step("b")), lambda: NOW).unaltered()


class Client:
    """A service that answers with an error."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.meta = self

    def __getattr__(self, name: str) -> Any:
        def call(**_: object) -> None:
            raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, name)

        return call


class Access:
    """Gives one client, or no credentials."""

    def __init__(self, code: str) -> None:
        self.code = code

    def client(self, *_: str) -> Any:
        return Client(self.code)

    def credentials(self, _account: str) -> dict[str, str]:
        raise ClientError({"Error": {"Code": self.code, "Message": "no"}}, "AssumeRole")


@pytest.mark.parametrize(
    ("operation", "code", "again", "fine"),
    [
        ("logs.CreateLogGroup", "ResourceAlreadyExistsException", True, True),
        ("logs.CreateLogGroup", "ResourceAlreadyExistsException", False, False),
        ("logs.PutRetentionPolicy", "ResourceNotFoundException", True, False),
        ("logs.DeleteLogGroup", "ResourceNotFoundException", True, True),
        ("logs.DeleteLogGroup", "ResourceNotFoundException", False, False),
        ("ec2.RevokeSecurityGroupIngress", "InvalidPermission.NotFound", True, True),
        ("ec2.AuthorizeSecurityGroupIngress", "InvalidPermission.Duplicate", True, True),
        ("s3.DeleteBucketPolicy", "AccessDenied", True, False),
    ],
)  # fmt: skip
def test_a_call_that_was_made_before_is_no_error_when_it_is_made_again(
    operation: str, code: str, again: bool, fine: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("remediation.hands.method", lambda _client, action: action)
    hands = Hands(Access(code), Custodian())
    one = step("a", writes=(WriteCall(operation, {}, "us-east-1"),))
    if fine:
        hands.write(one, one.writes, lambda *_: None, again=again)
    else:
        with pytest.raises(StepError, match=f"{operation} in 1 us-east-1"):
            hands.write(one, one.writes, lambda *_: None, again=again)


def test_credentials_that_are_refused_meanwhile_fail_the_step() -> None:
    hands = Hands(Access("ExpiredToken"), Custodian())
    one = step("a", form="custodian", policy={"name": "p"})
    with pytest.raises(StepError, match="account 1 cannot be entered any more"):
        hands.do(one, lambda *_: None)
