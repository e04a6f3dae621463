"""One client's connection: requests are read from it one after another, and answered whole or with what goes wrong."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass

HEAD_END = b"\r\n\r\n"
STATUS = {
    200: "OK", 204: "No Content", 400: "Bad Request", 403: "Forbidden", 404: "Not Found", 429: "Too Many Requests",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip
AT_ONCE = struct.pack("ii", 1, 0)
"""A socket that closes with a reset: it lingers, for no time."""


@dataclass
class Request:
    """A request as it stands on the wire; the names of headers are in lower case."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Reply:
    """What is sent after `delay` seconds; `fault` says how it goes wrong, `sent` is told when nothing more follows."""

    head: bytes
    body: bytes
    delay: float = 0.0
    fault: str = ""
    sent: Callable[[], None] | None = None
    pause: float = 0.0
    pieces: int = 1


def head_of(status: int, headers: dict[str, str], length: int) -> bytes:
    """Write the head of an answer."""
    lines = [
        f"HTTP/1.1 {status} {STATUS.get(status, 'Refused')}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode("latin-1")


class Connection(asyncio.Protocol):
    """Hands each request to `take` and sends the reply that it gives."""

    def __init__(self, take: Callable[[Request], Reply], known: set[Connection]) -> None:
        """Be one of the `known` connections while it is open."""
        self._take, self._known = take, known
        self._buffer = bytearray()
        self._head: tuple[str, str, dict[str, str], int] | None = None
        self._under_way: Reply | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport | None = None
        self._last = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Be open."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  a stream's
        self._transport = transport
        self._known.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        """Let go of what was under way."""
        self._known.discard(self)
        if self._timer is not None:
            self._timer.cancel()
        self._done()

    def close(self) -> None:
        """Close, whatever is under way."""
        if self._transport is not None:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read on."""
        self._buffer += data
        if self._under_way is None:
            self._next()

    def _next(self) -> None:
        if self._head is None:
            end = self._buffer.find(HEAD_END)
            if end < 0:
                return
            self._head = _read_head(bytes(self._buffer[:end]))
            del self._buffer[: end + len(HEAD_END)]
        method, target, headers, length = self._head
        if len(self._buffer) < length:
            return
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        self._head = None
        self._last = headers.get("connection", "").lower() == "close"
        self._under_way = reply = self._take(Request(method, target, headers, body))
        if reply.fault == "hang":
            return
        if reply.delay > 0:
            self._timer = asyncio.get_running_loop().call_later(reply.delay, self._send, reply)
        else:
            self._send(reply)

    def _send(self, reply: Reply) -> None:
        assert self._transport is not None  # noqa: S101  it was read from
        if self._transport.is_closing():
            return
        if reply.fault == "reset":
            with contextlib.suppress(OSError):
                self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            self._transport.abort()
        elif reply.fault == "short":
            self._transport.write(reply.head + reply.body[: len(reply.body) // 2])
            self._transport.close()
        elif reply.fault == "slow":
            self._transport.write(reply.head)
            self._drip(reply, 0)
        else:
            self._transport.write(reply.head + reply.body)
            self._following()

    def _drip(self, reply: Reply, start: int) -> None:
        assert self._transport is not None  # noqa: S101  as above
        step = max(1, -(-len(reply.body) // reply.pieces))
        self._transport.write(reply.body[start : start + step])
        if start + step >= len(reply.body):
            self._following()
        else:
            self._timer = asyncio.get_running_loop().call_later(reply.pause, self._drip, reply, start + step)

    def _following(self) -> None:
        self._done()
        if self._last and self._transport is not None:
            self._transport.close()
        elif self._buffer:
            self._next()

    def _done(self) -> None:
        reply, self._under_way = self._under_way, None
        if reply is not None and reply.sent is not None:
            reply.sent()


def _read_head(head: bytes) -> tuple[str, str, dict[str, str], int]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    return method, target, headers, int(headers.get("content-length") or 0)
