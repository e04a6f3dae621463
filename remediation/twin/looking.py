"""Looks at a twin as phiward looks at an account, and says what it sees in the account's ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from remediation.session import PointedSession
from remediation.twin.site import HOME, Site
from scanner.aws.looking import Looker
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


@dataclass
class Eyes:
    """Looks at a twin; what it sees is said in the account's ids."""

    site: Site
    redactor: Redactor
    as_of: datetime
    _targets: dict[str, Target] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Prepare to enter accounts as they are named."""
        self._looker = Looker(_TwinSessions(self.site), self._targets, self.redactor)

    def look(self, places: Iterable[tuple[str, str]], kinds: Mapping[str, type[Kind]]) -> Snapshot:
        """Collect kinds in accounts and Regions of the twin."""
        asked = sorted(places)
        self._targets.update({account: Target(account, account) for account, _ in asked})
        seen = self._looker.look(asked, kinds, self.as_of)
        seen.resources = [self.site.pairs.as_real(resource) for resource in seen.resources]
        return seen


def look(
    site: Site, places: Iterable[tuple[str, str]], kinds: Mapping[str, type[Kind]], redactor: Redactor, as_of: datetime
) -> Snapshot:
    """Collect kinds in accounts and Regions of a twin, once."""
    return Eyes(site, redactor, as_of).look(places, kinds)
