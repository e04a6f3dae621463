"""Whether a resource is in scope: `yes`, `no` or `unknown`; what is not said is never silently out."""

from __future__ import annotations

from scanner.engine.settings import ScopeTable
from scanner.model.resource import Resource

VPC_FACT = "vpc_id"


class Scope:
    """The `[scope]` of config.toml as a question about resources."""

    def __init__(self, table: ScopeTable) -> None:
        """Take what holds PHI."""
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
        vpc = resource.id if resource.kind == "AWS::EC2::VPC" else resource.facts.get(VPC_FACT)
        if isinstance(vpc, str) and vpc in self._vpcs:
            return "yes"
        tags = {key.casefold(): value.casefold() for key, value in (resource.tags or {}).items()}
        said = {key: tags[key] for key in self._tags if key in tags}
        if any(self._tags[key] == value for key, value in said.items()):
            return "yes"
        return "no" if said else "unknown"
