"""What a report is restricted to: a period, some accounts, the resources of an owner."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec

from scanner.cli.drifting import older_than
from scanner.cli.wire import UsageError

if TYPE_CHECKING:
    from reports.view import DriftView, Restricted, VpnRecord
    from scanner.engine.lives import Life
    from scanner.model.finding import Finding
    from scanner.model.resource import Coverage, Resource
    from scanner.store import ScanInfo, Store

WEEK = timedelta(days=7)
MONTHS = {"month": 1, "quarter": 3}
OWNER = "owner"
"""The tag that names an owner, unless another one is named; upper and lower case are the same."""


@dataclass(frozen=True)
class Asked:
    """What was asked for, in the words of the command line."""

    since: str = ""
    accounts: Sequence[str] = ()
    owner: str = ""


@dataclass(frozen=True)
class Focus:
    """The accounts reported; the tag, if only its resources are; the scan that a period begins with.

    `begin` is the moment of that scan, None where the report is of all times; `older` is the scan to compare with.
    """

    accounts: tuple[str, ...]
    tag: tuple[str, str] | None = None
    begin: datetime | None = None
    older: ScanInfo | None = None
    restricted: Restricted = field(kw_only=True)

    def findings(self, given: Sequence[Finding]) -> list[Finding]:
        """Keep the findings of the accounts and of the tag."""
        from scanner.store.tallies import bears

        return [
            finding
            for finding in given
            if finding.account in self.accounts and (self.tag is None or bears(finding.tags, self.tag))
        ]

    def complete(self, info: ScanInfo, coverage: Sequence[Coverage]) -> bool:
        """Say whether every call was answered, of the accounts where only some are reported."""
        if info.complete or set(self.accounts) == set(info.accounts):
            return info.complete
        wanted = {(account, region) for account, region in info.targets if account in self.accounts}
        return all(entry.ok for entry in coverage) and wanted <= {(entry.account, entry.region) for entry in coverage}

    def resources(self, given: Sequence[Resource]) -> list[Resource]:
        """Keep the resources of the accounts and of the tag.

        Raises:
            UsageError: none bears the tag.
        """
        from scanner.store.tallies import bears

        here = [resource for resource in given if resource.account in self.accounts]
        if self.tag is None:
            return here
        found = [resource for resource in here if bears(resource.tags, self.tag)]
        if not found:
            raise UsageError(f"--owner {self.tag[0]}={self.tag[1]}: {no_such_tag(here, self.tag[0])}")
        return found

    def said(self, given: Sequence[Resource]) -> Restricted:
        """Say what is left out, with the resources of which nobody knows whose they are."""
        unknown = sum(each.tags is None for each in given if each.account in self.accounts) if self.tag else 0
        return msgspec.structs.replace(self.restricted, unknown=unknown)

    def vpn(self, given: Sequence[VpnRecord], resources: Sequence[Resource]) -> list[VpnRecord]:
        """Keep the connections of the accounts and, of a tag, those that are among the resources."""
        arns = {resource.arn for resource in resources}
        here = [each for each in given if each.account in self.accounts]
        return here if self.tag is None else [each for each in here if each.record.connection in arns]

    def lives(self, store: Store, given: Sequence[Life]) -> list[Life]:
        """Keep the lives of the accounts and of the tag that did not end before the period."""
        owned = store.owned(self.tag) if self.tag is not None else None
        return [
            life
            for life in given
            if life.account in self.accounts
            and (owned is None or life.fingerprint in owned)
            and (self.begin is None or life.resolved is None or life.resolved > self.begin)
        ]

    def drift(self, store: Store, view: DriftView) -> DriftView:
        """Keep the changes of the accounts and of the resources that bear the tag in either look."""
        changes = [change for change in view.changes if change.account in self.accounts]
        if self.tag is not None:
            looks = (view.older.id, view.newer.id)
            seen = [each for look in looks for each in store.snapshot(look).resources]
            known = self.resources(seen)
            names = {(each.account, each.region, each.kind, name) for each in known for name in (each.id, each.arn)}
            wheres = [(change, (change.account, change.region, change.kind)) for change in changes]
            changes = [change for change, at in wheres if names & {(*at, change.key), (*at, change.resource)}]
        holes = [hole for hole in view.holes if hole.account in self.accounts]
        accounts = [account for account in view.accounts if account.id in self.accounts]
        return msgspec.structs.replace(view, changes=changes, holes=holes, accounts=accounts)


def focus_of(store: Store, info: ScanInfo, asked: Asked | None = None) -> Focus:
    """Say what a scan's report is restricted to, as it was asked.

    Raises:
        UsageError: the scan did not look at such an account, there is no such period, or no tag is named.
    """
    from reports.view import Restricted

    asked = asked or Asked()
    accounts = chosen_accounts(info, asked.accounts)
    tag = _tag(asked.owner)
    older = older_than(store, info, _began(info, asked.since))
    begin = None if not asked.since else older.as_of if older else info.as_of
    labels = tuple(info.names.get(account) or account for account in accounts) if asked.accounts else ()
    owner = f"{tag[0]} = {tag[1]}" if tag else ""
    return Focus(accounts, tag, begin, older, restricted=Restricted(accounts=labels, owner=owner, since=begin))


def no_such_tag(given: Sequence[Resource], key: str) -> str:
    """Say that nothing bears a tag, and which values it has most often."""
    tags = [pair for each in given for pair in (each.tags or {}).items()]
    said = Counter(value for name, value in tags if name.casefold() == key.casefold())
    if not said:
        return f"no resource here has a tag {key!r}; name another one as KEY=VALUE"
    return f"no resource here is tagged so; of {key!r} there are {', '.join(value for value, _ in said.most_common(8))}"


def chosen_accounts(info: ScanInfo, given: Sequence[str]) -> tuple[str, ...]:
    """Give the accounts of a scan that are named, by id or name; all where none is.

    Raises:
        UsageError: the scan did not look at one.
    """
    by_name = {name: account for account, name in info.names.items() if name}
    chosen = {by_name.get(text, text) for text in given}
    for text in given:
        if by_name.get(text, text) not in info.accounts:
            there = ", ".join(info.names.get(account) or account for account in info.accounts)
            raise UsageError(f"--account {text}: scan {info.id} did not look at it; it looked at {there}")
    return tuple(account for account in info.accounts if account in chosen or not given)


def _tag(text: str) -> tuple[str, str] | None:
    if not text:
        return None
    key, equals, value = text.rpartition("=")
    key = key if equals else OWNER
    if not key.strip() or not value.strip():
        raise UsageError(f"--owner {text}: give the value of the tag {OWNER!r}, or KEY=VALUE of another tag")
    return key.strip(), value.strip()


def _began(info: ScanInfo, since: str) -> str:
    """Give the moment at which a named period begins; another text is a day or a scan."""
    if since == "week":
        return (info.as_of - WEEK).isoformat()
    if since in MONTHS:
        return _months_before(info.as_of, MONTHS[since]).isoformat()
    return since


def _months_before(moment: datetime, months: int) -> datetime:
    """Give the same day some months before, or the last one of a month that is shorter."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, monthrange(year, month + 1)[1]))
