"""What a worker of a cluster does: it looks at one account and Region, as the threads of one machine would.

No credentials come with a task: the worker has its own, by which it assumes the account's role, and its own redaction
key, which must be the one that the store was begun with.
"""

from __future__ import annotations

import hashlib
import os
import platform
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from scanner.aws.client import AwsClient
from scanner.aws.collect import GLOBAL, Collector, PlaceResult, operations
from scanner.aws.errors import CredentialsEndedError
from scanner.aws.sessions import Sessions, Target
from scanner.engine.needed import Calls
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds as every_kind
from scanner.model.secret import KEY_VARIABLE

SAME = ("scanner/model", "scanner/engine", "scanner/kinds", "scanner/aws")
"""The packages that must be the same on every worker: by them one account is read as the other."""


STOPS = 30
"""Seconds that a worker's event loop has to stop its profiler."""

LEAST = 4
"""So many threads a place has at least, however many tasks a worker carries out at once."""


class FarError(Exception):
    """A worker cannot do what it is asked: one clear line for the user."""


@dataclass(frozen=True)
class Task:
    """One account and Region to look at: all that a worker must be told.

    `target` has the place's Region alone, or none for the global kinds. `calls` is what is left of the account's
    budget, `asks` which calls to make (all). `code` and `key_id` are those of who asks: the worker's must be the same.
    """

    target: Target
    region: str
    kinds: tuple[str, ...]
    as_of: datetime
    home: str
    threads: int
    code: str
    key_id: str
    calls: int | None = None
    asks: Calls | None = None


@cache
def code() -> str:
    """Give a digest of the code that reads accounts, and the versions of what it is made with."""
    root = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for package in SAME:
        for path in sorted((root / package).rglob("*.py")):
            digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes() + b"\0")
    python = ".".join(platform.python_version_tuple()[:2])
    return f"phiward {version('phiward')} ({digest.hexdigest()[:10]}), Python {python}, boto3 {version('boto3')}"


@dataclass
class _Process:
    """What the tasks of one process share: sessions, and clients, which take longer to make than to use."""

    sessions: Sessions
    targets: dict[str, Target] = field(default_factory=dict)
    client: AwsClient = field(init=False)
    own: str = ""

    def __post_init__(self) -> None:
        self.client = AwsClient(self.sessions, self.targets, operations(every_kind().values()))


_PROCESSES: dict[str, _Process] = {}
_LOCK = threading.Lock()


def _process(home: str) -> _Process:
    with _LOCK:
        if home not in _PROCESSES:
            _PROCESSES[home] = _Process(Sessions(region=home))
        return _PROCESSES[home]


def look(task: Task) -> PlaceResult:
    """Look at a place.

    Raises:
        FarError: the worker has other code, another redaction key, or credentials of another account.
        CredentialsEndedError: its own have expired.
    """
    threads = task.threads // _alongside()
    redactor = _fits(task.code, task.key_id)
    process = _process(task.home)
    target = task.target
    if not target.role:
        _check_own(process, target)
    known = every_kind()
    chosen = {cfn: known[cfn] for cfn in task.kinds}
    process.targets[target.account] = target
    process.client.allow(target.account, task.calls)
    collector = Collector(
        process.sessions, chosen, redactor, task.as_of, max(LEAST, threads), client=process.client, asks=task.asks
    )
    skip = [] if task.region == GLOBAL else [(target.account, GLOBAL)]
    try:
        (found,) = collector.collect([target], skip)
    except CredentialsEndedError as error:
        with _LOCK:  # who looks here next begins with what the worker's environment says then
            _PROCESSES.pop(task.home, None)
        raise CredentialsEndedError(f"Dask worker {platform.node()}: {error}") from error
    return found


def readiness(asked_code: str, key_id: str, dask_worker: Any = None) -> Mapping[str, str]:
    """Say what of a worker does not fit who asks; nothing where all does. Dask gives the worker."""
    for profiler in _profilers(dask_worker):
        profiler.stop()
    try:
        _fits(asked_code, key_id)
    except FarError as error:
        return {"problem": str(error)}
    return {}


def _profilers(worker: Any) -> list[Any]:
    """Give what samples a worker's threads.

    It must not: `sys._current_frames` can halt Python 3.11 for ever while other threads begin (CPython issue 106883),
    and threads begin with every place that is looked at.
    """
    known = getattr(worker, "periodic_callbacks", {})
    return [known[name] for name in ("profile", "profile-cycle") if name in known and known[name].is_running()]


def _alongside() -> int:
    """Say how many tasks this worker carries out at once, having stopped what samples its threads."""
    from distributed import get_worker

    try:
        worker: Any = get_worker()
    except ValueError:  # it was called by no worker
        return 1
    profilers = _profilers(worker)
    if profilers:
        stopped = threading.Event()

        def stop() -> None:
            for profiler in profilers:
                profiler.stop()
            stopped.set()

        worker.loop.add_callback(stop)
        stopped.wait(STOPS)
    return max(1, int(worker.state.nthreads))


def _fits(asked_code: str, key_id: str) -> Redactor:
    if code() != asked_code:
        raise FarError(f"it runs {code()}, where the scan runs {asked_code}: install the same on both")
    given = os.environ.get(KEY_VARIABLE)
    if not given:
        raise FarError(f"it has no redaction key: start it with {KEY_VARIABLE} set to what the scan has")
    redactor = Redactor(given.encode())
    if redactor.key_id != key_id:
        raise FarError(f"its redaction key {redactor.key_id} is not {key_id}: set {KEY_VARIABLE} to what the scan has")
    return redactor


def _check_own(process: _Process, target: Target) -> None:
    """Refuse to look at one account by the credentials of another, which no role tells apart."""
    process.own = process.own or process.sessions.identity().account
    if process.own != target.account:
        raise FarError(
            f"its own credentials are of account {process.own}, and {target.account} is to be looked at without a role"
        )


def alone(target: Target, region: str) -> Target:
    """Narrow a target to one of its places."""
    return replace(target, regions=() if region == GLOBAL else (region,))
