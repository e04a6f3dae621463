"""What stands before moto in the demo's server: the control routes, the register of calls, the trail, the refusals."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from fnmatch import fnmatchcase
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from moto.moto_api._internal import mock_random

from scanner.demo import moto_gaps, trail
from scanner.demo.moto_gaps.ecr import BLOBS, blob
from scanner.demo.moto_gaps.unserved import ANSWERS
from scanner.demo.wire import Environ, Heard, identify, refusal

if TYPE_CHECKING:
    from scanner.demo.clock import Clock
    from scanner.demo.server import Served

CONTROL = "/_demo/"
_NOT_SERVED = {"404", "500", "501"}  # moto's page in HTML for what it lacks; AWS's errors are never HTML
StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Gatekeeper:
    """WSGI middleware: answers control routes, records each AWS call, refuses what is denied, passes on the rest."""

    def __init__(self, application: Callable[[Environ, StartResponse], Iterable[bytes]], clock: Clock) -> None:
        """Stand before `application`; `clock` is moved by the control route."""
        self._application = application
        self._clock = clock
        self._lock = threading.Lock()
        self._calls: list[Served] = []
        self._denied: list[tuple[str, str, str]] = []
        self._unserved: list[Served] = []

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Serve one request (PEP 3333)."""
        path: str = environ.get("PATH_INFO", "")
        if path.startswith(CONTROL):
            return self._control(path.removeprefix(CONTROL), environ, start_response)
        if path.startswith(BLOBS):
            return _download(path.removeprefix(BLOBS), start_response)
        heard = identify(environ)
        if heard is None:
            return self._application(environ, start_response)
        with self._lock:
            self._calls.append(heard.call)
            denied = any(_covers(pattern, heard.call) for pattern in self._denied)
        if not trail.is_recorded(heard):
            return self._serve(heard, environ, start_response, denied=denied)
        said: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
            said.append((status, headers))

        answered = self._serve(heard, environ, start, denied=denied)
        body = b"".join(answered)
        getattr(answered, "close", lambda: None)()
        status, headers = said[-1]
        trail.record(heard, environ, int(status.partition(" ")[0]), headers, body)
        start_response(status, headers)
        return [body]

    def _serve(self, heard: Heard, environ: Environ, start: StartResponse, *, denied: bool) -> Iterable[bytes]:
        call = heard.call
        if denied:
            status, headers, body = refusal(call, environ.get("CONTENT_TYPE", ""))
            return _respond(start, status, headers, body)
        if (call.service, call.operation) in ANSWERS:
            return _json(start, ANSWERS[call.service, call.operation])

        def noting(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
            if status[:3] in _NOT_SERVED and "html" in str(dict(headers).get("Content-Type", "")):
                with self._lock:
                    self._unserved.append(call)
            return start(status, headers, *error)

        return self._application(environ, noting)

    def _control(self, route: str, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        given = json.loads(environ["wsgi.input"].read(length)) if length else None
        with self._lock:
            return _json(start_response, self._steer(route, given))

    def _steer(self, route: str, given: Any) -> Any:
        if route == "clock":
            self._clock.set(datetime.fromisoformat(given))
        elif route == "random":
            mock_random.seed(given)
        elif route == "happen":
            moto_gaps.happen(**given)
        elif route == "deny":
            self._denied.append(tuple(given))
        elif route == "allow":
            self._denied.clear()
        elif route == "forget":
            self._calls.clear()
            self._unserved.clear()
        elif route == "calls":
            return self._calls
        elif route == "unserved":
            return self._unserved
        else:
            message = f"no control route {route!r}"
            raise LookupError(message)
        return None


def _covers(pattern: tuple[str, str, str], call: Served) -> bool:
    operation, account, region = pattern
    return (
        fnmatchcase(f"{call.service}:{call.operation}", operation)
        and fnmatchcase(call.account, account)
        and fnmatchcase(call.region, region)
    )


def _download(path: str, start_response: StartResponse) -> Iterable[bytes]:
    body = blob(path)
    status = HTTPStatus.NOT_FOUND if body is None else HTTPStatus.OK
    headers = [("Content-Type", "application/octet-stream"), ("Content-Length", str(len(body or b"")))]
    return _respond(start_response, status, headers, body or b"")


def _json(start_response: StartResponse, answer: object) -> Iterable[bytes]:
    body = json.dumps(answer).encode()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
    return _respond(start_response, HTTPStatus.OK, headers, body)


def _respond(
    start_response: StartResponse, status: int, headers: list[tuple[str, str]], body: bytes
) -> Iterable[bytes]:
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
