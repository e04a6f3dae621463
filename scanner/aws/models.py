"""botocore's models of the services, read lean: no documentation, and of a service only what is called.

A model is most of what a client costs: EC2's alone is read in a third of a second and kept in thirty megabytes, nearly
all of it about operations that phiward never calls.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader
from botocore.parsers import ResponseParserFactory
from botocore.session import ComponentLocator
from botocore.utils import parse_timestamp

Allowed = Mapping[str, frozenset[str]]
"""Services, each with the operations that are called of it."""


ASKED_BY_BOTOCORE: Allowed = {"s3": frozenset({"HeadBucket"})}
"""What botocore asks by itself, and must know by name to be refused: where a bucket lies that is elsewhere."""


class _Files(JSONFileLoader):  # type: ignore[misc]  # botocore ships no types
    """Reads a model's file several times as fast as botocore, into plain dicts."""

    def _load_file(self, full_path: str, open_method: Callable[..., Any]) -> Any:
        if not os.path.isfile(full_path):  # noqa: PTH113  botocore's own paths are texts
            return None
        with open_method(full_path, "rb") as file:
            return msgspec.json.decode(file.read())


class LeanLoader(Loader):  # type: ignore[misc]  # botocore ships no types
    """Loads models without their documentation; with `allowed`, only those operations and the shapes they use.

    An operation that is not allowed is then none that a client knows.
    """

    FILE_LOADER_CLASS = _Files

    def __init__(self, allowed: Allowed | None = None) -> None:
        """Know which operations are called."""
        super().__init__()
        self._allowed = allowed
        self._lean: dict[tuple[str, str, str | None], Any] = {}

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        """Load a model; what was read on the way is let go."""
        key = (service_name, type_name, api_version)
        if key not in self._lean:
            before = set(self._cache)
            model = super().load_service_model(*key)
            for other in set(self._cache) - before:
                if self._cache[other] is model or _holds(self._cache[other], model):
                    del self._cache[other]
            if type_name == "service-2":
                if self._allowed is not None:
                    known = (self._allowed, ASKED_BY_BOTOCORE)
                    keep(model, (name for some in known for name in some.get(service_name, ())))
                _undocument([model["operations"], model["shapes"]])
            self._lean[key] = model
        return self._lean[key]


def _holds(entry: Any, model: Any) -> bool:
    """Say whether what botocore keeps of a file is the model: alone, or beside the path that it was found at."""
    return isinstance(entry, tuple) and any(part is model for part in entry)


def keep(model: dict[str, Any], names: Iterable[str]) -> None:
    """Leave of a service's model only some operations, and the shapes that these use."""
    wanted = set(names)
    model["operations"] = {name: value for name, value in model["operations"].items() if name in wanted}
    todo = [used for operation in model["operations"].values() for used in _used(operation)]
    shapes, kept = model["shapes"], {}
    while todo:
        name = todo.pop()
        if name not in kept:
            kept[name] = shapes[name]
            todo += _inner(shapes[name])
    model["shapes"] = kept


def _used(operation: Mapping[str, Any]) -> Iterator[str]:
    yield from (operation[side]["shape"] for side in ("input", "output") if side in operation)
    yield from (error["shape"] for error in operation.get("errors", ()))


def _inner(shape: Mapping[str, Any]) -> Iterator[str]:
    yield from (member["shape"] for member in shape.get("members", {}).values())
    yield from (shape[part]["shape"] for part in ("member", "key", "value") if part in shape)


def _undocument(value: Any) -> None:
    """Take out every text of documentation of operations and shapes; a member may be called so too, and is no text."""
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _undocument(inner)
    if isinstance(value, dict) and isinstance(value.get("documentation"), str):
        del value["documentation"]


def moment(value: Any) -> Any:
    """Read a timestamp of an answer: ISO 8601 at once, all else as botocore does, which takes ten times as long.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str) and "T" in value:
        try:
            read = datetime.fromisoformat(value)
        except ValueError:
            return parse_timestamp(value)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    return parse_timestamp(value)


def lean(session: Any) -> Any:
    """Have a session of ours read lean models; gives it back."""
    session._session.register_component("data_loader", LeanLoader())  # noqa: SLF001  boto3 offers no other way
    return session


def narrowed(session: Any, operations: Iterable[str]) -> Any:
    """Give a session that is another's twin, but whose clients know only these operations.

    Credentials, configuration and event handlers are the session's own; the session itself stays as it is.
    """
    allowed: dict[str, set[str]] = {}
    for operation in operations:
        service, _, action = operation.partition(".")
        allowed.setdefault(service, set()).add(action)
    inner = session._session  # noqa: SLF001  boto3 offers no other way to share what the session holds
    inner.get_credentials()
    twin, parts = copy.copy(inner), ComponentLocator()
    parts.__dict__ |= {name: dict(value) for name, value in vars(inner._components).items()}  # noqa: SLF001  to be shared
    parts.register_component("data_loader", LeanLoader({name: frozenset(some) for name, some in allowed.items()}))
    parsers = ResponseParserFactory()
    parsers.set_parser_defaults(timestamp_parser=moment)
    parts.register_component("response_parser_factory", parsers)
    twin._components = parts  # noqa: SLF001  the twin's own
    outer = copy.copy(session)  # one of a class of its own may make clients in a way of its own
    outer._session = twin  # noqa: SLF001  the twin's own
    return outer
