"""How values are put into words: hostile text made harmless, long names shortened where it hurts least."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from scanner.engine.normalise import whole

if TYPE_CHECKING:
    from datetime import datetime

    from scanner.model.gap import Gap

REDACTED = "$redacted"
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_PLAIN = re.compile(r"[\x20-\x7e]*")
_OTHER = re.compile(r"[^\n\x20-\x7e]")


def clean(text: str) -> str:
    r"""Make control and direction characters visible, so that a name cannot command a terminal or mislead a reader.

    A new line or tab becomes a space; anything else invisible its escape, `\x1b` or `\u202e`.
    """
    if _PLAIN.fullmatch(text):
        return text
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in "\n\t":
        return " "
    if unicodedata.category(character) in INVISIBLE:
        code = ord(character)
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"  # noqa: PLR2004  one byte
    return character


def encoded(value: Any, order: Literal["deterministic"] | None = None) -> bytes:
    r"""Give compact JSON in which every character can be seen: those that cannot are escapes.

    What JSON does not know becomes text; half of a surrogate pair, which no encoding knows, the six letters `\ud800`.
    """
    try:
        made = msgspec.json.encode(value, enc_hook=str, order=order)
    except UnicodeEncodeError:
        made = msgspec.json.encode(_whole(msgspec.to_builtins(value, enc_hook=str)), order=order)
    return made if made.isascii() and b"\x7f" not in made else _OTHER.sub(_escaped, made.decode()).encode()


def _whole(value: Any) -> Any:
    if isinstance(value, str):
        return whole(value)
    if isinstance(value, dict):
        return {_whole(key): _whole(each) for key, each in value.items()}
    return [_whole(each) for each in value] if isinstance(value, list) else value


def _escaped(match: re.Match[str]) -> str:
    one = match.group()
    if unicodedata.category(one) not in INVISIBLE:
        return one
    return json.dumps(one)[1:-1] if one > "\x7f" else "\\u007f"


def value_text(value: Any, limit: int = 0) -> str:
    """Say a fact's value in one line: text as it is, secrets as their hash, the rest as JSON; cut at `limit`."""
    if isinstance(value, str):
        said = value or '""'
    elif isinstance(value, dict) and REDACTED in value:
        said = redacted_text(value)
    else:
        said = encoded(value, "deterministic").decode()
    said = clean(said)
    return said if not limit or len(said) <= limit else said[: limit - 1] + "…"


def redacted_text(value: dict[str, Any]) -> str:
    """Say what is known of a secret that was not kept: the start of its keyed hash and the detectors that fired."""
    found = value.get("$detected") or []
    names = [str(hit.get("detector") or hit.get("type") or hit) if isinstance(hit, dict) else str(hit) for hit in found]
    fired = f", looks like: {', '.join(names)}" if names else ""
    return f"redacted (keyed hash {str(value[REDACTED])[:12]}{fired})"


def shorten(text: str, width: int) -> str:
    """Cut out the middle; the end, which tells siblings apart, keeps three fifths of `width`."""
    if len(text) <= width:
        return text
    if width < 4:  # noqa: PLR2004  no room for a sign at each side
        return text[:width]
    head = (width - 1) * 2 // 5
    return text[:head] + "…" + text[len(text) - (width - 1 - head) :]


def cut(text: str, width: int) -> str:
    """Leave out the end, after a whole word."""
    return text if len(text) <= width else f"{text[:width].rpartition(' ')[0] or text[:width]} …"


def short_arn(arn: str) -> str:
    """Leave out of an ARN what stands beside it (partition, Region, account): `kms:key/1234`; other names stay."""
    parts = arn.split(":", 5)
    full = 6
    return f"{parts[2]}:{parts[5]}" if len(parts) == full and parts[0] == "arn" else arn


def fit_arn(arn: str, width: int) -> str:
    """Say an ARN in `width` characters: without its service and type where that is enough, else without its middle."""
    short = short_arn(arn)
    bare = short.partition(":")[2].rpartition("/")[2] or short
    return short if len(short) <= width else shorten(bare, width)


def gap_text(gap: Gap) -> str:
    """Say why something was not learned: the service's error code, or the state, and its message."""
    return ": ".join(part for part in (gap.error or str(gap.state), gap.message) if part)


def moment(when: datetime) -> str:
    """Give a moment as RFC 3339 with seconds, UTC as `Z`."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def day(text: str) -> str:
    """Give the date of a moment in RFC 3339; other text stays."""
    return text[:10] if re.match(r"\d{4}-\d\d-\d\dT", text) else text


def when(text: str) -> str:
    """Give a moment of RFC 3339 in UTC to the minute, `2026-03-04 17:00Z`; other text stays, made harmless."""
    match = re.match(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)[\d:.]*(Z|\+00:00)$", text)
    return f"{match[1]} {match[2]}Z" if match else clean(text)


def plural(count: int, one: str, many: str = "") -> str:
    """Count in words: `1 finding`, `2 findings`, with thousands separated."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
