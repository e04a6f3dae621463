"""Resolves the values of a template: references, conditions and intrinsic functions, as far as they can be known.

Source: CloudFormation User Guide, "Intrinsic function reference", "Pseudo parameters reference".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from scanner.cloudformation.loading import Map
from scanner.cloudformation.references import NOT_OWN, Names
from scanner.cloudformation.values import NO_VALUE, is_unknown, text_of
from scanner.model.given import GivenError
from scanner.model.planned import unknown

BUDGET = 20_000_000
"""Characters and elements that a template may grow to: far more than any does, far less than a memory holds."""


class Resolver:
    """What a template's values are; `facts_of` a resource are its raw declaration."""

    def __init__(self, name: str, sections: Mapping[str, Map], values: dict[str, Any], pseudo: dict[str, Any]) -> None:
        """Take the template's sections, the parameters' values and the pseudo parameters that are known."""
        self.name = name
        self.sections = sections
        self.values = values
        self.pseudo = pseudo
        self.names: Names | None = None
        self.problems: dict[str, None] = {}
        self._conditions: dict[str, Any] = {}
        self._open: set[tuple[str, str]] = set()
        self._left = BUDGET

    def charge(self, size: int) -> None:
        """Count what is made.

        Raises:
            GivenError: the template grows beyond all bounds.
        """
        self._left -= size
        if self._left < 0:
            raise GivenError(
                f"{self.name}: what its functions make has more than {BUDGET} characters: no template is so"
            )

    def fail(self, problem: str) -> NoReturn:
        """Refuse the template."""
        raise GivenError(f"{self.name}: {problem}")

    def doubt(self, problem: str) -> dict[str, str]:
        """Note a mistake of the template that only makes a value unknown."""
        self.problems.setdefault(problem)
        return unknown(problem)

    def resolve(self, value: Any) -> Any:
        """Give what a value is: known, `{"$unknown": reason}`, or `NO_VALUE`.

        Raises:
            GivenError: conditions stand on each other in a circle, or what is made has no bounds.
        """
        from scanner.cloudformation.functions import FUNCTIONS

        self.charge(1)
        if isinstance(value, str):
            return unknown("it is read from another service when the stack is made") if _is_dynamic(value) else value
        if isinstance(value, list):
            return [found for item in value if (found := self.resolve(item)) is not NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            (function, argument), *_ = value.items()
            if function in FUNCTIONS:
                return FUNCTIONS[function](self, argument)
            if function.startswith("Fn::"):
                return self.doubt(f"{function.partition('::ForEach')[0] or function} is not resolved")
        members = {key: self.resolve(item) for key, item in value.items()}
        return {key: found for key, found in members.items() if found is not NO_VALUE}

    def reference(self, target: str) -> Any:
        """Give what `Ref` of a name stands for."""
        if target == "AWS::NoValue":
            return NO_VALUE
        if target in self.pseudo:
            return self.pseudo[target]
        if target.startswith("AWS::"):
            given = {"AWS::AccountId": ": give the account", "AWS::Region": ": give the Region"}.get(target, "")
            return unknown(f"{target} is not known before the stack is made{given}")
        if target in self.values:
            found = self.values[target]
            self.charge(len(found) if isinstance(found, list) else 1)
            return list(found) if isinstance(found, list) else found
        if self.names is not None and target in self.names.types:
            return self._dropped(target) or self.names.ref(target)
        return self.doubt(f"{target} is referred to, and the template has no such parameter or resource")

    def attribute(self, target: str, attribute: str) -> Any:
        """Give what `Fn::GetAtt` of a resource stands for: its own id or ARN, a property of it, or not known."""
        names = self.names
        if names is None or target not in names.types:
            return self.doubt(f"{target}.{attribute} is referred to, and the template has no resource {target}")
        gone = self._dropped(target)
        if gone is not None:
            return gone
        own = names.attribute(target, attribute)
        if own is not None:
            return own
        properties = self.sections["Resources"][target].get("Properties")
        key = (target, attribute)
        answered = names.types[target] in NOT_OWN or names.types[target].startswith("Custom::")
        if isinstance(properties, Mapping) and attribute in properties and not answered and key not in self._open:
            self._open.add(key)
            found = self.resolve(properties[attribute])
            self._open.discard(key)
            return found
        return unknown(f"{target}.{attribute} is not known before {target} is made")

    def _dropped(self, target: str) -> dict[str, str] | None:
        return (
            self.doubt(f"{target} is referred to, and its condition leaves it out")
            if self.exists(target) is False
            else None
        )

    def exists(self, logical: str) -> bool | None:
        """Say whether the condition of a resource lets it be made; None where that is not known."""
        name = self.sections["Resources"][logical].get("Condition")
        if name is None:
            return True
        found = self.condition(name) if isinstance(name, str) else self.doubt(f"the condition of {logical} is no name")
        return None if is_unknown(found) else bool(found)

    def condition(self, name: str) -> Any:
        """Give whether a condition holds, or an unknown.

        Raises:
            GivenError: it stands on itself.
        """
        if name in self._conditions:
            return self._conditions[name]
        declared = self.sections["Conditions"]
        if name not in declared:
            return self.doubt(f"the condition {name} is named, and the template has no such condition")
        if ("Conditions", name) in self._open:
            raise GivenError(f"{self.name}, line {declared.lines.get(name, 0)}: the condition {name} stands on itself")
        self._open.add(("Conditions", name))
        found = self.truth(declared[name])
        self._open.discard(("Conditions", name))
        if is_unknown(found):
            found = unknown(f"whether the condition {name} holds is not known: {found['$unknown']}")
        self._conditions[name] = found
        return found

    def truth(self, value: Any) -> Any:
        """Resolve a value to true or false, or an unknown."""
        found = self.resolve(value)
        if is_unknown(found) or isinstance(found, bool):
            return found
        text = text_of(found).lower() if not isinstance(found, Mapping | list) else ""
        return text == "true" if text in {"true", "false"} else self.doubt("a condition is neither true nor false")


def _is_dynamic(text: str) -> bool:
    """Whether a text holds a dynamic reference to Systems Manager or Secrets Manager."""
    return "{{resolve:" in text
