"""What the scheduler knows of itself, for health checks and Prometheus."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from scheduler import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scanner.store.scheduling import JobRun

HUNG = 180.0
"""Seconds without a turn after which the scheduler hangs; a turn may wait half a minute for the database."""


@dataclass(frozen=True)
class Status:
    """The state after a turn; `beat` is that turn's moment on the monotonic clock, `trouble` why it is not ready."""

    beat: float = field(default_factory=time.monotonic)
    trouble: str = "starting"
    running: str = ""
    waiting: int = 0
    following: Mapping[str, datetime] = field(default_factory=dict)
    last: Mapping[str, JobRun] = field(default_factory=dict)
    well: Mapping[str, JobRun] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def hung(self) -> str:
        """Say since when it hangs, if it does."""
        idle = time.monotonic() - self.beat
        return f"no turn for {idle:.0f} s" if idle > HUNG else ""

    def unready(self) -> str:
        """Say why it cannot do its work, if so."""
        return self.hung() or self.trouble

    def metrics(self) -> str:
        """Give the metrics in the text form of Prometheus."""
        known = sorted(self.following)
        return "".join(
            _family(*each)
            for each in (
                ("ready", "gauge", "1 when the scheduler can do its work.", [("", float(not self.unready()))]),
                ("runs_waiting", "gauge", "Runs that are due and not begun.", [("", self.waiting)]),
                ("running", "gauge", "1 while the job runs.", [(_of(job), job == self.running) for job in known]),
                ("next_run_timestamp_seconds", "gauge", "When the job is due next.",
                 [(_of(job), moment.timestamp()) for job, moment in sorted(self.following.items())]),
                ("overdue_seconds", "gauge", "For how long the job has been due without being noted.",
                 [(_of(job), max(0.0, (clock.now() - moment).total_seconds()))
                  for job, moment in sorted(self.following.items())]),
                ("last_run_timestamp_seconds", "gauge", "When the job's last run ended.",
                 [(_of(job), run.ended.timestamp()) for job, run in sorted(self.last.items()) if run.ended]),
                ("last_success_timestamp_seconds", "gauge", "When the job's last run that did its work ended.",
                 [(_of(job), run.ended.timestamp()) for job, run in sorted(self.well.items()) if run.ended]),
                ("last_duration_seconds", "gauge", "How long the job's last run took, all tries together.",
                 [(_of(job), (run.ended - run.began).total_seconds())
                  for job, run in sorted(self.last.items()) if run.ended and run.began]),
                ("last_exit_code", "gauge", "The exit code of the job's last run.",
                 [(_of(job), run.code) for job, run in sorted(self.last.items()) if run.code is not None]),
                ("runs_total", "counter", "Runs by outcome, over all starts of the scheduler.",
                 [(f'{{job="{job}",outcome="{outcome}"}}', count)
                  for (job, outcome), count in sorted(self.counts.items())]),
            )
        )  # fmt: skip


def _of(job: str) -> str:
    return f'{{job="{job}"}}'


def _family(name: str, sort: str, help: str, samples: Iterable[tuple[str, float]]) -> str:
    lines = [f"phiward_schedule_{name}{labels} {float(value):.15g}" for labels, value in samples]
    head = [f"# HELP phiward_schedule_{name} {help}", f"# TYPE phiward_schedule_{name} {sort}"]
    return "\n".join([*head, *lines]) + "\n" if lines else ""
