"""Looks at a twin as phiward looks at an account, and says what it sees in the account's ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from remediation.session import PointedSession
from remediation.twin.site import HOME, Site
from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.model.kind import Kind
from scanner.model.resource import Snapshot


class _TwinSessions(Sessions):
    """The sessions of a twin's accounts."""

    def __init__(self, site: Site) -> None:
        """Enter accounts by the keys that the site has."""
        keys = {"aws_access_key_id": "AKIATWIN", "aws_secret_access_key": "twin"}
        super().__init__(base=PointedSession(site.url, HOME, **keys))
        self._site = site

    def session(self, target: Target) -> Any:
        """Give the session of an account."""
        if target.account not in self._made:
            self._made[target.account] = PointedSession(self._site.url, HOME, **self._site.credentials(target.account))
        return self._made[target.account]

    def entry_gap(self, target: Target) -> None:
        """Say that the account can be entered."""


def look(
    site: Site, places: Iterable[tuple[str, str]], kinds: Mapping[str, type[Kind]], redactor: Redactor, as_of: datetime
) -> Snapshot:
    """Collect kinds in accounts and Regions of a twin; what it sees is said in the account's ids."""
    regions: dict[str, set[str]] = defaultdict(set)
    for account, region in places:
        regions[account].add(region)
    targets = [Target(account, account, tuple(sorted(some - {"global"}))) for account, some in sorted(regions.items())]
    skip = [(account, "global") for account, some in regions.items() if "global" not in some]
    snapshot = Snapshot("twin", as_of, targets=sorted(places))
    for seen in Collector(_TwinSessions(site), kinds, redactor, as_of).collect(targets, skip):
        snapshot.resources += [site.pairs.as_real(resource) for resource in seen.resources]
        snapshot.coverage += seen.coverage
    return snapshot
