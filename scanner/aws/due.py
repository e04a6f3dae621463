"""What a graph hands its due calls to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from scanner.aws.builder import Builder
    from scanner.aws.place import PlaceGraph
    from scanner.model.kind import Kind
    from scanner.model.operation import Call


class Due(Protocol):
    """Carries calls out, each in its own time; none of these waits."""

    def listing(self, graph: PlaceGraph, sinks: list[tuple[type[Kind], Call]], parent: Builder | None) -> None:
        """List, and report pages by `listed` and the end by `list_ended` for every sink."""

    def one(self, graph: PlaceGraph, builder: Builder, call: Call) -> None:
        """Ask about one resource, and report by `answered`."""

    def many(self, graph: PlaceGraph, builders: list[Builder], call: Call) -> None:
        """Ask about many resources in batches, and report each by `answered` or `vanished`."""
