"""What the declarations of several services share: pure functions of answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scanner.model.call import Applied, shared


def tags(key: str = "Key", value: str = "Value") -> Callable[[Any], Mapping[str, str]]:
    """Give the function that makes a map of a list of tags with these member names; a map stays a map."""

    def parse(given: Any) -> Mapping[str, str]:
        if isinstance(given, Mapping):
            return {str(name): str(text) for name, text in given.items()}
        return {str(tag[key]): str(tag.get(value, "")) for tag in given}

    return parse


def tagged(own: str | Applied, *types: str, when: str = "", region: str = "") -> Any:
    """Ask for the tags of all resources of these types at once, where the service has no bulk listing of its own.

    `own` is the reference to the resource's ARN, `types` are `service:resource` or `service`. The answer leaves
    out resources that never had a tag. Source: Resource Groups Tagging API, GetResources.
    """
    return shared(
        "resourcegroupstaggingapi.GetResources",
        "ResourceTagMappingList",
        own=own,
        key="ResourceARN",
        when=when,
        region=region,
        union="ResourceTypeFilters",
        ResourceTypeFilters=list(types),
    )
