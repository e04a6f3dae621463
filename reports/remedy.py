"""A remedy in words that a person can act on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from scanner.engine.effects import effect_in_words, operations_in_words
from scanner.model.remedy import Custodian, Direct, Remedy, Runbook
from scanner.terraform.writing import resource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BARE = re.compile(r"[A-Za-z_*][\w*./-]*(:[\w*./-]+)*")
_WORDS = frozenset("true false null yes no on off y n".split())


def remedy_text(remedy: Remedy, rule: str = "") -> str:
    """Write a remedy out: a Custodian policy as YAML, API operations, or numbered steps; then what it means.

    After a policy, what it means stands in comments, so that the whole is YAML.
    """
    effect = [f"{about.capitalize()}: {words.replace('`', '')}" for about, words in effect_in_words(remedy)]
    if isinstance(remedy, Custodian):
        return "\n".join([_policy(remedy, rule), *(f"# {line}" for line in effect)])
    if isinstance(remedy, Direct):
        why = [f"({remedy.why})"] if remedy.why else []
        return "\n".join([*_call(remedy), *why, *effect])
    return "\n".join([*(f"{number}. {step}" for number, step in enumerate(remedy.steps, 1)), *effect])


def remedy_code(remedy: Remedy) -> str:
    """Write the same change in Terraform; empty where the remedy does not say it."""
    return "\n\n".join(resource(kind, "this", dict(body)) for kind, body in remedy.effect.terraform.items())


def _call(remedy: Direct) -> Iterator[str]:
    if remedy.by:
        yield f"Call {operations_in_words(remedy).replace('`', '')}"
    else:
        yield f"Call {remedy.operation}"
        yield from _yaml(remedy.parameters, 1)


def made_out(remedy: Mapping[str, Any]) -> str:
    """Write out a remedy that was made for one finding: its policy, its API operations, or its steps."""
    if "policy" in remedy:
        return "\n".join(_yaml({"policies": [remedy["policy"]]}, 0))
    if "steps" in remedy:
        return "\n".join(f"{number}. {step}" for number, step in enumerate(remedy["steps"], 1))
    named = remedy.get("operations") or [remedy["operation"]] if "operation" in remedy else []
    call = f"Call {', '.join(named)}" if named else ""
    left_out = {"kind", "operation", "operations", "account"}
    rest = {key: value for key, value in remedy.items() if key not in left_out and value not in ({}, "")}
    made = [] if rest.get("parameters") or not named else ["Parameters: made out by phiward remediate plan"]
    return "\n".join([call, *made, *_yaml(rest, 1)]).strip()


def remedy_kind(remedy: Remedy) -> str:
    """Name the form of a remedy for a reader."""
    names = {Custodian: "Cloud Custodian policy", Direct: "API operation", Runbook: "Runbook"}
    return names[type(remedy)]


def _policy(remedy: Custodian, rule: str) -> str:
    policy: dict[str, Any] = {"name": rule.replace("_", "-") or "remedy", "resource": f"aws.{remedy.resource}"}
    if remedy.filters:
        policy["filters"] = list(remedy.filters)
    policy["actions"] = list(remedy.actions)
    return "\n".join(_yaml({"policies": [policy]}, 0))


def _yaml(value: Any, depth: int) -> Iterator[str]:
    indent = "  " * depth
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _entry(f"{indent}{_scalar(key)}:", item, depth)
    else:
        for item in value:
            if isinstance(item, dict | list | tuple) and item:
                first, *rest = _yaml(item, depth + 1)
                yield f"{indent}- {first.lstrip()}"
                yield from rest
            else:
                yield f"{indent}- {_scalar(item)}"


def _entry(key: str, item: Mapping[str, Any] | Sequence[Any] | str | float | None, depth: int) -> Iterator[str]:
    if isinstance(item, dict | list | tuple) and item:
        yield key
        yield from _yaml(item, depth + 1)
    else:
        yield f"{key} {_scalar(item)}"


def _scalar(value: Any) -> str:
    if isinstance(value, str) and _BARE.fullmatch(value) and value.casefold() not in _WORDS:
        return value
    return msgspec.json.encode(value, enc_hook=str).decode()
