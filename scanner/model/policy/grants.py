"""What identity policies grant: administration, iam:PassRole, single actions, anything beyond a list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scanner.model.policy.effect import denials, grants, survives
from scanner.model.policy.glob import has_variable, has_wildcard, is_fixed
from scanner.model.policy.statement import Every, Patterns, Statement

_TEXT = frozenset({"StringEquals", "StringEqualsIgnoreCase", "StringLike"})
_ARN = frozenset({"ArnEquals", "ArnLike", "StringEquals", "StringLike"})
_ALL_ROLES = Every("iam", "role/*")


@dataclass(frozen=True)
class Grant:
    """One action pattern that a statement allows. A NotAction is one pattern: `* without iam:*, sts:*`."""

    statement: Statement
    action: str


@dataclass(frozen=True)
class NearAdminGrant:
    """An Allow of all actions but some, or on all resources but some. `without` holds what is left out."""

    statement: Statement
    without: tuple[str, ...]


@dataclass(frozen=True)
class PassRoleGrant:
    """An Allow of iam:PassRole.

    `named`: no resource pattern spans all roles or begins its role name with a wildcard. `wildcards`: the patterns
    that do. `patterns`: those that name roles by a prefix or by a policy variable only. `services`: the fixed values
    of iam:PassedToService, empty where any service may be handed the role. `associated`: iam:AssociatedResourceArn
    fixes a service's resources.
    """

    statement: Statement
    named: bool
    wildcards: tuple[str, ...]
    patterns: tuple[str, ...]
    services: tuple[str, ...]
    associated: bool

    @property
    def bound(self) -> bool:
        """Whether the services that may be handed the role are fixed."""
        return bool(self.services) or self.associated


def allows(statements: Sequence[Statement], action: str, resource: str | Every) -> tuple[Statement, ...]:
    """The statements that grant all of the action pattern on all of the resource."""
    denying = denials(statements)
    return tuple(
        entry
        for entry in grants(statements)
        if _grants_all(entry, action, resource) and not any(_grants_all(deny, action, resource) for deny in denying)
    )


def _grants_all(entry: Statement, action: str, resource: str | Every) -> bool:
    if not entry.actions.covers(action):
        return False
    if isinstance(resource, Every):
        return entry.reach.spans(resource)
    if resource == "*":
        service = action.split(":", 1)[0].lower()
        return entry.reach.is_everything or (is_fixed(service) and entry.reach.spans(Every(service)))
    return entry.reach.covers(resource)


def allows_some(statements: Sequence[Statement], action: str, resource: str | Every) -> tuple[Statement, ...]:
    """The statements that grant some of the action pattern on some of the resource."""
    where = resource.question if isinstance(resource, Every) else resource
    denying = denials(statements)
    return tuple(entry for entry in grants(statements) if survives(entry, denying, (action,), where))


def grants_admin(statements: Sequence[Statement]) -> tuple[Statement, ...]:
    """The statements that allow every action on every resource.

    An Allow of all but some actions counts as one when other statements allow, on every resource, all that it leaves
    out.
    """
    denying = denials(statements)
    wide = [entry for entry in grants(statements) if entry.reach.is_everything and survives(entry, denying)]
    return tuple(
        entry
        for entry in wide
        if entry.actions.is_everything
        or (
            entry.actions.negated
            and all(any(more.actions.covers(gap) for more in wide) for gap in entry.actions.values)
        )
    )


def grants_near_admin(statements: Sequence[Statement]) -> tuple[NearAdminGrant, ...]:
    """The statements that allow all actions but the named, or all actions on all resources but the named."""
    full = grants_admin(statements)
    denying = denials(statements)
    found: list[NearAdminGrant] = []
    for entry in grants(statements):
        actions, reach = entry.actions, entry.reach
        broad = (actions.is_everything or actions.negated) and (reach.is_everything or reach.negated)
        if broad and entry not in full and survives(entry, denying):
            left_out = (actions.values if actions.negated else ()) + (reach.values if reach.negated else ())
            found.append(NearAdminGrant(entry, left_out))
    return tuple(found)


def pass_role_grants(statements: Sequence[Statement]) -> tuple[PassRoleGrant, ...]:
    """The statements by which roles may be handed to services."""
    found: list[PassRoleGrant] = []
    for entry in allows_some(statements, "iam:PassRole", _ALL_ROLES):
        wildcards, patterns = _role_patterns(entry.reach)
        services, associated = _receivers(entry)
        found.append(PassRoleGrant(entry, not wildcards, wildcards, patterns, services, associated))
    return tuple(found)


def _role_patterns(reach: Patterns) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The patterns over all roles, and those that name roles by a part of the name."""
    if reach.negated:
        return (f"* without {', '.join(reach.values)}",), ()
    wild: list[str] = []
    partial: list[str] = []
    for value in reach.values:
        single = Patterns((value,))
        if not single.touches(_ALL_ROLES) or is_fixed(value):
            continue
        _, slash, name = value.partition(":role/")
        named = slash and name and name[0] not in "*?"
        (partial if named else wild).append(value)
    return tuple(wild), tuple(value for value in partial if has_wildcard(_name(value)) or has_variable(value))


def _name(role: str) -> str:
    return role.partition(":role/")[2]


def _receivers(entry: Statement) -> tuple[tuple[str, ...], bool]:
    services: tuple[str, ...] = ()
    associated = False
    for test in entry.conditions:
        if test.if_exists or test.quantifier == "ForAllValues" or not test.values:
            continue
        if test.key == "iam:passedtoservice" and test.operator in _TEXT and all(map(is_fixed, test.values)):
            services = tuple(sorted(test.values))
        if test.key == "iam:associatedresourcearn" and test.operator in _ARN:
            associated |= all(is_fixed(service) for service in map(_service_of, test.values))
    return services, associated


def _service_of(arn: str) -> str:
    parts = arn.split(":", 3)
    return parts[2] if len(parts) == 4 else "*"  # noqa: PLR2004 - arn:partition:service:rest


def grants_outside(statements: Sequence[Statement], allowed: Sequence[str]) -> tuple[Grant, ...]:
    """Each action pattern that the statements allow and that the allowed patterns do not wholly contain."""
    denying = denials(statements)
    within = Patterns(tuple(allowed), actions=True)
    found: list[Grant] = []
    for entry in grants(statements):
        if entry.actions.negated:
            if not within.is_everything and survives(entry, denying):
                left_out = ", ".join(entry.actions.values)
                found.append(Grant(entry, f"* without {left_out}" if left_out else "*"))
            continue
        found += [
            Grant(entry, action)
            for action in dict.fromkeys(entry.actions.values)
            if not within.covers(action) and survives(_only(entry, action), denying)
        ]
    return tuple(found)


def _only(entry: Statement, action: str) -> Statement:
    return Statement(
        allows=True, actions=Patterns((action,), actions=True), resources=entry.resources, principals=entry.principals
    )
