"""Findings: a verdict on one resource, with the evidence it was judged on."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from typing import Any

import msgspec

from scanner.model.gap import Gap


class Verdict(StrEnum):
    """The five verdicts, worst last: see `Verdict.rank`."""

    SKIP = "SKIP"
    PASS = "PASS"
    UNKNOWN = "UNKNOWN"
    FAIL = "FAIL"
    ERROR = "ERROR"

    @property
    def rank(self) -> int:
        """Order by weight: ERROR over FAIL over UNKNOWN over PASS over SKIP."""
        return _RANKS[self]


_RANKS = {verdict: rank for rank, verdict in enumerate(Verdict)}


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """One fact that was read: its value, its path in the source, and the resource where it is not the judged one."""

    fact: str
    value: Any
    path: str
    redacted: bool = False
    resource: str = ""


class Finding(msgspec.Struct, kw_only=True, gc=False):
    """The verdict of one rule on one resource or on one part of it.

    `resource` is the ARN, `key` what the fingerprint hangs on. `status` (new, still, resolved, reopened, unseen),
    `first_seen`, `last_seen` and `acceptance` come from the history. `missing` says what could not be learned, also
    beside a FAIL.
    """

    fingerprint: str
    rule: str
    title: str
    verdict: Verdict
    severity: str
    category: str
    kind: str
    resource: str
    key: str
    name: str
    account: str
    region: str
    part: str = ""
    message: str = ""
    status: str = "new"
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    missing: tuple[Gap, ...] = ()
    hipaa: tuple[str, ...] = ()
    hipaa_proposed: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    in_scope: str = "unknown"
    first_seen: str = ""
    last_seen: str = ""
    acceptance: dict[str, Any] | None = None
    remedy: dict[str, Any] | None = None
    tags: dict[str, str] | None = None

    @property
    def accepted(self) -> bool:
        """Say whether an acceptance is in force: its last day is not past, and what was accepted is still so."""
        given = self.acceptance or {}
        return bool(given) and not any(given.get(name) for name in ("revoked", "expired", "lapsed"))


def fingerprint(rule: str, partition: str, account: str, region: str, key: str, part: str) -> str:
    """Identify a finding over the nights: 32 hexadecimal digits of a SHA-256."""
    return digest(rule, held_in(partition, account, region, key), part)


def held_in(partition: str, account: str, region: str, key: str) -> str:
    """Say what the fingerprints of all findings on one thing have in common."""
    return f"{partition}\x1f{account}\x1f{region}\x1f{key}"


def digest(rule: str, held: str, part: str) -> str:
    """Identify a finding by its rule, what `held_in` gives, and the part."""
    return sha256(f"{rule}\x1f{held}\x1f{part}".encode()).hexdigest()[:32]
