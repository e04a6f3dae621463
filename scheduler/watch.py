"""The loopback port where the scheduler is asked how it is: /healthz, /readyz, /metrics."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from scheduler.status import Status

LOOPBACK = "127.0.0.1"
WAIT = 5.0


class _Handler(BaseHTTPRequestHandler):
    status: Callable[[], Status]
    timeout = WAIT

    def do_GET(self) -> None:
        found = type(self).status()
        if self.path == "/healthz":
            self._answer(found.hung())
        elif self.path == "/readyz":
            self._answer(found.unready())
        elif self.path == "/metrics":
            self._write(200, found.metrics(), "text/plain; version=0.0.4; charset=utf-8")
        else:
            self._write(404, "ask for /healthz, /readyz or /metrics\n")

    def _answer(self, trouble: str) -> None:
        self._write(503 if trouble else 200, f"{trouble or 'ok'}\n")

    def _write(self, code: int, text: str, type_: str = "text/plain; charset=utf-8") -> None:
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", type_)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_given: Any) -> None:
        """Say nothing: who asks every ten seconds would fill the journal."""


class Watch:
    """Answers on loopback while it is open; use it in a `with` statement."""

    def __init__(self, port: int, status: Callable[[], Status]) -> None:
        """Listen on the port, 0 for a free one.

        Raises:
            OSError: the port is taken.
        """
        handler = type("Handler", (_Handler,), {"status": staticmethod(status)})
        self._server = ThreadingHTTPServer((LOOPBACK, port), handler)
        self._server.daemon_threads = True
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.2}, daemon=True)

    @property
    def address(self) -> str:
        """The address, such as `http://127.0.0.1:9464`."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> Self:
        """Begin to answer."""
        self._thread.start()
        return self

    def __exit__(self, *_given: object) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
