"""API operations as values: what a kind asks of AWS, and by which permission.

A `Call` holds no verb. The adapter carries it out, the IAM policy is made from it, and a fact's path names it, so
that a denied call makes exactly its facts unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scanner.model.kind import Kind

PERMISSION_PREFIX: Mapping[str, str] = {
    "elbv2": "elasticloadbalancing",
    "elb": "elasticloadbalancing",
    "efs": "elasticfilesystem",
    "s3control": "s3",
    "application-autoscaling": "application-autoscaling",
    "stepfunctions": "states",
    "resourcegroupstaggingapi": "tag",
    "wafv2": "wafv2",
    "ses": "ses",
    "sso-admin": "sso",
}
"""boto3 service names whose IAM prefix is another (Service Authorization Reference)."""


class Form(StrEnum):
    """How a call is carried out."""

    EACH = "each"
    REFS = "refs"
    THEN = "then"
    BATCH = "batch"
    SHARED = "shared"
    JOB = "job"
    DOWNLOAD = "download"


ROOTS = frozenset({Form.EACH, Form.REFS})
"""The forms whose answer says which resources there are."""


@dataclass(frozen=True)
class Applied:
    """A parameter made by a pure function of references, e.g. the repository's name of an image reference."""

    function: Callable[..., Any]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Merge:
    """How the calls of several resources go out as one: by a parameter that takes a list of questions.

    `param` is the list, of which AWS takes `size` in a call. `ask` makes a question as it is asked for the n-th of the
    resources; `part` gives what the answer would have been to the questions of the n-th alone, or None where the answer
    says nothing of them.
    """

    param: str
    size: int
    ask: Callable[[Any, int], Any]
    part: Callable[[Mapping[str, Any], Sequence[Any], int], Mapping[str, Any] | None]


def applied(function: Callable[..., Any], *references: str) -> Applied:
    """Make a parameter from `function` of the values of the references (`$section.path`)."""
    return Applied(function, references)


@dataclass(frozen=True, eq=False)
class Call:
    """One API operation as a value.

    `operation` is `boto3 service.Operation`. `path` is what of the answer is kept. `params` may hold references:
    `$section.path` (a section of the same resource), `$of.path` (the parent's attribute or section), `$account`,
    `$region`, `$partition`, `$as_of`, `$as_of-24h`; alternatives are joined by ` or `, a literal stands in quotes.
    """

    form: Form
    operation: str
    path: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    of: type[Kind] | None = None
    when: str = ""
    absent: tuple[str, ...] = ()
    iam: tuple[str, ...] = ()
    bucket: str = ""
    expect: str | None = None
    region: str = ""
    key: str = ""
    own: str | Applied = ""
    ids: str = ""
    size: int = 0
    start: str = ""
    ready: str = ""
    ticket: str = ""
    facts: tuple[str, ...] = ()
    parse: Callable[[Any], Any] | None = None
    without: Callable[[Any], Any] | None = None
    merge: Merge | None = None
    union: str = ""
    name: str = ""

    @property
    def service(self) -> str:
        """The boto3 service name."""
        return self.operation.partition(".")[0]

    @property
    def action(self) -> str:
        """The API operation's name."""
        return self.operation.partition(".")[2]

    @property
    def operations(self) -> tuple[str, ...]:
        """Every API operation that this call makes."""
        return tuple(dict.fromkeys(op for op in (self.start, self.operation) if op))

    @property
    def permissions(self) -> tuple[str, ...]:
        """The IAM actions needed, `service:Action`."""
        if self.iam:
            return self.iam
        return tuple(permission_of(operation) for operation in self.operations)

    @property
    def uses(self) -> tuple[str, ...]:
        """The sections of the same resource that must be known before this call can be made."""
        texts = [*_references(self.params), self.region, *_references(self.own)]
        found = [name for text in texts for name in re.findall(r"\$([A-Za-z_][A-Za-z0-9_]*)", text)]
        found += conditions_use(self.when)
        return tuple(dict.fromkeys(name for name in found if name not in CONTEXT))


CONTEXT = frozenset({"of", "account", "region", "partition", "as_of"})
"""The names a reference may have besides the sections of the resource."""


def permission_of(operation: str) -> str:
    """Name the IAM action of an operation, where it is the operation's own name."""
    service, _, action = operation.partition(".")
    return f"{PERMISSION_PREFIX.get(service, service)}:{action}"


def _references(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if "$" in value else []
    if isinstance(value, Applied):
        return list(value.references)
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _references(item)]
    if isinstance(value, Sequence):
        return [text for item in value for text in _references(item)]
    return []


_CLAUSE = re.compile(r"(not )?([A-Za-z_][A-Za-z0-9_]*(?:\.[^\s]+)?)(?: (==|!=|in|contains) (.+))?")


@dataclass(frozen=True)
class Clause:
    """One clause of a `when`: path, comparison (`==`, `!=`, `in`, `contains`, empty for truth) and literals."""

    path: str
    comparison: str
    literals: tuple[str, ...]
    negated: bool


def clauses(when: str) -> tuple[Clause, ...]:
    """Read `a.b == 'X' and not c.d and e in 'X','Y' and f contains 'X','Y'`.

    `contains` holds where the value, written out with all that it holds, has one of the texts in it.

    Raises:
        ValueError: the text is no condition.
    """
    found = []
    for text in when.split(" and ") if when else ():
        match = _CLAUSE.fullmatch(text.strip())
        if match is None:
            message = f"{text!r} is no condition"
            raise ValueError(message)
        negated, path, comparison, literals = match.groups()
        values = tuple(re.findall(r"'([^']*)'", literals or ""))
        found.append(Clause(path, comparison or "", values, negated=bool(negated)))
    return tuple(found)


def conditions_use(when: str) -> list[str]:
    """Name the sections that a condition reads."""
    return [clause.path.partition(".")[0] for clause in clauses(when)]
