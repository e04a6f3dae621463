"""Jobs: started, asked for until they are ready, fetched; between two questions no thread waits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.errors import DECLARED_ERRORS, Refusal
from scanner.aws.pool import Pool
from scanner.aws.resolve import holds_of
from scanner.model.operation import Call, permission_of
from scanner.model.path import getter

Place = tuple[str, str]
Done = Callable[[Any, Exception | None], None]
"""Takes what a job found, or why it found nothing: a `Refusal`, or what a declaration's function raised."""


_UNDER_WAY = object()
"""What a step gives after which another comes."""


@dataclass(frozen=True)
class _Job:
    place: Place
    call: Call
    params: dict[str, Any]
    done: Done


@dataclass
class Jobs:
    """Runs jobs as tasks of the pool, each step one."""

    client: AwsClient
    pool: Pool
    patience: Patience

    def run(self, place: Place, call: Call, params: dict[str, Any], done: Done) -> None:
        """Start a job, in the calling task; `done` is told how it ended, at most `polls` questions later.

        A job with a ticket is asked for after half the usual pause: it is hardly ever ready at once.
        """
        self._step(_Job(place, call, params, done), self._start)

    def _step(self, job: _Job, step: Callable[..., Any], *given: Any) -> None:
        """Make one step; what it gives is what the job found, unless another step is to come."""
        try:
            found = step(job, *given)
        except (Refusal, *DECLARED_ERRORS) as error:
            job.done(None, error)
        else:
            if found is not _UNDER_WAY:
                job.done(found, None)

    def _start(self, job: _Job) -> Any:
        call = job.call
        permission = call.iam[0] if call.iam else permission_of(call.start)
        first = Request(call.start, job.params, call.ticket, permission=permission)
        if not call.ticket:
            return self._poll(job, first, 1)
        started = self.client.one(job.place, first)
        request = Request.of(call, {call.ticket: started[call.ticket]})
        return self._rest(job, request, 1, self.patience.poll / 2)

    def _rest(self, job: _Job, request: Request, count: int, seconds: float) -> Any:
        gate = self.client.gate(job.place, request.operation, request.group)
        self.pool.later(seconds, self._step, job, self._poll, request, count, work=request.operation, gate=gate)
        return _UNDER_WAY

    def _poll(self, job: _Job, request: Request, count: int) -> Any:
        answer = self.client.one(job.place, request)
        if holds_of(job.call.ready, answer):
            return self._fetch(job, answer)
        if count < self.patience.polls:
            return self._rest(job, request, count + 1, self.patience.poll)
        waited = self.patience.polls * self.patience.poll
        raise request.refused("NotReady", f"not ready after {waited:.0f} s")

    def _fetch(self, job: _Job, answer: dict[str, Any]) -> Any:
        call = job.call
        if not call.ticket:
            answer = self.client.one(job.place, Request.of(call, job.params))
        found = getter(call.path)(answer) if call.path else answer
        return call.parse(found) if call.parse else found
