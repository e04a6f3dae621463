"""Every kind is tested by being declared: its calls, parameters, paths and permissions against botocore's models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.model import ListShape, MapShape, OperationModel, StructureShape

from scanner.engine.registry import kinds
from scanner.model import path as paths
from scanner.model.call import Applied, Call, Form
from scanner.model.fact import joined
from scanner.model.kind import Const, Kind, alternatives

KINDS = [pytest.param(kind, id=kind.cfn) for kind in kinds().values()]
SESSION = botocore.session.get_session()


@cache
def _service(name: str) -> Any:
    return SESSION.get_service_model(name)


def _operation(name: str) -> OperationModel:
    service, _, action = name.partition(".")
    return _service(service).operation_model(action)


def _problem(shape: Any, steps: tuple[paths.Step, ...], place: str) -> str:
    """Walk a path along a shape; say where it leaves it."""
    for verb, argument in steps:
        if isinstance(shape, MapShape):
            shape = shape.value
        elif verb == "member" and isinstance(shape, StructureShape):
            if argument not in shape.members:
                return f"{place}: {shape.name} has no member {argument}"
            shape = shape.members[argument]
        elif verb in {"each", "where", "at"} and isinstance(shape, ListShape):
            shape = shape.member
            if verb == "where" and argument[0] not in shape.members:
                return f"{place}: {shape.name} has no member {argument[0]}"
        elif shape.type_name in {"string", "blob"} or getattr(shape, "is_document_type", False):
            return (
                ""
                if verb == "member" and getattr(shape, "is_document_type", False)
                else f"{place}: {shape.name} is a plain value"
            )
        else:
            return f"{place}: {shape.name} has no {verb} {argument or ''}"
    return ""


def _shape_at(shape: Any, steps: tuple[paths.Step, ...]) -> Any:
    for verb, argument in steps:
        if isinstance(shape, MapShape):
            shape = shape.value
        else:
            shape = shape.members[argument] if verb == "member" else shape.member
    return shape


def _section_shape(call: Call) -> Any:
    """Give the shape of a call's section, or None where the declaration makes a document of its own."""
    if call.form in {Form.REFS, Form.DOWNLOAD} or call.parse is not None:
        return None
    shape = _shape_at(_operation(call.operation).output_shape, paths.steps(call.path))
    whole = call.form is Form.SHARED and call.size > 1
    last = paths.steps(call.path)[-1:] if call.path else ()
    items = call.form in {Form.EACH, Form.BATCH, Form.SHARED} and not whole
    return shape.member if items and isinstance(shape, ListShape) and not (last and last[0].verb == "each") else shape


@pytest.mark.parametrize("kind", KINDS)
def test_calls_are_operations_of_aws(kind: type[Kind]) -> None:
    problems = []
    for call in kind.calls.values():
        problems += [
            f"{call.name}: there is no operation {operation}"
            for operation in call.operations
            if operation.partition(".")[2] not in _service(operation.partition(".")[0]).operation_names
        ]
        if call.form is Form.REFS or problems:
            continue
        model = _operation(call.operation)
        given = {*call.params, *([call.ids] if call.ids else [])}
        if call.ticket:
            begun = _operation(call.start)
            taken, needed = begun.input_shape.members, begun.input_shape.required_members
            problems += [f"{call.name}: {call.start} takes no {name}" for name in given if name not in taken]
            problems += [f"{call.name}: {call.start} needs {name}" for name in needed if name not in given]
            problems += [] if call.ticket in begun.output_shape.members else [f"{call.name}: no member {call.ticket}"]
            given = {call.ticket}
        members = model.input_shape.members if model.input_shape else {}
        problems += [f"{call.name}: {call.operation} takes no {name}" for name in given if name not in members]
        required = model.input_shape.required_members if model.input_shape else []
        problems += [f"{call.name}: {call.operation} needs {name}" for name in required if name not in given]
        output = model.output_shape
        problems += [text for text in [_problem(output, paths.steps(call.path), f"{call.name} path")] if text]
        if call.expect:
            problems += [] if call.expect in output.members else [f"{call.name}: no member {call.expect} to expect"]
    assert not problems


@pytest.mark.parametrize("kind", KINDS)
def test_fact_paths_lie_in_the_answers(kind: type[Kind]) -> None:
    problems = []
    for fact in kind.facts.values():
        for text in alternatives(fact.api):
            section, rest = paths.split(text)
            shape = _section_shape(kind.calls[section]) if section in kind.calls else None
            if shape is not None:
                problems.append(_problem(shape, paths.steps(rest), f"{fact.name} ({text})"))
        if fact.api is None and fact.name != "id" and kind.calls:
            problems.append(f"{fact.name} has no live path")
    assert not [problem for problem in problems if problem]


@pytest.mark.parametrize("kind", KINDS)
def test_secrets_and_noise_name_sections(kind: type[Kind]) -> None:
    problems = [f"secrets names the unknown section {name}" for name in kind.secrets if name not in kind.calls]
    problems += [
        f"volatile names the unknown section {text}" for text in kind.volatile if paths.split(text)[0] not in kind.calls
    ]
    assert not problems


@pytest.mark.parametrize("kind", KINDS)
def test_references_lead_somewhere(kind: type[Kind]) -> None:
    problems = []
    for call in kind.calls.values():
        for text in (call.when, call.region):
            assert isinstance(text, str)
        for name, value in {**call.params, "own": call.own}.items():
            if isinstance(value, Applied):
                assert callable(value.function), name
        if call.form is Form.REFS:
            names = {other.__name__: other for other in kinds().values()}
            for reference in call.facts:
                owner, _, fact = reference.partition(".")
                if owner not in names or fact not in names[owner].facts:
                    problems.append(f"{call.name} refers to {reference}, which is no fact")
    assert not problems


@pytest.mark.parametrize("kind", KINDS)
def test_terraform_and_template_parts_are_declared(kind: type[Kind]) -> None:
    problems = []
    for fact in kind.facts.values():
        for path, parts, prefix in ((fact.plan, kind.tf_parts, "aws_"), (fact.template, kind.cfn_parts, "AWS::")):
            read = {re.split(r"[.\[]", text)[0] for choice in alternatives(path) for text in joined(choice)}
            problems += [
                f"{fact.name} reads the part {part}, which is not declared"
                for part in read
                if part.startswith(prefix) and part not in parts
            ]
        assert isinstance(fact.plan, str | Const | type(None))
    assert not problems


def test_samples_are_not_shared_mutable_values() -> None:
    shared = [
        f"{kind.__name__}.{name}"
        for kind in kinds().values()
        for name, fact in kind.facts.items()
        if isinstance(fact.sample, list | dict) and fact.sample and isinstance(fact.sample, Mapping) is False
    ]
    assert not shared
