"""Remedies as values: what would mend a finding. Carrying them out is the remediation floor's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True)
class Custodian:
    """A Cloud Custodian policy: c7n's resource type, its actions, and filters that state the failing condition."""

    resource: str
    actions: Sequence[Any]
    filters: Sequence[Any] = ()

    def __init__(self, resource: str, *actions: Mapping[str, Any] | str, filters: Sequence[Any] = ()) -> None:
        """Keep the parts."""
        object.__setattr__(self, "resource", resource)
        object.__setattr__(self, "actions", actions)
        object.__setattr__(self, "filters", tuple(filters))


@dataclass(frozen=True)
class Direct:
    """A direct API operation, where Custodian has no action or a defective one: `service.Operation` and parameters.

    Parameters may refer to the finding as `{id}`, `{arn}`, `{name}`, `{region}`, `{account}`.
    """

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True)
class Runbook:
    """Steps for a person, where a machine should not do it: AWS CLI, Terraform or console, one step each."""

    steps: Sequence[str]

    def __init__(self, *steps: str) -> None:
        """Keep the steps."""
        object.__setattr__(self, "steps", steps)


Remedy = Custodian | Direct | Runbook
