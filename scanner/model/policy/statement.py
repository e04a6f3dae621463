"""The parts of a policy: sets of patterns, principals, conditions, statements."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from scanner.model.policy.glob import SEGMENT_MARK, covers, has_wildcard, overlaps

_ACCOUNT: Final = re.compile(r"\d{12}")
_ROOT: Final = re.compile(r"arn:[^:]+:iam::(\d{12}):root")
_UNIQUE_ID: Final = re.compile(r"A[A-Z]{2}A[A-Z0-9]{12,}")
_COLON: Final = re.compile(r":(?![^{}]*\})")  # not the colon inside of ${aws:username}
_ARN_COLONS: Final = 5
PARTITIONS: Final = ("aws", "aws-us-gov", "aws-cn", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc")


@dataclass(frozen=True, slots=True)
class Every:
    """All resources of one type in some account and Region, as a question: `Every("iam", "role/*")`."""

    service: str
    resource: str = "*"

    @property
    def question(self) -> str:
        """The ARNs of the type as a pattern, partition, Region and account open."""
        return f"arn:{SEGMENT_MARK}:{self.service}:{SEGMENT_MARK}:{SEGMENT_MARK}:{self.resource}"


@dataclass(frozen=True)
class Patterns:
    """The values of Action or Resource as written; `negated` for NotAction and NotResource: everything but these."""

    values: tuple[str, ...]
    negated: bool = False
    actions: bool = False

    @cached_property
    def _globs(self) -> tuple[str, ...]:
        return tuple(self._fold(value) for value in self.values)

    def _fold(self, pattern: str) -> str:
        """Actions are case-insensitive and always hold one colon; resources are compared as written."""
        if not self.actions:
            return pattern
        return "*:*" if pattern == "*" else pattern.lower()

    def covers(self, pattern: str) -> bool:
        """Whether everything the pattern can match surely lies in this set."""
        asked = self._fold(pattern)
        if self.negated:
            return not any(_meets(glob, asked) for glob in self._globs)
        return any(covers(glob, asked) for glob in self._globs)

    def overlaps(self, pattern: str) -> bool:
        """Whether something the pattern can match may lie in this set."""
        asked = self._fold(pattern)
        if self.negated:
            return not any(covers(glob, asked) for glob in self._globs)
        return any(_meets(glob, asked) for glob in self._globs)

    def covers_all(self, other: Patterns) -> bool:
        """Whether the other set surely lies within this one."""
        if not other.negated:
            return all(self.covers(value) for value in other.values)
        if self.negated:
            return all(any(covers(theirs, mine) for theirs in other._globs) for mine in self._globs)
        return self.covers("*")

    def spans(self, every: Every) -> bool:
        """Whether all resources of a type, in some partition, Region and account, surely lie in this set."""
        if self.negated:
            return self.covers(every.question)
        return any(_spans(glob, every.service, every.resource) for glob in self._globs)

    def touches(self, every: Every) -> bool:
        """Whether some resource of a type may lie in this set."""
        return self.overlaps(every.question)

    @cached_property
    def is_everything(self) -> bool:
        """Whether the set is surely all there is: `*`, `arn:aws:*`, or nothing left out."""
        if self.negated or self.actions or self.covers("*"):
            return self.covers("*")
        return any(self.covers(f"arn:{partition}:*:*:*:*") for partition in PARTITIONS)

    def parts(self, asked: str) -> tuple[tuple[str, ...], ...]:
        """What of this set may meet the pattern: for each meeting, the patterns that both hold for it."""
        if self.negated:
            return ((asked,),) if self.overlaps(asked) else ()
        return tuple((value, asked) for value in self.values if _meets(self._fold(value), self._fold(asked)))


def _meets(glob: str, asked: str) -> bool:
    """Whether both patterns may match one text. Early wildcards of a whole ARN pattern stay within their part."""
    parts = _COLON.split(glob, maxsplit=5)
    if SEGMENT_MARK in asked and asked.count(":") == _ARN_COLONS and len(parts) > _ARN_COLONS:
        glob = ":".join([*(part.replace("*", SEGMENT_MARK) for part in parts[:-1]), parts[-1]])
    return overlaps(glob, asked)


def _spans(glob: str, service: str, resource: str) -> bool:
    """The pattern's own partition, Region and account stand for themselves; those it does not reach are free."""
    own = _COLON.split(glob, maxsplit=5)
    partition, region, account = (own[place] if len(own) > place else "*" for place in (1, 3, 4))
    return covers(glob, f"arn:{partition}:{service}:{region}:{account}:{resource}")


@dataclass(frozen=True)
class Principal:
    """One value of Principal. `kind` is AWS, Service, Federated, CanonicalUser, or `*` for the bare asterisk."""

    kind: str
    value: str

    @cached_property
    def is_anyone(self) -> bool:
        """Whether the value leaves open who it is: an asterisk, or a name with a wildcard inside."""
        return has_wildcard(self.value)

    @cached_property
    def account(self) -> str | None:
        """The account id that an AWS principal names, None where it names none (a deleted identity)."""
        if self.kind != "AWS":
            return None
        candidate = self.value if ":" not in self.value else (self.value.split(":") + [""] * 5)[4]
        return candidate if _ACCOUNT.fullmatch(candidate) else None

    @cached_property
    def whole_account(self) -> bool:
        """Whether the value stands for an account as such: the id, or its root."""
        return (self.kind == "AWS" and self.canonical != self.value) or _ACCOUNT.fullmatch(self.value) is not None

    @cached_property
    def is_deleted(self) -> bool:
        """Whether the value is a unique id: what AWS shows when the role or user that was named is deleted."""
        return self.kind == "AWS" and _UNIQUE_ID.fullmatch(self.value) is not None

    @cached_property
    def canonical(self) -> str:
        """The value, with an account's root written as the account id."""
        root = _ROOT.fullmatch(self.value) if self.kind == "AWS" else None
        return root.group(1) if root else self.value

    def covers(self, other: Principal) -> bool:
        """Whether everyone meant by the other principal is surely meant by this one."""
        if self.kind == "*" or (self.kind == "AWS" and self.value == "*"):
            return True
        if self.kind != other.kind:
            return False
        if self.canonical == other.canonical:
            return True
        return self.whole_account and self.account == other.account


@dataclass(frozen=True)
class Principals:
    """Principal or NotPrincipal. `bare`: written as the asterisk alone, not as an object."""

    items: tuple[Principal, ...]
    negated: bool = False

    @cached_property
    def everyone(self) -> bool:
        """Whether surely nobody is left out."""
        if self.negated:
            return not self.items
        return any(item.value == "*" and item.kind in {"*", "AWS"} for item in self.items)

    @cached_property
    def open(self) -> tuple[Principal, ...]:
        """The values by which anyone may be meant; NotPrincipal means everyone but the named."""
        if self.negated:
            return (
                ()
                if any(item.value == "*" and item.kind in {"*", "AWS"} for item in self.items)
                else (Principal("*", "*"),)
            )
        return tuple(item for item in self.items if item.is_anyone)

    def covers(self, other: Principal) -> bool:
        """Whether everyone meant by a principal is surely meant here."""
        if self.negated:
            return self.everyone
        return any(item.covers(other) for item in self.items)


@dataclass(frozen=True)
class Condition:
    """One test of a Condition block: operator without its prefix and suffix, key in lower case, values as text."""

    operator: str
    key: str
    values: tuple[str, ...]
    quantifier: str = ""
    if_exists: bool = False

    @property
    def written(self) -> str:
        """The operator as the policy language writes it."""
        return (
            (f"{self.quantifier}:" if self.quantifier else "") + self.operator + ("IfExists" if self.if_exists else "")
        )

    def __str__(self) -> str:
        """The test as one line of evidence."""
        return f"{self.written} {self.key} = {', '.join(self.values)}"


@dataclass(frozen=True)
class Statement:
    """One statement: no `principals` in identity policies, no `resources` where the policy's own is meant."""

    allows: bool
    actions: Patterns
    resources: Patterns | None = None
    principals: Principals | None = None
    conditions: tuple[Condition, ...] = ()
    sid: str | None = None
    position: int = field(default=0, compare=False)

    @property
    def label(self) -> str:
        """What to call the statement in a finding: its Sid, else its place, counted from one."""
        return f'statement "{self.sid}"' if self.sid else f"statement {self.position + 1}"

    @property
    def reach(self) -> Patterns:
        """The resources the statement speaks of; all, where it names none."""
        return self.resources if self.resources is not None else EVERY_RESOURCE

    @property
    def for_everyone(self) -> bool:
        """Whether surely every caller is meant: nobody is left out, or the policy belongs to the caller."""
        return self.principals is None or self.principals.everyone

    @property
    def demands(self) -> frozenset[str]:
        """The condition keys, in lower case, that a request must carry with a value of some shape."""
        return frozenset(
            test.key
            for test in self.conditions
            if not test.if_exists
            and test.quantifier != "ForAllValues"
            and test.operator != "Null"
            and "Not" not in test.operator
            and not any(value.strip("*") == "" for value in test.values)
        )

    def to_json(self) -> dict[str, Any]:
        """The statement as JSON, lists where one value or several may stand."""
        out: dict[str, Any] = {"Sid": self.sid} if self.sid is not None else {}
        out["Effect"] = "Allow" if self.allows else "Deny"
        if self.principals is not None:
            out["NotPrincipal" if self.principals.negated else "Principal"] = _principals_json(self.principals)
        out["NotAction" if self.actions.negated else "Action"] = list(self.actions.values)
        if self.resources is not None:
            out["NotResource" if self.resources.negated else "Resource"] = list(self.resources.values)
        for test in self.conditions:
            out.setdefault("Condition", {}).setdefault(test.written, {})[test.key] = list(test.values)
        return out


def _principals_json(principals: Principals) -> Any:
    if [item.kind for item in principals.items] == ["*"]:
        return "*"
    grouped: dict[str, list[str]] = {}
    for item in principals.items:
        grouped.setdefault(item.kind, []).append(item.value)
    return grouped


EVERY_RESOURCE: Final = Patterns(("*",))
