"""What the store takes and gives, as plain records."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import msgspec


class ScanInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A scan: when, of what, by which versions.

    `as_of` is the moment that ages are reckoned from. `rules` are the ids of the rules that are run, with their former
    ids; `kinds` the CloudFormation types collected; `targets` the (account, Region) pairs, `global` included; `names`
    the accounts' names. `finished` and `complete` are the store's to fill.
    """

    id: str
    started: datetime
    as_of: datetime
    kinds: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    names: dict[str, str] = msgspec.field(default_factory=dict)
    versions: dict[str, str] = msgspec.field(default_factory=dict)
    finished: datetime | None = None
    complete: bool = False

    @property
    def accounts(self) -> list[str]:
        """Name the accounts looked at, sorted."""
        return sorted({account for account, _ in self.targets})


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A time during which a finding's verdict and what it said stayed the same.

    `since` and `until` are the moments of the first and the last scan that said so, `scan` the first one's id;
    `status` is that of the first scan. `current` says whether it still holds.
    """

    scan: str
    since: str
    until: str
    verdict: str
    severity: str
    status: str
    message: str
    current: bool


class TrendRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many (rule, resource) pairs of an account had a verdict in a scan, counted by the worst part."""

    scan: str
    as_of: str
    account: str
    rule: str
    severity: str
    verdict: str
    count: int


class StandardRow(msgspec.Struct, frozen=True, kw_only=True):
    """How many (rule, resource) pairs that a HIPAA standard speaks of had a verdict in a scan.

    `standard` is a paragraph of 45 CFR Part 164 Subpart C, such as `164.312(a)` or `164.308(a)(1)`.
    """

    scan: str
    as_of: str
    account: str
    standard: str
    verdict: str
    count: int


class TallyRow(msgspec.Struct, frozen=True):
    """How many (rule, resource) pairs of an account had a verdict in a scan, by severity, counted by the worst part."""

    scan: str
    account: str
    severity: str
    verdict: str
    count: int


class AnsweredRow(msgspec.Struct, frozen=True):
    """How many of the calls that a scan made in an account were answered in full."""

    scan: str
    account: str
    answered: int
    calls: int


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """The head of an account's chain: it stands for everything stored of the account up to this scan."""

    account: str
    scan: str
    as_of: str
    head: str


class Acceptance(msgspec.Struct, frozen=True, kw_only=True):
    """A risk that somebody accepted: a finding (by fingerprint) or, in an account, a call that stays unanswered.

    `until` is the last day (ISO 8601). `addressable_reason` says why an addressable specification is not reasonable
    and appropriate, `equivalent_measure` what is done instead (45 CFR 164.306(d)(3)(ii)(B)). `value` names what was
    accepted, see `scanner.engine.accepted`. `lapsed` is empty, or says why a scan, `lapsed_in`, no longer took it as
    accepted.
    """

    scope: str
    subject: str
    account: str = ""
    reason: str
    owner: str
    until: str
    by: str
    at: str
    addressable_reason: str = ""
    equivalent_measure: str = ""
    value: str = ""
    lapsed: str = ""
    lapsed_in: str = ""


class AcceptanceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the acceptances' log: `accept`, `revoke` or `lapse`, by whom and in which words."""

    at: str
    by: str
    action: str
    scope: str
    subject: str
    account: str
    words: str


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """A scan that somebody approved as how things should be, under a name; `as_of` is the scan's moment.

    A later approval under the name is the next `version`, and the one before it is `superseded`.
    """

    name: str
    version: int
    scan: str
    as_of: str
    by: str
    reason: str
    at: str
    superseded: bool = False


class BaselineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the baselines' log: `approve` or `prune`, by whom, of which scan, in which words."""

    at: str
    by: str
    action: str
    name: str
    version: int
    scan: str
    words: str


class RemedyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the log of remediation, numbered in order by `seq`.

    `hash` is the plan's as it was then, `at` a moment in ISO 8601, `step` and `by` are empty where no step and nobody
    is concerned, `body` is JSON.
    """

    seq: int
    plan: str
    hash: str
    at: str
    event: str
    step: str = ""
    by: str = ""
    body: dict[str, Any] = msgspec.field(default_factory=dict)


def new_id(started: datetime) -> str:
    """Make a scan's id, readable and sortable by time: `20261121T020000Z-ab12`."""
    return f"{started.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"


def written(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment(text: str) -> datetime:
    """Read what `written` wrote."""
    return datetime.fromisoformat(text)
