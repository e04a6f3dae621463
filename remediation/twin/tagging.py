"""The tags that a resource is built with, in the shapes in which AWS's services take them."""

from __future__ import annotations

from scanner.model.resource import Resource

OF_AWS = "aws:"
"""Tags with this prefix only AWS itself sets."""


def own_tags(resource: Resource) -> dict[str, str]:
    """Give the tags of a resource that its owner set."""
    return {key: value for key, value in (resource.tags or {}).items() if not key.startswith(OF_AWS)}


def pairs(resource: Resource, key: str = "Key", value: str = "Value") -> list[dict[str, str]]:
    """Give the tags as a list of keys and values; ECS writes these members with small letters."""
    return [{key: name, value: text} for name, text in own_tags(resource).items()]


def specification(resource: Resource, of: str) -> list[dict[str, object]] | None:
    """Give the tags as EC2 takes them when it makes a resource of the type `of`; None where there are none."""
    found = pairs(resource)
    return [{"ResourceType": of, "Tags": found}] if found else None
