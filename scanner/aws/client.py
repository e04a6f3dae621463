"""The one client: it makes the calls that declarations name, whole or not at all, and refuses every other."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError

from scanner.aws.errors import (
    EXPIRED,
    THROTTLED,
    ForbiddenOperationError,
    Refusal,
    TruncatedAnswerError,
    code_of,
    refusal,
)
from scanner.aws.limits import Limits
from scanner.aws.sessions import HOME_REGION, Sessions, Target
from scanner.engine.normalise import plain
from scanner.model.operation import Call
from scanner.model.path import getter

TRIES = 3
"""How often an answer that came incomplete, or was throttled to the end of botocore's own retries, is asked again."""

TOKENS = (
    ("nextToken", "nextToken"), ("NextToken", "NextToken"), ("Marker", "NextMarker"), ("Marker", "Marker"),
    ("NextPageMarker", "NextPageMarker"),
)  # fmt: skip
"""Request and answer members of operations that page although botocore describes no paginator."""

CUT_SHORT = ("IsTruncated", "Truncated", "isTruncated", "hasMore", "HasMoreResults")

Place = tuple[str, str]


@dataclass(frozen=True)
class Request:
    """One call, ready to be made.

    `expect` is the member that its answer always has, `group` the throttle group (empty: the service), `permission` the
    IAM action that a refusal names, `region` the Region where it is not the place's own.
    """

    operation: str
    params: Mapping[str, Any]
    expect: str = ""
    group: str = ""
    permission: str = ""
    region: str = ""

    @classmethod
    def of(cls, call: Call, params: Mapping[str, Any], region: str = "") -> Request:
        """Make the request of a declared call."""
        return cls(call.operation, params, call.expect or "", call.bucket, call.permissions[-1], region)

    def refused(self, code: str, message: str) -> Refusal:
        """Make the refusal of this request."""
        return refusal(self.operation, self.permission, code, message)


@dataclass
class AwsClient:
    """Calls AWS for the collector.

    `allowed` are the operations (`service.Operation`) that the declarations name; any other is refused, also by the
    botocore clients themselves. `calls` counts requests by (operation, account, Region).
    """

    sessions: Sessions
    targets: Mapping[str, Target]
    allowed: frozenset[str]
    threads: int = 32
    limits: Limits = field(default_factory=Limits)
    sleep: Callable[[float], None] = time.sleep
    made: int = 0
    calls: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    _clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def pages(self, place: Place, request: Request) -> Iterator[dict[str, Any]]:
        """Give every page of an answer, as plain values.

        Raises:
            Refusal: a page was not answered, came incomplete, or the list was cut short without a token.
        """
        at = (place[0], request.region or place[1])
        client = self._client(*at, request.operation)
        params = dict(request.params)
        seen: set[str] = set()
        while True:
            answer = self._whole(client, at, request, params)
            yield answer
            following = _next(client, request.operation, answer)
            if following is None:
                cut = next((name for name in CUT_SHORT if answer.get(name) is True), None)
                if cut:
                    raise request.refused("ListCutShort", f"{cut} is set, but there is no token")
                return
            mark = repr(following)
            if mark in seen:
                raise request.refused("TokenRepeated", "the same page token came twice")
            seen.add(mark)
            params |= following

    def one(self, place: Place, request: Request) -> dict[str, Any]:
        """Give the answer; the lists of further pages are joined to those of the first.

        Raises:
            Refusal: it was not answered, or came incomplete.
        """
        pages = self.pages(place, request)
        joined = next(pages)
        for page in pages:
            for name, value in page.items():
                if isinstance(value, list) and isinstance(joined.get(name), list):
                    joined[name] += value
        return joined

    def _whole(self, client: Any, place: Place, request: Request, params: Mapping[str, Any]) -> dict[str, Any]:
        bucket = self.limits.bucket(*place, request.group or request.operation.partition(".")[0])
        last = request.refused("NotAnswered", "")
        for attempt in range(TRIES):
            if attempt:
                self.sleep(0.5 * 2**attempt)
            bucket.take()
            try:
                answer = self._ask(client, place, request.operation, params)
            except TruncatedAnswerError as error:
                last = request.refused("IncompleteAnswer", str(error))
            except ClientError as error:
                code = code_of(error.response)
                last = request.refused(code, str(error.response.get("Error", {}).get("Message", "")))
                if code not in THROTTLED and code not in EXPIRED:
                    raise last from error
            except (HTTPClientError, BotoConnectionError) as error:
                last = request.refused(type(error).__name__, str(error))
            except BotoCoreError as error:
                raise request.refused(type(error).__name__, str(error)) from error
            else:
                if not request.expect or request.expect in answer:
                    bucket.answered()
                    return answer
                last = request.refused("IncompleteAnswer", f"the answer lacks {request.expect}")
        raise last

    def _ask(self, client: Any, place: Place, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        method = client.meta.method_to_api_mapping
        action = operation.partition(".")[2]
        name = next(name for name, api in method.items() if api == action)
        with self._lock:
            self.calls[operation, *place] += 1
            self.made += 1
        answer = getattr(client, name)(**params)
        body = {key: value.read() if hasattr(value, "read") else value for key, value in answer.items()}
        made = plain(body)
        return made if isinstance(made, dict) else {}

    def _client(self, account: str, region: str, operation: str) -> Any:
        if operation not in self.allowed:
            raise ForbiddenOperationError(f"{operation} is not declared by any kind; phiward does not call it")
        service = operation.partition(".")[0]
        target = self.targets[account]
        at = HOME_REGION.get(target.partition, region) if region == "global" else region
        key = (account, at, service)
        with self._lock:
            if key not in self._clients:
                self._clients[key] = self._make(target, at, service)
            return self._clients[key]

    def _make(self, target: Target, region: str, service: str) -> Any:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": 4}, max_pool_connections=self.threads,
            connect_timeout=10, read_timeout=60, user_agent_extra="phiward",
        )  # fmt: skip
        client = self.sessions.session(target).client(service, region_name=region, config=config)
        host = urlsplit(client.meta.endpoint_url).hostname or ""
        events = client.meta.events
        events.register("before-call", self._guard(service))
        events.register("response-received", check_length)
        events.register("needs-retry", self._watch(target.account, region, service))
        if not host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
            events.register("before-sign", unprefix_host)
        return client

    def _guard(self, service: str) -> Callable[..., None]:
        def refuse(model: Any, **_: Any) -> None:
            if f"{service}.{model.name}" not in self.allowed:
                raise ForbiddenOperationError(
                    f"{service}.{model.name} is not declared by any kind; phiward does not call it"
                )

        return refuse

    def _watch(self, account: str, region: str, service: str) -> Callable[..., None]:
        bucket = self.limits.bucket(account, region, service)

        def notice(response: Any, **_: Any) -> None:
            if response is not None and code_of(response[1]) in THROTTLED:
                bucket.throttled()

        return notice


def check_length(response_dict: Mapping[str, Any], **_: Any) -> None:
    """Refuse an answer whose body is shorter than it said.

    Raises:
        TruncatedAnswerError: it is.
    """
    headers = {str(name).lower(): value for name, value in response_dict["headers"].items()}
    body = response_dict["body"]
    said = headers.get("content-length")
    if said is None or "content-encoding" in headers or not isinstance(body, bytes):
        return
    if 200 <= response_dict["status_code"] < 300 and len(body) < int(said):  # noqa: PLR2004  HTTP's own numbers
        raise TruncatedAnswerError(f"the answer has {len(body)} of {said} bytes")


def unprefix_host(request: Any, **_: Any) -> None:
    """Send a call to an endpoint of one's own where the API would put the account's number before the host."""
    parts = urlsplit(request.url)
    first, _, rest = parts.netloc.partition(".")
    if first.isdigit() and len(first) == 12:  # noqa: PLR2004  the length of an account's number
        request.url = urlunsplit(parts._replace(netloc=rest))


def _next(client: Any, operation: str, answer: Mapping[str, Any]) -> dict[str, Any] | None:
    """Give the parameters of the following page, or None at the end."""
    action = operation.partition(".")[2]
    model = client.meta.service_model.operation_model(action)
    members = model.input_shape.members if model.input_shape else {}
    tokens = _described(client, model)
    values = {ask: getter(got)(answer) for ask, got in tokens if ask in members}
    return {ask: value for ask, value in values.items() if value} or None


def _described(client: Any, model: Any) -> tuple[tuple[str, str], ...]:
    snake = next(name for name, api in client.meta.method_to_api_mapping.items() if api == model.name)
    if not client.can_paginate(snake):
        return tuple(
            (ask, got) for ask, got in TOKENS if got in (model.output_shape.members if model.output_shape else {})
        )
    config = client.get_paginator(snake)._pagination_cfg  # noqa: SLF001  botocore offers no other way to read it
    asks, gots = (
        value if isinstance(value, list) else [value] for value in (config["input_token"], config["output_token"])
    )
    return tuple((ask, got.partition(" ||")[0].strip()) for ask, got in zip(asks, gots, strict=True))
