"""Carries out the calls that a place's graph has due: each in a thread of its own, none waiting for another."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from scanner.aws.batches import Batches
from scanner.aws.builder import Builder
from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.downloads import fetch
from scanner.aws.due import Due
from scanner.aws.errors import DECLARED_ERRORS, Refusal, malformed, refusal
from scanner.aws.jobs import Jobs
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import FIRST, NEXT, Pool
from scanner.aws.resolve import UnseenReferenceError, resolve, resolve_all
from scanner.aws.sections import answered, copied, failed, where
from scanner.aws.shared import Shared
from scanner.model.gap import Gap
from scanner.model.kind import Kind
from scanner.model.operation import Call, Form
from scanner.model.path import getter
from scanner.model.resource import Section, seen


@dataclass
class Carrier(Due):
    """Turns due calls into tasks of the pool; `http` fetches downloads."""

    client: AwsClient
    pool: Pool
    http: Callable[[str], bytes] | None = None
    patience: Patience = field(default_factory=Patience)
    _flying: dict[tuple[Any, ...], list[tuple[Builder, Call]]] = field(default_factory=dict)
    _downloads: dict[tuple[str, Any], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Make who asks in batches, who runs jobs and who asks once for all."""
        self._batches = Batches(self.client, self.pool)
        self._jobs = Jobs(self.client, self.pool, self.patience)
        self._shared = Shared(self.client, self.pool, self._jobs)

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
            self._shared.join(graph, builder, call)
        else:
            rank = FIRST if call.form is Form.JOB else NEXT
            operation = call.start or call.operation
            try:
                gate = self.client.gate(graph.place, operation, call.bucket, where(call, builder))
            except (UnseenReferenceError, *DECLARED_ERRORS):
                gate = None  # the task says what is wrong
            self.pool.submit(self._one, graph, builder, call, rank=rank, work=operation, gate=gate)

    def _one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        if call.form is Form.JOB:
            self._job(graph, builder, call)
            return
        try:
            request = Request.of(call, resolve_all(call.params, builder), where(call, builder))
            digest = str(resolve(call.own, builder) or "") if call.form is Form.DOWNLOAD else ""
        except (UnseenReferenceError, *DECLARED_ERRORS) as error:
            graph.answered(builder, call, failed(call, error))
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
            graph.answered(other, its_call, replace(section, doc=copied(section.doc)))
        graph.answered(builder, call, section)

    def _job(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        def done(found: Any, error: Exception | None) -> None:
            graph.answered(builder, call, failed(call, error) if error else seen(found))

        try:
            params = resolve_all(call.params, builder)
        except (UnseenReferenceError, *DECLARED_ERRORS) as error:
            done(None, error)
        else:
            self._jobs.run(graph.place, call, params, done)

    def _section(self, graph: PlaceGraph, call: Call, request: Request, digest: str) -> Section:
        try:
            if (digest, call.parse) in self._downloads:
                return seen(copied(self._downloads[digest, call.parse]))
            answer = self.client.one(graph.place, request)
            if call.form is Form.DOWNLOAD:
                return seen(self._download(call, answer, digest))
            return answered(call, answer)
        except (Refusal, *DECLARED_ERRORS) as error:
            return failed(call, error)

    def many(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Ask about many at once."""
        self._batches.ask(graph, builders, call)

    # ---- downloads ----

    def _download(self, call: Call, answer: dict[str, Any], digest: str) -> Any:
        algorithm, _, wanted = digest.partition(":")
        if algorithm != "sha256" or not wanted:
            raise refusal(call.operation, "", "NoDigest", f"{digest!r} is no SHA-256 digest")
        key = (digest, call.parse)
        if key not in self._downloads:
            url = str(getter(call.path)(answer))
            body = self.http(url) if self.http else fetch(url, self.patience)
            if hashlib.sha256(body).hexdigest() != wanted:
                raise refusal(call.operation, "", "DigestMismatch", "what was downloaded is not what the digest names")
            document = json.loads(body)
            self._downloads[key] = call.parse(document) if call.parse else document
        return copied(self._downloads[key])
