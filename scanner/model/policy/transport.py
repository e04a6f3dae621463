"""Whether a resource policy refuses requests that do not travel over TLS.

Source: IAM User Guide, global condition key aws:SecureTransport; Amazon S3 User Guide, "Enforce encryption of data in
transit".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from scanner.model.policy.effect import grants
from scanner.model.policy.statement import Condition, Statement

_KEY = "aws:securetransport"
_TLS_VERSION = "s3:tlsversion"
_EQUALS = frozenset({"Bool", "StringEquals", "StringEqualsIgnoreCase", "StringLike"})
_DIFFERS = frozenset({"StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike"})


@dataclass(frozen=True)
class Transport:
    """How a policy treats plain HTTP.

    `gaps`: why not every request without TLS is denied (empty: all are). `open_allows`: Allows that a request without
    TLS may use, as the policy stands alone (empty: none; a grant in an identity policy is then still possible).
    `old_tls`: Denies of TLS below a version, which is good, but lets plain HTTP pass.
    """

    gaps: tuple[str, ...]
    open_allows: tuple[Statement, ...]
    old_tls: tuple[Statement, ...]


def transport(statements: Sequence[Statement], resource_arns: Sequence[str], actions: Sequence[str]) -> Transport:
    """What the statements say of requests without TLS, for each of the actions on each of the resources.

    Raises:
        ValueError: no resource is named, so that there is nothing to judge.
    """
    if not resource_arns or isinstance(resource_arns, str):
        raise ValueError(f"transport: needs a list of resource ARNs, not {resource_arns!r}")
    denying = [entry for entry in statements if not entry.allows and _speaks_of_tls(entry)]
    effective = [entry for entry in denying if entry.for_everyone and not _narrowing(entry)]
    missing = [
        (action, arn)
        for arn in resource_arns
        for action in actions
        if not any(entry.actions.covers(action) and entry.reach.covers(arn) for entry in effective)
    ]
    return Transport(
        gaps=_gaps(missing, denying) if missing else (),
        open_allows=tuple(entry for entry in grants(statements) if not any(map(_only_with_tls, entry.conditions))),
        old_tls=tuple(entry for entry in statements if not entry.allows and any(map(_of_old_tls, entry.conditions))),
    )


def _gaps(missing: Sequence[tuple[str, str]], denying: Sequence[Statement]) -> tuple[str, ...]:
    """One line for each thing that keeps the Denies from holding, and one for each resource left open."""
    reasons = [f"{entry.label} {flaw}" for entry in denying if entry.conditions for flaw in _flaws(entry, missing)]
    for arn in dict.fromkeys(arn for _, arn in missing):
        what = ", ".join(action for action, place in missing if place == arn)
        reasons.append(f"no Deny refuses {what} on {arn} without TLS for everyone")
    return tuple(dict.fromkeys(reasons))


def _flaws(entry: Statement, missing: Sequence[tuple[str, str]]) -> list[str]:
    flaws = [f"holds only where also {test}" for test in _narrowing(entry)]
    if not entry.for_everyone:
        flaws.append("does not hold for every principal")
    if not all(entry.actions.covers(action) for action, _ in missing):
        written = ", ".join(entry.actions.values)
        flaws.append(f"denies everything but {written}" if entry.actions.negated else f"denies only {written}")
    return flaws


def _speaks_of_tls(entry: Statement) -> bool:
    """Whether the Deny holds without TLS: by its condition, or because it has none and always holds."""
    return not entry.conditions or any(map(_without_tls, entry.conditions))


def _narrowing(entry: Statement) -> list[Condition]:
    return [test for test in entry.conditions if not _without_tls(test)]


def _without_tls(test: Condition) -> bool:
    """Whether the test holds for every request without TLS; the key is in every request, so IfExists adds nothing."""
    if test.key != _KEY:
        return False
    values = {value.lower() for value in test.values}
    if test.operator in _EQUALS:
        return "false" in values
    if test.operator in _DIFFERS:
        return bool(values) and values <= {"true"}
    return test.operator == "Null" and "false" in values


def _only_with_tls(test: Condition) -> bool:
    """Whether the test fails for every request without TLS."""
    if test.key != _KEY:
        return False
    values = {value.lower() for value in test.values}
    if test.operator in _EQUALS:
        return values == {"true"}
    return test.operator in _DIFFERS and "false" in values


def _of_old_tls(test: Condition) -> bool:
    return (
        test.key == _TLS_VERSION and test.operator.startswith("NumericLessThan") and any(_at_least_tls_12(test.values))
    )


def _at_least_tls_12(values: Iterable[str]) -> Iterable[bool]:
    for value in values:
        try:
            yield Decimal(value) >= Decimal("1.2")
        except InvalidOperation:
            yield False
