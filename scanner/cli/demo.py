"""`phiward demo`: an AWS of our own, scanned night after night, with reports at the end."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from scanner.cli.data import chosen_scan, report_data
from scanner.cli.output import answer, complain, console
from scanner.cli.scanning import Wanted, progress, run_scan
from scanner.cli.wire import Clock, UsageError, Wiring

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from scanner.demo import DemoServer, Organisation
    from scanner.store import Store

STORE = "phiward.db"


def run_demo(out: Path, *, nights: int, serve: bool, port: int, quiet: bool) -> None:
    """Serve, fill, scan for some nights, and write HTML and PDF.

    Raises:
        UsageError: the demo extra is not installed, or the folder cannot be written.
    """
    from scanner.demo import FIRST_NIGHT, DemoServer, seed

    if find_spec("moto") is None:
        raise UsageError(
            "the demo needs moto: install phiward with the extra `demo`, as in `uv tool install '.[demo,pdf]'`"
        )
    say = console(quiet=quiet, error=False)
    began = time.monotonic()
    _fresh(out)
    with _serving(DemoServer, port) as server:
        say.print(f"an AWS of our own at {server.url}; no real account is touched")
        start = Clock().now() - timedelta(days=nights - 1) if serve else FIRST_NIGHT
        organisation = seed(server, start)
        say.print(f"six accounts filled in {time.monotonic() - began:.0f} s")
        config = out / "config.toml"
        answer(organisation.config_toml(str(out / STORE)), config)
        with _environment(organisation):
            wiring = Wiring.find(config)
            with wiring.store() as store:
                _nights(wiring, store, organisation, nights, say)
                _reports(wiring, store, out, say)
        say.print(f"done in {time.monotonic() - began:.0f} s")
        if serve:
            _keep_serving(organisation, config, say)


@contextmanager
def _serving(make: type[DemoServer], port: int) -> Iterator[DemoServer]:
    try:
        server = make(port=port).__enter__()
    except OSError as error:
        raise UsageError(
            f"the demo's AWS does not come up: {error}; choose another --port, or 0 for a free one"
        ) from error
    try:
        yield server
    finally:
        server.close()


def _fresh(out: Path) -> None:
    """Start with an empty history; a folder that holds another's files is left alone."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in (STORE, f"{STORE}-wal", f"{STORE}-shm"):
            (out / name).unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written ({error.strerror}); name another folder with --out") from error


@contextmanager
def _environment(organisation: Organisation) -> Iterator[None]:
    """Let boto3's chain find the demo and nothing else, for as long as the demo scans."""
    told = organisation.environment()
    hidden = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    before = {name: os.environ.get(name) for name in (*told, *hidden)}
    for name in hidden:
        os.environ.pop(name, None)
    os.environ.update(told)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _nights(wiring: Wiring, store: Store, organisation: Organisation, nights: int, say: Console) -> None:
    from scanner.aws.limits import Limits
    from scanner.aws.sessions import Sessions
    from scanner.cli.attributing import after_scan
    from scanner.demo import pass_night
    from scanner.model.finding import Verdict

    for night in range(1, nights + 1):
        if night > 1:
            pass_night(organisation, night - 1)
        began = time.monotonic()
        clock = Clock(organisation.server.clock)
        sessions = Sessions()
        with progress(say) as tick:
            result = run_scan(wiring, Wanted(), sessions, store=store, clock=clock, tick=tick)
        after_scan(wiring, store, chosen_scan(store, result.scan), sessions, result.targets, Limits())
        failing = [finding for finding in result.findings if finding.verdict is Verdict.FAIL]
        unknown = [finding for finding in result.findings if finding.verdict is Verdict.UNKNOWN]
        new = [finding for finding in failing if finding.status in {"new", "reopened"}]
        errors = [finding for finding in result.findings if finding.verdict is Verdict.ERROR]
        say.print(
            f"night {night}, {result.as_of:%d %b %Y}: {len(result.snapshot.resources):,} resources, "
            f"{result.calls:,} calls, {len(failing)} failing ({len(new)} new), {len(unknown)} unknown, "
            f"{time.monotonic() - began:.0f} s"
        )
        for finding in errors:
            complain(f"{finding.rule} on {finding.resource}: {finding.message}")


def _reports(wiring: Wiring, store: Store, out: Path, say: Console) -> None:
    from reports import FORMATS

    data = report_data(wiring, store, chosen_scan(store), format="html")
    for name in ("html", "pdf"):
        place = out / f"phiward.{FORMATS[name].suffix}"
        answer(FORMATS[name].render(data), place)
        say.print(f"{name.upper():>5}: {place.resolve()}", soft_wrap=True)


def _keep_serving(organisation: Organisation, config: Path, say: Console) -> None:
    """Keep the server up until Ctrl-C or SIGTERM."""
    say.print("\nstill serving; in another terminal:", soft_wrap=True)
    for name, value in organisation.environment().items():
        say.print(f"  export {name}={value}", soft_wrap=True)
    say.print(f"  phiward scan --config {config}", soft_wrap=True)
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    while not ended.wait(1):
        pass
