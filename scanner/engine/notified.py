"""The tables of config.toml on who is told what after a scan: `[notify.<name>]` for each channel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
TOPIC = re.compile(r"arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_.-]+")
URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.+")
AMAZON = frozenset({"sns", "ses"})
"""Services of apprise that would write to AWS by keys of their own."""

Event = Literal["new", "worse", "resolved", "unassessed", "tunnel_down", "drift", "failed"]
EVENTS: tuple[Event, ...] = ("failed", "tunnel_down", "new", "worse", "unassessed", "drift", "resolved")
"""What can be told, in the order in which it is."""

USUAL: tuple[Event, ...] = tuple(event for event in EVENTS if event != "drift")
Severity = Literal["info", "low", "medium", "high", "critical"]


def is_topic(url: str) -> bool:
    """Say whether a channel is an SNS topic, which is named by its ARN."""
    return url.startswith("arn:")


def checked_url(given: str) -> str:
    """Take where a channel leads; what is said of a wrong one holds nothing of it but the scheme.

    Raises:
        ValueError: it is neither a URL nor the ARN of a topic, or would write to AWS by other keys.
    """
    scheme = given.partition(":")[0].casefold()
    if scheme in AMAZON:
        raise ValueError(
            f"{scheme}: would write to AWS by keys of its own; name an SNS topic by its ARN, send mail by mailtos:"
        )
    if is_topic(given) and not TOPIC.fullmatch(given):
        raise ValueError("this is no ARN of an SNS topic, such as arn:aws:sns:us-east-1:111122223333:phiward")
    if not is_topic(given) and not URL.fullmatch(given):
        raise ValueError("this is no URL; give one as apprise reads it, such as mailtos://, slack:// or jsons://")
    return given


def _name(given: str) -> str:
    if not NAME.fullmatch(given):
        raise ValueError(f"{given!r} is no name of a channel; give letters, digits, - and _, a letter first")
    return given


def _channel(given: Any) -> Any:
    """Take a table; what else stands there is not said, for it may be a URL with a password."""
    if not isinstance(given, Mapping):
        raise ValueError("give each channel a table of its own, such as [notify.ops] with `url` or `url_env`")  # noqa: TRY004
    return given


class NotifyTable(BaseModel):
    """One channel: where it leads, what is told, how often, and of what.

    `url` is a URL as apprise reads it or the ARN of an SNS topic; `url_env` names the environment variable that holds
    it. What is below `severity` is not told, nor what is not of `accounts` (ids or names) or not tagged `owner`
    (`KEY=VALUE`, or the value of the tag `owner`). With `always` a message is sent also where there is nothing to tell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    url: str = Field(default="", repr=False)
    url_env: str = ""
    on: tuple[Event, ...] = USUAL
    digest: Literal["scan", "daily", "weekly"] = "scan"
    severity: Severity = "low"
    accounts: tuple[str, ...] = ()
    owner: str = ""
    always: bool = False
    format: Literal["", "text", "markdown", "html", "json"] = ""

    _url = field_validator("url")(lambda given: checked_url(given) if given else given)

    @field_validator("url_env")
    @classmethod
    def _is_variable(cls, given: str) -> str:
        if given and not VARIABLE.fullmatch(given):
            raise ValueError("this is no name of an environment variable; the URL itself goes under `url`")
        return given

    @field_validator("owner")
    @classmethod
    def _is_tag(cls, given: str) -> str:
        key, equals, value = given.rpartition("=")
        if given and (not value.strip() or (equals and not key.strip())):
            raise ValueError("give the value of the tag 'owner', or KEY=VALUE of another tag")
        return given

    @model_validator(mode="after")
    def _leads_somewhere(self) -> NotifyTable:
        if bool(self.url) == bool(self.url_env):
            raise ValueError("give either `url`, or `url_env` with the name of the environment variable that holds it")
        return self

    @property
    def tag(self) -> tuple[str, str] | None:
        """The tag that only what bears it is told of; None where all is."""
        key, _, value = self.owner.rpartition("=")
        return ((key or "owner").strip(), value.strip()) if self.owner else None

    def due(self, now: datetime, last: datetime | None) -> bool:
        """Say whether a message is due, when the last one was sent: once a UTC day or ISO week, for digests."""
        if last is None or self.digest == "scan":
            return True
        return _period(self.digest, now.date()) != _period(self.digest, last.date())


def _period(digest: str, day: date) -> tuple[int, ...]:
    return day.isocalendar()[:2] if digest == "weekly" else (day.year, day.month, day.day)


Channels = dict[Annotated[str, AfterValidator(_name)], Annotated[NotifyTable, BeforeValidator(_channel)]]
