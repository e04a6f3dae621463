"""Kinds and helpers for the tests of templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar

from scanner.cloudformation import read
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, rules
from scanner.model.finding import Finding
from scanner.model.given import Given
from scanner.model.inventory import Inventory
from scanner.model.kind import Kind, fact
from scanner.model.planned import DOCUMENT
from scanner.model.resource import Resource

TEMPLATES = Path(__file__).parent / "templates"
INPUTS = Path(__file__).parents[2].parent / "shared" / "inputs" / "iac"
REDACTOR = Redactor(b"0123456789abcdef0123456789abcdef")
ACCOUNT = "123456789012"


class Thing(Kind, cfn="Test::Probe::Thing"):
    """A thing."""

    cfn_parts: ClassVar[Mapping[str, str]] = {"Test::Probe::Piece": "ThingId"}

    id: str = fact(template="ThingName")
    on: bool = fact(template="Flag", default={"template": False})
    count: int = fact(template="RefNumber")


class Group(Kind, cfn="Test::Probe::SecurityGroup"):
    """A group."""

    id: str = fact()
    vpc: str = fact(template="VpcId")


PROBES: dict[str, type[Kind]] = {kind.cfn: kind for kind in (Thing, Group)}


def given(text: str | bytes | Path, probes: bool = True, **asked: Any) -> Given:
    """Read a template by the probes, or by the real kinds."""
    source = text.encode() if isinstance(text, str) else text
    place = {"account": ACCOUNT, "region": "us-east-1"} | asked
    return read(source, "stack.yaml", kinds=PROBES if probes else kinds(), redactor=REDACTOR, **place)


def document(found: Given, name: str) -> dict[str, Any]:
    """Give the document of the resource with a logical id."""
    resource = resource_of(found, name)
    return dict(resource.sections[DOCUMENT].doc)


def resource_of(found: Given, name: str) -> Resource:
    """Give the resource with a logical id."""
    return next(each for each in found.after.resources if found.after.origins[each.arn].address == name)


def findings(found: Given, *wanted: str) -> list[Finding]:
    """Judge a template's resources by real rules."""
    context = Context(Inventory(found.after.resources, {}), datetime(2026, 11, 21, tzinfo=UTC))
    return list(evaluate([rules()[name] for name in wanted], context))


def verdicts(some: Iterable[Finding]) -> dict[str, str]:
    """Give the verdicts by resource."""
    return {each.resource: str(each.verdict) for each in some}
