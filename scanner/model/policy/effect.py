"""Deny over Allow: what of a grant surely cannot be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scanner.model.policy.narrow import impossible
from scanner.model.policy.statement import Patterns, Principal, Statement


def grants(statements: Iterable[Statement]) -> list[Statement]:
    """The Allows whose conditions can hold: one that can be met, MFA for example, is taken as met."""
    return [entry for entry in statements if entry.allows and not impossible(entry.conditions)]


def denials(statements: Iterable[Statement], principal: Principal | None = None) -> list[Statement]:
    """The Denies without condition that surely hold for everyone, or at least for the principal."""
    return [
        entry
        for entry in statements
        if not entry.allows
        and not entry.conditions
        and (
            entry.for_everyone
            or (principal is not None and entry.principals is not None and entry.principals.covers(principal))
        )
    ]


def survives(
    grant: Statement, denying: Sequence[Statement], actions: Sequence[str] = ("*",), resource: str = "*"
) -> bool:
    """Whether some of the actions on some of the resources may be used in spite of the Denies.

    Every pattern of the grant that meets the question is asked for by itself, so several Denies may together cancel it.
    """
    return any(
        not any(
            _contains(deny.actions, act, grant.actions) and _contains(deny.reach, place, grant.reach)
            for deny in denying
        )
        for asked in actions
        for act in grant.actions.parts(asked)
        for place in grant.reach.parts(resource)
    )


def _contains(denied: Patterns, part: tuple[str, ...], granted: Patterns) -> bool:
    return any(denied.covers(pattern) for pattern in part) or (granted.negated and denied.covers_all(granted))
