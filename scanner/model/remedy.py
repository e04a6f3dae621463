"""Remedies as values: what would mend a finding. Carrying them out is the remediation floor's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from scanner.model.inventory import World
    from scanner.model.kind import Kind

Risk = Literal["low", "medium", "high"]
RISKS: tuple[Risk, ...] = ("low", "medium", "high")


class NotByMachine(Exception):
    """What a remedy's function raises where a person must decide: the message says what stands in the way."""


@dataclass(frozen=True)
class Write:
    """One API operation that changes something: `service.Operation`, its parameters as the API names them.

    Parameters may name the finding: `{id}`, `{arn}`, `{name}`, `{region}`, `{account}`, `{partition}`, `{part}`; a text
    that is `$` and a fact's name alone stands for the fact's value. In what a function makes, only a parameter that is
    such a word alone is filled in: all else is written as it is. `region` is where it is not the finding's own.
    """

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    region: str = ""


Writes = Callable[..., Iterable[Write]]
"""Makes the operations for one resource, seen through its kind, and one part of it; raises `NotByMachine`.

Called with the resource and the part, and in a remedy that is `across` with what is `Around` it.
"""


@dataclass(frozen=True)
class Around:
    """What a remedy may look at besides its resource: the world as the rule sees it, and the rule's settings there."""

    world: World
    settings: Any


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What carrying a remedy out means for those who run the system.

    `sets` says which facts of the resource have which value afterwards; the rule holds then. `after` says it in words
    where a value does not. `undo` brings the former state back, `lasting` says why nothing can. `terraform` is the
    same change in code, resource type by resource type: arguments, nested blocks as maps. `follows` names rules whose
    remedies come first, `brings` rules that what is made may fail until more is decided.
    """

    sets: Mapping[str, Any] = field(default_factory=dict)
    after: str = ""
    risk: Risk = "low"
    downtime: str = ""
    cost: str = ""
    undo: Writes | Sequence[Write] = ()
    lasting: str = ""
    terraform: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    follows: Sequence[str] = ()
    brings: Sequence[str] = ()


NOTHING_SAID = Effect()


@dataclass(frozen=True)
class Custodian:
    """A Cloud Custodian policy: c7n's resource type, its actions, and filters that state the failing condition."""

    resource: str
    actions: Sequence[Any]
    filters: Sequence[Any] = ()
    effect: Effect = NOTHING_SAID

    def __init__(
        self, resource: str, *actions: Mapping[str, Any] | str, filters: Sequence[Any] = (),
        effect: Effect = NOTHING_SAID,
    ) -> None:  # fmt: skip
        """Keep the parts."""
        object.__setattr__(self, "resource", resource)
        object.__setattr__(self, "actions", actions)
        object.__setattr__(self, "filters", tuple(filters))
        object.__setattr__(self, "effect", effect)


@dataclass(frozen=True)
class Direct:
    """API operations of our own, where Custodian has no action or a defective one.

    Either one `operation` with `parameters`, as in `Write`, or `by`, a function that makes the operations; `operation`
    and `also` then name those that it may make. The functions of a remedy that is `across` (`by`, and `undo` if it is
    one) take a third argument, an `Around`: it reads other resources that the rule needs, or that the remedy `reads`
    besides, in any Region, or the rule's settings.
    """

    operation: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""
    by: Writes | None = None
    also: Sequence[str] = ()
    across: bool = False
    reads: Sequence[type[Kind]] = ()
    effect: Effect = NOTHING_SAID

    @property
    def operations(self) -> tuple[str, ...]:
        """Name all operations that it may make."""
        return (self.operation, *self.also)


@dataclass(frozen=True)
class Runbook:
    """Steps for a person, where a machine should not do it: AWS CLI, Terraform or console, one step each."""

    steps: Sequence[str]
    effect: Effect = NOTHING_SAID

    def __init__(self, *steps: str, effect: Effect = NOTHING_SAID) -> None:
        """Keep the steps."""
        object.__setattr__(self, "steps", steps)
        object.__setattr__(self, "effect", effect)


Remedy = Custodian | Direct | Runbook
