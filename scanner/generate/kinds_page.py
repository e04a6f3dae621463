"""The page of all kinds: what is collected, by which calls, and which facts come of it."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING

from scanner.generate.markdown import code, codes, compact, page, plural, section, table
from scanner.model.kind import Const, alternatives
from scanner.model.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.fact import Fact, Path
    from scanner.model.kind import Kind
    from scanner.model.operation import Call
    from scanner.model.rule import Rule

INTRODUCTION = (
    "Every type of resource that phiward collects, by its CloudFormation type. A call's *section* is the name under "
    "which its answer is kept; a fact lies in a section, and where a source says nothing of a fact its cell is empty. "
    "*Absent* lists the error codes by which AWS says that a thing is not configured."
)


def kinds_page(kinds: Mapping[str, type[Kind]], rules: Mapping[str, type[Rule]]) -> str:
    """Write the page of all kinds."""
    readers: dict[str, list[str]] = {}
    for rule in rules.values():
        for cfn in {kind.cfn for kind in (*rule.judged(), *rule.needs)}:
            readers.setdefault(cfn, []).append(rule.id)
    return page(
        "Kinds",
        INTRODUCTION,
        plural(len(kinds), "kind") + ".",
        *(_kind(kind, readers.get(cfn, [])) for cfn, kind in kinds.items()),
    )


def _kind(kind: type[Kind], readers: list[str]) -> str:
    where = "once per account" if kind.scope == "global" else "in each Region"
    rows = [
        ("Terraform", codes(kind.tf)),
        ("with the parts", codes([*kind.tf_parts, *kind.cfn_parts])),
        ("collected", f"{where}, as settings" if kind.singleton else where),
        ("never stored in clear", codes(_secrets(kind))),
        ("read by", ", ".join(f"[{name}](rules/{name}.md)" for name in readers)),
    ]
    calls = (_call(call) for call in kind.calls.values() if call.operation or call.facts)
    facts = (_fact(fact) for fact in kind.facts.values())
    return section(
        code(kind.cfn),
        inspect.cleandoc(kind.__doc__ or ""),
        table(("", ""), [row for row in rows if row[1]]),
        table(("section", "form", "API operation", "IAM permission", "when", "absent"), calls),
        table(("fact", "type", "AWS API", "Terraform plan", "CloudFormation template"), facts),
    )


def _secrets(kind: type[Kind]) -> Iterator[str]:
    for name, declared in kind.secrets.items():
        for secret in (declared,) if isinstance(declared, Secret) else declared:
            yield ".".join(part for part in (name, secret.path) if part)


def _call(call: Call) -> tuple[str, ...]:
    operation = codes(call.operations) or f"what {codes(call.facts)} refer to"
    return (
        code(call.name),
        call.form.value,
        operation,
        codes(call.permissions) if call.operation else "",
        code(call.when) if call.when else "",
        codes(call.absent),
    )


def _fact(fact: Fact) -> tuple[str, ...]:
    paths = (path_text(path) for path in (fact.api, fact.plan, fact.template))
    return (code(fact.name), code(fact.annotation), *paths)


def path_text(path: Path) -> str:
    """Say where a fact lies in one source: the alternatives of its path, or the constant that holds there."""
    if isinstance(path, Const):
        return f"always {code(compact(path.value))}"
    return " or ".join(code(text) for text in alternatives(path))
