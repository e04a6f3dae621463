"""Follows what an unknown attribute refers to: through modules' variables and outputs, to planned resources."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from scanner.model.planned import token
from scanner.terraform.addresses import Address, Reference, distinct, parse, reference
from scanner.terraform.values import is_leaf

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanner.terraform.shapes import ConfigModule, ConfigResource, Configuration
    from scanner.terraform.types import Types

FARTHEST = 12
"""How many variables and outputs are followed, one through another."""

_ONE = re.compile(r"(?:_|^)(?:id|arn)$|_name$|_identifier$")
_SEVERAL = re.compile(r"(?:_|^)(?:ids|arns)$|_names$")
_ONES = frozenset(
    "bucket cluster elb group instance kms_key key_id log_destination permissions_boundary policy_arn repository role "
    "role_arn rule source_arn target_bucket task_definition topic user vpc_id web_acl_id".split()
)
_LISTS = frozenset("groups instances load_balancers roles security_groups subnets users vpc_zone_identifier".split())
_ARNS = frozenset(("log_destination", "permissions_boundary"))
_QUIET = frozenset(("count", "each", "path", "terraform", "self"))
"""What an expression names that is no value of its own."""


@dataclass
class _Found:
    """What an expression names: resources by their address in the code, and whether there is more to it."""

    resources: list[tuple[tuple[str, ...], Reference]] = field(default_factory=list)
    constant: bool = False
    other: bool = False
    keyed: bool = False


class References:
    """The code of a plan, and the resources that it makes."""

    def __init__(self, code: Configuration | None, planned: Iterable[str], types: Types) -> None:
        """Index modules, resources and their instances by address."""
        self._types = types
        self.resources: dict[str, ConfigResource] = {}
        self._modules: dict[tuple[str, ...], ConfigModule] = {}
        self._instances: dict[str, list[str]] = defaultdict(list)
        self._beside: dict[tuple[tuple[tuple[str, str], ...], str], dict[str, list[str]]] = {}
        self.keys: Mapping[str, Mapping[str, str]] = {}
        if code is not None and code.root_module is not None:
            self._index((), code.root_module)
        for address in planned:
            self._instances[parse(address).code].append(address)

    def _index(self, scope: tuple[str, ...], module: ConfigModule) -> None:
        if len(scope) > FARTHEST:
            return
        self._modules[scope] = module
        before = "".join(f"module.{name}." for name in scope)
        for resource in module.resources or ():
            if resource.mode == "managed":
                self.resources[before + resource.address] = resource
        for name, call in (module.module_calls or {}).items():
            if call.module is not None:
                self._index((*scope, name), call.module)

    def code(self, address: str) -> ConfigResource | None:
        """Give the code of a resource."""
        return self.resources.get(parse(address).code)

    def refer(self, address: str, key: str, expression: Any, hidden: int) -> Any:
        """Give what stands for an unknown attribute that names planned resources, None where it cannot be told.

        `hidden` is how many elements of a list are unknown, -1 where all of the attribute is.
        """
        several = hidden >= 0 or key in _LISTS or bool(_SEVERAL.search(key))
        if not (several or key in _ONES or _ONE.search(key) or _SEVERAL.search(key)):
            return None
        own = parse(address)
        found = _Found()
        self._follow(own.scope, expression, found, 0)
        if found.other or not found.resources:
            return None
        tokens = [self._token(own, found, scope, named, key, several) for scope, named in found.resources]
        if None in tokens:
            return None
        flat = list(dict.fromkeys(text for texts in tokens for text in texts or ()))
        if not several:
            return flat[0] if len(flat) == 1 else None
        if hidden >= 0:
            return flat if len(flat) == hidden else None
        return None if found.constant else flat

    def candidates(self, address: str, expression: Any) -> frozenset[str] | None:
        """Name, as the code does, every resource that an attribute may mean; None where that cannot be told."""
        own = parse(address)
        found = _Found()
        self._follow(own.scope, expression, found, 0)
        if found.other or not found.resources:
            return None
        return frozenset(_code(scope, named) for scope, named in found.resources)

    def _near(self, own: Address, code: str) -> dict[str, list[str]]:
        """Give the instances of a resource that stand in the same instances of modules, by their keys."""
        place = (own.modules, code)
        if place not in self._beside:
            found: dict[str, list[str]] = defaultdict(list)
            for address in self._instances.get(code, ()):
                other = parse(address)
                if _near(own, other):
                    found[other.key].append(address)
            self._beside[place] = found
        return self._beside[place]

    def _follow(self, scope: tuple[str, ...], expression: Any, found: _Found, depth: int) -> None:
        if depth > FARTHEST or not is_leaf(expression):
            found.other = True
            return
        named = expression.get("references")
        if not isinstance(named, list) or not all(isinstance(text, str) for text in named):
            found.constant = True
            return
        for text in distinct(named):
            self._name(scope, reference(text), found, depth)

    def _name(self, scope: tuple[str, ...], named: Reference, found: _Found, depth: int) -> None:
        if named.head in _QUIET:
            found.keyed = found.keyed or (named.head, named.name) in {("count", "index"), ("each", "key")}
            found.other = found.other or (named.head, named.name) == ("each", "value")
        elif named.head == "var":
            self._variable(scope, named, found, depth)
        elif named.head == "module":
            module = self._modules.get((*scope, named.name))
            output = (module.outputs or {}).get(named.attribute) if module else None
            self._follow((*scope, named.name), output.expression if output else None, found, depth + 1)
        elif named.head in {"data", "local"} or "_" not in named.head:
            found.other = True
        else:
            found.resources.append((scope, named))

    def _variable(self, scope: tuple[str, ...], named: Reference, found: _Found, depth: int) -> None:
        if not scope:
            found.constant = True
            return
        caller = self._modules.get(scope[:-1])
        call = (caller.module_calls or {}).get(scope[-1]) if caller else None
        written = call.expressions.get(named.name) if call and isinstance(call.expressions, dict) else None
        if written is None:
            found.constant = True
        elif named.attribute:
            found.other = True
        else:
            self._follow(scope[:-1], written, found, depth + 1)

    def _token(
        self,
        own: Address,
        found: _Found,
        scope: tuple[str, ...],
        named: Reference,
        key: str,
        several: bool,  # noqa: FBT001
    ) -> list[str] | None:
        """Give what stands for the instances of one resource that are meant; None where that cannot be told."""
        if named.attribute and named.attribute not in self._types.names(named.head):
            return None
        near = self._near(own, _code(scope, named))
        key = named.key or (own.key if found.keyed else "")
        if not key and not several and len(near) > 1:
            return None
        meant = near.get(key, []) if key else [each for addresses in near.values() for each in addresses]
        if found.keyed and not named.key and sum(map(len, near.values())) == 1:
            meant = next(iter(near.values()))
        if not meant or (len(meant) > 1 and not several):
            return None
        attribute = named.attribute or ("arn" if "arn" in key or key in _ARNS else "id")
        return [self.keys.get(each, {}).get(attribute) or token(each) for each in meant]


def _code(scope: tuple[str, ...], named: Reference) -> str:
    return ".".join((*(f"module.{name}" for name in scope), named.head, named.name))


def _near(own: Address, other: Address) -> bool:
    """Say whether two resources stand in the same instance of each module that they share."""
    for mine, theirs in zip(own.modules, other.modules, strict=False):
        if mine[0] != theirs[0]:
            return True
        if mine[1] != theirs[1]:
            return False
    return True
