"""What a Terraform plan, a state or a CloudFormation template says: one world, or one before and one after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from scanner.model.resource import Resource


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where a resource is written: its address or logical id, and the file and line where sources were given."""

    address: str
    file: str = ""
    line: int = 0


class PlannedChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a plan does with one address.

    `type` is Terraform's, `kind` ours (the parent's for a part), `resource` the id of the resource that it is or is
    folded into. `actions` are Terraform's (`create`, `update`, `delete`, `read`, `no-op`, `forget`; a replacement has
    two). `before` and `after` are the attributes, secrets redacted. `reason` is Terraform's `action_reason`.
    """

    address: str
    type: str
    kind: str = ""
    resource: str = ""
    actions: tuple[str, ...] = ()
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    reason: str = ""

    @property
    def deletes(self) -> bool:
        """Say whether what stands is deleted, also to be made anew."""
        return "delete" in self.actions

    @property
    def replaces(self) -> bool:
        """Say whether it is deleted and made anew."""
        return "delete" in self.actions and "create" in self.actions


class Setting(msgspec.Struct, frozen=True):
    """One world: the resources of our kinds, where each is written, and address and type of what is none of them."""

    resources: Sequence[Resource] = ()
    origins: Mapping[str, Origin] = {}
    others: Sequence[tuple[str, str]] = ()


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A file that was given: of which sort, by which version, and what it says.

    `sort` is `plan`, `state` or `template`. `before` is None where the file knows one world only. `is_partial` says
    that the file does not speak of all that its code does (a targeted plan, a failed one, deferred changes), `errored`
    that the plan failed. `drift` is what Terraform itself says has changed outside of it. `serial` and `lineage` are a
    state's. Problems that hinder nothing are `notes`.
    """

    name: str
    sort: str
    after: Setting
    before: Setting | None = None
    changes: Sequence[PlannedChange] = ()
    drift: Sequence[PlannedChange] = ()
    version: str = ""
    serial: int | None = None
    lineage: str = ""
    errored: bool = False
    is_partial: bool = False
    notes: Sequence[str] = ()


class GivenError(ValueError):
    """A file that was given cannot be used: one line that says what is wrong, where, and how to mend it."""
