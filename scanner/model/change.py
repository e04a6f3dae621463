"""Changes: what differs between two looks at the same thing, what it touches, and who did it."""

from __future__ import annotations

import builtins
import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class Action(StrEnum):
    """What happened: `unseen` is what could not be looked at again, which is no removal."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNSEEN = "unseen"


class Impact(StrEnum):
    """What a change touches, the weightiest first."""

    SECURITY = "security"
    RESILIENCE = "resilience"
    FUNCTIONAL = "functional"
    COSMETIC = "cosmetic"


class Confidence(StrEnum):
    """How sure an attribution is.

    `high`: an event that changes this property, with the value that is there now. `medium`: an event that changes this
    property. `low`: an event on this resource in this time, which is not known to change this property. `none`: no
    event was found.
    """

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    NONE = "none"


class Attribution(msgspec.Struct, frozen=True, kw_only=True):
    """Who made a change, by an event of CloudTrail.

    `actor` is the ARN of the user, role, root user or service, `actor_type` CloudTrail's `userIdentity.type`, `session`
    the role session's name, `channel` `console`, `Terraform`, `CloudFormation`, `CLI`, `SDK`, `service` or `unknown`,
    `at` a moment in ISO 8601, `why` the reason for the confidence in plain words.
    """

    confidence: Confidence
    actor: str = ""
    actor_type: str = ""
    session: str = ""
    source_ip: str = ""
    channel: str = ""
    event: str = ""
    event_id: str = ""
    at: str = ""
    why: str = ""

    @property
    def who(self) -> str:
        """Give a short name: the session of a role, the name of a user, the service."""
        if self.session:
            return self.session
        return self.actor.rpartition("/")[2].rpartition(":")[2]


class Change(msgspec.Struct, kw_only=True):
    """One difference between two looks at a resource, or at a class of resources that come and go.

    `path` says where in words that last (`ingress[tcp/22 from 0.0.0.0/0]`), empty for the resource itself; `property`
    is the same in the words of the answers (`box.IpPermissions`), without elements. `before` and `after` are plain
    values; of a secret they are None and `redacted` is true. `direction` is `better`, `worse` or empty where neither is
    known. `since` and `seen` are the moments of the two looks. `members` names those of a class that are concerned, or
    where else it shows. `rules` are the rules that it turned, for better or worse.
    """

    account: str
    region: str
    kind: str
    resource: str
    key: str
    name: str
    action: Action
    path: str = ""
    property: str = ""
    before: Any = None
    after: Any = None
    severity: str = "low"
    impact: Impact = Impact.FUNCTIONAL
    direction: str = ""
    redacted: bool = False
    since: datetime | None = None
    seen: datetime | None = None
    members: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    why: str = ""
    attribution: Attribution | None = None

    @builtins.property
    def id(self) -> str:
        """Identify the change: 16 hexadecimal digits of a SHA-256 over what changed, and in which night."""
        seen = self.seen.isoformat() if self.seen else ""
        place = f"{self.account}\x1f{self.region}\x1f{self.kind}\x1f{self.key}\x1f{self.path}"
        text = f"{place}\x1f{self.action}\x1f{seen}\x1f"
        values = msgspec.json.encode((self.before, self.after), order="sorted")  # several may bear the same name
        return hashlib.sha256(text.encode() + values).hexdigest()[:16]


class Suppressed(msgspec.Struct, frozen=True, kw_only=True):
    """A difference that is none, and the reason: a timestamp, an order that means nothing, a member of a class."""

    account: str
    region: str
    kind: str
    resource: str
    path: str
    reason: str
