"""Whether a resource is in scope: `yes`, `no` or `unknown`; what is not said is never silently out."""

from __future__ import annotations

from collections.abc import Mapping

from scanner.engine import registry
from scanner.engine.settings import ScopeTable
from scanner.model.gap import Unknown
from scanner.model.kind import Kind, derive
from scanner.model.resource import Resource

VPC_FACT = "vpc"
"""The fact by which every kind that lies in a VPC names it."""


class Scope:
    """The `[scope]` of config.toml as a question about resources."""

    def __init__(self, table: ScopeTable, kinds: Mapping[str, type[Kind]] | None = None) -> None:
        """Take what holds PHI, and the kinds whose VPC can be told (all that there are)."""
        self._kinds = registry.kinds() if kinds is None else kinds
        self._accounts = frozenset(table.accounts)
        self._vpcs = frozenset(table.vpcs)
        self._tags = {key.casefold(): value.casefold() for key, value in table.tags.items()}

    def __call__(self, resource: Resource) -> str:
        """Say whether a resource is in scope.

        By its account, its VPC or its tags; a resource that bears a scope tag with another value is out, one without
        the tag is unknown.
        """
        if resource.account in self._accounts:
            return "yes"
        vpc = self._vpc_of(resource) if self._vpcs else ""
        if vpc in self._vpcs:
            return "yes"
        tags = {key.casefold(): value.casefold() for key, value in (resource.tags or {}).items()}
        said = {key: tags[key] for key in self._tags if key in tags}
        if any(self._tags[key] == value for key, value in said.items()):
            return "yes"
        return "no" if said and vpc is not None else "unknown"

    def _vpc_of(self, resource: Resource) -> str | None:
        """Name a resource's VPC; empty when it lies in none, None when that could not be learned."""
        if resource.kind == "AWS::EC2::VPC":
            return resource.id
        kind = self._kinds.get(resource.kind)
        if kind is None or VPC_FACT not in kind.facts:
            return ""
        try:
            return str(derive(resource, kind.facts[VPC_FACT]))
        except Unknown:
            return None
