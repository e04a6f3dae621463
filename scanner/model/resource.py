"""One thing as it was seen: a resource is a map of sections, each with its own state."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.model.gap import Gap, GapState

if TYPE_CHECKING:
    from collections.abc import Mapping


class SectionState(StrEnum):
    """Whether the answer of a call is there.

    `ok`: `doc` holds it. `absent`: the service says that it is not configured. `skipped`: the call's condition says
    that there is nothing to ask. `unseen`: it could not be learned, `gap` says why.
    """

    OK = "ok"
    ABSENT = "absent"
    SKIPPED = "skipped"
    UNSEEN = "unseen"


class Section(msgspec.Struct, frozen=True):
    """The answer of one call for one resource."""

    state: SectionState
    doc: Any = None
    gap: Gap | None = None


ABSENT = Section(SectionState.ABSENT)
SKIPPED = Section(SectionState.SKIPPED)


def seen(doc: Any) -> Section:
    """Make the section of an answer."""
    return Section(SectionState.OK, doc)


def unseen(gap: Gap) -> Section:
    """Make the section of an answer that could not be had."""
    return Section(SectionState.UNSEEN, None, gap)


class Source(StrEnum):
    """Where the sections of a resource come from: it chooses the path and the default of each fact."""

    API = "api"
    PLAN = "plan"
    TEMPLATE = "template"
    FACTS = "facts"


class Resource:
    """One thing of a kind, as it was seen.

    `kind` is the CloudFormation type, `region` may be `global`, `identity` is what a finding's fingerprint hangs on
    (the group of an Auto Scaling member, the family of a task definition), `facts` keeps what was derived.
    """

    __slots__ = (
        "account",
        "arn",
        "facts",
        "id",
        "identity",
        "kind",
        "name",
        "partition",
        "region",
        "sections",
        "source",
        "tags",
    )

    def __init__(
        self,
        kind: str,
        id: str,
        *,
        arn: str = "",
        partition: str = "aws",
        account: str = "",
        region: str = "",
        name: str = "",
        identity: str = "",
        tags: Mapping[str, str] | None = None,
        sections: dict[str, Section] | None = None,
        source: Source = Source.API,
    ) -> None:
        """Keep the parts; `tags` is None when they could not be learned."""
        self.kind = kind
        self.id = id
        self.arn = arn or id
        self.partition = partition
        self.account = account
        self.region = region
        self.name = name or id
        self.identity = identity or id
        self.tags = tags
        self.sections: dict[str, Section] = sections if sections is not None else {}
        self.source = source
        self.facts: dict[str, Any] = {}

    def __repr__(self) -> str:
        """Show what it is and where."""
        return f"<{self.kind} {self.id} {self.account}/{self.region}>"


class Coverage(msgspec.Struct, frozen=True):
    """How far one call was answered in one account and Region.

    `call` is the section's name in the kind, `operation` `service.Operation`. `state` is `ok` or a `GapState`:
    `partial` when some resources were answered and others not. `asked` and `failed` count requests' subjects; `reused`
    are those of `asked` whose answer was taken from the night before, since nothing said that it changed.
    """

    account: str
    region: str
    kind: str
    call: str
    operation: str
    state: str = "ok"
    listing: bool = False
    asked: int = 0
    failed: int = 0
    error: str = ""
    message: str = ""
    permission: str = ""
    reused: int = 0

    @property
    def ok(self) -> bool:
        """Say whether everything asked was answered."""
        return self.state == "ok"

    @property
    def gap(self) -> Gap:
        """Say what is missing, for a coverage that is not ok."""
        state = GapState(self.state) if self.state != "ok" else GapState.ERROR
        return Gap(self.operation, self.permission, self.error, self.message, state)


class Snapshot(msgspec.Struct):
    """The resources of a scan and how completely they were seen.

    `as_of` is the moment that ages and windows are reckoned from. `targets` are the (account, Region) pairs looked at,
    `names` the account's names.
    """

    id: str
    as_of: datetime
    resources: list[Any] = msgspec.field(default_factory=list)
    coverage: list[Coverage] = msgspec.field(default_factory=list)
    targets: list[tuple[str, str]] = msgspec.field(default_factory=list)
    names: dict[str, str] = msgspec.field(default_factory=dict)
    kinds: list[str] = msgspec.field(default_factory=list)

    @property
    def accounts(self) -> list[str]:
        """Name the accounts looked at, sorted."""
        return sorted({account for account, _ in self.targets})

    @property
    def complete(self) -> bool:
        """Say whether every call was answered."""
        return all(entry.ok for entry in self.coverage)
