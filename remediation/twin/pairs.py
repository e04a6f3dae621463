"""Which id of the twin stands for which id of the account: one to one, replaced wherever a document says it."""

from __future__ import annotations

import re
from typing import Any

from scanner.model.resource import Resource, Section, SectionState

_TOKEN = re.compile(r"[^\s:/\"'`,;=<>()\[\]{}|]+")
_LONG = 8
"""A part of an ARN shorter than this (a revision, an index) is no id by itself."""


class Pairs:
    """The ids and ARNs that AWS chose, and those that moto chose for the same things."""

    def __init__(self) -> None:
        """Begin with none."""
        self._made: dict[str, str] = {}
        self._real: dict[str, str] = {}

    def pair(self, real: str, made: str) -> None:
        """Let an id or ARN of the twin stand for one of the account; of ARNs, the parts in which they differ do too.

        Raises:
            ValueError: one of the two already stands for another.
        """
        if real == made or not real or not made:
            return
        if self._made.get(real, made) != made or self._real.get(made, real) != real:
            raise ValueError(f"{real} and {made} cannot be a pair: {self._made.get(real) or self._real.get(made)} is")
        self._made[real], self._real[made] = made, real
        ours, theirs = _TOKEN.findall(real), _TOKEN.findall(made)
        if len(ours) == len(theirs) > 1:
            for one, other in zip(ours, theirs, strict=True):
                if one != other and len(one) >= _LONG <= len(other):
                    self.pair(one, other)

    def made(self, value: Any) -> Any:
        """Say in the twin's ids what is said in the account's."""
        return _replaced(value, self._made)

    def real(self, value: Any) -> Any:
        """Say in the account's ids what is said in the twin's."""
        return _replaced(value, self._real)

    def as_real(self, resource: Resource) -> Resource:
        """Give a resource of the twin as it would be called in the account."""
        sections = {
            name: Section(section.state, self.real(section.doc), section.gap)
            if section.state is SectionState.OK
            else section
            for name, section in resource.sections.items()
        }
        return Resource(
            resource.kind, self.real(resource.id), arn=self.real(resource.arn), partition=resource.partition,
            account=resource.account, region=resource.region, name=self.real(resource.name),
            identity=self.real(resource.identity), tags=resource.tags, sections=sections, source=resource.source,
        )  # fmt: skip


def _replaced(value: Any, by: dict[str, str]) -> Any:
    if isinstance(value, str):
        return by.get(value) or _TOKEN.sub(lambda token: by.get(token[0], token[0]), value)
    if isinstance(value, dict):
        return {_replaced(key, by): _replaced(item, by) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(item, by) for item in value]
    return value
