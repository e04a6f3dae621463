"""`phiward schedule` and `phiward prune`: what runs by the clock, and what is older than it must be kept."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.cli.output import answer, console
from scanner.cli.wire import Clock, UsageError
from scanner.engine.settings import ConfigError

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from scanner.cli.wire import Wiring
    from scanner.store.scheduling import JobRun, Schedule
    from scheduler.plan import Job
    from scheduler.service import Service
    from scheduler.watch import Watch

CHILD = ("-P", "-m", "scanner.cli.child")
"""`-P`: the folder in which the scheduler was started lends no modules."""


def run_schedule(wiring: Wiring, *, once: bool, port: int | None, store: str) -> int:
    """Run the jobs of config.toml by the clock until asked to stop, or what is due now; give the exit code.

    Raises:
        ConfigError: there is no job, an unknown zone, or the port is taken.
        StoreError: another scheduler runs on this store.
    """
    from scanner.store.scheduling import Schedule
    from scheduler.journal import Journal
    from scheduler.plan import jobs_of, zone_of
    from scheduler.service import How, Service

    jobs = jobs_of(wiring.config, wiring.name)
    zone_of(wiring.config, wiring.name)
    journal = Journal(sys.stderr.buffer)
    options = ["--config", wiring.name, *(["--store", store] if store else [])]
    with ExitStack() as stack:
        book = stack.enter_context(Schedule.open(wiring.store_url))
        stack.enter_context(book.alone())
        telling = ("schedule", "tell") if wiring.config.notify else ()
        service = Service(book, jobs, How((sys.executable, *CHILD), options, telling=telling, once=once), journal)
        if not once:
            watch = stack.enter_context(_watch(wiring, service, port))
            journal.say("listening", address=watch.address)
        return service.run()


def _watch(wiring: Wiring, service: Service, port: int | None) -> Watch:
    from scheduler.watch import Watch

    wanted = wiring.config.schedule.port if port is None else port
    try:
        return Watch(wanted, lambda: service.status)
    except OSError as error:
        where = "--port" if port is not None else wiring.config.place(wiring.name, "schedule", "port")
        said = f"port {wanted} of loopback cannot be had ({error.strerror})"
        raise ConfigError(f"{where}: {said}; give another, or 0 for a free one") from None


def tell_failure(wiring: Wiring, said: str) -> None:
    """Tell the channels of `[notify]` that a job failed for good."""
    from scanner.cli.notifying import watched

    with suppress(UsageError), watched(wiring):
        raise UsageError(said)


def list_schedule(wiring: Wiring, *, as_json: bool) -> None:
    """Show each job: when it is due next, and what became of its last run.

    Raises:
        ConfigError: there is no job, or an unknown zone.
    """
    from scanner.store.scheduling import Schedule
    from scheduler.clockwork import following
    from scheduler.plan import jobs_of, zone_of

    jobs, zone = jobs_of(wiring.config, wiring.name), zone_of(wiring.config, wiring.name)
    now = Clock().now()
    with Schedule.open(wiring.store_url) as book:
        times = book.times()
        open_ = {run.job: run for run in book.open_runs()}
        rows = []
        for job in jobs:
            entered = times.get(job.name)
            due = entered if entered and entered <= now else following(job.table.cron, now)
            rows.append(_row(book, job, due, open_.get(job.name)))
    if as_json:
        answer(json.dumps({"schema": "phiward/1", "timezone": str(zone), "jobs": rows}, indent=2))
        return
    _show(rows, zone, now)


def _row(book: Schedule, job: Job, due: datetime, open_: JobRun | None) -> dict[str, Any]:
    last = book.last(job.name)
    return {
        "job": job.name, "action": job.table.action, "cron": job.table.cron, "next": _iso(due),
        "state": open_.state if open_ else "", "attempts": open_.attempts if open_ else 0,
        "last": None if last is None else {
            "due": _iso(last.due), "began": _iso(last.began), "ended": _iso(last.ended), "outcome": last.outcome,
            "code": last.code, "attempts": last.attempts, "scan": last.scan, "said": last.said,
        },
    }  # fmt: skip


def _iso(moment: datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else ""


def _show(rows: list[dict[str, Any]], zone: tzinfo, now: datetime) -> None:
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in ("job", "action", "cron (UTC)", f"next ({zone})", f"last ({zone})", "outcome"):
        table.add_column(head, overflow="fold")
    for row in rows:
        last = row["last"] or {}
        due = _local(row["next"], zone)
        outcome = f"{last.get('outcome', '')} {last.get('said', '')}".strip()
        state = f"{row['state']}, " if row["state"] else "overdue, " if row["next"] <= _iso(now) else ""
        cells = (row["job"], row["action"], row["cron"], f"{state}{due}", _local(last.get("ended", ""), zone), outcome)
        table.add_row(*map(escape, cells))
    console(error=False).print(table)


def _local(text: str, zone: tzinfo) -> str:
    from datetime import datetime

    return f"{datetime.fromisoformat(text).astimezone(zone):%Y-%m-%d %H:%M %Z}" if text else ""


def prune_store(wiring: Wiring, *, quiet: bool) -> None:
    """Forget the scans and runs of jobs that are older than `[store] retention_days`; their seals stay.

    Raises:
        StoreError: a scan is being written.
    """
    from scanner.store.scheduling import Schedule

    keep, now = wiring.config.store.retention_days, Clock().now()
    with wiring.store() as store:
        gone = store.prune(keep, now=now)
    with Schedule.open(wiring.store_url) as book:
        runs = book.forget_runs(now - timedelta(days=keep))
    say = console(quiet=quiet)
    say.print(f"forgotten: {len(gone)} scans and {runs} runs of jobs older than {keep} days; the seals are kept")
    if Path(wiring.store_url.removeprefix("sqlite:///")).is_file() and gone:
        say.print("the file keeps its size and fills the room again")
