"""Kinds: a type of resource as one declaration, and the view through which a rule reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from scanner.model import path as paths
from scanner.model.fact import PLAIN, REQUIRED, Const, Fact, PlainReader, Reader, alternatives, derive, fact
from scanner.model.gap import Gap, GapState, Unknown
from scanner.model.operation import ROOTS, Call
from scanner.model.resource import Source

if TYPE_CHECKING:
    from scanner.model.resource import Resource

__all__ = ["PLAIN", "REQUIRED", "Const", "Fact", "Kind", "PlainReader", "Reader", "alternatives", "derive", "fact"]


class Kind:
    """A type of resource; its subclasses are declarations, its instances views of one resource.

    Class arguments: `cfn` the CloudFormation type, `tf` the Terraform type or types, `scope` `regional` or `global`,
    `singleton` for settings of which each account or Region has one. `tf_parts` and `cfn_parts` map the types that are
    folded into this one to the attribute that refers to it. `unwritten` says, for a fact that is a list, which of its
    elements AWS makes by itself, so that no code writes them.
    """

    cfn: ClassVar[str] = ""
    tf: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[str] = "regional"
    singleton: ClassVar[bool] = False
    arn_format: ClassVar[str] = ""
    identity: ClassVar[tuple[str, ...]] = ("id",)
    volatile: ClassVar[tuple[str, ...]] = ()
    secrets: ClassVar[Mapping[str, Any]] = {}
    tf_parts: ClassVar[Mapping[str, str]] = {}
    cfn_parts: ClassVar[Mapping[str, str]] = {}
    unwritten: ClassVar[Mapping[str, Callable[[Any], bool]]] = {}
    calls: ClassVar[Mapping[str, Call]] = {}
    facts: ClassVar[Mapping[str, Fact]] = {}

    id: str
    tags: Mapping[str, str]

    def __init_subclass__(
        cls,
        *,
        cfn: str = "",
        tf: str | tuple[str, ...] = (),
        scope: str = "regional",
        singleton: bool = False,
        **rest: Any,
    ) -> None:
        """Gather and check the declaration.

        Raises:
            TypeError: the declaration contradicts itself.
        """
        super().__init_subclass__(**rest)
        cls.cfn, cls.tf, cls.scope, cls.singleton = cfn, (tf,) if isinstance(tf, str) else tuple(tf), scope, singleton
        own = dict(cls.__dict__)
        cls.calls = {name: replace(value, name=name) for name, value in own.items() if isinstance(value, Call)}
        facts = dict(cls.facts)
        facts |= {name: value for name, value in own.items() if isinstance(value, Fact)}
        for name, value in facts.items():
            value.kind = cfn
            value.annotation = value.annotation or str(cls.__annotations__.get(name, ""))
        cls.facts = facts
        _check(cls)

    def __init__(self, resource: Resource, reader: Reader = PLAIN) -> None:
        """View a resource through a reader."""
        self.resource = resource
        self.reader = reader

    def __eq__(self, other: object) -> bool:
        """Say whether both view the same resource."""
        return isinstance(other, Kind) and self.resource is other.resource

    def __hash__(self) -> int:
        """Hash by the resource."""
        return hash(id(self.resource))

    def __repr__(self) -> str:
        """Show the resource."""
        return f"{type(self).__name__}({self.resource.id})"

    @property
    def account(self) -> str:
        """The account's twelve digits.

        Raises:
            Unknown: a plan or a template does not say it.
        """
        return self._place(self.resource.account, "account")

    @property
    def region(self) -> str:
        """The Region's code, or `global`.

        Raises:
            Unknown: a plan or a template does not say it.
        """
        return self._place(self.resource.region, "Region")

    def _place(self, said: str, what: str) -> str:
        if not said and self.resource.source in {Source.PLAN, Source.TEMPLATE}:
            raise Unknown(Gap(message=f"the {what} of what is planned is not known", state=GapState.NOT_COLLECTED))
        return said

    @property
    def partition(self) -> str:
        """The partition: `aws`, `aws-us-gov`, `aws-cn`."""
        return self.resource.partition

    @property
    def name(self) -> str:
        """The name that people use: the Name tag where there is one, else the id."""
        return self.resource.name

    def tag(self, key: str) -> str | None:
        """Give a tag's value; keys are compared without regard to case."""
        wanted = key.casefold()
        return next((value for name, value in self.tags.items() if name.casefold() == wanted), None)

    def has_tags(self, wanted: Mapping[str, str]) -> bool:
        """Say whether all these tags are there, without regard to case; an empty map is never there."""
        return bool(wanted) and all(
            (self.tag(key) or "").casefold() == value.casefold() for key, value in wanted.items()
        )

    @classmethod
    def roots(cls) -> tuple[Call, ...]:
        """Give the calls that say which resources there are."""
        return tuple(call for call in cls.calls.values() if call.form in ROOTS)


def _check(kind: type[Kind]) -> None:
    problems = []
    if not kind.cfn:
        problems.append("the class argument `cfn` is missing")
    if kind.scope not in {"regional", "global"}:
        problems.append(f"scope {kind.scope!r} is neither regional nor global")
    if "id" not in kind.facts:
        problems.append("the fact `id` is missing")
    if not kind.singleton and kind.calls and not kind.roots():
        problems.append("no call lists the resources")
    for name, call in kind.calls.items():
        problems += [f"call {name} uses the unknown section {used}" for used in call.uses if used not in kind.calls]
    for name, value in kind.facts.items():
        problems += [
            f"fact {name} reads the unknown section {used}"
            for used in value.sections
            if used not in kind.calls and used != "of"
        ]
        for text in alternatives(value.api):
            paths.getter(paths.split(text)[1])
    for name, declared in kind.secrets.items():
        secrets = declared if isinstance(declared, tuple) else (declared,)
        verbs = {step.verb for secret in secrets for step in paths.steps(secret.path)}
        problems += [f"secrets names the unknown section {name}"] if name not in kind.calls else []
        problems += [f"a secret of {name} lies behind more than members and []"] if verbs - {"member", "each"} else []
    problems += [f"identity names the unknown fact {name}" for name in kind.identity if name not in kind.facts]
    if problems:
        message = f"{kind.__module__}.{kind.__name__}: " + "; ".join(problems)
        raise TypeError(message)
