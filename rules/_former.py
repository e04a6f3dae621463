"""What remedies ask of a resource as it was: the documents that they keep, and to which an undoing goes back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from scanner.model.gap import Gap, Unknown
from scanner.model.resource import SectionState

if TYPE_CHECKING:
    from scanner.model.kind import Kind


def former(subject: Kind, section: str) -> Any:
    """Give what AWS answered of this part of a resource; None where the service said that it is not configured.

    Raises:
        Unknown: it was not seen, or the resource was not read from AWS.
    """
    found = subject.resource.sections.get(section)
    if found is None or found.state not in {SectionState.OK, SectionState.ABSENT}:
        gap = found.gap if found is not None else None
        raise Unknown(gap or Gap(message=f"what the {section} of {subject.resource.arn} was, is not known"))
    return found.doc if found.state is SectionState.OK else None


def former_policy(subject: Kind, section: str) -> dict[str, Any] | None:
    """Give a resource's policy as its document; None where it has none."""
    text = former(subject, section)
    return dict(json.loads(text) if isinstance(text, str) else text) if text else None


def with_statement(policy: dict[str, Any] | None, statement: dict[str, Any]) -> str:
    """Add a statement to a policy and keep all others, as JSON; its Sid is numbered where the name is taken."""
    document = policy or {"Version": "2012-10-17", "Statement": []}
    listed = document["Statement"]
    kept = list(listed) if isinstance(listed, list) else [listed]
    taken = {item.get("Sid") for item in kept}
    names = (statement["Sid"], *(f"{statement['Sid']}{number}" for number in range(2, len(kept) + 3)))
    sid = next(name for name in names if name not in taken)
    return json.dumps(document | {"Statement": [*kept, {**statement, "Sid": sid}]})
