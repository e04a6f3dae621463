"""The page of what a plan and a template say: which facts of each kind are read from them, and which are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from scanner.generate.markdown import code, codes, page, plural, section, table
from scanner.model.kind import REQUIRED, Const
from scanner.model.resource import Source

if TYPE_CHECKING:
    from scanner.model.kind import Kind

SOURCES = ((Source.PLAN, "Terraform plans and states"), (Source.TEMPLATE, "CloudFormation templates"))
INTRODUCTION = (
    "The same rules judge what AWS answers, what a Terraform plan or state says, and what a CloudFormation template "
    "says. Here stands, for each kind, which facts the source says (*read*), which can be no other in what is only "
    "planned (*always the same*), and which it does not say (*not read*): a rule that needs one of these is UNKNOWN "
    "there, never PASS. The paths are in [the page of all kinds](kinds.md)."
)


def sources_page(kinds: Mapping[str, type[Kind]]) -> str:
    """Write the page of what plans and templates say of each kind."""
    return page("Plans and templates", INTRODUCTION, *(_source(kinds, source, title) for source, title in SOURCES))


def _source(kinds: Mapping[str, type[Kind]], source: Source, title: str) -> str:
    rows = []
    counts = [0, 0, 0]
    for cfn, kind in kinds.items():
        told = _told(kind, source)
        if told is None:
            continue
        counts = [count + len(names) for count, names in zip(counts, told, strict=True)]
        rows.append((code(cfn), codes(_types(kind, source)), *(codes(names) for names in told)))
    read, same, left = counts
    summary = f"{plural(len(rows), 'kind')}; {plural(read, 'fact')} read, {same} always the same, {left} not read."
    head = ("kind", "with", "read", "always the same", "not read")
    return section(title, summary, table(head, rows))


def _types(kind: type[Kind], source: Source) -> Iterator[str]:
    """Name the types that make up a kind in a source: its own in Terraform, and those that are folded into it."""
    if source is Source.PLAN:
        yield from (*kind.tf, *kind.tf_parts)
    else:
        yield from kind.cfn_parts


def _told(kind: type[Kind], source: Source) -> tuple[list[str], list[str], list[str]] | None:
    """Give the facts that are read, that are constant and that are not read; None where a source has no such kind."""
    read: list[str] = []
    same: list[str] = []
    left: list[str] = []
    for name, fact in kind.facts.items():
        path = fact.path(source)
        if isinstance(path, str) or name in {"id", "arn"}:
            read.append(name)
        elif isinstance(path, Const) or fact.default_in(source) is not REQUIRED:
            same.append(name)
        else:
            left.append(name)
    written = bool(kind.tf) if source is Source.PLAN else any(isinstance(f.template, str) for f in kind.facts.values())
    return (read, same, left) if written else None
