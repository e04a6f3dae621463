"""A remedy in words, with the policy or the operation written out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.generate.markdown import code, compact, fenced, folded, plain
from scanner.model.remedy import Custodian, Direct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanner.model.rule import Rule


def remedy(rule: type[Rule]) -> str:
    """Say what would mend a finding of a rule: a Cloud Custodian policy, one API operation, or steps for a person."""
    found = rule.remedy
    if isinstance(found, Custodian):
        return "\n\n".join([_in_words(found), fenced("\n".join(_policy(rule, found)), "yaml")])
    if isinstance(found, Direct):
        return "\n\n".join(_direct(found))
    steps = (f"{number}. {plain(step)}" for number, step in enumerate(found.steps, 1))
    return "\n".join(["Steps for a person:", "", *steps])


def _direct(found: Direct) -> Iterator[str]:
    if found.why:
        yield plain(found.why[0].upper() + found.why[1:].rstrip(".")) + "."
    said = f"After approval, one call of {code(found.operation)}"
    if found.parameters:
        yield f"{said} with the parameters"
        yield fenced(folded(dict(found.parameters)), "json")
    else:
        yield f"{said}."


def _in_words(found: Custodian) -> str:
    where = f", where {', '.join(map(_named, found.filters))} holds" if found.filters else ""
    actions = ", ".join(map(_named, found.actions))
    resource = code(f"aws.{found.resource}")
    return f"After approval, Cloud Custodian on the {resource} resources that were found: {actions}{where}."


def _named(step: Any) -> str:
    if isinstance(step, str):
        return code(step)
    name = step.get("type")
    return code(str(name)) if name else code(compact(step))


def _policy(rule: type[Rule], found: Custodian) -> Iterator[str]:
    """Write the policy as YAML; each filter and action in YAML's flow form, which is JSON."""
    yield "policies:"
    yield f"  - name: {rule.id.replace('_', '-')}"
    yield f"    resource: aws.{found.resource}"
    for name, steps in (("filters", found.filters), ("actions", found.actions)):
        if steps:
            yield f"    {name}:"
            yield from (f"      - {step if isinstance(step, str) else compact(step)}" for step in steps)
