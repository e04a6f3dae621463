"""A call as a value: what is asked, and what its answer must have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.aws.errors import Refusal, refusal
from scanner.model.operation import Call


@dataclass(frozen=True)
class Request:
    """One call, ready to be made.

    `expect` is the member that its answer always has, `group` the throttle group (empty: the service), `permission` the
    IAM action that a refusal names, `region` the Region where it is not the place's own.
    """

    operation: str
    params: Mapping[str, Any]
    expect: str = ""
    group: str = ""
    permission: str = ""
    region: str = ""

    @classmethod
    def of(cls, call: Call, params: Mapping[str, Any], region: str = "") -> Request:
        """Make the request of a declared call."""
        return cls(call.operation, params, call.expect or "", call.bucket, call.permissions[-1], region)

    def with_params(self, more: Mapping[str, Any]) -> Request:
        """Make the request that has more parameters."""
        return replace(self, params={**self.params, **more})

    def refused(self, code: str, message: str) -> Refusal:
        """Make the refusal of this request."""
        return refusal(self.operation, self.permission, code, message)
