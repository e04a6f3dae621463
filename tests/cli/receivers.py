"""Who is told, on loopback: a web service that takes posts, and a mail server."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, cast

from scanner.cli import notifying
from scanner.cli.wire import Clock
from tests.cli.nights import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import EmailMessage
    from socketserver import BaseServer

    import pytest


@dataclass
class Web:
    """A service; it answers with `answers`, one after the other, and then with 200."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    posts: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def take(self) -> list[dict[str, Any]]:
        """Give what came since."""
        found, self.posts = self.posts, []
        return found


@dataclass
class Mail:
    """A mail server that takes everything."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)


@contextmanager
def _served(server: BaseServer) -> Iterator[int]:
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield cast("tuple[str, int]", server.server_address)[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def web() -> Iterator[Web]:
    """Serve a web service."""
    here = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            here.headers.append(dict(self.headers))
            here.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(here.answers.pop(0) if here.answers else 200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with _served(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as here.port:
        yield here


@contextmanager
def mail() -> Iterator[Mail]:
    """Serve SMTP, as far as a client without TLS asks for it."""
    here = Mail()

    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 here")
            while line := self.rfile.readline().strip().upper():
                if line == b"DATA":
                    self.say("354 go on")
                    here.mails.append(self.read())
                self.say("221 bye" if line == b"QUIT" else "250 ok")
                if line == b"QUIT":
                    return

        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def read(self) -> EmailMessage:
            lines = []
            while (line := self.rfile.readline()) != b".\r\n":
                lines.append(line.removeprefix(b"."))
            return message_from_bytes(b"".join(lines), policy=policy.default)

    with _served(ThreadingTCPServer(("127.0.0.1", 0), Handler)) as here.port:
        yield here


def channel(name: str, url: str, *more: str) -> str:
    """Write a channel as config.toml names it."""
    return "\n".join((f"[notify.{name}]", f'url = "{url}"', *more, ""))


def configure(*texts: str) -> None:
    """Write config.toml in the current folder."""
    Path("config.toml").write_text("\n".join(texts))


def at(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Let it be so many days after the first night."""
    monkeypatch.setattr(notifying, "Clock", lambda: Clock(FIRST + timedelta(days=days)))


def documents(hook: Web) -> list[dict[str, Any]]:
    """Give the documents that a service was posted since."""
    return [json.loads(each["message"]) for each in hook.take()]
