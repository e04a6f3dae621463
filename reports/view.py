"""What a report is made from: one value that holds everything a rendering may say."""

from __future__ import annotations

import hashlib
import inspect
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from reports.hipaa import Standard, standards
from reports.history import History
from reports.remedy import remedy_kind, remedy_text
from scanner.engine.accepted_gaps import GapAcceptance
from scanner.engine.availability import ConnectionRecord
from scanner.engine.incremental import Night
from scanner.engine.lives import Life, Pace, Turnover, paces, turnover
from scanner.model.change import Change, Suppressed
from scanner.model.finding import Finding
from scanner.model.plan import Plan
from scanner.model.resource import Coverage, Resource

if TYPE_CHECKING:
    from scanner.model.rule import Rule


class Account(msgspec.Struct, frozen=True):
    """An AWS account: its twelve digits and the name that people use."""

    id: str
    name: str = ""

    @property
    def label(self) -> str:
        """The name where there is one, else the digits."""
        return self.name or self.id


class RuleInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as a report speaks of it; `why` is its docstring after the title, `sources` name founding documents.

    `digest` is the SHA-256 of the rule's file: its version.
    """

    id: str
    title: str
    severity: str
    category: str = "security"
    kind: str = ""
    why: str = ""
    scope: str = ""
    hipaa: tuple[str, ...] = ()
    hipaa_proposed: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    remedy_kind: str = ""
    remedy: str = ""
    digest: str = ""


class TrendRow(msgspec.Struct, frozen=True):
    """The counts of one scan: checks by verdict, and failed checks by severity."""

    scan: str
    as_of: datetime
    verdicts: Mapping[str, int]
    severities: Mapping[str, int]

    @property
    def assessed(self) -> int:
        """How many checks count: all but SKIP."""
        return sum(count for verdict, count in self.verdicts.items() if verdict != "SKIP")


class Stock(msgspec.Struct, frozen=True, order=True):
    """How many resources of a kind an account holds in a Region."""

    account: str
    region: str
    kind: str
    count: int


class Interval(msgspec.Struct, frozen=True):
    """How long a finding had one verdict; `until` is empty while it still has it.

    `verdict` may be `RESOLVED`, where what failed was gone, and `UNSEEN`, where it could not be looked for again.
    """

    since: str
    until: str
    verdict: str


class VpnRecord(msgspec.Struct, frozen=True, kw_only=True):
    """How long a VPN connection and its tunnels were up, over the windows of `scanner.engine.availability`."""

    account: str
    region: str
    name: str
    record: ConnectionRecord


class ScanRef(msgspec.Struct, frozen=True):
    """A scan by its id and the moment it speaks of."""

    id: str
    as_of: datetime


class DriftView(msgspec.Struct, frozen=True, kw_only=True):
    """What changed between two looks: two scans, or an approved baseline (`baseline` is its name) and a scan.

    `holes` are the coverage entries of the newer look that are not ok and were ok in the older one: what could not be
    compared for them. `complete` says whether the newer look was whole.
    """

    older: ScanRef
    newer: ScanRef
    baseline: str = ""
    changes: Sequence[Change] = ()
    suppressed: Sequence[Suppressed] = ()
    holes: Sequence[Coverage] = ()
    complete: bool = True
    accounts: Sequence[Account] = ()

    def account_label(self, id: str) -> str:
        """Give an account's name, else its digits."""
        return next((account.label for account in self.accounts if account.id == id), id)


class LifeView(msgspec.Struct, frozen=True, kw_only=True):
    """How failures fare: by severity how fast they are resolved and what stands open, and what this scan changed."""

    paces: Mapping[str, Pace]
    turnover: Turnover

    @classmethod
    def of(cls, lives: Iterable[Life], as_of: datetime) -> LifeView | None:
        """Sum up lives at a moment; None where nothing ever failed."""
        known = list(lives)
        return cls(paces=paces(known, as_of), turnover=turnover(known, as_of)) if known else None


class Restricted(msgspec.Struct, frozen=True, kw_only=True):
    """What a report leaves out: all but some accounts, all but what bears an owner's tag, what was before a moment.

    `unknown` counts the resources that are left out because their tags could not be learned.
    """

    accounts: Sequence[str] = ()
    owner: str = ""
    unknown: int = 0
    since: datetime | None = None

    @property
    def words(self) -> str:
        """Say it; empty where nothing is left out."""
        return "; ".join(
            part
            for part in (
                f"accounts {', '.join(self.accounts)}" if self.accounts else "",
                f"resources tagged {self.owner}" if self.owner else "",
                f"without {self.unknown:,} whose tags could not be learned" if self.unknown else "",
                f"changes and trend since {self.since:%Y-%m-%d %H:%M} UTC" if self.since else "",
            )
            if part
        )


class ReportData(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a rendering may say; renderings are functions of it alone.

    `as_of` is the moment that ages are reckoned from, `started` and `finished` are when the scan ran. `findings` are
    those of the scan, every verdict of them, and may hold those of status `resolved`, which are shown but not counted.
    `trend` is oldest first and ends with this scan. `seals` gives the head of each account's hash chain. `settings` are
    each rule's parameters that config.toml sets. `drift` is what changed since the scan before, or since the
    beginning of the period of `restricted`, which says what is left out. `history` is what the trend is reckoned from.
    `not_run` are the rules that there are and that the scan did not judge by; `plan` are the steps that would mend the
    failures, where they were made out.

    A finding bears the tags of its resource (`Finding.tags`; None: they could not be learned). `documents` are the
    resources, as they were seen, of which a finding failed or is not known, and `courses` the intervals of the verdict
    of each fingerprint, the oldest first: both are gathered for the HTML page alone. `owner_tag` is the key of the tag
    that names an owner. `night` says what the scan took from the night before; None where that is not known.
    """

    scan: str
    as_of: datetime
    version: str
    complete: bool
    started: datetime | None = None
    finished: datetime | None = None
    accounts: Sequence[Account] = ()
    regions: Sequence[str] = ()
    findings: Sequence[Finding] = ()
    coverage: Sequence[Coverage] = ()
    accepted_gaps: Sequence[GapAcceptance] = ()
    rules: Sequence[RuleInfo] = ()
    trend: Sequence[TrendRow] = ()
    seals: Mapping[str, str] = {}
    inventory: Sequence[Stock] = ()
    vpn: Sequence[VpnRecord] = ()
    drift: DriftView | None = None
    life: LifeView | None = None
    history: History | None = None
    restricted: Restricted = Restricted()
    documents: Sequence[Resource] = ()
    courses: Mapping[str, Sequence[Interval]] = {}
    settings: Mapping[str, Any] = {}
    not_run: Sequence[RuleInfo] = ()
    owner_tag: str = "owner"
    plan: Plan | None = None
    night: Night | None = None
    standards: Sequence[Standard] = msgspec.field(default_factory=standards)

    def account_label(self, id: str) -> str:
        """Give an account's name, else its digits."""
        return next((account.label for account in self.accounts if account.id == id), id)


def rule_infos(rules: Sequence[type[Rule]]) -> list[RuleInfo]:
    """Say what a report needs of the rules; `related` names, from both sides, those that judge part of one thing."""
    related: dict[str, set[str]] = defaultdict(set)
    for rule in rules:
        for other in rule.related:
            related[rule.id].add(other)
            related[other].add(rule.id)
    infos = [rule_info(rule) for rule in rules]
    known = {info.id for info in infos}
    return [msgspec.structs.replace(info, related=tuple(sorted(related[info.id] & known))) for info in infos]


def rule_info(rule: type[Rule]) -> RuleInfo:
    """Say what a report needs of a rule."""
    return RuleInfo(
        id=rule.id,
        title=rule.title,
        severity=rule.severity,
        category=rule.category,
        kind=rule.kind.cfn,
        why=inspect.cleandoc(rule.__doc__ or "").partition("\n")[2].strip(),
        scope=rule.describe_scope(),
        hipaa=tuple(rule.hipaa),
        hipaa_proposed=tuple(rule.hipaa_proposed),
        sources=tuple(str(source) for source in rule.sources),
        aliases=tuple(rule.aliases),
        remedy_kind=remedy_kind(rule.remedy),
        remedy=remedy_text(rule.remedy, rule.id),
        digest=_digest(rule),
    )


def _digest(rule: type[Rule]) -> str:
    """Hash the file of a rule; empty where it has none, as in a test."""
    try:
        return hashlib.sha256(Path(inspect.getfile(rule)).read_bytes()).hexdigest()
    except (OSError, TypeError):
        return ""


def stock(resources: Iterable[Resource]) -> tuple[Stock, ...]:
    """Count resources by account, Region and kind."""
    counts = Counter((resource.account, resource.region, resource.kind) for resource in resources)
    return tuple(Stock(*place, count) for place, count in sorted(counts.items()))
