"""CloudTrail: the event history, which moto lacks: it keeps no events and has no LookupEvents.

The gatekeeper hands over what it passed on (`keep`); here it is kept for 90 days of the demo's clock, by account and
Region, and looked up as AWS answers it. Calls that only read are remembered in smaller numbers, since they are many and
change nothing. AWS: API_LookupEvents, "Viewing events with CloudTrail Event history", CloudTrail record contents.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from moto.cloudtrail.models import Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow

from scanner.demo.moto_gaps.graft import add

EXTENDS: frozenset[str] = frozenset(
    {
        "cloudtrail.LookupEvents",
        "cloudtrail.PutInsightSelectors",
    }
)
"""The operations that this module answers, or whose answer or outcome it changes."""

_RETENTION = timedelta(days=90)
_READ_EVENTS = 2000  # how many reading calls an account and Region remembers
_PAGE = 50
_EVENTS = UUID("5b0f9a52-6a0e-4d0c-9a3c-0a3e3f2f8a10")
Record = dict[str, Any]


@dataclass
class _History:
    """The events of an account and Region, oldest first; those that change something are kept for their time."""

    written: deque[Record] = field(default_factory=deque)
    read: deque[Record] = field(default_factory=lambda: deque(maxlen=_READ_EVENTS))
    counts: dict[bool, int] = field(default_factory=lambda: {True: 0, False: 0})


_histories: dict[tuple[str, str], _History] = defaultdict(_History)
_lock = threading.Lock()
_lag = timedelta(0)


def keep(record: Record) -> None:
    """Keep an event (a CloudTrail record, without its `eventID`), and forget what has grown too old."""
    when = _moment(record)
    with _lock:
        history = _histories[record["recipientAccountId"], record["awsRegion"]]
        reads = bool(record["readOnly"])
        history.counts[reads] += 1
        parts = (record["recipientAccountId"], record["awsRegion"], record["eventTime"], record["eventName"])
        record["eventID"] = str(uuid5(_EVENTS, "/".join((*parts, str(reads), str(history.counts[reads])))))
        kept = history.read if reads else history.written
        kept.append(record)
        while when - _moment(kept[0]) > _RETENTION:
            kept.popleft()


def set_lag(minutes: float) -> None:
    """Hold events back for so long before LookupEvents tells of them; AWS takes up to 15 minutes."""
    global _lag  # noqa: PLW0603 - one server, one lag
    _lag = timedelta(minutes=minutes)


def _moment(record: Record) -> datetime:
    return datetime.fromisoformat(record["eventTime"])


def _username(record: Record) -> str:
    """The name by which LookupEvents knows the caller: a user's, a role's session, or a service."""
    who = record["userIdentity"]
    if who["type"] == "AssumedRole":
        return str(who["arn"].rpartition("/")[2])
    return str(who.get("userName") or ("root" if who["type"] == "Root" else who.get("invokedBy", "")))


def _resources(record: Record) -> list[dict[str, str]]:
    return [{"ResourceType": each["type"], "ResourceName": each["ARN"]} for each in record.get("resources", ())]


_VALUES: Mapping[str, Callable[[Record], set[str]]] = {
    "AccessKeyId": lambda record: {record["userIdentity"].get("accessKeyId", "")},
    "EventId": lambda record: {record["eventID"]},
    "EventName": lambda record: {record["eventName"]},
    "EventSource": lambda record: {record["eventSource"]},
    "ReadOnly": lambda record: {str(record["readOnly"]).lower()},
    "ResourceName": lambda record: {each["ResourceName"] for each in _resources(record)},
    "ResourceType": lambda record: {each["ResourceType"] for each in _resources(record)},
    "Username": lambda record: {_username(record)},
}


def _told(record: Record) -> dict[str, Any]:
    """Render an event as LookupEvents answers it."""
    said = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": str(record["readOnly"]).lower(),
        "AccessKeyId": record["userIdentity"].get("accessKeyId"),
        "EventTime": int(_moment(record).timestamp()),
        "EventSource": record["eventSource"],
        "Username": _username(record),
        "Resources": _resources(record),
        "CloudTrailEvent": json.dumps(record),
    }
    return {name: value for name, value in said.items() if value is not None}


def _error(what: str, message: str) -> JsonRESTError:
    return JsonRESTError(f"Invalid{what}Exception", message)


def _found(history: _History, asked: Mapping[str, Any]) -> Iterator[Record]:
    """Go over the events that are asked for, newest first."""
    now = utcnow().replace(tzinfo=UTC)
    since = max(now - _RETENTION, _time(asked.get("StartTime"), now - _RETENTION))
    until = min(now - _lag, _time(asked.get("EndTime"), now))
    attributes = asked.get("LookupAttributes") or []
    with _lock:
        kept = sorted([*history.read, *history.written], key=_moment)
    for record in reversed(kept):
        wanted = all(each["AttributeValue"] in _VALUES[each["AttributeKey"]](record) for each in attributes)
        if wanted and since <= _moment(record) <= until:
            yield record


def _time(given: float | None, otherwise: datetime) -> datetime:
    return otherwise if given is None else datetime.fromtimestamp(given, UTC)


def _lookup_events(response: Any) -> str:
    """LookupEvents, which moto lacks.

    AWS's errors: one attribute at the most, 1 to 50 events in a page, a start not after the end, and a token only with
    the parameters that it was given for.
    """
    asked: dict[str, Any] = json.loads(response.body or "{}")
    attributes = asked.get("LookupAttributes") or []
    size = asked.get("MaxResults", _PAGE)
    if len(attributes) > 1 or any(each["AttributeKey"] not in _VALUES for each in attributes):
        raise _error("LookupAttributes", "You can specify only one valid lookup attribute.")
    if not 1 <= size <= _PAGE:
        raise _error("MaxResults", f"MaxResults must be between 1 and {_PAGE}.")
    if asked.get("EndTime") is not None and asked.get("StartTime", 0) > asked["EndTime"]:
        raise _error("TimeRange", "StartTime must not be later than EndTime.")
    history = _histories[response.current_account, response.region]
    found = [] if asked.get("EventCategory") else list(_found(history, asked))
    said = {name: value for name, value in asked.items() if name not in {"NextToken", "MaxResults"}}
    purpose = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]
    first = _after(found, purpose, asked["NextToken"]) if asked.get("NextToken") else 0
    page = found[first : first + size]
    answer: dict[str, Any] = {"Events": [_told(record) for record in page]}
    if first + size < len(found):
        answer["NextToken"] = base64.b64encode(f"{purpose}/{page[-1]['eventID']}".encode()).decode()
    return json.dumps(answer)


def _after(found: list[Record], purpose: str, token: str) -> int:
    """The place behind the event that a token names; events that came since then do not move it."""
    try:
        given, _, last = base64.b64decode(token, validate=True).decode().partition("/")
    except (binascii.Error, UnicodeDecodeError):
        given = last = ""
    places = [number for number, record in enumerate(found, 1) if record["eventID"] == last]
    if given != purpose or not places:
        raise _error("NextToken", "The token is not of this request.")
    return places[0]


def _put_insight_selectors(trail: Any, insight_selectors: list[dict[str, str]]) -> None:
    """PutInsightSelectors replaces those that stand; moto adds to them."""
    trail.insight_selectors = list(insight_selectors)


def install() -> None:
    """Extend moto's CloudTrail answers."""
    add(Trail, put_insight_selectors=_put_insight_selectors)
    add(CloudTrailResponse, lookup_events=_lookup_events)
