"""The same change in code: Terraform arguments, for resources that code rules and for those who want it to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from remediation.filling import filled, words_of
from scanner.engine.normalise import builtin
from scanner.model.fact import joined
from scanner.model.kind import Kind
from scanner.model.remedy import Effect


def terraform(effect: Effect, view: Kind, part: str) -> dict[str, Any]:
    """Give the change as Terraform arguments by resource type; nested blocks as maps, several of one name as lists.

    What the remedy does not say is taken from the facts that it sets, where a fact is an argument as it stands.
    """
    words = words_of(view.resource, part)
    if effect.terraform:
        return {name: filled(dict(block), words, view) for name, block in effect.terraform.items()}
    return _from_facts(effect.sets, type(view))


def _from_facts(sets: Mapping[str, Any], kind: type[Kind]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in sets.items():
        fact = kind.facts.get(name)
        if fact is None or not isinstance(fact.plan, str) or _is_parsed(fact.parse) or len(kind.tf) != 1:
            return {}
        paths = [path for text in fact.plan.split("|") for path in joined(text.strip())]
        if len(paths) != 1:
            return {}
        steps = paths[0].replace("[0]", "").replace("[]", "").split(".")
        if any(set("[]=") & set(step) for step in steps):
            return {}
        parts = {part for part in kind.tf_parts if part == steps[0]}
        owner = steps.pop(0) if parts else kind.tf[0]
        at = found.setdefault(owner, {})
        for step in steps[:-1]:
            at = at.setdefault(step, {})
        at[steps[-1]] = builtin(value)
    return found


def _is_parsed(parse: Any) -> bool:
    return parse.get("plan") is not None if isinstance(parse, Mapping) else parse is not None
