"""What a channel is told of a scan: what became worse or better in it, by whom it may be seen, and nothing twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from scanner.engine.notified import NotifyTable
from scanner.engine.notifying import KEPT, Night, Notice, choose, merged
from scanner.engine.settings import ConfigError, parse
from scanner.model.change import Action, Attribution, Change, Confidence
from scanner.model.gap import Gap, GapState
from scanner.model.resource import Coverage
from tests.store.nights import ACCOUNT, DENIED, FIRST, REGION, finding

OTHER = "444455556666"
NIGHT = Night("s2", FIRST, complete=True, names={ACCOUNT: "phi", OTHER: "spare"}, seals={ACCOUNT: "aa", OTHER: "bb"})


def table(**given: Any) -> NotifyTable:
    return NotifyTable(**{"url": "json://127.0.0.1", **given})


def told(*findings: Any, before: dict[str, str] | None = None, night: Night = NIGHT, **given: Any) -> Notice | None:
    return choose(table(**given), replace(night, findings=findings, before=before or {}))


def events(notice: Notice | None) -> list[tuple[str, str]]:
    return [(item.event, item.name) for item in notice.items] if notice else []


def test_what_became_of_findings_is_told_and_what_stood_before_is_not() -> None:
    grave = finding("FAIL", "grave", status="still", severity="critical")
    lighter = finding("FAIL", "lighter", status="still", severity="low")
    hidden, hidden_before = (finding("FAIL", name, status="unseen", missing=(DENIED,)) for name in ("hidden", "long"))
    notice = told(
        finding("FAIL", "new"), finding("FAIL", "back", status="reopened"), finding("FAIL", "old", status="still"),
        finding("PASS", "fine"), finding("SKIP", "gone", status="resolved"), grave, lighter, hidden, hidden_before,
        finding("FAIL", "taken", acceptance={"until": "2030-01-01"}), finding("FAIL", "advice", category="advisory"),
        finding("UNKNOWN", "dark", missing=(DENIED,)), finding("UNKNOWN", "dark before", status="still"),
        finding("ERROR", "broken"),
        before={grave.fingerprint: "high", lighter.fingerprint: "high", hidden.fingerprint: "medium"},
    )  # fmt: skip
    assert notice is not None
    assert events(notice) == [
        ("new", "back"), ("new", "new"), ("worse", "grave"), ("unassessed", ""), ("unassessed", "kms.ListKeys"),
        ("resolved", "gone"),
    ]  # fmt: skip
    (denied,) = [item for item in notice.items if item.name == "kms.ListKeys"]
    assert (denied.count, denied.message) == (2, "AccessDenied; allow kms:ListKeys")
    assert notice.counts["new"] == {"medium": 2}
    assert notice.counts["unassessed"] == {"medium": 3}
    assert (notice.worst, notice.scans) == ("critical", ("s2",))


def test_no_evidence_and_no_text_of_an_error_comes_to_rest_in_a_notice() -> None:
    gap = Gap("kms.ListKeys", "kms:ListKeys", "AccessDenied", "hunter2 in the message", GapState.DENIED)
    change = Change(account=ACCOUNT, region=REGION, kind="K", resource="arn", key="k1", name="k1", path="env[PASSWORD]",
                    action=Action.CHANGED, before="hunter2", after="hunter3", severity="high")  # fmt: skip
    notice = choose(
        table(on=("new", "unassessed", "drift")),
        replace(NIGHT, findings=[finding("UNKNOWN", missing=(gap,)), finding("FAIL", "k2")], changes=[change]),
    )
    assert [event for event, _ in events(notice)] == ["new", "unassessed", "drift"]
    assert "hunter" not in msgspec.json.encode(notice).decode()
    assert "turn.KeyRotationEnabled" not in msgspec.json.encode(notice).decode()


def test_a_tunnel_that_goes_down_is_its_own_event_and_a_new_failure_for_who_asks_for_those_alone() -> None:
    down = finding("FAIL", "vpn-1", rule="vpn_both_tunnels_up", severity="high")
    both = finding("FAIL", "vpn-2", rule="vpn_both_tunnels_up", severity="critical", status="still")
    assert events(told(down, both, before={both.fingerprint: "high"})) == [
        ("tunnel_down", "vpn-2"),
        ("tunnel_down", "vpn-1"),
    ]
    assert events(told(down, both, before={both.fingerprint: "high"}, on=("new",))) == [("new", "vpn-1")]
    assert told(both) is None, "it was down before"


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ({}, ["a", "b", "c"]),
        ({"severity": "high"}, ["a"]),
        ({"accounts": ("spare",)}, ["c"]),
        ({"accounts": (ACCOUNT,)}, ["a", "b"]),
        ({"owner": "ops"}, ["a"]),
        ({"owner": "team=ops"}, ["b"]),
        ({"accounts": ("nowhere",)}, []),
        ({"on": ("resolved",)}, []),
    ],
)
def test_a_channel_is_told_of_its_own_alone(given: dict[str, Any], names: list[str]) -> None:
    notice = told(
        finding("FAIL", "a", severity="high", tags={"Owner": "ops"}), finding("FAIL", "b", tags={"team": "ops"}),
        finding("FAIL", "c", account=OTHER, tags={}), **given,
    )  # fmt: skip
    assert [name for _, name in events(notice)] == names
    assert (notice is None) == (not names)
    if notice and "accounts" in given:
        assert notice.seals.keys() == notice.accounts.keys() == {item.account for item in notice.items}


def test_of_what_nobody_knows_the_owner_only_the_number_is_told() -> None:
    notice = told(finding("FAIL", "a", tags=None), finding("FAIL", "b", tags={"owner": "dev"}), owner="ops")
    assert notice is not None
    assert (notice.items, notice.unowned) == ((), 1)


def test_nothing_is_told_where_nothing_happened_unless_always() -> None:
    assert told(finding("PASS")) is None
    notice = told(finding("PASS"), always=True)
    assert notice is not None
    assert (notice.counts, notice.seals) == ({}, {ACCOUNT: "aa", OTHER: "bb"})


def test_a_call_that_is_answered_no_more_is_told_once_for_all_its_checks() -> None:
    hole = Coverage(ACCOUNT, REGION, "K", "turn", DENIED.call, "denied", error="AccessDenied",
                    permission="kms:ListKeys")  # fmt: skip
    night = replace(NIGHT, holes=[hole, msgspec.structs.replace(hole, region="us-west-2")])
    notice = told(finding("UNKNOWN", missing=(DENIED,)), finding("UNKNOWN", "k2", missing=(DENIED,)), night=night)
    assert notice is not None
    assert notice.counts == {"unassessed": {"medium": 2}}
    alone = told(night=night)
    assert alone is not None
    assert [(item.name, item.severity, item.count) for item in alone.items] == [("kms.ListKeys", "high", 1)]


def test_changes_are_told_to_who_asks_with_who_made_them_and_without_values() -> None:
    made = Attribution(confidence=Confidence.HIGH, actor="arn:aws:iam::1:user/ann", channel="console")
    change = Change(
        account=ACCOUNT, region=REGION, kind="AWS::EC2::SecurityGroup", resource="arn:sg", key="sg-1", name="web",
        action=Action.ADDED, path="ingress[tcp/22]", severity="high", attribution=made,
    )  # fmt: skip
    unseen = msgspec.structs.replace(change, action=Action.UNSEEN)
    night = replace(NIGHT, changes=[change, unseen, msgspec.structs.replace(change, severity="low", key="sg-2")])
    assert told(night=night) is None
    notice = told(night=night, on=("drift",), severity="medium")
    assert notice is not None
    assert [item.message for item in notice.items] == ["ingress[tcp/22] added by ann (console)"]


def test_all_are_counted_and_the_worst_are_named() -> None:
    many = [finding("FAIL", f"k{number:03}", severity="critical" if number == 7 else "low") for number in range(150)]
    notice = told(*many)
    assert notice is not None
    assert (notice.total("new"), len(notice.items), notice.items[0].name) == (150, KEPT, "k007")


def test_of_several_nights_the_newest_word_on_each_thing_holds() -> None:
    came, stays = finding("FAIL", "came"), finding("FAIL", "stays")
    first = told(came, stays)
    later = replace(NIGHT, scan="s3", as_of=FIRST + timedelta(days=1), complete=False, seals={ACCOUNT: "cc"})
    second = told(msgspec.structs.replace(came, status="resolved"), night=later)
    assert first is not None
    assert second is not None
    both = merged([first, second])
    assert events(both) == [("new", "stays"), ("resolved", "came")]
    assert both.counts == {"new": {"medium": 1}, "resolved": {"medium": 1}}
    assert (both.scans, both.complete, both.seals) == (("s2", "s3"), False, {ACCOUNT: "cc", OTHER: "bb"})
    crowd = told(*(finding("FAIL", f"k{number}") for number in range(150)))
    assert crowd is not None
    assert merged([crowd, second]).counts["new"] == {"medium": 150}, "what is not named is counted all the same"


def test_a_digest_is_due_once_a_day_or_week_of_utc() -> None:
    sunday = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)
    monday = sunday + timedelta(hours=1)
    assert all(table(digest=digest).due(sunday, None) for digest in ("scan", "daily", "weekly"))
    assert [table(digest=digest).due(sunday, sunday) for digest in ("scan", "daily", "weekly")] == [True, False, False]
    assert [table(digest=digest).due(monday, sunday) for digest in ("daily", "weekly")] == [True, True]
    assert not table(digest="weekly").due(monday + timedelta(days=6), monday)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[notify.ops]\non = ["new"]', "line 1, notify.ops: give either `url`, or `url_env`"),
        ('[notify.ops]\nurl = "json://h"\nurl_env = "X"', "line 1, notify.ops: give either `url`, or `url_env`"),
        ('[notify]\nops = "slack://hunter2"', "line 2, notify.ops: give each channel a table of its own"),
        ('[notify.ops]\nurl = ["slack://hunter2"]', "line 2, notify.ops.url: input should be a valid string"),
        ('[notify.ops]\nurl = "hunter2"', "line 2, notify.ops.url: this is no URL"),
        ('[notify.ops]\nurl = "sns://hunter2/x"', "notify.ops.url: sns: would write to AWS by keys of its own"),
        ('[notify.ops]\nurl = "SES://hunter2/x"', "notify.ops.url: ses: would write to AWS by keys of its own"),
        ('[notify.ops]\nurl = "arn:aws:sqs:x"', "notify.ops.url: this is no ARN of an SNS topic"),
        ('[notify.ops]\nurl_env = "slack://hunter2"', "notify.ops.url_env: this is no name of an environment variable"),
        ('[notify.ops]\nurl = "json://h"\non = ["nwe"]', "line 3, notify.ops.on.0: input should be 'new', 'worse'"),
        ('[notify.ops]\nurl = "json://h"\nowner = "team="', "line 3, notify.ops.owner: give the value of the tag"),
        ('[notify.ops]\nurl = "json://h"\nurls = 1', "line 3, notify.ops.urls: there is no such key; known here: acc"),
        ('[notify."a b"]\nurl = "json://h"', "'a b' is no name of a channel"),
    ],
)
def test_a_mistake_is_said_with_its_place_and_without_the_url(text: str, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert str(caught.value).startswith("config.toml, line ")
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_url_is_not_shown_with_the_table() -> None:
    config = parse('[notify.ops]\nurl = "slack://hunter2"')
    assert config.notify["ops"].url == "slack://hunter2"
    assert "hunter2" not in repr(config)
