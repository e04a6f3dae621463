"""What is answered to each request when nothing goes wrong; kept, for the same question always gets the same answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, Protocol, runtime_checkable

from bench.endpoint.connection import Reply, Request, head_of
from bench.endpoint.description import MANAGEMENT
from bench.endpoint.faults import PLAIN, Keys
from bench.endpoint.paging import pager_of
from bench.endpoint.protocols import Asked, Operations, Refused
from bench.endpoint.writing import refused, written

KEPT = 100_000
WHOLE = 500
ASSUME = "sts.AssumeRole"


class Description(Protocol):
    """What is known of the accounts. Answers are held back for `latency` seconds."""

    @property
    def latency(self) -> float:
        """Seconds."""

    def answer(self, asked: Asked) -> Mapping[str, Any] | Refused | str:
        """Give the whole answer to a request, or the refusal."""


@runtime_checkable
class Blobs(Protocol):
    """A description whose answers name addresses at which something is served: below `endpoint`."""

    endpoint: str

    def blob(self, digest: str) -> bytes | None:
        """Give what a digest names; None where it names nothing."""


class Known(NamedTuple):
    """A request that was seen before: what it asks, who asks, and what is answered."""

    asked: Asked
    account: str
    reply: Reply


def refusal(operation: str, said: Refused | str) -> Reply:
    """Give a refusal as it is sent."""
    status, body, headers = refused(operation, said)
    return Reply(head_of(status, headers, len(body)), body)


@dataclass
class Answers:
    """Answers by a description, cut into pages. A key that `keys` made longer is taken for the one it stands for."""

    described: Description
    operations: Operations
    keys: Keys
    _known: dict[bytes, Known] = field(default_factory=dict)
    _whole: dict[str, Mapping[str, Any] | Refused | str] = field(default_factory=dict)

    def of(self, request: Request, seen: bytes) -> Known | None:
        """Give what is answered to a request that is known by `seen`; None where nobody knows what it asks."""
        known = self._known.get(seen)
        if known is None:
            asked = self.operations.read(request.method, request.target, request.headers, request.body)
            if asked is None:
                return None
            known = self._make(replace(asked, key=asked.key[:PLAIN]), head=request.method == "HEAD")
            if asked.operation != ASSUME:
                if len(self._known) >= KEPT:
                    self._known.clear()
                self._known[seen] = known
        return known

    def _make(self, asked: Asked, *, head: bool) -> Known:
        account = asked.key[4:] if asked.key.startswith("ASIA") else MANAGEMENT
        said = self._said(asked)
        if not isinstance(said, Mapping):
            return Known(asked, account, refusal(asked.operation, said))
        body, headers = written(asked.operation, said)
        return Known(asked, account, Reply(head_of(200, headers, len(body)), b"" if head else body))

    def _said(self, asked: Asked) -> Mapping[str, Any] | Refused | str:
        pager = pager_of(asked.operation)
        if pager is None:
            said = self.described.answer(asked)
            return self.keys.renew(said) if asked.operation == ASSUME and isinstance(said, Mapping) else said
        question = replace(asked, params=pager.question(asked.params))
        name = json.dumps([asked.operation, question.params, asked.key, asked.region], sort_keys=True, default=str)
        if name not in self._whole:
            if len(self._whole) >= WHOLE:
                self._whole.clear()
            self._whole[name] = self.described.answer(question)
        said = self._whole[name]
        return pager.page(asked, said) if isinstance(said, Mapping) else said
