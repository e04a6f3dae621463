"""Plans as files: written whole for people to read, read back with one clear line where they are wrong."""

from __future__ import annotations

from pathlib import Path

import msgspec

from scanner.model.plan import SCHEMA, Plan, PlanError


def write(plan: Plan, path: Path) -> None:
    """Write a plan as JSON for people to read: sorted keys, two spaces; the file is put in place whole.

    Raises:
        PlanError: it cannot be written.
    """
    beside = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_bytes(msgspec.json.format(msgspec.json.encode(plan, order="sorted"), indent=2) + b"\n")
        beside.replace(path)
    except OSError as error:
        raise PlanError(f"{path}: cannot be written ({error.strerror})") from error


def read(path: Path) -> Plan:
    """Read a plan.

    Raises:
        PlanError: there is no such file, or it is no plan of this version.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Plan, strict=True)
    except OSError as error:
        raise PlanError(f"{path}: no plan there ({error.strerror}); make one with `phiward remediate plan`") from error
    except msgspec.DecodeError as error:
        raise PlanError(f"{path}: this is no plan: {error}") from error
    if found.schema != SCHEMA:
        raise PlanError(f"{path}: schema {found.schema!r}, this phiward knows {SCHEMA!r}; make the plan anew")
    edited = [step.id for step in found.steps if step.id != step.mark]
    if edited:
        raise PlanError(
            f"{path}: step {edited[0]} was edited by hand: what it says and what it does may differ; make the plan "
            "anew, --without the steps that are not wanted"
        )
    return found
