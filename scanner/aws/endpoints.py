"""Endpoints of one's own: a test server, a proxy, an appliance that speaks AWS."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit, urlunsplit


def own_endpoint(client: Any) -> Any:
    """Let a client reach an endpoint of one's own also where the API puts the account's number before the host."""
    host = urlsplit(client.meta.endpoint_url).hostname or ""
    if not host.endswith((".amazonaws.com", ".amazonaws.com.cn", ".api.aws")):
        client.meta.events.register("before-sign", unprefix_host)
    return client


def unprefix_host(request: Any, **_: Any) -> None:
    """Send a call to an endpoint of one's own where the API would put the account's number before the host."""
    parts = urlsplit(request.url)
    first, _, rest = parts.netloc.partition(".")
    if first.isdigit() and len(first) == 12:  # noqa: PLR2004  the length of an account's number
        request.url = urlunsplit(parts._replace(netloc=rest))
