"""What the kinds say of Terraform's types: which are kinds, which are parts, which attributes name a resource."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scanner.model.kind import Kind

INLINE: Mapping[str, frozenset[str]] = {
    "aws_s3_bucket": frozenset(
        (
            "acceleration_status",
            "acl",
            "cors_rule",
            "grant",
            "lifecycle_rule",
            "logging",
            "object_lock_configuration",
            "policy",
            "replication_configuration",
            "server_side_encryption_configuration",
            "versioning",
            "website",
        )
    ),
    "aws_security_group": frozenset(("ingress", "egress")),
    "aws_default_security_group": frozenset(("ingress", "egress")),
    "aws_route_table": frozenset(("route", "propagating_vgws")),
    "aws_default_route_table": frozenset(("route", "propagating_vgws")),
    "aws_network_acl": frozenset(("ingress", "egress", "subnet_ids")),
    "aws_default_network_acl": frozenset(("ingress", "egress", "subnet_ids")),
    "aws_iam_role": frozenset(("inline_policy", "managed_policy_arns")),
    "aws_ecs_cluster": frozenset(("capacity_providers", "default_capacity_provider_strategy")),
}
"""Attributes that stand for what parts say too: on a new resource whose code does not write them, they are empty."""

NAMES = frozenset(("id", "arn", "name"))
"""Attributes by which any resource is named."""


OTHERS = frozenset(("resource_id",))
"""Attributes that a kind is called by and that are another resource's."""


class Types:
    """The Terraform types that the kinds declare."""

    def __init__(self, kinds: Mapping[str, type[Kind]]) -> None:
        """Index the declarations."""
        self.kinds: dict[str, type[Kind]] = {name: kind for kind in kinds.values() for name in kind.tf}
        self.parts: dict[str, list[tuple[type[Kind], str]]] = defaultdict(list)
        for kind in kinds.values():
            for name, attribute in kind.tf_parts.items():
                self.parts[name].append((kind, attribute))
        self._names: dict[str, frozenset[str]] = {}

    def names(self, type: str) -> frozenset[str]:
        """Name the attributes by which resources of a type are named."""
        if type not in self._names:
            kind = self.kinds.get(type)
            own = (plain(kind, name) for name in ("id", "arn", "name")) if kind else ()
            self._names[type] = NAMES | {name for name in own if name and name not in OTHERS}
        return self._names[type]

    def key(self, type: str) -> str:
        """Name the attribute that holds the natural key of a type; empty where the declaration says none."""
        kind = self.kinds.get(type)
        return plain(kind, "id") if kind else ""


def plain(kind: type[Kind], name: str) -> str:
    """Give the attribute that a fact is read from in a plan; empty where it is none or lies deeper."""
    declared = kind.facts.get(name)
    path = declared.plan if declared else None
    first = path.partition(" | ")[0] if isinstance(path, str) else ""
    return first if first.replace("_", "").isalnum() else ""


OPEN_SETS = frozenset(("ingress", "egress", "route", "inline_policy"))
"""Those of `INLINE` that are sets: one unknown element makes it all unknown, also where it is a `dynamic` block's."""
