"""A stub of AWS on loopback: it answers scripted bytes, so that the real boto3 client meets what AWS may do."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Asked:
    """A request as the stub saw it; `key` is `service.Operation`, or `service METHOD path` of the REST protocols.

    `signer` is the access key that signed it.
    """

    key: str
    params: Mapping[str, Any]
    host: str
    region: str
    signer: str = ""


@dataclass(frozen=True)
class Answer:
    """What the stub sends: `length` is the Content-Length said (None: none is said, the connection ends the body).

    `hang` holds the answer back until the stub closes, `reset` breaks the connection instead.
    """

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    length: int | None = -1
    hang: bool = False
    reset: bool = False


Script = Answer | Sequence[Answer] | Callable[[Asked], Answer]


def said(status: int = 200, /, **members: Any) -> Answer:
    """Answer with a JSON document."""
    return Answer(json.dumps(members).encode(), status)


def refused(code: str, status: int = 400, message: str = "no") -> Answer:
    """Refuse in the JSON protocols."""
    return said(status, __type=f"com.amazonaws.x#{code}", message=message)


def xml(text: str, status: int = 200) -> Answer:
    """Answer with an XML document."""
    return Answer(text.encode(), status, {"Content-Type": "text/xml"})


def xml_refused(code: str, status: int = 403, message: str = "no") -> Answer:
    """Refuse in the query protocol, as S3 does too."""
    error = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
    return xml(f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>", status)


def s3_refused(code: str, status: int = 403) -> Answer:
    """Refuse as S3."""
    return xml(f"<Error><Code>{code}</Code><Message>no</Message></Error>", status)


def ec2_refused(code: str, status: int = 403) -> Answer:
    """Refuse as EC2."""
    error = f"<Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors>"
    return xml(f"<Response>{error}<RequestID>1</RequestID></Response>", status)


class Stub:
    """`with Stub({...}) as stub:` serves the script on `stub.url`; a list is answered in order, its last for ever."""

    def __init__(self, script: Mapping[str, Script]) -> None:
        self.script = dict(script)
        self.asked: list[Asked] = []
        self.closing = threading.Event()
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def count(self, key: str) -> int:
        return sum(1 for asked in self.asked if asked.key == key)

    def params(self, key: str) -> list[Mapping[str, Any]]:
        return [asked.params for asked in self.asked if asked.key == key]

    def answer(self, asked: Asked) -> Answer:
        with self._lock:
            self.asked.append(asked)
            script = self.script.get(asked.key, Answer(b"not scripted", 501))
            if isinstance(script, Answer):
                return script
            if callable(script):
                return script(asked)
            place = min(self._taken[asked.key], len(script) - 1)
            self._taken[asked.key] += 1
            return script[place]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def _stub(self) -> Stub:
        assert isinstance(self.server, _Server)
        return self.server.stub

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._send(self._stub.answer(self._read(body)))

    do_POST = do_PUT = do_HEAD = do_DELETE = do_GET  # noqa: N815  the names that http.server looks for

    def _read(self, body: bytes) -> Asked:
        found = CREDENTIAL.search(self.headers.get("Authorization", ""))
        signer, region, service = found.groups() if found else ("", "", "")
        host = self.headers.get("Host", "")
        target = self.headers.get("X-Amz-Target")
        if target:
            return Asked(f"{service}.{target.rpartition('.')[2]}", json.loads(body or b"{}"), host, region, signer)
        form = dict(parse_qsl(body.decode())) if body[:7] == b"Action=" or b"&Action=" in body else {}
        if form:
            return Asked(f"{service}.{form['Action']}", form, host, region, signer)
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        blank = "&".join(sorted(name for name, value in query.items() if not value))
        key = f"{service} {self.command} {parts.path}" + (f"?{blank}" if blank else "")
        sent = json.loads(body) if body[:1] == b"{" else {}
        return Asked(key, {**query, **sent}, host, region, signer)

    def _send(self, answer: Answer) -> None:
        if answer.hang:
            self._stub.closing.wait(30)
        if answer.hang or answer.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.length is not None:
            self.send_header("Content-Length", str(len(answer.body) if answer.length < 0 else answer.length))
        if answer.length is None or answer.length >= 0:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, stub: Stub) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.stub = stub
