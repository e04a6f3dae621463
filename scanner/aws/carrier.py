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

from scanner.aws.builder import Builder
from scanner.aws.client import AwsClient, Patience, Request
from scanner.aws.due import Due
from scanner.aws.errors import DECLARED_ERRORS, Refusal, malformed, refusal
from scanner.aws.place import PlaceGraph
from scanner.aws.pool import Pool
from scanner.aws.resolve import UnseenReferenceError, holds_of, resolve, resolve_all
from scanner.model.gap import Gap
from scanner.model.kind import Kind
from scanner.model.operation import Call, Form, permission_of
from scanner.model.path import MISSING, getter
from scanner.model.resource import ABSENT, Section, seen, unseen

GONE = "MISSING"
"""The reason by which a batch leaves out what has gone since it was listed."""

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
    _downloads: dict[tuple[str, Any], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def listing(self, graph: PlaceGraph, sinks: list[tuple[type[Kind], Call]], parent: Builder | None) -> None:
        """List in a task."""
        self.pool.submit(self._list, graph, sinks, parent)

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
            self.pool.submit(self._one, graph, builder, call)

    def _one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        graph.answered(builder, call, self._section(graph, builder, call))

    def _section(self, graph: PlaceGraph, builder: Builder, call: Call) -> Section:
        try:
            params = resolve_all(call.params, builder)
            region = _region(resolve(call.region, builder)) if call.region else ""
            if call.form is Form.JOB:
                return seen(self._run_job(graph.place, call, params))
            answer = self.client.one(graph.place, Request.of(call, params, region))
            if call.form is Form.DOWNLOAD:
                return seen(self._download(call, answer, str(resolve(call.own, builder) or "")))
            doc = getter(call.path)(answer) if call.path else answer
        except UnseenReferenceError as error:
            return error.section
        except Refusal as error:
            return ABSENT if error.code in call.absent else unseen(error.gap)
        except DECLARED_ERRORS as error:
            return unseen(malformed(call, error))
        return ABSENT if doc is MISSING or doc is None else seen(doc)

    # ---- batches ----

    def many(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Ask in batches of AWS's size, those with the same remaining parameters together."""
        groups: dict[str, list[tuple[Builder, str]]] = defaultdict(list)
        for builder in builders:
            try:
                params = resolve_all(call.params, builder)
                own = str(resolve(call.own, builder))
            except UnseenReferenceError as error:
                graph.answered(builder, call, error.section)
                continue
            except DECLARED_ERRORS as error:
                graph.answered(builder, call, unseen(malformed(call, error)))
                continue
            groups[repr(sorted(params.items(), key=str))].append((builder, own))
        for members in groups.values():
            for start in range(0, len(members), call.size):
                self.pool.submit(self._batch, graph, members[start : start + call.size], call)

    def _batch(self, graph: PlaceGraph, members: list[tuple[Builder, str]], call: Call) -> None:
        params = resolve_all(call.params, members[0][0]) | {call.ids: list(dict.fromkeys(own for _, own in members))}
        try:
            answer = self.client.one(graph.place, Request.of(call, params))
        except Refusal as error:
            if "NotFound" in error.code and len(members) > 1:
                middle = len(members) // 2
                self.pool.submit(self._batch, graph, members[:middle], call)
                self.pool.submit(self._batch, graph, members[middle:], call)
                return
            for builder, _ in members:
                graph.answered(builder, call, ABSENT if error.code in call.absent else unseen(error.gap))
            return
        items = getter(call.path)(answer)
        found = {str(getter(call.key)(item)): item for item in (items if isinstance(items, list) else [])}
        reasons = {str(entry.get("arn")): str(entry.get("reason") or GONE) for entry in answer.get("failures") or ()}
        asked = {own for _, own in members}
        nameless = next((reason for arn, reason in reasons.items() if reason != GONE and arn not in asked), GONE)
        for builder, own in members:
            reason = reasons.get(own, nameless)
            if own in found:
                graph.answered(builder, call, seen(found[own]))
            elif reason == GONE:
                graph.vanished(builder, call)
            else:
                gap = refusal(call.operation, call.permissions[0], reason, "left out of the answer").gap
                graph.answered(builder, call, unseen(gap))

    # ---- shared answers ----

    def _join(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        try:
            params = repr(resolve_all(call.params, builder))
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
            self.pool.submit(self._fetch_shared, graph, key, builder, call)

    def _fetch_shared(self, graph: PlaceGraph, key: tuple[Any, ...], builder: Builder, call: Call) -> None:
        outcome = self._shared_outcome(graph, builder, call)
        with self._lock:
            shared = self._shared[key]
            shared.outcome = outcome
            waiting, shared.waiting = shared.waiting, []
        for waiter, its_call in waiting:
            self._give(graph, waiter, its_call, outcome)

    def _shared_outcome(self, graph: PlaceGraph, builder: Builder, call: Call) -> Section:
        by_key: dict[str, list[Any]] = defaultdict(list)
        try:
            params = resolve_all(call.params, builder)
            if call.form is Form.JOB:
                found = self._run_job(graph.place, call, params)
            else:
                answer = self.client.one(graph.place, Request.of(call, params))
                found = getter(call.path)(answer)
                found = [call.parse(item) for item in found] if call.parse else found
            for item in found if isinstance(found, list) else []:
                by_key[str(getter(call.key)(item))].append(item)
        except Refusal as error:
            return ABSENT if error.code in call.absent else unseen(error.gap)
        except DECLARED_ERRORS as error:
            return unseen(malformed(call, error))
        return seen(dict(by_key))

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

    # ---- jobs and downloads ----

    def _run_job(self, place: tuple[str, str], call: Call, params: dict[str, Any]) -> Any:
        first = call.iam[0] if call.iam else permission_of(call.start)
        if call.ticket:
            started = self.client.one(place, Request(call.start, params, call.ticket, permission=first))
            answer = self._polled(place, call.ready, Request.of(call, {call.ticket: started[call.ticket]}))
        else:
            self._polled(place, call.ready, Request(call.start, params, permission=first))
            answer = self.client.one(place, Request.of(call, params))
        found = getter(call.path)(answer) if call.path else answer
        return call.parse(found) if call.parse else found

    def _polled(self, place: tuple[str, str], ready: str, request: Request) -> dict[str, Any]:
        polls, pause = self.patience.polls, self.patience.poll
        for poll in range(polls):
            answer = self.client.one(place, request)
            if holds_of(ready, answer):
                return answer
            if poll + 1 < polls:
                self.patience.sleep(pause)
        raise request.refused("NotReady", f"not ready after {polls * pause:.0f} s")

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


def _copy(value: Any) -> Any:
    """Copy plain values: redaction changes documents in place."""
    return json.loads(json.dumps(value)) if isinstance(value, dict | list) else value


def _region(given: Any) -> str:
    """Read a bucket's location as S3 gives it: nothing is us-east-1, EU is eu-west-1."""
    return {"EU": "eu-west-1", "": "us-east-1", "None": "us-east-1"}.get(str(given or ""), str(given))


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
