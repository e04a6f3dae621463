"""What a change of a policy touches: one declaration for every policy of every kind.

The patterns are searched in the path as it is shown and in the values as canonical JSON. Statements are named by
`scanner.kinds.forms_policies`: by their Sid, which holds letters and digits only, or by their sense; those of a Deny
begin with Deny.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.model.canon import Touch

RENAMED = r"\[(?:Deny )?[A-Za-z0-9]+\] (?:Deny )?[A-Za-z0-9]+$|\[[^\[\]]+\] (?:Deny )?[A-Za-z0-9]+$"
"""A statement of which the Sid alone is another."""

BOTH = r'"Effect":"Allow".*"Effect":"Deny"|"Effect":"Deny".*"Effect":"Allow"'

WHOLE: tuple[tuple[str, str, str], ...] = (
    (r'"(Public|Administrator)":true', "critical", "worse"),
    (BOTH, "high", ""),
    (r'"Effect":"Deny"', "high", "better"),
    ("", "high", "worse"),
)
"""Of a policy that is there or gone: pattern, severity, and what its being there means."""

STATEMENT: tuple[tuple[str, str, str], ...] = (
    (r'\b(Public|Administrator)(":| )true', "critical", "worse"),
    (r'\bDeletedPrincipal(":| )true', "high", "worse"),
    (r"\[Deny [^\]]*\]\.(Action|Resource|Principal)\b", "high", "better"),
    (r"\[Deny [^\]]*\]\.(Not|Condition)", "high", "worse"),
    (r"\]\.(Action|Resource|Principal)\b", "high", "worse"),
    (r"\]\.(Not|Condition)", "high", "better"),
    (r'"Effect":"Deny"', "high", "better"),
    ("", "high", "worse"),
)
"""Of a part of a policy: pattern, severity, and what it means when it is more."""


def policy_touches(path: str, events: tuple[str, ...]) -> Iterator[Touch]:
    """Say what changes of the policy at a path touch; `events` are those that write it.

    More of an Allow is worse and more of a Deny better; less of a condition is the reverse. A policy that anyone may
    use, or that allows everything, is critical. The Sid and the Id change no right.
    """
    place = path.replace("[]", "")
    yield Touch(path=f"{place}.Id", impact="cosmetic", severity="info", events=events)
    yield Touch(path=f"{place}.Version", impact="security", severity="high", events=events)
    yield Touch(path=f"{place}.Statement", match=RENAMED, impact="cosmetic", severity="info", events=events)
    effect = f"{place}.Statement.Effect"
    yield Touch(path=effect, impact="security", severity="critical", good=("Deny",), bad=("Allow",), events=events)
    for where, sorts in ((place, WHOLE), (f"{place}.Statement", STATEMENT)):
        for match, severity, gain in sorts:
            yield Touch(path=where, match=match, impact="security", severity=severity, gain=gain, events=events)
