"""The ways by which notices leave: URLs that apprise knows, and SNS topics by who may publish there."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scanner.cli.output import known_errors
from scanner.engine.notified import checked_url, is_topic

if TYPE_CHECKING:
    from reports.notices import Message
    from scanner.cli.wire import Wiring
    from scanner.engine.notified import NotifyTable

RETRIES, PAUSE = 2, 2.0
"""How often a message that did not arrive is sent again at once, and the seconds between; then it waits for a run."""

TOPIC_LIMIT = 200_000
LOGGER = "apprise"
JSON_SCHEMES = frozenset({"json", "jsons"})
STATUS = re.compile(r"error=(\d{3})\b")


class Undelivered(Exception):
    """A message did not leave; the text says why, in one line and without anything of the URL."""


@dataclass(frozen=True)
class Channel:
    """A way that is open: the form it takes, in how many characters at most (0: any), and how to send."""

    form: str
    limit: int
    send: Callable[[Message], None]


def open_channel(wiring: Wiring, name: str, table: NotifyTable) -> Channel:
    """Make a channel ready; nothing is sent.

    Raises:
        Undelivered: its URL is missing or unknown, apprise is not installed, or nobody may publish to the topic.
    """
    try:
        url = checked_url(_url(table))
    except ValueError as error:
        raise Undelivered(f"{table.url_env}: {error}" if table.url_env else str(error)) from None
    try:
        return _topic(wiring, table, url) if is_topic(url) else _service(name, table, url)
    except known_errors() as error:
        raise Undelivered(" ".join(str(error).split())) from None


def _url(table: NotifyTable) -> str:
    if not table.url_env:
        return table.url
    given = os.environ.get(table.url_env, "").strip()
    if not given:
        raise Undelivered(f"the environment variable {table.url_env}, which url_env names, is not set")
    return given


def _topic(wiring: Wiring, table: NotifyTable, arn: str) -> Channel:
    from scanner.cli.publishing import publishers

    account = arn.split(":")[4]
    publisher = publishers(wiring, [account])[account]
    if isinstance(publisher, str):
        raise Undelivered(publisher)

    def send(message: Message) -> None:
        try:
            publisher.publish_message(arn, message.title, message.body)
        except known_errors() as error:
            raise Undelivered(str(error)) from None

    return Channel(table.format or "text", TOPIC_LIMIT, send)


def _service(name: str, table: NotifyTable, url: str) -> Channel:
    from reports.extras import brought

    apprise = brought("apprise", f"[notify.{name}] needs", "apprise", "notify")
    asset = apprise.AppriseAsset(
        app_id="phiward", app_desc="phiward", image_url_mask="", image_url_logo="", async_mode=False,
        interpret_emojis=False,
    )  # fmt: skip
    with _heard():
        plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise Undelivered("apprise does not know this service, or its URL lacks a part; see docs/notifications.md")
    plugin.retry, plugin.wait = RETRIES, PAUSE
    form = table.format or _form(url.partition(":")[0].casefold(), plugin.notify_format)
    title_in_body = plugin.title_maxlen <= 0

    def send(message: Message) -> None:
        _send(apprise, plugin, message)

    return Channel(form, max(200, plugin.body_maxlen - (200 if title_in_body else 20)), send)


def _form(scheme: str, takes: Any) -> str:
    """Choose a form for a service; `takes` is the format, or the formats, of apprise's plugin."""
    if scheme in JSON_SCHEMES:
        return "json"
    formats = {takes} if isinstance(takes, str) else {*takes}
    return "html" if scheme.startswith("mailto") else "markdown" if formats == {"markdown"} else "text"


def _send(apprise: Any, plugin: Any, message: Message) -> None:
    """Send, with the retries; what apprise logs is not shown, for it may hold parts of the URL."""
    ways = apprise.Apprise(asset=plugin.asset)
    ways.add(plugin)
    forms = apprise.NotifyFormat
    form = {"html": forms.HTML, "markdown": forms.MARKDOWN}.get(message.form, forms.TEXT)
    mood = apprise.NotifyType(message.mood)
    with _heard() as heard:
        arrived = ways.notify(body=message.body, title=message.title, body_format=form, notify_type=mood)
    if not arrived:
        raise Undelivered(_reason(heard))


def _reason(heard: list[str]) -> str:
    said = "\n".join(heard)
    if status := STATUS.search(said):
        return f"the service answered HTTP {status[1]}"
    if "onnection" in said:
        return "the service could not be reached, refused, or did not answer in time"
    return "the service did not take it"


class _Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append(record.getMessage())


@contextmanager
def _heard() -> Iterator[list[str]]:
    """Keep what apprise logs from everybody else, and give its warnings."""
    logger, ear = logging.getLogger(LOGGER), _Ear()
    before = logger.propagate, logger.level
    logger.addHandler(ear)
    logger.propagate = False
    logger.setLevel(logging.WARNING)
    try:
        yield ear.heard
    finally:
        logger.removeHandler(ear)
        logger.propagate, logger.level = before
