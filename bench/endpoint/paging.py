"""How listings are cut into AWS's pages: of the size that each API documents, led on by tokens of its own.

Which members are the list, the token and the limit is botocore's to say (its paginators; where it has none, the members
by which phiward finds its way, `scanner.aws.paging`); how long a page is stands in the API reference of each service.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from bench.endpoint.protocols import SESSION, Asked, Refused, model_of
from scanner.aws.paging import CUT_SHORT, TOKENS

LIMITS = ("MaxResults", "maxResults", "Limit", "limit", "MaxItems", "MaxRecords", "PageSize", "MaxBuckets")
ALL = 10**9


class Size(NamedTuple):
    """How many items a page has where the request does not say, and at most."""

    default: int
    most: int


OTHERS = Size(100, 100)
"""Of an API that documents none."""

SIZES = {
    "acm": Size(100, 1000),
    "application-autoscaling": Size(50, 50),
    "application-autoscaling.DescribeScalingPolicies": Size(10, 10),
    "autoscaling": Size(50, 100),
    "backup": Size(1000, 1000),
    "cloudtrail.LookupEvents": Size(50, 50),
    "cloudwatch": Size(50, 100),
    "cloudwatch.GetMetricData": Size(ALL, ALL),  # its limit counts data points
    "ec2": Size(1000, 1000),
    "ec2.DescribeInstanceTypes": Size(100, 100),
    "ec2.DescribeLaunchTemplateVersions": Size(200, 200),
    "ec2.DescribeLaunchTemplates": Size(200, 200),
    "ec2.DescribeManagedPrefixLists": Size(100, 100),
    "ec2.DescribeRouteTables": Size(1000, 100),
    "ec2.GetManagedPrefixListEntries": Size(100, 100),
    "ecr": Size(100, 1000),
    "ecs.DescribeCapacityProviders": Size(10, 10),
    "ecs.ListAccountSettings": Size(10, 10),
    "ecs.ListServices": Size(10, 100),
    "elb": Size(400, 400),
    "elbv2": Size(400, 400),
    "guardduty": Size(50, 50),
    "iam": Size(100, 1000),
    "kms.ListAliases": Size(50, 100),
    "kms.ListKeys": Size(100, 1000),
    "kms.ListResourceTags": Size(50, 50),
    "lambda": Size(50, 50),
    "logs": Size(50, 50),
    "organizations": Size(20, 20),
    "resourcegroupstaggingapi": Size(50, 100),
    "route53.ListResourceRecordSets": Size(300, 300),
    "s3": Size(10_000, 10_000),
    "sqs": Size(1000, 1000),
    "ssm": Size(50, 50),
    "ssm.DescribeInstanceInformation": Size(10, 50),
    "ssm.DescribeParameters": Size(10, 50),
}
"""By operation, else by service, as the API references say; EC2's is that of answers where nothing is said."""

BY_NAME: dict[str, tuple[tuple[str, ...], bool]] = {
    "dynamodb.ListTables": ((), True),
    "route53.ListResourceRecordSets": (("Name", "Type", "SetIdentifier"), False),
}
"""Lists led on by what an item is called: its members that are the token (none: the item), and whether it is the last
of the page, not the first of the next."""

BAD_TOKEN = {
    "json": "InvalidNextTokenException",
    "rest-json": "InvalidNextTokenException",
    "rest-xml": "InvalidArgument",
}


@dataclass(frozen=True)
class Pager:
    """Cuts answers: `lists` and `more` are paths, `tokens` pairs of a request's member and the path that fills it."""

    operation: str
    size: Size
    lists: tuple[tuple[str, ...], ...]
    tokens: tuple[tuple[str, tuple[str, ...]], ...]
    limit: str = ""
    more: tuple[str, ...] = ()

    def question(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Give what is asked without where in the list it is asked."""
        led = {ask for ask, _ in self.tokens} | {self.limit}
        return {name: value for name, value in params.items() if name not in led}

    def page(self, asked: Asked, whole: Mapping[str, Any]) -> Mapping[str, Any] | Refused:
        """Give the page that is asked for."""
        items = [(at, one) for at, path in enumerate(self.lists) for one in _at(whole, path) or ()]
        wanted = int(asked.params.get(self.limit) or 0)
        count = min(wanted, self.size.most) if wanted > 0 else self.size.default
        start = self._start(asked, items)
        if start is None:
            code = BAD_TOKEN.get(model_of(asked.operation.partition(".")[0]).resolved_protocol, "InvalidParameterValue")
            return Refused(code, "the token is not one of this list", 400)
        end = start + count
        if not start and end >= len(items) and not self.more and not _at(whole, self.tokens[0][1]):
            return whole
        made = dict(whole)
        for at, path in enumerate(self.lists):
            if _at(whole, path) is not None:
                _put(made, path, [one for place, one in items[start:end] if place == at])
        self._lead(made, asked, items, end)
        return made

    def _start(self, asked: Asked, items: Sequence[tuple[int, Any]]) -> int | None:
        given = [asked.params.get(ask) for ask, _ in self.tokens]
        if not any(given):
            return 0
        if self.operation in BY_NAME:
            names, last = BY_NAME[self.operation]
            for at, (_, one) in enumerate(items):
                called = [one.get(name) for name in names] if names else [one]
                if all(want is None or want == got for want, got in zip(given, called, strict=True)):
                    return at + last
            return None
        offset, _, mark = _opened(str(given[0])).partition("/")
        return int(offset) if offset.isdigit() and mark == self._mark(asked) else None

    def _lead(self, made: dict[str, Any], asked: Asked, items: Sequence[tuple[int, Any]], end: int) -> None:
        going = end < len(items)
        for at, (_, path) in enumerate(self.tokens):
            if not going:
                _put(made, path, "" if self.operation == "resourcegroupstaggingapi.GetResources" else None)
            elif self.operation in BY_NAME:
                names, last = BY_NAME[self.operation]
                one = items[end - last][1]
                _put(made, path, one.get(names[at]) if names else one)
            else:
                _put(made, path, _closed(f"{end}/{self._mark(asked)}"))
        if self.more:
            _put(made, self.more, going)
        for path in self.lists:
            inside = _at(made, path[:-1])
            if "Quantity" in inside:
                _put(made, (*path[:-1], "Quantity"), len(inside[path[-1]]))

    def _mark(self, asked: Asked) -> str:
        question = json.dumps([asked.operation, asked.key, asked.region, self.question(asked.params)], sort_keys=True)
        return f"{zlib.crc32(question.encode()):08x}"


def _closed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()[::-1]).decode().rstrip("=")


def _opened(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[::-1].decode()
    except ValueError:
        return ""


def _at(value: Any, path: Sequence[str]) -> Any:
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _put(made: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Put a value at a path, None to take it away; the structures on the way are copied, for `made` shares them."""
    *way, last = path
    for step in way:
        made[step] = dict(made.get(step) or {})
        made = made[step]
    if value is None:
        made.pop(last, None)
    else:
        made[last] = value


@cache
def pager_of(operation: str) -> Pager | None:
    """Say how an operation's answers are cut; None where they are not."""
    service, _, action = operation.partition(".")
    size = SIZES.get(operation) or SIZES.get(service) or OTHERS
    config = _paginator(service, action)
    if config is not None:
        asks, gots, lists = (_several(config[name]) for name in ("input_token", "output_token", "result_key"))
        tokens = tuple((ask, _path(got)) for ask, got in zip(asks, gots, strict=True))
        more = _path(config["more_results"]) if config.get("more_results") else ()
        paths = tuple(_path(each) for each in lists)
        return Pager(operation, size, paths, tokens, config.get("limit_key", ""), more or _more(operation, paths[0]))
    model = model_of(service).operation_model(action)
    if model.input_shape is None or model.output_shape is None:
        return None
    asked = model.input_shape.members
    for at, shape in _structures(model.output_shape):
        lists = [name for name, member in shape.members.items() if member.type_name == "list"]
        for ask, got in TOKENS:
            if ask in asked and got in shape.members and lists:
                limit = next((name for name in LIMITS if name in asked), "")
                paths = tuple((*at, name) for name in lists)
                return Pager(operation, size, paths, ((ask, (*at, got)),), limit, _more(operation, paths[0]))
    return None


def _paginator(service: str, action: str) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = SESSION.get_paginator_model(service).get_paginator(action)
    except (ValueError, LookupError):
        return None
    return found


def _several(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _path(said: str) -> tuple[str, ...]:
    return tuple(said.partition("||")[0].strip().split("."))


def _structures(shape: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    yield (), shape
    for name, member in shape.members.items():
        if member.type_name == "structure":
            yield (name,), member


def _more(operation: str, path: tuple[str, ...]) -> tuple[str, ...]:
    """Find the member beside a list that says whether there is more."""
    service, _, action = operation.partition(".")
    shape = model_of(service).operation_model(action).output_shape
    for step in path[:-1]:
        shape = shape.members[step]
    return next(((*path[:-1], name) for name in CUT_SHORT if name in shape.members), ())
