"""The one client: it makes the calls that declarations name, whole or not at all, and refuses every other."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, IncompleteReadError, ResponseStreamingError
from botocore.parsers import ResponseParserError

from scanner.aws.endpoints import own_endpoint
from scanner.aws.errors import (
    AGAIN,
    EXPIRED,
    THROTTLED,
    ForbiddenOperationError,
    Refusal,
    TruncatedAnswerError,
    code_of,
    refusal,
)
from scanner.aws.limits import Bucket, Limits, group_of
from scanner.aws.models import narrowed
from scanner.aws.paging import LARGEST, paging_of
from scanner.aws.patience import Patience
from scanner.aws.request import Request
from scanner.aws.sessions import HOME_REGION, Sessions, Target
from scanner.aws.whole import check_whole
from scanner.engine.normalise import plain
from scanner.model.operation import permission_of

__all__ = ["BUDGET_SPENT", "AwsClient", "Patience", "Request"]

CUT = (TruncatedAnswerError, ResponseParserError, IncompleteReadError, ResponseStreamingError)
"""What is raised when an answer did not come whole."""

BUDGET_SPENT = "MaxCallsSpent"
"""The error of a call that was not made, for the calls that may be made of its account were spent."""

Place = tuple[str, str]


class Way(NamedTuple):
    """How a call goes out: by which client and credentials (None: the client's own), for which place.

    `at` is where: it differs from `place` where a resource of a global kind lies in a Region of its own.
    """

    client: Any
    credentials: Any
    place: Place
    at: Place


@dataclass
class AwsClient:
    """Calls AWS for the collector.

    `allowed` are the operations (`service.Operation`) that the declarations name; any other is refused, also by the
    botocore clients themselves. `taken` counts requests by place, `budgets` are the calls that an account may get.
    """

    sessions: Sessions
    targets: Mapping[str, Target]
    allowed: frozenset[str]
    threads: int = 32
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    made: int = 0
    taken: Counter[Place] = field(default_factory=Counter)
    budgets: dict[str, int] = field(default_factory=dict)
    _clients: dict[tuple[int, str, str], Any] = field(default_factory=dict)
    _twins: dict[int, Any] = field(default_factory=dict)
    _methods: dict[tuple[int, str], Callable[..., Any]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _spent: Counter[str] = field(default_factory=Counter)
    _pace: threading.local = field(default_factory=threading.local)

    def pages(self, place: Place, request: Request) -> Iterator[dict[str, Any]]:
        """Give every page of an answer, as plain values.

        Raises:
            Refusal: a page was not answered, came incomplete, or the list was cut short without a token.
            CredentialsEndedError: our own credentials have expired: no call is made any more.
        """
        way = self._way(place, request)
        paging = paging_of(way.client, request.operation.partition(".")[2])
        longest = [LARGEST[request.operation]] if request.operation in LARGEST else []
        params: dict[str, Any] = {**dict(longest), **request.params}
        seen: set[str] = set()
        while True:
            answer = self._whole(way, request, params)
            yield answer
            following = paging.following(answer)
            if following is None:
                cut = paging.cut_short(answer)
                if cut:
                    raise request.refused("ListCutShort", f"{cut} is set, but there is no token")
                return
            mark = repr(following)
            if mark in seen:
                raise request.refused("TokenRepeated", "the same page token came twice")
            seen.add(mark)
            params = {name: value for name, value in (params | following).items() if value is not None}

    def gate(self, place: Place, operation: str, group: str, region: str = "") -> Callable[[int], float]:
        """Give what lets calls of an operation through: see `Bucket.offer`."""
        return self.limits.bucket(place[0], region or place[1], group_of(operation, group)).offer

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

    def _whole(self, way: Way, request: Request, params: Mapping[str, Any]) -> dict[str, Any]:
        bucket = self.limits.bucket(*way.at, group_of(request.operation, request.group))
        self._pace.bucket, self._pace.credentials = bucket, way.credentials
        last = request.refused("NotAnswered", "")
        for attempt in range(self.patience.tries):
            if attempt:
                self.patience.sleep(0.5 * 2**attempt)
            self.sessions.expiry.check()
            self._count(way, request)
            bucket.take()
            try:
                answer = self._ask(way.client, request.operation, params)
            except CUT as error:
                last = request.refused("IncompleteAnswer", str(error))
            except (ClientError, BotoCoreError, ForbiddenOperationError) as error:
                last = self._refusal(way, request, error)
                if last.code not in AGAIN:
                    raise last from error
            else:
                if not request.expect or request.expect in answer:
                    bucket.answered()
                    return answer
                last = request.refused("IncompleteAnswer", f"the answer lacks {request.expect}")
        raise last

    def _refusal(self, way: Way, request: Request, error: Exception) -> Refusal:
        """Make the refusal, of the role's assumption where that was what AWS refused; have what expired renewed.

        Raises:
            CredentialsEndedError: our own credentials have expired, and cannot be renewed.
        """
        if isinstance(error, ForbiddenOperationError):  # what was asked is allowed: botocore asked more by itself
            return request.refused("NotFollowed", str(error))
        if not isinstance(error, ClientError):
            self.sessions.expiry.refused(error)
            return request.refused(type(error).__name__, str(error))
        code, message = code_of(error.response), str(error.response.get("Error", {}).get("Message", ""))
        if error.operation_name.startswith("AssumeRole"):
            self.sessions.expiry.refused(error)
            operation = f"sts.{error.operation_name}"
            return refusal(operation, permission_of(operation), code, message)
        if code in EXPIRED:
            self.sessions.expiry.expired(way.credentials, self._pace.key)
        return request.refused(code, message)

    def _count(self, way: Way, request: Request) -> None:
        """Count a request that is to be made.

        Raises:
            Refusal: all that may be made of the account have been.
        """
        account = way.place[0]
        with self._lock:
            budget = self.budgets.get(account)
            if budget is not None and self._spent[account] >= budget:
                most = self.targets[account].max_calls or budget
                raise request.refused(BUDGET_SPENT, f"all {most:,} calls of account {account} are spent (max_calls)")
            self._spent[account] += 1
            self.taken[way.place] += 1
            self.made += 1

    def _ask(self, client: Any, operation: str, params: Mapping[str, Any]) -> dict[str, Any]:
        key = (id(client), operation)
        if key not in self._methods:
            action = operation.partition(".")[2]
            name = next(name for name, api in client.meta.method_to_api_mapping.items() if api == action)
            self._methods[key] = getattr(client, name)
        answer = self._methods[key](**params)
        body = {key: value.read() if hasattr(value, "read") else value for key, value in answer.items()}
        made = plain(body)
        return made if isinstance(made, dict) else {}

    def allow(self, account: str, calls: int | None) -> None:
        """Let so many more calls be made of an account; None is as many as it takes."""
        with self._lock:
            self.budgets.pop(account, None)
            if calls is not None:
                self.budgets[account] = self._spent[account] + calls

    def forget(self, place: Place) -> None:
        """Let go of what was kept of a place that is done: a scan of many accounts must not grow with each."""
        self.limits.forget(*place)
        with self._lock:
            self.taken.pop(place, None)

    def _way(self, place: Place, request: Request) -> Way:
        operation = request.operation
        if operation not in self.allowed:
            raise ForbiddenOperationError(f"{operation} is not declared by any kind; phiward does not call it")
        service = operation.partition(".")[0]
        target = self.targets[place[0]]
        at = (place[0], request.region or place[1])
        region = HOME_REGION.get(target.partition, at[1]) if at[1] == "global" else at[1]
        try:
            session, credentials = self.sessions.signer(target)
            key = (id(session), region, service)
            if key not in self._clients:
                with self.sessions.making:
                    if key not in self._clients:
                        self._clients[key] = self._make(session, region, service)
        except (BotoCoreError, ValueError) as error:
            raise request.refused(type(error).__name__, str(error)) from error
        return Way(self._clients[key], credentials, place, at)

    def _make(self, session: Any, region: str, service: str) -> Any:
        if id(session) not in self._twins:
            self._twins[id(session)] = narrowed(session, self.allowed)
        config = Config(
            retries={"mode": "standard", "total_max_attempts": self.patience.attempts},
            max_pool_connections=self.threads, connect_timeout=self.patience.connect,
            read_timeout=self.patience.read, user_agent_extra="phiward",
            account_id_endpoint_mode="disabled",  # a client serves many accounts
        )  # fmt: skip
        client = self._twins[id(session)].client(service, region_name=region, config=config)
        events = own_endpoint(client).meta.events
        events.register("before-sign", self._sign)
        events.register("before-call", self._guard(service))
        events.register("before-parse", check_whole)
        events.register_first("needs-retry", self._paced)
        return client

    def _sign(self, request: Any, **_: Any) -> None:
        """Have each attempt of a call, redirected ones too, signed by the credentials of the account it is made for."""
        credentials = getattr(self._pace, "credentials", None)
        self._pace.key = self.sessions.expiry.key_of(credentials)
        if credentials is not None:
            request.context.setdefault("signing", {})["request_credentials"] = credentials

    def _guard(self, service: str) -> Callable[..., None]:
        def refuse(model: Any, **_: Any) -> None:
            if f"{service}.{model.name}" not in self.allowed:
                raise ForbiddenOperationError(
                    f"{service}.{model.name} is not declared by any kind; phiward does not call it"
                )

        return refuse

    def _paced(self, response: Any, attempts: int, **_: Any) -> float | None:
        """Slow down at each throttled attempt, and say when to ask again: when the bucket has a token.

        An attempt is made in the thread that asked. botocore's own wait, which knows nothing of the others that wait,
        is left for other faults.
        """
        bucket: Bucket | None = getattr(self._pace, "bucket", None)
        if bucket is None or response is None or code_of(response[1]) not in THROTTLED:
            return None
        bucket.throttled()
        return bucket.reserve() if attempts < self.patience.throttled else None
