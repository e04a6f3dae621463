"""Reads states: files of version 4, and what `terraform show -json` prints of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.given import GivenError
from scanner.terraform import values
from scanner.terraform.decode import decoded
from scanner.terraform.entries import Entry, World, deposed
from scanner.terraform.plan import MANAGED, resources_in
from scanner.terraform.shapes import FileResource, Instance, State, StateFile, given

if TYPE_CHECKING:
    from scanner.terraform.secret import Secrets
    from scanner.terraform.types import Types

FILE_VERSION = 4


def refuse_version(name: str, version: Any) -> None:
    """Refuse state files of another version than 4.

    Raises:
        GivenError: the version is another.
    """
    if version == FILE_VERSION and not isinstance(version, bool):
        return
    if isinstance(version, int) and 0 < version < FILE_VERSION:
        raise GivenError(
            f"{name}: a state file of version {version}, as Terraform wrote before 0.12, is not read; "
            "run `terraform apply -refresh-only` with Terraform 1 once, or give what `terraform show -json` prints"
        )
    raise GivenError(
        f"{name}: version {version!r} of a state file is not known here, only 4; give `terraform show -json`"
    )


def from_file(name: str, state: StateFile, types: Types, secrets: Secrets) -> World:
    """Make the world of a state file."""
    world: World = {}
    for resource in state.resources or ():
        if resource.mode != MANAGED:
            continue
        for instance in resource.instances or ():
            address = _address(resource, instance)
            found = decoded(name, instance.attributes, Any) if given(instance.attributes) else None
            reading = values.Reading(address, resource.type, secrets, types.names(resource.type))
            doc = values.document(reading, found, None, _marks(instance.sensitive_attributes))
            world[address] = Entry(address, resource.type, doc, resource.provider or "")
    return world


def from_show(name: str, state: State, types: Types, secrets: Secrets) -> World:
    """Make the world of what `terraform show -json` prints."""
    world: World = {}
    for resource in resources_in(state.values.root_module if state.values else None):
        address = deposed(resource.address, resource.deposed_key) if resource.deposed_key else resource.address
        found = decoded(name, resource.values, Any) if given(resource.values) else None
        marks = decoded(name, resource.sensitive_values, Any) if given(resource.sensitive_values) else None
        reading = values.Reading(resource.address, resource.type, secrets, types.names(resource.type))
        doc = values.document(reading, found, None, marks)
        world[address] = Entry(address, resource.type, doc, resource.provider_name or "")
    return world


def _address(resource: FileResource, instance: Instance) -> str:
    module = f"{resource.module}." if resource.module else ""
    key = instance.index_key
    index = "" if key is None else f'["{key}"]' if isinstance(key, str) else f"[{key}]"
    address = f"{module}{resource.type}.{resource.name}{index}"
    return deposed(address, instance.deposed) if instance.deposed else address


def _marks(paths: Any) -> dict[str, Any]:
    """Make the mask of a list of paths to sensitive attributes; an index stands for all elements."""
    marks: dict[str, Any] = {}
    for path in paths if isinstance(paths, list) else ():
        names = [_step(step) for step in path] if isinstance(path, list) else [path]
        place = marks
        for name in names[:-1]:
            below = place.setdefault(name, {})
            if not isinstance(below, dict):
                break
            place = below
        else:
            if names and isinstance(names[-1], str):
                place[names[-1]] = True
    return marks


def _step(step: Any) -> str:
    if isinstance(step, dict) and step.get("type") == "get_attr":
        return str(step.get("value"))
    return "[]"
