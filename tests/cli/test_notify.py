"""Notifications: real apprise and SNS on loopback; each thing once, nothing secret, and never at a scan's cost."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING

import boto3
import pytest

from scanner.cli import channels, run
from scanner.cli.wire import Wiring
from scanner.engine.notifying import TUNNELS
from scanner.engine.registry import rules
from tests.cli.drift_nights import OTHER, keys, night
from tests.cli.nights import ACCOUNT, REGION, scan_id
from tests.cli.receivers import Mail, Web, at, channel, configure, documents, mail, web
from tests.cli.remedying import lead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.demo import DemoServer

BOTH = (ACCOUNT, OTHER)
SEND = ["notify", "send"]
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise loads it


@pytest.fixture
def hook() -> Iterator[Web]:
    with web() as here:
        yield here


@pytest.fixture
def post() -> Iterator[Mail]:
    with mail() as here:
        yield here


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channels, "PAUSE", 0.0)


@pytest.fixture
def nights(three: Wiring) -> Wiring:
    """Three nights: `a` no longer rotates on the second, `b` not on the third."""
    return three


@pytest.mark.usefixtures("nights")
def test_a_webhook_is_told_once_as_values_with_the_seal(hook: Web, capsys: pytest.CaptureFixture[str]) -> None:
    configure(channel("ops", f"json://robot:hunter2@127.0.0.1:{hook.port}/hook"))
    assert run(SEND) == 0
    (told,) = documents(hook)
    assert told["schema"] == "phiward-notice/1"
    assert told["title"] == "phiward: 1 new (worst: medium), phi-cluster"
    assert [(item["event"], item["name"], item["rule"]) for item in told["items"]] == [("new", "b", "kms_key_rotation")]
    assert told["counts"] == {"new": {"medium": 1}}
    capsys.readouterr()
    assert run(["verify", "--head", told["seals"][ACCOUNT]]) == 0
    assert run(SEND) == 0
    assert hook.take() == [], "it was told"
    assert run([*SEND, "--scan", scan_id(1)]) == 0
    assert [item["name"] for item in documents(hook)[0]["items"]] == ["a"]
    assert "hunter2" not in "".join(capsys.readouterr())


@pytest.mark.usefixtures("nights")
def test_what_does_not_arrive_is_tried_again_at_once_and_then_by_the_next_run(
    hook: Web, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    configure(channel("ops", f"json://robot:hunter2@127.0.0.1:{hook.port}/TOKEN"))
    hook.answers = [500, 200]
    assert run([*SEND, "--scan", scan_id(1)]) == 0
    assert len(hook.take()) == 2
    hook.answers = [503] * (channels.RETRIES + 1)
    capsys.readouterr()
    assert run(SEND) == 3
    error = capsys.readouterr().err
    assert error == "phiward: notify.ops: not told: the service answered HTTP 503; the next run tries again\n"
    assert len(hook.take()) == channels.RETRIES + 1
    assert run([*SEND, "-q"]) == 0
    assert [item["name"] for item in documents(hook)[0]["items"]] == ["b"]
    assert capsys.readouterr().err == ""
    assert "hunter2" not in caplog.text
    assert "TOKEN" not in caplog.text
    assert logging.getLogger("apprise").propagate


@pytest.mark.usefixtures("nights")
def test_who_is_not_there_is_one_line_and_the_others_are_told(hook: Web, capsys: pytest.CaptureFixture[str]) -> None:
    configure(
        channel("gone", "json://robot:hunter2@127.0.0.1:9/"), channel("odd", "slack://hunter2"),
        "[notify.unset]\nurl_env = 'PHIWARD_NO_SUCH'\n", channel("ops", f"json://127.0.0.1:{hook.port}"),
    )  # fmt: skip
    assert run([*SEND, "-q"]) == 3
    why = {
        "gone": "the service could not be reached, refused, or did not answer in time",
        "odd": "apprise does not know this service, or its URL lacks a part; see docs/notifications.md",
        "unset": "the environment variable PHIWARD_NO_SUCH, which url_env names, is not set",
    }
    said = [f"phiward: notify.{name}: not told: {text}; the next run tries again" for name, text in why.items()]
    assert capsys.readouterr().err.splitlines() == said
    assert len(hook.take()) == 1


def test_a_night_is_mailed_as_a_page_in_which_names_do_nothing(
    bare: Wiring, post: Mail, monkeypatch: pytest.MonkeyPatch
) -> None:
    evil = "<!channel> @everyone <script>x</script>\u202e http://evil.example"
    night(bare, 0, keys({evil: False}))
    monkeypatch.setenv("MAIL", f"mailto://127.0.0.1:{post.port}?from=phiward@example.com&to=ops@example.com")
    configure("[notify.mail]\nurl_env = 'MAIL'\n")
    assert run(SEND) == 0
    (mail,) = post.mails
    assert mail["Subject"] == "phiward: 1 new (worst: medium), phi-cluster"
    assert mail["To"] == "ops@example.com"
    page = mail.get_body(("html",))
    assert page is not None
    body = page.get_content()
    assert "‹!channel› ＠everyone ‹script›x‹/script›\\u202e http:∕∕evil.example" in body  # noqa: RUF001
    assert "<script" not in body
    with bare.store() as store:
        assert store.seals()[0].head in body


@pytest.mark.usefixtures("nights")
def test_slack_takes_text_that_calls_nobody(hook: Web, bare: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", f"http://127.0.0.1:{hook.port}/services", raising=True)
    night(bare, 3, keys({"a": False, "b": False, "<!channel> & <@U1|x> <http://evil.example|safe>": False}))
    configure(channel("chat", "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"))
    assert run(SEND) == 0
    (told,) = hook.take()
    (said,) = told["attachments"]
    assert "‹!channel› &amp; ‹＠U1|x› ‹http:∕∕evil.example|safe›" in said["text"]  # noqa: RUF001
    assert told["mrkdwn"] is False
    assert "icon_url" not in told, "nothing is fetched from anywhere"


def test_an_sns_topic_is_published_to_by_who_may_publish(
    nights: Wiring, loopback: DemoServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lead(monkeypatch, loopback)
    role = f"arn:aws:iam::{ACCOUNT}:role/Reader"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    session = boto3.Session(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], REGION)
    topic = session.client("sns").create_topic(Name="phiward")["TopicArn"]
    queue = session.client("sqs").create_queue(QueueName="phiward")["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:phiward"
    session.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    loopback.forget_calls()
    text = f'[aws]\nrole = "PhiwardAudit"\n[accounts."{ACCOUNT}"]\n{channel("topic", topic)}'
    configure(text)
    assert run([*SEND, "-q"]) == 3
    assert "nobody may write: name in config.toml under [publish]" in capsys.readouterr().err
    assert "Publish" not in {call.operation for call in loopback.calls()}
    configure(text, '[publish]\nrole = "PhiwardPublish"\n')
    assert run(SEND) == 0
    (told,) = session.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(told["Body"])
    assert body["Subject"] == "phiward: 1 new (worst: medium), phi-cluster"
    assert "kms_key_rotation" in body["Message"]


@pytest.mark.usefixtures("nights")
def test_a_dry_run_shows_and_notes_nothing(hook: Web, capsys: pytest.CaptureFixture[str]) -> None:
    configure(
        channel("ops", f"json://127.0.0.1:{hook.port}"),
        channel("calm", f"json://127.0.0.1:{hook.port}", "severity = 'critical'"),
    )
    for _ in range(2):
        assert run([*SEND, "--dry-run"]) == 0
        said = capsys.readouterr().out
        assert "== notify.ops: phiward: 1 new (worst: medium), phi-cluster" in said
        assert "- medium, phi-cluster us-east-1, b: " in said
        assert "== notify.calm: nothing" in said
    assert hook.take() == []


@pytest.mark.usefixtures("bare")
def test_a_test_message_is_sent_whatever_was_found(hook: Web, capsys: pytest.CaptureFixture[str]) -> None:
    configure(channel("ops", f"json://127.0.0.1:{hook.port}", "format = 'markdown'"))
    assert run(["notify", "test", "ops"]) == 0
    (told,) = hook.take()
    assert told["title"] == "phiward: a test message"
    assert "the channel works" in told["message"]
    hook.answers = [404] * 3
    assert run(["notify", "test", "ops"]) == 3
    assert "notify.ops: not sent: the service answered HTTP 404" in capsys.readouterr().err
    assert run(["notify", "test", "opps"]) == 2
    assert "there is no channel 'opps' under [notify] in config.toml; known: ops" in capsys.readouterr().err
    configure("")
    assert run(SEND) == 2
    assert "it names no channel" in capsys.readouterr().err


def test_without_apprise_its_channels_say_what_is_needed(
    bare: Wiring, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    configure(channel("ops", "json://127.0.0.1"))
    assert run(["notify", "test", "ops"]) == 3
    said = "[notify.ops] needs apprise, which is not installed: install phiward with its extra,"
    assert said in capsys.readouterr().err


def test_what_hangs_on_an_accepted_gap_is_not_told(bare: Wiring, capsys: pytest.CaptureFixture[str]) -> None:
    night(bare, 0, keys({"a": True}))
    night(bare, 1, keys({"a": None}))
    configure(channel("ops", "json://127.0.0.1:9"))
    assert run([*SEND, "--dry-run"]) == 0
    assert "phi-cluster us-east-1, kms.GetKeyRotationStatus: AccessDenied; allow" in capsys.readouterr().out
    words = ["--reason", "the owner reads it", "--owner", "ann", "--until", "2099-01-01"]
    assert run(["accept-gap", "kms.GetKeyRotationStatus", "--account", ACCOUNT, *words]) == 0
    night(bare, 2, keys({"a": None, "b": None}))
    assert run([*SEND, "--dry-run"]) == 0
    assert "== notify.ops: nothing" in capsys.readouterr().out


def test_the_rules_of_tunnels_are_rules() -> None:
    assert rules().keys() >= TUNNELS


def test_a_digest_waits_for_its_day_and_tells_what_holds_then(
    bare: Wiring, hook: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(channel("ops", f"json://127.0.0.1:{hook.port}", "digest = 'daily'"))
    for number, (moment, here) in enumerate([(0, {"a": False}), (0.2, {"a": False, "b": False}), (0.3, {"b": False})]):
        night(bare, number, keys(here))
        at(monkeypatch, moment)
        assert run(SEND) == 0
    assert [each["scans"] for each in documents(hook)] == [[scan_id(0)]]
    night(bare, 3, keys({"b": False, "c": None}))
    at(monkeypatch, 1)
    assert run(SEND) == 0
    (told,) = documents(hook)
    assert told["scans"] == [scan_id(1), scan_id(2), scan_id(3)]
    assert [(item["event"], item["name"]) for item in told["items"]] == [
        ("new", "b"),
        ("unassessed", "kms.GetKeyRotationStatus"),
        ("resolved", "a"),
    ]


def test_a_scan_whose_end_nobody_told_is_told_with_the_next_one(bare: Wiring, hook: Web) -> None:
    configure(channel("ops", f"json://127.0.0.1:{hook.port}"))
    night(bare, 0, keys({"a": False}))
    assert run(SEND) == 0
    night(bare, 1, keys({"a": False, "b": False}))
    night(bare, 2, keys({"a": False, "b": False}))
    hook.take()
    assert run(SEND) == 0
    (told,) = documents(hook)
    assert (told["scans"], [item["name"] for item in told["items"]]) == ([scan_id(1)], ["b"])


def test_a_channel_sees_its_accounts_alone_and_a_misspelt_one_is_said(
    bare: Wiring, hook: Web, capsys: pytest.CaptureFixture[str]
) -> None:
    night(bare, 0, [*keys({"a": False}), *keys({"c": False}, OTHER)], accounts=BOTH)
    configure(channel("ops", f"json://127.0.0.1:{hook.port}", "accounts = ['phi-spare', 'phi-spaer']"))
    assert run([*SEND, "-q"]) == 0
    (told,) = documents(hook)
    assert [item["name"] for item in told["items"]] == ["c"]
    assert ACCOUNT not in json.dumps(told)
    assert "notify.ops: accounts: no scan ever looked at 'phi-spaer'" in capsys.readouterr().err
