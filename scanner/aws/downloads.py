"""Downloads: what an address in an answer of AWS leads to, fetched whole or not at all."""

from __future__ import annotations

from functools import cache
from typing import Any

import urllib3

from scanner.aws.errors import Refusal, refusal
from scanner.aws.patience import Patience

DOWNLOAD_LIMIT = 8 * 1024 * 1024
PASSING = frozenset({429, 500, 502, 503, 504})
"""What the storage behind an address says when it may answer the next time."""


@cache
def _http() -> Any:
    return urllib3.PoolManager(maxsize=32, retries=urllib3.Retry(0, redirect=3))


def fetch(url: str, patience: Patience) -> bytes:
    """Fetch a document; what did not come, or not whole, is asked for again, `attempts` times in all.

    Raises:
        Refusal: it could not be fetched whole, or is larger than `DOWNLOAD_LIMIT` bytes.
    """
    last = refusal("HTTPS GET", "", "NotAnswered", "")
    for attempt in range(patience.attempts):
        if attempt:
            patience.sleep(0.5 * 2**attempt)
        try:
            return _fetch(url, urllib3.Timeout(connect=patience.connect, read=patience.read))
        except urllib3.exceptions.HTTPError as error:
            last = refusal("HTTPS GET", "", type(error).__name__, str(error).partition("?")[0])
        except Refusal as error:
            last = error
            if error.code not in map(str, PASSING):
                break
    raise last


def _fetch(url: str, timeout: urllib3.Timeout) -> bytes:
    answer = _http().request("GET", url, preload_content=False, timeout=timeout)
    try:
        body = answer.read(DOWNLOAD_LIMIT + 1)
    finally:
        answer.close()
    if answer.status != 200 or len(body) > DOWNLOAD_LIMIT:  # noqa: PLR2004  HTTP's own number
        raise refusal("HTTPS GET", "", str(answer.status), "the download was refused or is too large")
    return bytes(body)
