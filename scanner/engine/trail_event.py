"""Events of CloudTrail: who called what, when, from where, and what about; nothing that may be secret is kept."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import msgspec

SECRET_KEYS = re.compile(
    r"password|passwd|passphrase|secret(?!id$|arn$|name$|s?list$)|presharedkey|privatekey|keymaterial|plaintext"
    r"|ciphertext|credential|(?<!http)token|parametervalue|userdata|environment(?!id$|name$)|authparameters|certificatebody|apikey"
)
"""Members whose values are dropped as a record is read, unless flags or figures; compared as `bare` writes them."""

UNNAMING_KEYS = frozenset({
    "tags", "tagset", "tagspecificationset", "tagspecifications", "description", "comment", "bucketpolicy", "statement",
})  # fmt: skip
"""Members below which a string names no resource that the call is about."""

READING = ("Get", "List", "Describe", "Head", "Lookup", "Search", "BatchGet")
"""How the names of reading calls begin, for records that do not say whether they read."""

CHANNELS: tuple[tuple[str, str], ...] = (
    (r"cloudformation\.amazonaws\.com", "CloudFormation"),
    (r"terraform|opentofu", "Terraform"),
    (r"aws-cli/|awspowershell", "CLI"),
    (r"console[.\w-]*\.amazonaws\.com|signin\.amazonaws\.com|s3console|aws console|mozilla/", "console"),
    (r"^aws-internal|^\[?[\w.-]+\.amazonaws\.com(\.cn)?\]?$|^aws internal", "service"),
    (r"boto|aws-sdk|aws sdk|sdk/|pulumi", "SDK"),
)
"""Patterns of user agents, in lower case, and the channels that they mean, the surest first."""

SERVICE = re.compile(r"^[\w.-]+\.amazonaws\.com(\.cn)?$")
VERSION = re.compile(r"(19|20)\d\d_?\d\d_?\d\d(v\d+)?$")
DEPTH = 40


class Asked:
    """What a call was asked, without secrets, kept to compare with a change; it cannot be encoded, so never stored.

    `names` gives each string that may name a resource, with the members under which it was found.
    """

    __slots__ = ("names", "parameters")

    def __init__(self, parameters: Any = None, names: Mapping[str, frozenset[str]] | None = None) -> None:
        """Keep the parameters and the names."""
        self.parameters = parameters
        self.names: Mapping[str, frozenset[str]] = names or {}

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "<asked>"


class TrailEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One management event of CloudTrail, as far as attribution needs it.

    `source` is the service's `eventSource`, `actor` an ARN (a service's name for a service), `session` the name of the
    role's session, `issuer` the ARN of the role behind it, `channel` as in `Attribution`, `resources` the ARNs and
    names that CloudTrail itself lists. `management` is false for data events and insights, which attribute nothing.
    """

    id: str
    name: str
    source: str
    at: datetime
    region: str
    account: str
    read_only: bool = False
    management: bool = True
    error: str = ""
    actor: str = ""
    actor_type: str = ""
    session: str = ""
    issuer: str = ""
    source_ip: str = ""
    invoked_by: str = ""
    user_agent: str = ""
    channel: str = "unknown"
    resources: tuple[str, ...] = ()
    asked: Asked = msgspec.field(default_factory=Asked)

    @property
    def effective(self) -> bool:
        """Say whether it can have changed anything: a management event that wrote and succeeded."""
        return self.management and not self.read_only and not self.error

    @property
    def call(self) -> str:
        """The event's name as tables list it, without the API's version that some services write behind it."""
        return VERSION.sub("", self.name)

    def names_any(self, names: Collection[str]) -> bool:
        """Say whether it is about one of some names."""
        return not self.asked.names.keys().isdisjoint(names)


class Odd(msgspec.Struct, frozen=True):
    """A record that is no event, and why."""

    reason: str
    id: str = ""


def parse(record: Any) -> TrailEvent | Odd:
    """Read a CloudTrail record: its JSON text or document, an entry of LookupEvents, or of a file's `Records`.

    It never fails: what cannot be read is given as `Odd`, with the reason. Source: CloudTrail User
    Guide, record contents.
    """
    try:
        if isinstance(record, str | bytes):
            record = json.loads(record)
        if isinstance(record, dict) and "CloudTrailEvent" in record:
            listed = record.get("Resources")
            record = json.loads(record["CloudTrailEvent"])
            if isinstance(record, dict) and isinstance(listed, list):
                record = record | {"listed": listed}
    except (ValueError, TypeError, RecursionError):
        return Odd("it is no JSON")
    if not isinstance(record, dict):
        return Odd("it is no object")
    return _event(record)


def parse_all(records: Iterable[Any]) -> tuple[list[TrailEvent], list[Odd]]:
    """Read many records; give the events and what was none."""
    events, odd = [], []
    for record in records:
        found = parse(record)
        if isinstance(found, Odd):
            odd.append(found)
        else:
            events.append(found)
    return events, odd


def _event(record: Mapping[str, Any]) -> TrailEvent | Odd:
    number, name, source = (_text(record.get(member)) for member in ("eventID", "eventName", "eventSource"))
    at = _moment(record.get("eventTime"))
    who = _mapping(record.get("userIdentity"))
    account = _text(record.get("recipientAccountId")) or _text(who.get("accountId"))
    region = _text(record.get("awsRegion"))
    needed = {"eventName": name, "eventSource": source, "eventTime": at, "awsRegion": region, "an account": account}
    missing = [what for what, there in needed.items() if not there]
    if missing or at is None:
        return Odd(f"it lacks {', '.join(missing)}", number)
    agent, address = _text(record.get("userAgent")), _text(record.get("sourceIPAddress"))
    context = _mapping(who.get("sessionContext"))
    issuer = _text(_mapping(context.get("sessionIssuer")).get("arn"))
    arn, sort = _text(who.get("arn")), _text(who.get("type"))
    invoked = _text(who.get("invokedBy"))
    if not invoked and SERVICE.match(address):
        invoked = address
    by_service = sort == "AWSService" or record.get("eventType") == "AwsServiceEvent"
    actor = arn or (invoked if by_service else "") or _text(who.get("userName")) or _text(who.get("principalId"))
    resources = (*_listed(record.get("resources"), "ARN"), *_listed(record.get("listed"), "ResourceName"))
    console = _flag(record.get("sessionCredentialFromConsole"))
    parameters = kept(record.get("requestParameters"))
    if name == "PutParameter" and isinstance(parameters, dict):
        parameters.pop("value", None)
    return TrailEvent(
        id=number, name=name, source=source, at=at, region=region, account=account,
        error=_text(record.get("errorCode")),
        read_only=_read_only(record.get("readOnly"), name), management=_management(record), actor=actor or source,
        actor_type=sort or ("AWSService" if by_service else ""), issuer=issuer, source_ip=address,
        invoked_by=invoked,
        session=arn.rpartition("/")[2] if ":assumed-role/" in arn or ":federated-user/" in arn else "",
        user_agent=agent[:300], channel=channel(agent, invoked, console=console), resources=resources,
        asked=Asked(parameters, _names(parameters, kept(record.get("responseElements")), resources)),
    )  # fmt: skip


def channel(agent: str, invoked_by: str = "", *, console: bool = False) -> str:
    """Say by which channel a call came: from the service that made it for someone, else from the user agent.

    `console` is what CloudTrail says of the session's credentials.
    """
    for text in filter(None, (invoked_by.lower(), agent.lower())):
        found = next((name for pattern, name in CHANNELS if re.search(pattern, text)), "")
        if found == "service" and console and not invoked_by:
            return "console"
        if found == "SDK" and console:
            return "console"
        if found:
            return found
    return "console" if console else "unknown"


def kept(value: Any, depth: int = 0) -> Any:
    """Give parameters without what may be secret, and no deeper than any API's are."""
    if isinstance(value, Mapping):
        return {
            str(name): kept(item, depth + 1)
            for name, item in value.items()
            if depth < DEPTH and (isinstance(item, int) or not SECRET_KEYS.search(bare(str(name))))
        }
    if isinstance(value, list | tuple):
        return [kept(item, depth + 1) for item in value] if depth < DEPTH else []
    return value if value is None or isinstance(value, str | int | float) else str(value)


@lru_cache(65536)
def bare(name: str) -> str:
    """Write a member's name in lower case, without separators: `from_port`, `FromPort` and `fromPort` are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _names(parameters: Any, answer: Any, resources: Iterable[str]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for key, text in (*_strings(parameters), *_strings(answer)):
        found.setdefault(text, set()).add(key)
    for text in resources:
        found.setdefault(text, set()).add("resource")
    return {text: frozenset(keys) for text, keys in found.items()}


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, item in value.items():
            if bare(name) not in UNNAMING_KEYS:
                yield from _strings(item, bare(name))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item, key)
    elif isinstance(value, str) and 0 < len(value) <= 2048:  # noqa: PLR2004  no name or ARN is longer
        yield key, value


def _listed(given: Any, member: str) -> tuple[str, ...]:
    entries = given if isinstance(given, list) else []
    texts = (_text(_mapping(entry).get(name)) for entry in entries for name in (member, "ARN", "resourceName"))
    return tuple(dict.fromkeys(filter(None, texts)))


def _management(record: Mapping[str, Any]) -> bool:
    category = _text(record.get("eventCategory"))
    if category:
        return category == "Management"
    return _text(record.get("managementEvent")).lower() != "false" and record.get("eventType") != "AwsCloudTrailInsight"


def _read_only(given: Any, name: str) -> bool:
    return name.startswith(READING) if given is None else _flag(given)


def _flag(given: Any) -> bool:
    return _text(given).lower() == "true"


def _mapping(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _text(given: Any) -> str:
    return given if isinstance(given, str) else str(given) if isinstance(given, bool | int) else ""


def _moment(given: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(given)
    except (ValueError, TypeError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
