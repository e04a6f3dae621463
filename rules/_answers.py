"""What AWS answered word for word, where a remedy must give it back and no fact holds it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanner.model.gap import Gap, Unknown
from scanner.model.resource import SectionState, Source

if TYPE_CHECKING:
    from scanner.model.kind import Kind


def answer(subject: Kind, section: str) -> Any:
    """Give the answer of a section; nothing where AWS says that it is not configured.

    Raises:
        Unknown: it was not seen.
    """
    if subject.resource.source is Source.FACTS:
        return None
    found = subject.resource.sections.get(section)
    if found is None or found.state is SectionState.UNSEEN:
        gap = found.gap if found and found.gap else Gap(message=f"{section} of {subject.id} was not seen")
        raise Unknown(gap)
    return found.doc
