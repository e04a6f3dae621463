"""Takes back what a resource still says of parts that the plan deletes or changes.

Terraform reads the state of a resource before the plan: it shows rules, policies and settings that its parts made, and
goes on showing them after the part's end where the resource itself does not change.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scanner.terraform.fold import Fold

if TYPE_CHECKING:
    from scanner.terraform.entries import Entry, World
    from scanner.terraform.types import Types

Doc = Mapping[str, Any]
Erase = Callable[[Doc, Doc], dict[str, Any]]
"""Gives what the attributes of a resource become without a part: of the resource's document and the part's."""


def _whole(*names: str) -> Erase:
    def erase(_doc: Doc, _part: Doc) -> dict[str, Any]:
        return dict.fromkeys(names)

    return erase


def _matching(name: str, *pairs: tuple[str, str]) -> Erase:
    """Take out the elements of a list of which each of these members is the part's: (the element's, the part's)."""

    def erase(doc: Doc, part: Doc) -> dict[str, Any]:
        def same(item: Any) -> bool:
            if not isinstance(item, dict):
                return False
            return all((item.get(own) or None) == (part.get(other) or None) for own, other in pairs)

        return {name: [item for item in _list(doc.get(name)) if not same(item)]}

    return erase


def _element(name: str, member: str) -> Erase:
    def erase(doc: Doc, part: Doc) -> dict[str, Any]:
        return {name: [item for item in _list(doc.get(name)) if item != part.get(member)]}

    return erase


def _acl(doc: Doc, part: Doc) -> dict[str, Any]:
    name = "egress" if part.get("egress") is True else "ingress"
    return _matching(name, ("rule_no", "rule_number"))(doc, part)


SOURCES = (
    ("cidr_blocks", ("cidr_blocks", "cidr_ipv4")),
    ("ipv6_cidr_blocks", ("ipv6_cidr_blocks", "cidr_ipv6")),
    ("prefix_list_ids", ("prefix_list_ids", "prefix_list_id")),
    ("security_groups", ("source_security_group_id", "referenced_security_group_id")),
)
"""Where a block of a security group and the rule's own resources say from where traffic may come."""


def _rule(direction: str = "") -> Erase:
    def erase(doc: Doc, part: Doc) -> dict[str, Any]:
        name = direction or str(part.get("type") or "ingress")
        return {name: [left for item in _list(doc.get(name)) if (left := _without(item, part)) is not None]}

    return erase


def _without(item: Any, part: Doc) -> Any:
    """Give a block without the sources of a rule; None where no source is left."""
    if not isinstance(item, dict) or _ports(item, "protocol") != _ports(part, "protocol", "ip_protocol"):
        return item
    left = dict(item)
    for name, others in SOURCES:
        gone = [each for other in others for each in _list(part.get(other))]
        left[name] = [each for each in _list(item.get(name)) if each not in gone]
    if part.get("self") is True:
        left["self"] = False
    return left if left.get("self") is True or any(left.get(name) for name, _ in SOURCES) else None


def _ports(doc: Doc, *names: str) -> tuple[Any, ...]:
    protocol = str(next((doc[name] for name in names if name in doc), "")).lower()
    return (protocol,) if protocol in {"-1", "all"} else (protocol, doc.get("from_port"), doc.get("to_port"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


ECHOES: Mapping[str, Erase] = {
    "aws_s3_bucket_accelerate_configuration": _whole("acceleration_status"),
    "aws_s3_bucket_acl": _whole("acl", "grant"),
    "aws_s3_bucket_cors_configuration": _whole("cors_rule"),
    "aws_s3_bucket_lifecycle_configuration": _whole("lifecycle_rule"),
    "aws_s3_bucket_logging": _whole("logging"),
    "aws_s3_bucket_object_lock_configuration": _whole("object_lock_configuration"),
    "aws_s3_bucket_policy": _whole("policy"),
    "aws_s3_bucket_replication_configuration": _whole("replication_configuration"),
    "aws_s3_bucket_server_side_encryption_configuration": _whole("server_side_encryption_configuration"),
    "aws_s3_bucket_versioning": _whole("versioning"),
    "aws_s3_bucket_website_configuration": _whole("website"),
    "aws_security_group_rule": _rule(),
    "aws_vpc_security_group_ingress_rule": _rule("ingress"),
    "aws_vpc_security_group_egress_rule": _rule("egress"),
    "aws_route": _matching(
        "route",
        ("cidr_block", "destination_cidr_block"),
        ("ipv6_cidr_block", "destination_ipv6_cidr_block"),
        ("destination_prefix_list_id", "destination_prefix_list_id"),
    ),
    "aws_vpn_gateway_route_propagation": _element("propagating_vgws", "vpn_gateway_id"),
    "aws_network_acl_rule": _acl,
    "aws_network_acl_association": _element("subnet_ids", "subnet_id"),
    "aws_iam_role_policy": _matching("inline_policy", ("name", "name")),
    "aws_iam_role_policy_attachment": _element("managed_policy_arns", "policy_arn"),
    "aws_ecs_cluster_capacity_providers": _whole("capacity_providers", "default_capacity_provider_strategy"),
}


def erase(before: World, after: World, types: Types) -> None:
    """Take back, in the world after, what resources say of parts that change or go; the code's own words stay."""
    fold = Fold(before, types)
    for address, part in before.items():
        stays = after.get(address)
        if part.type not in ECHOES or (stays is not None and stays.doc == part.doc):
            continue
        for kind, attribute in types.parts.get(part.type, ()):
            value = part.doc.get(attribute)
            for parent in fold.parents_of(kind, value, part.provider) if isinstance(value, str) else ():
                if parent.address in after:
                    _take_back(after[parent.address], ECHOES[part.type], part.doc)


def _take_back(parent: Entry, echo: Erase, part: Doc) -> None:
    written = parent.code if isinstance(parent.code, dict) else {}
    found = {name: value for name, value in echo(parent.doc, part).items() if name not in written}
    changed = {name: value for name, value in found.items() if isinstance(parent.doc.get(name), list | str)}
    if changed:
        kept = {name: value for name, value in parent.doc.items() if name not in changed}
        parent.doc = kept | {name: value for name, value in changed.items() if value is not None}
