"""Carries out the calls that a place's graph has due: each in a thread of its own, none waiting for another."""

from __future__ import annotations

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import urllib3
from msgspec.structs import replace

from scanner.aws.batches import Batches, region_of
from scanner.aws.builder import Builder
from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.due import Due
from scanner.aws.errors import DECLARED_ERRORS, Refusal, malformed, refusal
from scanner.aws.jobs import Jobs
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import FIRST, NEXT, Pool
from scanner.aws.resolve import UnseenReferenceError, resolve, resolve_all
from scanner.model.gap import Gap
from scanner.model.kind import Kind
from scanner.model.operation import Call, Form
from scanner.model.path import MISSING, getter
from scanner.model.resource import ABSENT, Section, seen, unseen

DOWNLOAD_LIMIT = 8 * 1024 * 1024


@dataclass
class _Shared:
    """One call whose answer several resources wait for."""

    waiting: list[tuple[Builder, Call]] = field(default_factory=list)
    outcome: Section | None = None


@dataclass
class Carrier(Due):
    """Turns due calls into tasks of the pool; `http` fetches downloads."""

    client: AwsClient
    pool: Pool
    http: Callable[[str], bytes] | None = None
    patience: Patience = field(default_factory=Patience)
    _shared: dict[tuple[Any, ...], _Shared] = field(default_factory=dict)
    _flying: dict[tuple[Any, ...], list[tuple[Builder, Call]]] = field(default_factory=dict)
    _downloads: dict[tuple[str, Any], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Make who asks in batches and who runs jobs."""
        self._batches = Batches(self.client, self.pool)
        self._jobs = Jobs(self.client, self.pool, self.patience)

    def listing(self, graph: PlaceGraph, sinks: list[tuple[type[Kind], Call]], parent: Builder | None) -> None:
        """List in a task."""
        self.pool.submit(self._list, graph, sinks, parent, rank=FIRST)

    def _list(self, graph: PlaceGraph, sinks: Sequence[tuple[type[Kind], Call]], parent: Builder | None) -> None:
        call = sinks[0][1]
        gap: Gap | None = None
        lacking: dict[str, Gap] = {}
        try:
            params = resolve_all(call.params, graph.scope(sinks[0][0], parent))
            pages = self.client.pages(graph.place, Request.of(call, params))
            for page in pages:
                for kind, sink in sinks:
                    if sink.expect and sink.expect not in page:
                        missing = f"the answer lacks {sink.expect}"
                        lacking[kind.cfn] = Request.of(sink, params).refused("IncompleteAnswer", missing).gap
                    items = getter(sink.path)(page)
                    graph.listed(kind, sink, items if isinstance(items, list) else [], parent)
        except UnseenReferenceError as error:
            gap = error.section.gap or Gap()
        except Refusal as error:
            gap = None if error.code in call.absent else error.gap
        except DECLARED_ERRORS as error:
            gap = malformed(call, error)
        for kind, sink in sinks:
            graph.list_ended(kind, sink, gap or lacking.get(kind.cfn))

    def one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        """Ask about one resource in a task, or join those who wait for the same answer."""
        if call.form is Form.SHARED or (call.form is Form.JOB and call.own):
            self._join(graph, builder, call)
        else:
            self.pool.submit(self._one, graph, builder, call, rank=FIRST if call.form is Form.JOB else NEXT)

    def _one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        if call.form is Form.JOB:
            self._job(graph, builder, call)
            return
        try:
            request = Request.of(call, resolve_all(call.params, builder), _region(call, builder))
            digest = str(resolve(call.own, builder) or "") if call.form is Form.DOWNLOAD else ""
        except (UnseenReferenceError, *DECLARED_ERRORS) as error:
            graph.answered(builder, call, _failed(call, error))
            return
        key = (graph.place, request.operation, request.region, repr(request.params), call.path, call.parse, call.absent)
        with self._lock:
            if key in self._flying:
                self._flying[key].append((builder, call))
                return
            self._flying[key] = []
        section = self._section(graph, call, request, digest)
        with self._lock:
            others = self._flying.pop(key)
        for other, its_call in others:  # before the answer itself, which is redacted in place
            graph.answered(other, its_call, replace(section, doc=_copy(section.doc)))
        graph.answered(builder, call, section)

    def _job(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        def done(found: Any, error: Exception | None) -> None:
            graph.answered(builder, call, _failed(call, error) if error else seen(found))

        try:
            params = resolve_all(call.params, builder)
        except (UnseenReferenceError, *DECLARED_ERRORS) as error:
            done(None, error)
        else:
            self._jobs.run(graph.place, call, params, done)

    def _section(self, graph: PlaceGraph, call: Call, request: Request, digest: str) -> Section:
        try:
            if (digest, call.parse) in self._downloads:
                return seen(_copy(self._downloads[digest, call.parse]))
            answer = self.client.one(graph.place, request)
            if call.form is Form.DOWNLOAD:
                return seen(self._download(call, answer, digest))
            doc = getter(call.path)(answer) if call.path else answer
        except (Refusal, *DECLARED_ERRORS) as error:
            return _failed(call, error)
        return ABSENT if doc is MISSING or doc is None else seen(doc)

    def many(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Ask about many at once."""
        self._batches.ask(graph, builders, call)

    # ---- shared answers ----

    def _join(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        try:
            params = repr((_region(call, builder), resolve_all(call.params, builder)))
        except UnseenReferenceError as error:
            self.pool.submit(self._give, graph, builder, call, error.section)
            return
        except DECLARED_ERRORS as error:
            self.pool.submit(self._give, graph, builder, call, unseen(malformed(call, error)))
            return
        key = (graph.place, call.operation, call.path, call.key, params, call.parse)
        with self._lock:
            first = key not in self._shared
            shared = self._shared.setdefault(key, _Shared())
            outcome = shared.outcome
            if outcome is None:
                shared.waiting.append((builder, call))
        if outcome is not None:
            self.pool.submit(self._give, graph, builder, call, outcome)
        elif first:
            self.pool.submit(self._fetch_shared, graph, key, builder, call, rank=FIRST)

    def _fetch_shared(self, graph: PlaceGraph, key: tuple[Any, ...], builder: Builder, call: Call) -> None:
        def done(found: Any, error: Exception | None) -> None:
            try:
                outcome = _failed(call, error) if error else _by_key(call, found)
            except DECLARED_ERRORS as malformation:
                outcome = _failed(call, malformation)
            with self._lock:
                shared = self._shared[key]
                shared.outcome = outcome
                waiting, shared.waiting = shared.waiting, []
            for waiter, its_call in waiting:
                self._give(graph, waiter, its_call, outcome)

        try:
            params = resolve_all(call.params, builder)
            if call.form is Form.JOB:
                self._jobs.run(graph.place, call, params, done)
                return
            answer = self.client.one(graph.place, Request.of(call, params, _region(call, builder)))
            found = getter(call.path)(answer)
            found = [call.parse(item) for item in found] if call.parse else found
        except (UnseenReferenceError, Refusal, *DECLARED_ERRORS) as error:
            done(None, error)
        else:
            done(found, None)

    def _give(self, graph: PlaceGraph, builder: Builder, call: Call, outcome: Section) -> None:
        section = outcome
        if isinstance(outcome.doc, dict):
            try:
                own = str(resolve(call.own, builder))
            except UnseenReferenceError as error:
                section = error.section
            except DECLARED_ERRORS as error:
                section = unseen(malformed(call, error))
            else:
                items = outcome.doc.get(own)
                section = ABSENT if not items else seen(_copy(items if call.size > 1 else items[0]))
        graph.answered(builder, call, section)

    # ---- downloads ----

    def _download(self, call: Call, answer: dict[str, Any], digest: str) -> Any:
        algorithm, _, wanted = digest.partition(":")
        if algorithm != "sha256" or not wanted:
            raise refusal(call.operation, "", "NoDigest", f"{digest!r} is no SHA-256 digest")
        key = (digest, call.parse)
        if key not in self._downloads:
            body = (self.http or fetch)(str(getter(call.path)(answer)))
            if hashlib.sha256(body).hexdigest() != wanted:
                raise refusal(call.operation, "", "DigestMismatch", "what was downloaded is not what the digest names")
            document = json.loads(body)
            self._downloads[key] = call.parse(document) if call.parse else document
        return _copy(self._downloads[key])


def _region(call: Call, builder: Builder) -> str:
    """Say where a call is made that names a Region of its own; empty where it is made in the place's."""
    return region_of(resolve(call.region, builder)) if call.region else ""


def _failed(call: Call, error: Exception) -> Section:
    """Make the section of a call that found nothing: not configured, or not learned and why."""
    if isinstance(error, UnseenReferenceError):
        return error.section
    if isinstance(error, Refusal):
        return ABSENT if error.code in call.absent else unseen(error.gap)
    return unseen(malformed(call, error))


def _by_key(call: Call, found: Any) -> Section:
    """Sort what was found once for all by the key that each resource looks for."""
    by_key: dict[str, list[Any]] = defaultdict(list)
    for item in found if isinstance(found, list) else []:
        by_key[str(getter(call.key)(item))].append(item)
    return seen(dict(by_key))


def _copy(value: Any) -> Any:
    """Copy plain values: redaction changes documents in place."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value


_HTTP = urllib3.PoolManager(
    maxsize=32, timeout=urllib3.Timeout(connect=10, read=30), retries=urllib3.Retry(3, redirect=3)
)


def fetch(url: str) -> bytes:
    """Fetch a document.

    Raises:
        Refusal: it could not be fetched whole, or is larger than `DOWNLOAD_LIMIT` bytes.
    """
    try:
        answer = _HTTP.request("GET", url, preload_content=False)
        try:
            body = answer.read(DOWNLOAD_LIMIT + 1)
        finally:
            answer.close()
    except urllib3.exceptions.HTTPError as error:
        raise refusal("HTTPS GET", "", type(error).__name__, str(error).partition("?")[0]) from error
    if answer.status != 200 or len(body) > DOWNLOAD_LIMIT:  # noqa: PLR2004  HTTP's own number
        raise refusal("HTTPS GET", "", str(answer.status), "the download was refused or is too large")
    return bytes(body)
