"""What a scan does by itself: it tells, also that it failed, and neither costs it anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scanner.cli import channels, notifying, run
from scanner.cli.output import known_errors
from scanner.store.notifying import Notices
from tests.cli.receivers import Web, at, channel, configure, documents, web
from tests.cli.remedying import lead

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.cli.wire import Wiring
    from scanner.demo import DemoServer

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # apprise loads it


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(channels, "PAUSE", 0.0)
    with web() as here:
        yield here


def test_a_scan_tells_and_a_channel_that_fails_costs_it_nothing(
    bare: Wiring, hook: Web, loopback: DemoServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lead(monkeypatch, loopback)
    configure(
        channel("gone", "json://127.0.0.1:9/"),
        channel("ops", f"json://127.0.0.1:{hook.port}", "always = true"),
    )
    scan = ["scan", "--region", "us-east-1", "--rule", "kms_key_rotation", "--fail-on", "low", "-q"]
    assert run(scan) == 0
    (told,) = documents(hook)
    assert told["title"].startswith("phiward: nothing new")
    assert len(told["seals"]) == 1
    monkeypatch.setattr(Notices, "note", lambda *_, **__: 1 / 0)
    assert run(scan) == 0
    assert capsys.readouterr().err.splitlines() == [
        "phiward: notifications: internal error (ZeroDivisionError); the next run tells it"
    ]


@pytest.mark.usefixtures("bare")
def test_a_scan_that_fails_is_told_once_a_day_and_its_error_stands(
    hook: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure(
        channel("ops", f"json://127.0.0.1:{hook.port}", "digest = 'weekly'"),
        channel("other", f"json://127.0.0.1:{hook.port}", "on = ['new']"),
    )
    at(monkeypatch, 0)
    for _ in range(2):
        assert run(["scan", "--rule", "no_such_rule"]) == 2
        assert "there is no rule 'no_such_rule'" in capsys.readouterr().err
    (told,) = documents(hook)
    assert told["title"] == "phiward: a run failed"
    assert told["failure"].startswith("there is no rule 'no_such_rule'")
    at(monkeypatch, 1)
    assert run(["scan", "--rule", "no_such_rule", "--store", "nowhere/phiward.db"]) == 2
    assert [each["failure"][:10] for each in documents(hook)] == ["nowhere/ph"], "also where nothing can be remembered"


def test_of_an_error_that_is_our_own_nothing_but_its_kind_is_told() -> None:
    assert KeyError not in known_errors()
    assert notifying._line(KeyError("hunter2")) == "internal error (KeyError)"  # noqa: SLF001
