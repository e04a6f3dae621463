"""Rules: what must hold, with its sources, its examples and its remedy, as one declaration."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

import msgspec

from scanner.model.gap import Gap, Unknown

if TYPE_CHECKING:
    from types import TracebackType

    from scanner.model.kind import Kind
    from scanner.model.remedy import Remedy
    from scanner.model.source import FoundingSource

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: tuple[Severity, ...] = ("info", "low", "medium", "high", "critical")
Category = Literal["security", "resilience", "operations", "advisory"]
CATEGORIES: tuple[Category, ...] = ("security", "resilience", "operations", "advisory")


@dataclass(frozen=True)
class Fail:
    """The requirement is not met.

    `part` says where in the resource, in terms that last (a container's name, `ingress tcp/22 0.0.0.0/0`), never an
    index. `severity` is given where it differs from the rule's.
    """

    message: str
    part: str = ""
    severity: Severity | None = None


@dataclass(frozen=True)
class Note:
    """Evidence worth saying that decides nothing."""

    message: str


@dataclass(frozen=True)
class Skip:
    """The rule does not apply, and why."""

    reason: str


@dataclass(frozen=True)
class Missing:
    """Something could not be learned, though the check went on; see `Gaps`."""

    gaps: tuple[Gap, ...]


Outcome = Fail | Note | Skip | Missing


class Gaps:
    """Collects what could not be learned about one of several things, so that the others are still judged.

    Use `with gaps:` round the judging of each thing, and `yield from gaps` at the end.
    """

    def __init__(self) -> None:
        """Start with nothing missing."""
        self.found: list[Gap] = []

    def __enter__(self) -> Self:
        """Begin with one thing."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep what an `Unknown` lacks; let any other error pass."""
        if isinstance(error, Unknown):
            self.found.extend(error.gaps)
            return True
        return False

    def __iter__(self) -> Iterator[Missing]:
        """Say what was missing, if anything."""
        if self.found:
            yield Missing(tuple(dict.fromkeys(self.found)))


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of a rule: subclass it inside the rule as `Settings`, one typed field with default for each.

    Annotate a field with `msgspec.Meta(description=..., ge=...)`; `extra={"config": "overlay.cidr"}` in the Meta takes
    the field from that key of config.toml unless the rule's own table says another.
    """


@dataclass(frozen=True)
class Case:
    """An example with more than the subject's facts.

    `subject` are facts that differ from the samples; `others` further resources, `Other(Kind, fact=...)`; `settings`
    the rule's parameters; `lacking` kinds whose listing could not be read (for UNKNOWN examples); `kind` what the
    subject is where a rule judges several kinds.
    """

    subject: Mapping[str, Any]
    others: Sequence[Other] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)
    lacking: Sequence[type[Kind]] = ()
    kind: type[Kind] | None = None


class Other:
    """Another resource in an example: its kind and the facts that differ from the samples.

    `region` and `account` place it elsewhere than the subject.
    """

    def __init__(self, kind: type[Kind], *, region: str = "", account: str = "", **facts: Any) -> None:
        """Keep the parts."""
        self.kind = kind
        self.region = region
        self.account = account
        self.facts = facts


Example = Mapping[str, Any] | Case


class Rule:
    """One requirement; subclasses are declarations, one to a file `rules/<service>/<rest of the id>.py`.

    The docstring speaks to the auditor: its first line is the title, the rest says why. `kind` is what is judged
    (`also` further kinds that the same check judges), `needs` the kinds that the check looks up in the world; one that
    compares accounts says so by `across`, and sees those that were not scanned by their newest snapshot. `hipaa`
    are citations that public sources give, `hipaa_proposed` phiward's own mapping. `check(subject, world, settings,
    as_of)` takes those of the parameters that it names after the subject and yields `Fail`, `Note`, `Missing` or
    nothing; `applies` says whether the rule speaks of the subject (its docstring says of which it does; it may give
    the reason as text instead of False).
    """

    kind: ClassVar[type[Kind]]
    also: ClassVar[tuple[type[Kind], ...]] = ()
    severity: ClassVar[Severity]
    category: ClassVar[Category] = "security"
    needs: ClassVar[tuple[type[Kind], ...]] = ()
    hipaa: ClassVar[tuple[str, ...]] = ()
    hipaa_proposed: ClassVar[tuple[str, ...]] = ()
    sources: ClassVar[tuple[FoundingSource, ...]] = ()
    aliases: ClassVar[tuple[str, ...]] = ()
    related: ClassVar[tuple[str, ...]] = ()
    across: ClassVar[bool] = False
    remedy: ClassVar[Remedy]
    since: ClassVar[str] = "0.1.0"
    was: ClassVar[tuple[str, ...]] = ()
    Settings: ClassVar[type[Settings]] = Settings
    GOOD: ClassVar[Sequence[Example]] = ()
    BAD: ClassVar[Sequence[Example]] = ()
    SKIP: ClassVar[Sequence[Example]] = ()
    UNKNOWN: ClassVar[Sequence[Example]] = ()

    id: ClassVar[str] = ""
    title: ClassVar[str] = ""
    check: ClassVar[Any]
    applies: ClassVar[Any] = None
    check_takes: ClassVar[tuple[str, ...]] = ()
    applies_takes: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **rest: Any) -> None:
        """Derive id and title, and check the declaration.

        Raises:
            TypeError: the declaration lacks something.
        """
        super().__init_subclass__(**rest)
        parts = cls.__module__.split(".")
        cls.id = cls.__dict__.get("id") or "_".join(parts[1:])
        cls.title = (cls.__doc__ or "").strip().partition("\n")[0].rstrip(".")
        problems = [
            f"`{name}` is missing" for name in ("kind", "severity", "remedy", "check") if not hasattr(cls, name)
        ]
        problems += ["the docstring is missing"] if not cls.title else []
        problems += (
            [f"severity {cls.severity!r} is unknown"] if getattr(cls, "severity", "info") not in SEVERITIES else []
        )
        problems += [f"category {cls.category!r} is unknown"] if cls.category not in CATEGORIES else []
        problems += [f"{name} has no example" for name in ("GOOD", "BAD") if not getattr(cls, name)]
        if problems:
            message = f"{cls.__module__}.{cls.__name__}: " + "; ".join(problems)
            raise TypeError(message)
        cls.check_takes = _parameters(cls.check, cls)
        cls.applies_takes = _parameters(cls.applies, cls) if cls.applies else ()

    @classmethod
    def judged(cls) -> tuple[type[Kind], ...]:
        """Give all kinds that the rule judges."""
        return (cls.kind, *cls.also)

    @classmethod
    def describe_scope(cls) -> str:
        """Say in words what the rule speaks of."""
        said = inspect.getdoc(cls.applies) if cls.applies else ""
        return (said or "").strip().partition("\n")[0].rstrip(".")


INJECTED = ("world", "settings", "as_of")


def _parameters(function: Any, rule: type[Rule]) -> tuple[str, ...]:
    names = tuple(inspect.signature(function).parameters)[1:]
    unknown = [name for name in names if name not in INJECTED]
    if unknown:
        message = f"{rule.__module__}.{rule.__name__}: check may take {', '.join(INJECTED)}, not {', '.join(unknown)}"
        raise TypeError(message)
    return names


Check = Iterable[Outcome]
