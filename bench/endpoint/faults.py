"""What goes wrong on purpose: for a share of the requests, chosen by seed, or for those that are named.

Whether a request is met depends on the seed, on what it asks and on how often it was asked, so that a drill goes the
same way each time, in whatever order the requests come.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from bench.endpoint.protocols import Asked, Refused, model_of

KINDS = ("500", "503", "reset", "short", "cut", "slow", "hang", "expired", "denied", "throttled")
"""An internal error; unavailable; a reset connection; a body shorter than its Content-Length; a body that is cut though
its length is right; one that drips; none at all, for ever; expired credentials; a denial; a throttled request."""

EXPIRED = {"ec2": ("RequestExpired", 400), "query": ("ExpiredToken", 403), "rest-xml": ("ExpiredToken", 400)}
DENIED = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}
SHARES = 1 << 32


@dataclass(frozen=True)
class Fault:
    """One kind of fault.

    `rate` is the share of the requests that meet it, `operation` a pattern of `service.Operation`, `where` parameters
    and the text that stands in them; `times` is how often the same request meets it, None without end.
    """

    kind: str
    rate: float = 1.0
    operation: str = "*"
    where: Mapping[str, str] = field(default_factory=dict)
    times: int | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that there is not."""
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind!r} is no kind of fault; there are {', '.join(KINDS)}")

    @classmethod
    def of(cls, text: str) -> Fault:
        """Read `KIND[:RATE[:OPERATION[:PARAMETER=TEXT,...]]]`.

        Raises:
            ValueError: it is not of this form.
        """
        kind, rate, operation, where = [*text.split(":", 3), *("", "", "")][:4]
        if rate and not rate.replace(".", "", 1).isdecimal():
            raise ValueError(f"{text!r}: the rate is a number from 0 to 1, not {rate!r}")
        pairs = (pair.partition("=") for pair in where.split(",") if pair)
        return cls(kind, float(rate or 1), operation or "*", {name: value for name, _, value in pairs})

    def meets(self, asked: Asked) -> bool:
        """Say whether a request is one that may meet it."""
        if self.operation != "*" and not fnmatchcase(asked.operation, self.operation):
            return False
        return all(any(text in said for said in _texts(asked.params.get(name))) for name, text in self.where.items())


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, Iterable) and not isinstance(value, str):
        for one in value:
            yield from _texts(one)
    elif value is not None:
        yield str(value)


@dataclass(frozen=True)
class Faults:
    """All that goes wrong; the first fault that meets a request is dealt.

    A slow body comes in `pieces`, `pause` seconds between them. The keys that AssumeRole gives are good for
    `expire_after` requests each, other keys for `expire_own_after`; None is for ever.
    """

    faults: tuple[Fault, ...] = ()
    seed: int = 1
    pause: float = 0.1
    pieces: int = 20
    expire_after: int | None = None
    expire_own_after: int | None = None

    def of(self, asked: Asked, question: bytes, before: int) -> str:
        """Give the kind that a request meets, asked `before` times already; empty: none."""
        for number, fault in enumerate(self.faults):
            if (fault.times is None or before < fault.times) and fault.meets(asked):
                drawn = zlib.crc32(b"%d/%d/%d/" % (self.seed, number, before) + question)
                if zlib.crc32(drawn.to_bytes(4, "big")) < fault.rate * SHARES:
                    return fault.kind
        return ""


@dataclass
class Keys:
    """How often each access key was used, and the new ones that AssumeRole gives while keys expire."""

    faults: Faults
    used: Counter[str] = field(default_factory=Counter)
    given: int = 0

    def expired(self, key: str) -> bool:
        """Count a use of a key, and say whether it is one too many."""
        most = self.faults.expire_after if len(key) > PLAIN else self.faults.expire_own_after
        if most is None:
            return False
        self.used[key] += 1
        return self.used[key] > most

    def renew(self, answer: Mapping[str, Any]) -> Mapping[str, Any]:
        """Put a new key into the answer of AssumeRole, where keys expire."""
        if self.faults.expire_after is None:
            return answer
        self.given += 1
        credentials = dict(answer["Credentials"])
        credentials["AccessKeyId"] = f"{credentials['AccessKeyId'][:PLAIN]}{self.given:04d}"
        return {**answer, "Credentials": credentials}


PLAIN = len("ASIA100000000000")
"""The length of a key that was not renewed: what follows is its number."""


def refusal_of(kind: str, operation: str) -> Refused | None:
    """Give the refusal that a kind of fault is, in the words of the operation's protocol; None if it is no refusal."""
    service = operation.partition(".")[0]
    protocol = str(model_of(service).resolved_protocol)
    if kind == "500":
        return Refused("InternalError" if service == "s3" else "InternalFailure", "An internal error occurred.", 500)
    if kind == "503":
        return Refused("ServiceUnavailable", "Service is unable to handle the request.", 503)
    if kind == "expired":
        other = ("ExpiredTokenException", 403 if protocol == "rest-json" else 400)
        code, status = EXPIRED.get(protocol, other)
        return Refused(code, "The security token included in the request is expired", status)
    if kind == "denied":
        code = DENIED.get(protocol, "AccessDeniedException")
        return Refused(code, f"not authorized to perform: {operation.replace('.', ':')}")
    return None
