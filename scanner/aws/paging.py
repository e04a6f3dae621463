"""How the operations of AWS page: which members of an answer lead on, and which say that there is more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from scanner.model.path import MISSING, getter

TOKENS = (
    ("nextToken", "nextToken"), ("NextToken", "NextToken"), ("Marker", "NextMarker"), ("Marker", "Marker"),
    ("NextPageMarker", "NextPageMarker"), ("PaginationToken", "PaginationToken"), ("NextMarker", "NextMarker"),
)  # fmt: skip
"""Request and answer members of operations that page although botocore describes no paginator."""

CUT_SHORT = ("IsTruncated", "Truncated", "isTruncated", "hasMore", "HasMoreResults")
"""Members by which an answer says that it is not all."""


LARGEST: Mapping[str, tuple[str, int]] = {
    "acm.ListCertificates": ("MaxItems", 1000),
    "autoscaling.DescribeAutoScalingGroups": ("MaxRecords", 100),
    "autoscaling.DescribeLaunchConfigurations": ("MaxRecords", 100),
    "autoscaling.DescribePolicies": ("MaxRecords", 100),
    "cloudwatch.DescribeAlarms": ("MaxRecords", 100),
    "ecr.DescribeRepositories": ("maxResults", 1000),
    "ecs.ListServices": ("maxResults", 100),
    "iam.GetAccountAuthorizationDetails": ("MaxItems", 1000),
    "iam.ListInstanceProfiles": ("MaxItems", 1000),
    "kms.ListAliases": ("Limit", 100),
    "kms.ListKeys": ("Limit", 1000),
    "resourcegroupstaggingapi.GetResources": ("ResourcesPerPage", 100),
}
"""The longest page of listings that give shorter ones unless they are asked (the API reference of each)."""


class Paging(NamedTuple):
    """The request's members with the answer's paths that fill them, and the paths that say whether there is more."""

    tokens: tuple[tuple[str, str], ...]
    more: tuple[str, ...]

    def following(self, answer: Mapping[str, Any]) -> dict[str, Any] | None:
        """Give the parameters that fetch the next page (None for those to leave out), or None at the end."""
        if any(getter(path)(answer) is False for path in self.more):
            return None
        found: dict[str, Any] = {}
        for ask, path in self.tokens:
            value = getter(path)(answer)
            if not found.get(ask):
                found[ask] = None if value is MISSING or value == "" else value
        return found if any(found.values()) else None

    def cut_short(self, answer: Mapping[str, Any]) -> str:
        """Name the member that says there is more; empty when none does."""
        return next((path for path in self.more if getter(path)(answer) is True), "")


_KNOWN: dict[tuple[str, str], Paging] = {}


def paging_of(client: Any, action: str) -> Paging:
    """Say how an operation pages, by botocore's paginator where there is one, else by its members."""
    service = client.meta.service_model
    key = (str(service.service_name), action)
    if key not in _KNOWN:
        model = service.operation_model(action)
        snake = next(name for name, api in client.meta.method_to_api_mapping.items() if api == action)
        told = _told(client.get_paginator(snake)) if client.can_paginate(snake) else Paging((), ())
        seen = _seen(model)
        _KNOWN[key] = Paging(told.tokens or seen.tokens, tuple(dict.fromkeys((*told.more, *seen.more))))
    return _KNOWN[key]


def _told(paginator: Any) -> Paging:
    config = paginator._pagination_cfg  # noqa: SLF001  botocore offers no other way to read it
    asks, gots = (
        value if isinstance(value, list) else [value] for value in (config["input_token"], config["output_token"])
    )
    tokens = tuple((ask, got.partition("||")[0].strip()) for ask, got in zip(asks, gots, strict=True))
    return Paging(tokens, (config["more_results"],) if config.get("more_results") else ())


def _seen(model: Any) -> Paging:
    asked = set(model.input_shape.members) if model.input_shape else set()
    paths = list(_members(model.output_shape)) if model.output_shape else []
    tokens = tuple((ask, path) for ask, got in TOKENS for path, name in paths if name == got and ask in asked)
    return Paging(tokens, tuple(path for path, name in paths if name in CUT_SHORT))


def _members(shape: Any) -> Iterator[tuple[str, str]]:
    """Go over an answer's members and, as CloudFront nests its lists, over those of its structures."""
    for name, member in shape.members.items():
        yield name, name
        if member.type_name == "structure":
            yield from ((f"{name}.{inner}", inner) for inner in member.members)
