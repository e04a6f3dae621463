"""Which data events a trail records: what was done to objects, items and models, which trails leave out by default."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec


class DataEvents(msgspec.Struct, frozen=True):
    """Data events of one type of resource (`AWS::S3::Object`) that a selector records.

    `within` is what the ARNs begin with (an empty text: all), `without` what is left out of that, `narrowed` the other
    fields by which the selector records only some events.
    """

    type: str
    read: bool = True
    write: bool = True
    within: tuple[str, ...] = ("",)
    without: tuple[str, ...] = ()
    narrowed: tuple[str, ...] = ()

    def covers(self, beginning: str) -> bool:
        """Say whether the events of every resource are recorded whose ARN begins so."""
        return (
            not self.narrowed
            and any(beginning.startswith(text) for text in self.within)
            and not any(text.startswith(beginning) or beginning.startswith(text) for text in self.without)
        )


def unrecorded(events: Iterable[DataEvents], type: str, beginning: str) -> tuple[str, ...]:
    """Name the sides, `read` and `write`, whose data events are not all recorded for ARNs that begin so."""
    whole = [item for item in events if item.type == type and item.covers(beginning)]
    return tuple(side for side in ("read", "write") if not any(getattr(item, side) for item in whole))


def data_events(answer: Mapping[str, Any]) -> tuple[DataEvents, ...]:
    """Read the data events of GetEventSelectors; a trail without selectors records none."""
    found = [made for item in answer.get("EventSelectors") or () for made in _basic(item)]
    for item in answer.get("AdvancedEventSelectors") or ():
        found += _advanced(item.get("FieldSelectors") or ())
    return tuple(found)


def _basic(item: Mapping[str, Any]) -> list[DataEvents]:
    side = item.get("ReadWriteType", "All")
    read, write = side in {"All", "ReadOnly"}, side in {"All", "WriteOnly"}
    return [
        DataEvents(chosen["Type"], read, write, within=tuple(chosen["Values"]))
        for chosen in item.get("DataResources") or ()
        if chosen.get("Values")
    ]


def _advanced(fields: Sequence[Mapping[str, Any]]) -> list[DataEvents]:
    """Read one advanced selector, which is met by events that meet all its fields."""
    by_name = {field.get("Field", ""): field for field in fields}
    if "Data" not in (by_name.get("eventCategory", {}).get("Equals") or ()):
        return []
    read = write = True
    within: tuple[str, ...] = ("",)
    without: tuple[str, ...] = ()
    narrowed: list[str] = []
    for name, field in by_name.items():
        operators = set(field) - {"Field"}
        if name == "readOnly":
            read, write = read_and_write(field)
        elif name == "resources.ARN" and operators == {"StartsWith"}:
            within = tuple(field["StartsWith"])
        elif name == "resources.ARN" and operators and operators <= {"NotStartsWith", "NotEquals"}:
            without = tuple(text for operator in sorted(operators) for text in field[operator])
        elif name not in {"eventCategory", "resources.type"}:
            narrowed.append(name)
    types = by_name.get("resources.type", {}).get("Equals") or ()
    return [DataEvents(name, read, write, within, without, tuple(sorted(narrowed))) for name in types]


def read_and_write(field: Mapping[str, Any]) -> tuple[bool, bool]:
    """Say of a selector's field `readOnly` whether it takes events that read, and events that write."""
    values = {text.lower() for text in field.get("Equals") or ()}
    values |= {"false" if text.lower() == "true" else "true" for text in field.get("NotEquals") or ()}
    return "true" in values, "false" in values
