"""A synthetic AWS on loopback: many accounts, each answering by its seed, as fast as one process of Python can.

    python -m bench.endpoint.server --accounts 200 --seed 1

It prints its URL. Point AWS_ENDPOINT_URL at it. A role that is assumed in an account gives that account's key, and the
key says whose answer is wanted: nothing is kept between requests, so a request may be repeated without end.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import threading
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from bench.endpoint.description import MANAGEMENT, Described, key_of
from bench.endpoint.protocols import Asked, Operations, refused, written
from scanner.aws.collect import operations
from scanner.aws.sessions import BASE_OPERATIONS
from scanner.engine.registry import kinds

STATUS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 501: "Not Implemented"}
CACHED = 50_000


@dataclass
class Endpoint:
    """`with Endpoint(described) as it:` serves in a thread of its own, on `it.url`; `it.served` counts the requests."""

    described: Described
    port: int = 0
    served: Counter[str] = field(default_factory=Counter)
    _loop: asyncio.AbstractEventLoop | None = None
    _thread: threading.Thread | None = None

    def __post_init__(self) -> None:
        known = {*operations(kinds().values()), *BASE_OPERATIONS, "sts.AssumeRole"}
        self._operations = Operations.of(known)
        self._written = lru_cache(CACHED)(self._write)

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(ready,), daemon=True)
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

    def describe(self, described: Described) -> None:
        """Answer by another description from now on."""
        self.described = described
        self._written.cache_clear()

    def _run(self, ready: threading.Event) -> None:
        asyncio.run(self.serve(ready.set))

    async def serve(self, ready: Any) -> None:
        """Serve until it is ended."""
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        open_now: set[asyncio.Task[None]] = set()

        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.ensure_future(self._connection(reader, writer))
            open_now.add(task)
            task.add_done_callback(open_now.discard)

        server = await asyncio.start_server(begin, "127.0.0.1", self.port, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        await self._ended.wait()
        server.close()
        for task in list(open_now):
            task.cancel()
        await asyncio.gather(*open_now, return_exceptions=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._exchange(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length") or 0))
        method, target, _ = first.split(" ", 2)
        status, answer, more = self.answer(method, target, headers, body)
        if self.described.latency:
            await asyncio.sleep(self.described.latency)
        shown = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        head = f"HTTP/1.1 {status} {STATUS.get(status, 'Refused')}\r\n{shown}Content-Length: {len(answer)}\r\n\r\n"
        writer.write(head.encode() + (b"" if method == "HEAD" else answer))
        await writer.drain()
        return True

    def answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes, dict[str, str]]:
        """Answer a request: the status, the body, the headers."""
        if urlsplit(target).path == "/_served":
            return 200, json.dumps(dict(self.served)).encode(), {}
        asked = self._operations.read(method, target, headers, body)
        if asked is None:
            return 501, f"{method} {target} is not known here".encode(), {}
        self.served[asked.operation] += 1
        return self._written(asked.operation, json.dumps(asked.params, sort_keys=True), asked.key, asked.region)

    def _write(self, operation: str, params: str, key: str, region: str) -> tuple[int, bytes, dict[str, str]]:
        said = self.described.answer(Asked(operation, json.loads(params), key, region))
        return refused(operation, said) if isinstance(said, str) else (200, *written(operation, said))


def main() -> None:
    """Serve until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that each answer is held back")
    parser.add_argument("--port", type=int, default=0)
    given = parser.parse_args()
    endpoint = Endpoint(Described(given.accounts, given.seed, latency=given.latency), given.port)

    def ready() -> None:
        print(f"export AWS_ENDPOINT_URL={endpoint.url}", flush=True)
        print(f"export AWS_ACCESS_KEY_ID={key_of(MANAGEMENT)} AWS_SECRET_ACCESS_KEY=synthetic", flush=True)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(endpoint.serve(ready))


if __name__ == "__main__":
    main()
