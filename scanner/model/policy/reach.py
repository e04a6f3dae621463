"""Who is let in from outside: public grants, grants to other accounts, trust."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scanner.model.policy.effect import denials, grants, survives
from scanner.model.policy.narrow import (
    ACCOUNT_KEYS,
    ORGANIZATION_KEYS,
    SOURCE_KEYS,
    Reading,
    account_in,
    fixing,
    leaves_only_fixed,
    narrows,
)
from scanner.model.policy.statement import Principal, Statement


@dataclass(frozen=True)
class PublicGrant:
    """An Allow that anyone may use, the value that says anyone, and why its conditions do not narrow it.

    `guards` are Denies that leave only fixed values of what is granted: with the documented reading the grant stands
    beside them.
    """

    statement: Statement
    principal: str
    reasons: tuple[str, ...]
    guards: tuple[Statement, ...]


@dataclass(frozen=True)
class CrossAccountGrant:
    """An Allow for someone outside the account.

    `account` is None where the policy does not say which (a public grant, a canonical user). `organizations` are the
    ids that a condition demands; `narrowed` says that a condition leaves only fixed callers.
    """

    statement: Statement
    principal: Principal
    account: str | None
    organizations: tuple[str, ...]
    narrowed: bool


@dataclass(frozen=True)
class Trusted:
    """One principal that a trust policy admits."""

    statement: Statement
    principal: Principal
    anyone: bool
    account: str | None
    narrowed: bool
    source_bound: bool
    external_id: bool
    keys: frozenset[str]
    """The condition keys, in lower case, that a request must carry with a value of some shape."""


def public(statements: Sequence[Statement], reading: Reading, actions: Sequence[str]) -> tuple[PublicGrant, ...]:
    """The Allow statements by which anyone may do some of the actions."""
    cancelling = denials(statements)
    guarding = [entry for entry in statements if not entry.allows and leaves_only_fixed(entry)]
    found: list[PublicGrant] = []
    for entry in grants(statements):
        open_to = entry.principals.open if entry.principals else ()
        if not open_to or narrows(entry.conditions, reading) or not survives(entry, cancelling, actions):
            continue
        guarded = not survives(entry, [*cancelling, *guarding], actions)
        if guarded and reading == "effective":
            continue
        reasons = tuple(f"{test} does not narrow to fixed values" for test in entry.conditions)
        named = ", ".join(item.value for item in open_to)
        principal = f"everyone, {named}" if entry.principals and entry.principals.negated else named
        found.append(PublicGrant(entry, principal, reasons, tuple(guarding) if guarded else ()))
    return tuple(found)


def cross_account(
    statements: Sequence[Statement], account: str, actions: Sequence[str]
) -> tuple[CrossAccountGrant, ...]:
    """The Allow statements that let in others than the account, one entry for each principal or account."""
    return tuple(_cross_account(statements, account, actions))


def _cross_account(
    statements: Sequence[Statement], account: str, actions: Sequence[str]
) -> Iterator[CrossAccountGrant]:
    for entry in grants(statements):
        if entry.principals is None:
            continue
        bound = _bound_accounts(entry, account)
        organizations = _organizations(entry)
        narrowed = narrows(entry.conditions, "effective")
        for principal in entry.principals.open or (() if entry.principals.negated else entry.principals.items):
            if (principal.kind in {"Service", "Federated"} and not principal.is_anyone) or principal.is_deleted:
                continue
            if not survives(entry, denials(statements, principal), actions):
                continue
            for who in _accounts(principal, bound):
                if who != account:
                    yield CrossAccountGrant(entry, principal, who, organizations, narrowed)


def _accounts(principal: Principal, bound: frozenset[str] | None) -> list[str | None]:
    if principal.is_anyone or principal.account is None:
        return [None] if bound is None else [*sorted(bound)]
    return [principal.account] if bound is None or principal.account in bound else []


def _bound_accounts(entry: Statement, own: str) -> frozenset[str] | None:
    """The accounts that the conditions leave, None where they leave any."""
    left: frozenset[str] | None = None
    for test in fixing(entry.conditions, "effective"):
        if test.key in ACCOUNT_KEYS:
            arn = test.key == "aws:principalarn"
            values = [own if value.lower() == "${aws:resourceaccount}" else value for value in test.values]
            named = [account_in(value, test.operator) if arn else value for value in values]
            if all(who is not None and who.isdecimal() for who in named):
                accounts = frozenset(who for who in named if who)
                left = accounts if left is None else left & accounts
    return left


def _organizations(entry: Statement) -> tuple[str, ...]:
    tests = [test for test in fixing(entry.conditions, "effective") if test.key in ORGANIZATION_KEYS]
    return tuple(sorted({value.split("/", 1)[0] for test in tests for value in test.values}))


def trust(statements: Sequence[Statement]) -> tuple[Trusted, ...]:
    """Whom a role's trust policy admits by sts:AssumeRole and its variants."""
    return tuple(_trusted(statements))


def _trusted(statements: Sequence[Statement]) -> Iterator[Trusted]:
    for entry in grants(statements):
        if entry.principals is None or not entry.actions.overlaps("sts:AssumeRole*"):
            continue
        keys = entry.demands
        sources = {test.key for test in fixing(entry.conditions, "effective")} & SOURCE_KEYS
        for principal in entry.principals.open if entry.principals.negated else entry.principals.items:
            if not survives(entry, denials(statements, principal), ("sts:AssumeRole*",)):
                continue
            yield Trusted(
                statement=entry,
                principal=principal,
                anyone=principal.is_anyone,
                account=principal.account,
                narrowed=narrows(entry.conditions, "effective"),
                source_bound=bool(sources),
                external_id="sts:externalid" in keys,
                keys=keys,
            )
