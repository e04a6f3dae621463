"""The table of config.toml on drift: whether CloudTrail is asked who did it, and changes that are nobody's concern."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scanner.model.change import Action, Change, Suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class IgnoredTable(_Table):
    """Changes that are meant to happen: of a kind, at a path, of a name (`*` stands for anything), and why."""

    kind: str = ""
    path: str = ""
    name: str = ""
    account: str = ""
    reason: str = ""

    @model_validator(mode="after")
    def _says_what_and_why(self) -> IgnoredTable:
        if not (self.kind or self.path or self.name):
            raise ValueError("say which changes: give `kind`, `path` or `name`, or several of them")
        if not self.reason.strip():
            raise ValueError("say why they may happen: give `reason`")
        return self

    def means(self, change: Change) -> bool:
        """Say whether the change is one of these."""
        if change.action is Action.UNSEEN or (self.account and self.account != change.account):
            return False
        names = (change.name, change.key, change.resource)
        return (
            (not self.kind or fnmatchcase(change.kind, self.kind))
            and (not self.path or fnmatchcase(change.path, self.path.replace("[", "[[]")))
            and (not self.name or any(fnmatchcase(name, self.name) for name in names))
        )


class DriftTable(_Table):
    """What drift is told of.

    `attribution` is whether a scan asks CloudTrail who made each change; `lookups` how many requests it may make of an
    account and Region for that, at two a second.
    """

    attribution: bool = True
    lookups: int = Field(default=240, ge=0)
    ignore: tuple[IgnoredTable, ...] = ()

    def parted(self, changes: Iterable[Change]) -> tuple[list[Change], list[Suppressed]]:
        """Part the changes that are told from those that config.toml allows."""
        told, allowed = [], []
        for change in changes:
            meant = next((each for each in self.ignore if each.means(change)), None)
            if meant is None:
                told.append(change)
            else:
                allowed.append(
                    Suppressed(
                        account=change.account, region=change.region, kind=change.kind, resource=change.resource,
                        path=change.path, reason=f"allowed by config.toml: {meant.reason}",
                    )
                )  # fmt: skip
        return told, allowed
