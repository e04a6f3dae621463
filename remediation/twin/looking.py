"""Looks at a twin as phiward looks at an account, and says what it sees in the account's ids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import boto3

from remediation.twin.site import HOME, Site
from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.engine.redact import Redactor
from scanner.model.kind import Kind
from scanner.model.resource import Snapshot


class _TwinSession(boto3.Session):  # type: ignore[misc]  # boto3 ships no types
    """A session whose clients all call the twin, whatever the environment says."""

    def __init__(self, url: str, **keys: str) -> None:
        """Act with these keys at the endpoint `url`."""
        super().__init__(region_name=HOME, **keys)
        self._url = url

    def client(self, *names: Any, **given: Any) -> Any:
        """Make a client that calls the twin."""
        return super().client(*names, **{**given, "endpoint_url": self._url})


class _TwinSessions(Sessions):
    """The sessions of a twin's accounts."""

    def __init__(self, site: Site) -> None:
        """Enter accounts by the keys that the site has."""
        super().__init__(base=_TwinSession(site.url, aws_access_key_id="AKIATWIN", aws_secret_access_key="twin"))  # noqa: S106
        self._site = site

    def session(self, target: Target) -> Any:
        """Give the session of an account."""
        if target.account not in self._made:
            self._made[target.account] = _TwinSession(self._site.url, **self._site.credentials(target.account))
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
