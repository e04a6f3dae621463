"""The intrinsic functions of a template, each as a function of the resolver and its argument."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scanner.cloudformation.values import (
    NO_VALUE,
    Confidential,
    as_json,
    first_unknown,
    is_unknown,
    joined,
    text_of,
)
from scanner.model.planned import token, unknown

if TYPE_CHECKING:
    from scanner.cloudformation.resolving import Resolver

Function = Callable[["Resolver", Any], Any]

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_ZONES = "Fn::GetAZs"
_MOST_BLOCKS = 256


def _bad(resolver: Resolver, function: str, wanted: str) -> Any:
    return resolver.doubt(f"{function} wants {wanted}")


def ref(resolver: Resolver, argument: Any) -> Any:
    """`Ref`: a parameter, a pseudo parameter or a resource."""
    if isinstance(argument, Mapping):
        argument = resolver.resolve(argument)
    if is_unknown(argument):
        return argument
    return resolver.reference(argument) if isinstance(argument, str) else _bad(resolver, "Ref", "a name")


def get_att(resolver: Resolver, argument: Any) -> Any:
    """`Fn::GetAtt`: an attribute of a resource."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if not isinstance(parts, list) or len(parts) < 2:  # noqa: PLR2004  a resource and an attribute
        return _bad(resolver, "Fn::GetAtt", "a resource and an attribute")
    found = [resolver.resolve(part) for part in parts]
    gap = first_unknown(found)
    if gap is not None:
        return dict(gap)
    return resolver.attribute(text_of(found[0]), ".".join(text_of(part) for part in found[1:]))


def sub(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Sub`: a text with variables, and values for some of them."""
    text, given = (*argument, {})[:2] if isinstance(argument, list) and argument else (argument, {})
    if not isinstance(text, str) or not isinstance(given, Mapping):
        return _bad(resolver, "Fn::Sub", "a text, and values by name")
    if "{{resolve:" in text:
        return resolver.resolve(text)
    pieces: list[Any] = []
    last = 0
    for match in _VARIABLE.finditer(text):
        pieces.append(text[last : match.start()])
        pieces.append(_variable(resolver, match[1].strip(), given))
        last = match.end()
    pieces.append(text[last:])
    resolver.charge(sum(len(text_of(piece)) for piece in pieces))
    return joined(pieces)


def _variable(resolver: Resolver, name: str, given: Mapping[str, Any]) -> Any:
    if name.startswith("!"):
        return "${" + name[1:] + "}"
    if name in given:
        return resolver.resolve(given[name])
    if "." in name:
        return resolver.attribute(*name.split(".", 1))
    return resolver.reference(name)


def join(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Join`: a delimiter and a list."""
    if not isinstance(argument, list) or len(argument) != 2 or not isinstance(argument[0], str):  # noqa: PLR2004
        return _bad(resolver, "Fn::Join", "a delimiter and a list")
    items = resolver.resolve(argument[1])
    if is_unknown(items):
        return items
    if not isinstance(items, list):
        return _bad(resolver, "Fn::Join", "a delimiter and a list")
    resolver.charge(sum(len(text_of(item)) + len(argument[0]) for item in items))
    return joined(items, argument[0])


def split(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Split`: a delimiter and a text."""
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004  delimiter and text
        return _bad(resolver, "Fn::Split", "a delimiter and a text")
    between, text = resolver.resolve(argument[0]), resolver.resolve(argument[1])
    if is_unknown(between) or is_unknown(text):
        return between if is_unknown(between) else text
    if not isinstance(between, str) or not between or not isinstance(text, str):
        return _bad(resolver, "Fn::Split", "a delimiter and a text")
    resolver.charge(len(text))
    return [Confidential(part) if isinstance(text, Confidential) else part for part in text.split(between)]


def select(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Select`: a position and a list. A zone of a Region stands for itself: no two positions are the same one."""
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004  position and list
        return _bad(resolver, "Fn::Select", "a position and a list")
    place = resolver.resolve(argument[0])
    if is_unknown(place):
        return place
    text = text_of(place)
    if not re.fullmatch(r"[0-9]{1,4}", text):
        return _bad(resolver, "Fn::Select", "a position and a list")
    if isinstance(argument[1], Mapping) and set(argument[1]) == {_ZONES}:
        return _zone(resolver, argument[1][_ZONES], int(text))
    items = resolver.resolve(argument[1])
    if is_unknown(items):
        return items
    if not isinstance(items, list) or int(text) >= len(items):
        return _bad(resolver, "Fn::Select", f"a list with more than {text} elements")
    return items[int(text)]


def _zone(resolver: Resolver, argument: Any, place: int) -> Any:
    region = resolver.resolve(argument)
    if is_unknown(region) and not (isinstance(argument, Mapping) and argument.get("Ref") == "AWS::Region"):
        return region
    own = text_of(resolver.pseudo.get("AWS::Region", ""))
    where = "" if is_unknown(region) else text_of(region)
    return token(f"zone {place + 1} of {where or own or 'the Region'}")


def zones(_resolver: Resolver, _argument: Any) -> Any:
    """`Fn::GetAZs`: how many zones there are, and which, the account says."""
    return unknown("the zones of the Region are not known before the stack is made")


def choose(resolver: Resolver, argument: Any) -> Any:
    """`Fn::If`: what a condition chooses; where both would be the same, that."""
    if not isinstance(argument, list) or len(argument) != 3:  # noqa: PLR2004  condition and two values
        return _bad(resolver, "Fn::If", "a condition and two values")
    found = resolver.condition(argument[0]) if isinstance(argument[0], str) else resolver.truth(argument[0])
    if not is_unknown(found):
        return resolver.resolve(argument[1] if found else argument[2])
    one, other = resolver.resolve(argument[1]), resolver.resolve(argument[2])
    if one is NO_VALUE and other is NO_VALUE:
        return NO_VALUE
    same = type(one) is type(other) and one == other and first_unknown(one) is None
    return one if same else found


def find_in_map(resolver: Resolver, argument: Any) -> Any:
    """`Fn::FindInMap`: a map's value by two keys, or the default."""
    if not isinstance(argument, list) or len(argument) not in {3, 4}:
        return _bad(resolver, "Fn::FindInMap", "a map and two keys")
    keys = [resolver.resolve(part) for part in argument[:3]]
    gap = first_unknown(keys)
    if gap is not None:
        return dict(gap)
    found: Any = resolver.sections["Mappings"]
    for key in keys:
        found = found.get(text_of(key)) if isinstance(found, Mapping) else None
    if found is None and len(argument) == 4 and isinstance(argument[3], Mapping):  # noqa: PLR2004  with a default
        return resolver.resolve(argument[3].get("DefaultValue"))
    if found is None or isinstance(found, Mapping):
        shown = " ".join("(not shown)" if isinstance(key, Confidential) else text_of(key) for key in keys)
        return resolver.doubt(f"the mapping {shown} does not lead to a value")
    return resolver.resolve(found)


def equals(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Equals`: whether two values are the same text."""
    if not isinstance(argument, list) or len(argument) != 2:  # noqa: PLR2004  two values
        return _bad(resolver, "Fn::Equals", "two values")
    one, other = (resolver.resolve(part) for part in argument)
    for part in (one, other):
        gap = first_unknown(part)
        if gap is not None:
            return dict(gap)
    if isinstance(one, Mapping | list) or isinstance(other, Mapping | list):
        return bool(one == other)
    return text_of(one) == text_of(other)


def negation(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Not`: the opposite of the one condition."""
    if not isinstance(argument, list) or len(argument) != 1:
        return _bad(resolver, "Fn::Not", "one condition")
    found = resolver.truth(argument[0])
    return found if is_unknown(found) else not found


def _several(decisive: bool) -> Function:  # noqa: FBT001  what one condition decides alone
    def decide(resolver: Resolver, argument: Any) -> Any:
        if not isinstance(argument, list) or not argument:
            return _bad(resolver, "Fn::And and Fn::Or", "a list of conditions")
        found = [resolver.truth(part) for part in argument]
        if any(part is decisive for part in found):
            return decisive
        return next((part for part in found if is_unknown(part)), not decisive)

    return decide


def condition(resolver: Resolver, argument: Any) -> Any:
    """`Condition`: another condition; anywhere else a member of that name, as policies have."""
    if isinstance(argument, str):
        return resolver.condition(argument)
    found = resolver.resolve(argument)
    return {} if found is NO_VALUE else {"Condition": found}


def to_base64(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Base64`: a text in base64."""
    found = resolver.resolve(argument)
    if is_unknown(found):
        return found
    if isinstance(found, Mapping | list) or found is NO_VALUE:
        return _bad(resolver, "Fn::Base64", "a text")
    text = base64.b64encode(text_of(found).encode("utf-8", "replace")).decode()
    resolver.charge(len(text))
    return Confidential(text) if isinstance(found, Confidential) else text


def cidr(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Cidr`: so many blocks of so many bits out of an address range."""
    if not isinstance(argument, list) or len(argument) not in {2, 3}:
        return _bad(resolver, "Fn::Cidr", "a CIDR block, a count and bits")
    found = [resolver.resolve(part) for part in argument]
    gap = first_unknown(found)
    if gap is not None:
        return dict(gap)
    try:
        block = ipaddress.ip_network(text_of(found[0]), strict=False)
        count = int(text_of(found[1]))
        bits = int(text_of(found[2])) if len(found) > 2 else 8  # noqa: PLR2004  8 where none is given
        parts = block.subnets(new_prefix=block.max_prefixlen - bits)
        blocks = [str(part) for part, _ in zip(parts, range(min(count, _MOST_BLOCKS)), strict=False)]
    except ValueError:
        return _bad(resolver, "Fn::Cidr", "a CIDR block, a count and bits")
    return blocks if len(blocks) == count else _bad(resolver, "Fn::Cidr", "a block that has room for the count")


def length(resolver: Resolver, argument: Any) -> Any:
    """`Fn::Length`: how many elements a list has."""
    found = resolver.resolve(argument)
    if is_unknown(found):
        return found
    return len(found) if isinstance(found, list) else _bad(resolver, "Fn::Length", "a list")


def to_json(resolver: Resolver, argument: Any) -> Any:
    """`Fn::ToJsonString`: an object as JSON text."""
    text = as_json(resolver.resolve(argument))
    resolver.charge(len(text))
    return text


def _elsewhere(reason: str) -> Function:
    return lambda _resolver, _argument: unknown(reason)


FUNCTIONS: Mapping[str, Function] = {
    "Ref": ref,
    "Condition": condition,
    "Fn::GetAtt": get_att,
    "Fn::Sub": sub,
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": select,
    "Fn::GetAZs": zones,
    "Fn::If": choose,
    "Fn::FindInMap": find_in_map,
    "Fn::Equals": equals,
    "Fn::Not": negation,
    "Fn::And": _several(decisive=False),
    "Fn::Or": _several(decisive=True),
    "Fn::Base64": to_base64,
    "Fn::Cidr": cidr,
    "Fn::Length": length,
    "Fn::ToJsonString": to_json,
    "Fn::ImportValue": _elsewhere("it is what another stack exports"),
    "Fn::Transform": _elsewhere("a macro makes it when the stack is made"),
    "Fn::GetStackOutput": _elsewhere("it is what another stack puts out"),
}
"""Each intrinsic function by the name it has in JSON."""
