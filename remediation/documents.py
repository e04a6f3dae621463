"""Settings that an undoing writes back as a whole: nobody's later change to them may be taken away with it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import msgspec

from remediation.filling import undo_of
from remediation.planning import Ground, around
from remediation.remaking import read, whole
from scanner.engine.normalise import builtin
from scanner.model.gap import Unknown
from scanner.model.plan import Step
from scanner.model.remedy import Custodian, Direct, NotByMachine
from scanner.model.resource import Resource, Section

Digests = Mapping[str, Mapping[str, str]]
"""SHA-256 of parts of resources, by ARN and section."""


def replaced(step: Step) -> set[str]:
    """Name the settings that undoing a step writes back as a whole."""
    return whole(step.undo)


def present(step: Step, ground: Ground) -> Digests:
    """Give what is there now of all that the undoing of a step is made out from."""
    remedy = ground.rules[step.rules[0]].remedy if step.rules[0] in ground.rules else None
    if not replaced(step) or not isinstance(remedy, Custodian | Direct):
        return {}
    found: dict[str, dict[str, str]] = {}
    kind = ground.kinds[step.kind]
    for arn in step.resources:
        for resource in ground.context.inventory.named(kind, arn):
            if resource.account != step.account:
                continue
            sections = _Watched(resource.sections)
            view = kind(_with(resource, sections))
            with suppress(NotByMachine, Unknown):
                undo_of(remedy, view, step.mends[0].part, around(ground.rules[step.rules[0]], view, ground))
            found[arn] = {name: _digest(sections.real[name]) for name in sorted(sections.asked & {*sections.real})}
    return found


class _Watched(dict[str, Section]):
    """Sections of which it is known which were asked for."""

    def __init__(self, real: Mapping[str, Section]) -> None:
        super().__init__(real)
        self.real = real
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Section:
        self.asked.add(name)
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add(name)
        return super().get(name, default)


def _with(resource: Resource, sections: dict[str, Section]) -> Resource:
    return Resource(
        resource.kind, resource.id, arn=resource.arn, partition=resource.partition, account=resource.account,
        region=resource.region, name=resource.name, identity=resource.identity, tags=resource.tags, sections=sections,
        source=resource.source,
    )  # fmt: skip


def _digest(section: Section) -> str:
    plain = [section.state, read(builtin(section.doc))]
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()
