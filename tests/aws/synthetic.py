"""Answers made from botocore's own output shapes: an AWS in which every declared call has something to say.

Values follow from the operation, its parameters and the world's name alone, so that the same question always gets the
same answer, whatever else is asked or refused.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from typing import Any

import botocore.session
from botocore.validate import validate_parameters

from scanner.aws.client import Request
from scanner.engine.examples import ACCOUNT, AS_OF
from scanner.model.operation import Call, Form
from scanner.model.path import getter
from tests.aws.crafted import BY_NUMBER, CRAFTED, NUMBERS, PAIRS, POLICIES, WORDS

SESSION = botocore.session.get_session()
TOKEN = re.compile(
    r"(next|pagination)_?(page)?(token|marker)|marker|continuationtoken|istruncated|truncated", re.IGNORECASE
)


@cache
def operation_model(operation: str) -> Any:
    service, _, action = operation.partition(".")
    return SESSION.get_service_model(service).operation_model(action)


class World:
    """An AWS of two resources to each listing; `name` varies what they are like."""

    def __init__(self, name: str, calls: Mapping[str, list[Call]]) -> None:
        """Know the declared calls by operation: their paths say what is listed, their keys what is looked up."""
        self.name = name
        self.calls = calls
        self._made: dict[str, str] = {}

    def answer(self, request: Request) -> dict[str, Any]:
        """Make the answer to a request.

        Raises:
            ParamValidationError: the request is none that AWS would take.
        """
        key = f"{request.operation} {request.params!r}"
        if key not in self._made:
            model = operation_model(request.operation)
            if model.input_shape is not None:
                validate_parameters(dict(request.params), model.input_shape)
            crafted = CRAFTED.get(request.operation)
            self._made[key] = json.dumps(crafted(request.params) if crafted else _Answer(self, request).made())
        made: dict[str, Any] = json.loads(self._made[key])
        return made


class _Answer:
    def __init__(self, world: World, request: Request) -> None:
        self.world, self.request = world, request
        self.calls = world.calls[request.operation]
        self.echo = {name.casefold(): value for name, value in request.params.items() if isinstance(value, str)}
        self.echo |= {f"{name}arn": value for name, value in self.echo.items() if value.startswith("arn:")}
        child = any(call.of is not None for call in self.calls)
        self.suffix = f"-{self._chance(json.dumps(self.echo, sort_keys=True)) % 9973}" if child else ""
        batch = next((call for call in self.calls if call.form is Form.BATCH), None)
        self.ids = [str(item) for item in request.params.get(batch.ids, ())] if batch else []
        self.key = batch.key if batch else ""
        self.lists = {call.path.partition("[")[0] for call in self.calls}
        self.inner = {call.path.removesuffix("[]").replace("[]", "") for call in self.calls}

    def made(self) -> dict[str, Any]:
        shape = operation_model(self.request.operation).output_shape
        made: dict[str, Any] = self._structure(shape, "", 1, ())
        if self.ids:
            path = next(iter(self.lists))
            for item, own in zip(getter(path)(made), self.ids, strict=True):
                assert "." not in self.key
                item[self.key] = own
        return made

    def _chance(self, text: str) -> int:
        return zlib.crc32(f"{self.world.name}|{self.request.operation}|{text}".encode())

    def _structure(self, shape: Any, path: str, number: int, above: tuple[str, ...]) -> dict[str, Any]:
        members = shape.members
        if getattr(shape, "is_tagged_union", False):
            chosen = sorted(members)[self._chance(path) % len(members)]
            members = {chosen: members[chosen]}
        made = {}
        for name, member in members.items():
            if TOKEN.fullmatch(name) or member.name in above:
                continue
            made[name] = self._value(member, name, f"{path}.{name}".strip("."), number, (*above, member.name))
        return made

    def _value(self, shape: Any, name: str, path: str, number: int, above: tuple[str, ...]) -> Any:
        kind = shape.type_name
        if kind == "structure":
            return self._structure(shape, path, number, above)
        if kind == "list":
            some = path in self.inner or self._chance(f"{path}#{number}") % 4 > 0
            numbers = (number,) * int(some)
            if path in self.lists or name in PAIRS:
                numbers = tuple(map(_number, self.ids)) if self.ids and path in self.lists else (1, 2)
            one = name.removesuffix("s") if shape.member.type_name == "string" else name
            return [self._value(shape.member, one, path, each, above) for each in numbers]
        if kind == "map":
            key = next(iter(getattr(shape.key, "enum", ()) or ("Name",)))
            return {key: self._value(shape.value, name, path, number, above)}
        return self._scalar(shape, name, path, number)

    def _scalar(self, shape: Any, name: str, path: str, number: int) -> Any:
        chance = self._chance(f"{path}#{number}")
        if shape.type_name == "boolean":
            return bool(chance % 2)
        if shape.type_name in {"integer", "long"}:
            return NUMBERS[chance % len(NUMBERS)]
        if shape.type_name in {"float", "double"}:
            return 1.0
        if shape.type_name == "timestamp":
            return (AS_OF - timedelta(days=chance % 400)).isoformat().replace("+00:00", "Z")
        if shape.type_name == "blob":
            return base64.b64encode(b"x").decode()
        return self._text(shape, name, path, number, chance)

    def _text(self, shape: Any, name: str, path: str, number: int, chance: int) -> Any:
        word = name.casefold()
        if word in self.echo and path not in self.lists:
            return self.echo[word]
        service = self.request.operation.partition(".")[0]
        parent = path.rpartition(".")[0].rpartition(".")[2].casefold()
        words = next((WORDS[key] for key in (f"{parent}.{word}", f"{service}.{word}", word) if key in WORDS), None)
        if words is not None:
            return words[(number - 1 if word in BY_NUMBER else chance) % len(words)]
        if "cidr" in word:
            return "2001:db8::/32" if "6" in word else "10.0.0.0/8"
        if getattr(shape, "enum", None):
            return shape.enum[chance % len(shape.enum)]
        if word in {"policy", "document"} or ("policy" in word and word.endswith(("document", "text"))):
            statement = POLICIES[chance % len(POLICIES)]
            document = {"Version": "2012-10-17", "Statement": [statement]}
            return document if self.request.operation.startswith("iam.") else json.dumps(document)
        if word.endswith(("arn", "arns")):
            region = "" if service in {"iam", "s3"} else "us-east-1"
            base = word.removesuffix("arn") or service
            own = self.echo.get(base) or f"x{number}"
            return f"arn:aws:{service}:{region}:{ACCOUNT}:{base}/{own}{self.suffix}"
        return f"{word}-{number}{self.suffix}"


def _number(own: str) -> int:
    """Give the number that an id bears: what is said of it does not hang on which others are asked about with it."""
    found = re.search(r"x(\d+)", own)
    return int(found.group(1)) if found else 1 + zlib.crc32(own.encode()) % 2


class FakeClient:
    """Answers from a world, and refuses as `AwsClient` does the operation denied, or only what one call asks of it."""

    def __init__(self, world: World, operation: str = "", call: Call | None = None) -> None:
        self.world, self.operation, self.call = world, operation, call

    def pages(self, _place: tuple[str, str], request: Request) -> Iterator[dict[str, Any]]:
        if request.operation == self.operation and (self.call is None or _asks(self.call, request)):
            raise request.refused("AccessDeniedException", "User is not authorized to perform this action")
        answer = self.world.answer(request)
        if request.expect and request.expect not in answer:
            raise request.refused("IncompleteAnswer", f"the answer lacks {request.expect}")
        yield answer

    def gate(self, *_: str) -> None:
        """Let everything through."""

    def one(self, place: tuple[str, str], request: Request) -> dict[str, Any]:
        return next(iter(self.pages(place, request)))


def _asks(call: Call, request: Request) -> bool:
    """Say whether the request may be of the call: the same parameters, with the same values where these are literal."""
    if call.ticket and request.operation == call.operation:
        return set(request.params) == {call.ticket}
    names = {*call.params, *([call.ids] if call.ids else [])}
    literal = {name: value for name, value in call.params.items() if "$" not in repr(value)}
    return set(request.params) <= names and all(request.params.get(name) == value for name, value in literal.items())
