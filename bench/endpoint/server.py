"""A synthetic AWS on loopback: it answers as AWS does, by a description of the accounts, as fast as one process can.

    python -m bench.endpoint.server --world 1 --latency 0.06 --throttle --fault 503:0.05

It prints its URL: point AWS_ENDPOINT_URL at it. Who signs a request says whose account it is about: AssumeRole gives
the key of the account that is entered. Listings come in AWS's pages, throttling at AWS's rates, faults as they are told
(`--fault KIND[:RATE[:OPERATION[:PARAMETER=TEXT,...]]]`). GET /_served says what was served, GET /_reset begins anew.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Self
from xml.sax.saxutils import escape

from bench.endpoint import faults as going_wrong
from bench.endpoint import throttling as pacing
from bench.endpoint.answers import ASSUME, Answers, Blobs, Description, Known, refusal
from bench.endpoint.connection import Connection, Reply, Request, head_of
from bench.endpoint.counters import Counters
from bench.endpoint.description import MANAGEMENT, REGIONS, Described, key_of
from bench.endpoint.faults import Fault, Faults, Keys
from bench.endpoint.protocols import CREDENTIAL, Asked, Operations
from bench.endpoint.throttling import Throttling
from scanner.aws.collect import operations
from scanner.aws.sessions import BASE_OPERATIONS
from scanner.engine.registry import kinds

PASSING = frozenset({"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-user-agent"})
"""Headers that differ from request to request, whatever is asked."""

BLOBS = "/_blob/"
DOWNLOAD = "ecr.download"
"""What the fetching of a layer is counted as; it is no operation of AWS's API."""

REFUSING = frozenset({"500", "503", "expired", "denied", "throttled"})
"""Faults that are refusals; the others are dealt with the answer in hand."""


@dataclass
class Endpoint:
    """`with Endpoint(described) as it:` serves in a thread of its own, on `it.url`; `it.served` counts the requests.

    `latency` and `jitter` (seconds) are the description's unless given; `more` are operations that may be asked beside
    those that phiward's kinds declare.
    """

    described: Description
    port: int = 0
    faults: Faults = field(default_factory=Faults)
    throttling: Throttling = field(default_factory=Throttling)
    latency: float | None = None
    jitter: float | None = None
    more: frozenset[str] = frozenset()
    counters: Counters = field(default_factory=Counters)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None
    _before: Counter[bytes] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Know the operations that phiward may call, and `more`."""
        known = {*operations(kinds().values()), *BASE_OPERATIONS, ASSUME, *self.more}
        self._operations = Operations.of(known)
        self.describe(self.described)
        self._chance = random.Random(1)  # noqa: S311  nothing is kept secret by it

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self.serve(ready.set)), daemon=True)
        self._thread.start()
        ready.wait(30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._loop is not None  # noqa: S101  it was entered
        assert self._thread is not None  # noqa: S101  it was started
        self._loop.call_soon_threadsafe(self._ended.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> str:
        """The account whose credentials a scan starts with."""
        return str(getattr(self.described, "home", MANAGEMENT))

    @property
    def served(self) -> Counter[str]:
        """How often each operation was called."""
        return self.counters.calls

    def describe(self, described: Description) -> None:
        """Answer by another description from now on."""
        self.described = described
        if isinstance(described, Blobs) and self.port:
            described.endpoint = self.url
        self._answers = Answers(described, self._operations, Keys(self.faults))

    def go_wrong(self, faults: Faults) -> None:
        """Let other things go wrong from now on."""
        self.faults = faults
        self._before.clear()
        self.describe(self.described)

    async def serve(self, ready: Callable[[], Any]) -> None:
        """Serve until it is ended."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        open_now: set[Connection] = set()
        server = await self._loop.create_server(
            lambda: Connection(self.take, open_now), "127.0.0.1", self.port, backlog=512
        )
        self.port = server.sockets[0].getsockname()[1]
        self.describe(self.described)
        ready()
        await self._ended.wait()
        server.close()
        for connection in list(open_now):
            connection.close()
        await asyncio.sleep(0)

    def take(self, request: Request) -> Reply:
        """Give the reply to a request, and count it."""
        if request.target.startswith(BLOBS):
            return self._blob(request)
        if request.target.startswith("/_"):
            return self._control(request.target)
        signed = CREDENTIAL.search(request.headers.get("authorization", ""))
        key, scope = (signed[1], signed[0].encode()) if signed else ("", b"")
        question = _question(request)
        try:
            known = self._answers.of(request, scope + question)
        except Exception:  # noqa: BLE001  a fault of the description's must be seen, not end the connection
            self.counters.broken[request.target] += 1
            traceback.print_exc()
            return _plain(500, f"{request.method} {request.target}: {traceback.format_exc(1)}")
        if known is None:
            self.counters.unknown[f"{request.method} {request.target} {request.headers.get('x-amz-target', '')}"] += 1
            return _unknown(request)
        self.counters.begin(known.asked.operation)
        return self._sent(*self._reply(known, key, question))

    def _sent(self, reply: Reply, kind: str) -> Reply:
        """Give a reply as it goes out, and count the fault that it meets."""
        if kind:
            self.counters.faults[kind] += 1
        pause, pieces = self.faults.pause, self.faults.pieces
        return replace(reply, delay=self._delay(), fault=kind, sent=self.counters.end, pause=pause, pieces=pieces)

    def _reply(self, known: Known, key: str, question: bytes) -> tuple[Reply, str]:
        """Give the reply, and the kind of fault that it meets."""
        asked, account, reply = known
        if self._answers.keys.expired(key):
            return _refusal("expired", asked.operation), "expired"
        if not self.throttling.admit(asked, account):
            self.counters.throttled[asked.operation] += 1
            return _refusal("throttled", asked.operation), ""
        return self._dealt(asked, reply, question) if self.faults.faults else (reply, "")

    def _dealt(self, asked: Asked, reply: Reply, question: bytes) -> tuple[Reply, str]:
        before = self._before[question]
        self._before[question] += 1
        kind = self.faults.of(asked, question, before)
        if kind == "cut":
            body = reply.body[: len(reply.body) // 2]
            head = reply.head.replace(b"Content-Length: %d" % len(reply.body), b"Content-Length: %d" % len(body))
            return Reply(head, body), kind
        if kind in REFUSING:
            return _refusal(kind, "s3.GetObject" if asked.operation == DOWNLOAD else asked.operation), kind
        return reply, kind

    def _blob(self, request: Request) -> Reply:
        """Give what an address of GetDownloadUrlForLayer leads to: S3's own, whose faults it may meet."""
        digest = request.target.removeprefix(BLOBS)
        found = self.described.blob(digest) if isinstance(self.described, Blobs) else None
        self.counters.begin(DOWNLOAD)
        head = head_of(404 if found is None else 200, {"Content-Type": "binary/octet-stream"}, len(found or b""))
        asked = Asked(DOWNLOAD, {"digest": digest}, "", "")
        return self._sent(*self._dealt(asked, Reply(head, found or b""), _question(request)))

    def _delay(self) -> float:
        latency = self.described.latency if self.latency is None else self.latency
        jitter = getattr(self.described, "jitter", 0.0) if self.jitter is None else self.jitter
        return max(0.0, latency + self._chance.uniform(-jitter, jitter)) if jitter else latency

    def _control(self, target: str) -> Reply:
        if target == "/_reset":
            self.counters.reset()
            self.throttling.reset()
            self._before.clear()
        bounds = self.throttling.bounds()
        told = {**self.counters.told(), "bound": max(bounds.values(), default=0.0), "bounds": bounds}
        told["cpu"] = time.process_time()
        return _plain(200, json.dumps(told))


def _question(request: Request) -> bytes:
    told = [
        f"{name}:{value}"
        for name, value in request.headers.items()
        if name.startswith("x-amz-") and name not in PASSING
    ]
    return f"{request.method} {request.target} {told}".encode() + request.body


def _refusal(kind: str, operation: str) -> Reply:
    said = pacing.refusal_of(operation) if kind == "throttled" else going_wrong.refusal_of(kind, operation)
    assert said is not None  # noqa: S101  these kinds are refusals
    return refusal(operation, said)


def _unknown(request: Request) -> Reply:
    text = f"{request.method} {request.target} is not known here"
    if "json" in request.headers.get("content-type", ""):
        return _plain(501, json.dumps({"__type": "NotImplemented", "message": text}))
    error = f"<Error><Code>NotImplemented</Code><Message>{escape(text)}</Message></Error>"
    return _plain(501, f"<ErrorResponse>{error}</ErrorResponse>")


def _plain(status: int, text: str) -> Reply:
    body = text.encode()
    return Reply(head_of(status, {"Content-Type": "application/json"}, len(body)), body)


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=0, help="so many small accounts (1 with --world, 200 without)")
    parser.add_argument("--world", type=float, help="large accounts: 1 is 1,200 resources each")
    parser.add_argument("--regions", type=int, default=1, help="the Regions over which --world's resources are spread")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each answer is held back")
    parser.add_argument("--jitter", type=float, default=0.0, help="seconds more or less than that")
    parser.add_argument("--throttle", type=float, nargs="?", const=1.0, help="throttle, at this share of AWS's rates")
    parser.add_argument("--fault", type=_fault, action="append", default=[], help="what goes wrong; may be repeated")
    parser.add_argument("--fault-seed", type=int, default=1)
    parser.add_argument("--expire-after", type=int, help="requests after which a key of AssumeRole's has expired")
    parser.add_argument("--expire-own-after", type=int, help="requests after which any other key has")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    faults = Faults(
        tuple(given.fault), given.fault_seed,
        expire_after=given.expire_after, expire_own_after=given.expire_own_after,
    )  # fmt: skip
    throttling = Throttling(given.throttle is not None, given.throttle or 1.0)
    endpoint = Endpoint(_described(given), given.port, faults, throttling, latency=given.latency, jitter=given.jitter)

    def ready() -> None:
        print(f"export AWS_ENDPOINT_URL={endpoint.url}", flush=True)
        print(f"export AWS_ACCESS_KEY_ID={key_of(endpoint.home)} AWS_SECRET_ACCESS_KEY=synthetic", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(endpoint.serve(ready))


def _fault(text: str) -> Fault:
    try:
        return Fault.of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _described(given: argparse.Namespace) -> Description:
    if given.world is None:
        return Described(given.accounts or 200, given.seed)
    from bench.endpoint.world import World

    made: Description = World(given.seed, given.world, REGIONS[: given.regions], given.accounts or 1)
    return made


if __name__ == "__main__":
    main()
