"""A remedy in words: the policy or the operations written out, what they mean, the same in Terraform."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanner.engine.effects import effect_in_words, operations_in_words
from scanner.generate.markdown import code, codes, compact, fenced, folded, plain, table
from scanner.model.remedy import Custodian, Direct
from scanner.terraform.writing import resource

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from scanner.model.remedy import Remedy
    from scanner.model.rule import Rule

_WORD = re.compile(r"(?<!\$)\{(?:id|arn|name|region|account|partition|part)\}")


def remedy(rule: type[Rule]) -> str:
    """Say what would mend a finding of a rule, and what that means for those who run the system."""
    found = rule.remedy
    text = "\n\n".join(filter(None, [*_form(rule, found), _effect(found), _terraform(found)]))
    named = sorted(set(_WORD.findall(text)))
    return f"{text}\n\n{codes(named)}: the resource's own, put in when a plan is made." if named else text


def _form(rule: type[Rule], found: Remedy) -> Iterator[str]:
    """Write a Cloud Custodian policy, API operations, or steps for a person."""
    if isinstance(found, Custodian):
        yield _in_words(found)
        yield fenced("\n".join(_policy(rule, found)), "yaml")
    elif isinstance(found, Direct):
        yield from _direct(found)
    else:
        steps = (f"{number}. {plain(step)}" for number, step in enumerate(found.steps, 1))
        yield "\n".join(["Steps for a person:", "", *steps])


def _direct(found: Direct) -> Iterator[str]:
    if found.why:
        yield plain(found.why[0].upper() + found.why[1:].rstrip(".")) + "."
    if found.by:
        yield f"After approval, {plain(operations_in_words(found))}."
        return
    said = f"After approval, one call of {code(found.operation)}"
    if found.parameters:
        yield f"{said} with the parameters"
        yield fenced(folded(dict(found.parameters)), "json")
    else:
        yield f"{said}."


def _effect(found: Remedy) -> str:
    """Write the effect as a table; rules that it names lead to their pages."""
    names = {*found.effect.follows, *found.effect.brings}
    return table(
        ("what it means", ""), ((about, _linked(plain(words), names)) for about, words in effect_in_words(found))
    )


def _linked(text: str, names: Iterable[str]) -> str:
    for name in names:
        text = text.replace(code(name), f"[{name}]({name}.md)")
    return text


def _terraform(found: Remedy) -> str:
    blocks = [resource(kind, "this", dict(body)) for kind, body in found.effect.terraform.items()]
    return "The same in Terraform:\n\n" + fenced("\n\n".join(blocks), "hcl") if blocks else ""


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
