"""A policy document and the questions it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from scanner.model.policy import grants, reach
from scanner.model.policy.canonical import canonical
from scanner.model.policy.narrow import Reading
from scanner.model.policy.parse import read_document
from scanner.model.policy.statement import Every, Statement
from scanner.model.policy.transport import Transport, transport

_EVERYTHING = ("*",)


@dataclass(frozen=True)
class PolicyDocument:
    """An identity or resource policy, read by meaning.

    Every answer is the statements that prove it. A Deny takes a grant away only where it surely does: it has no
    condition and holds for everyone and for all that the grant allows. A condition on an Allow is taken as met,
    unless it can never hold.
    Source: IAM User Guide, "Policy evaluation logic" and "IAM JSON policy elements reference".
    """

    statements: tuple[Statement, ...]
    version: str | None = None
    id: str | None = None

    @classmethod
    def parse(cls, value: str | Mapping[str, Any] | None) -> Self | None:
        """The policy in a JSON text (URL-encoded or not) or an object; None for nothing or a blank text.

        Raises:
            PolicyError: the text is no JSON, or an element is missing, unknown, doubled or of the wrong type.
        """
        if value is None or (isinstance(value, str) and not value.strip()):
            return None
        version, name, statements = read_document(value)
        return cls(statements, version, name)

    def to_json(self) -> dict[str, Any]:
        """The document as JSON: lists where one value or several may stand, texts as written."""
        head = {name: text for name, text in (("Version", self.version), ("Id", self.id)) if text is not None}
        return {**head, "Statement": [entry.to_json() for entry in self.statements]}

    def canonical(self, *, labels: bool = True) -> str:
        """One text for all spellings of this policy; `labels=False` leaves out Sid and Id, which change no right."""
        return canonical(self.version, self.id, self.statements, labels=labels)

    def public(
        self, *, reading: Reading = "documented", actions: Sequence[str] = _EVERYTHING
    ) -> tuple[reach.PublicGrant, ...]:
        """The Allows by which anyone may do some of the actions.

        With `documented`, public is what Amazon S3 calls public. With `effective`, an Allow is also let off that only
        one named account or organization can use: by a wildcard behind the account id, by `${aws:ResourceAccount}`,
        or by a Deny for all others.
        Source: Amazon S3 User Guide, "Blocking public access to your Amazon S3 storage", the meaning of "public".
        """
        return reach.public(self.statements, reading, actions)

    def cross_account(
        self, account: str, *, actions: Sequence[str] = _EVERYTHING
    ) -> tuple[reach.CrossAccountGrant, ...]:
        """The Allows of some of the actions to others than the account (its id), public ones included, services not."""
        return reach.cross_account(self.statements, account, actions)

    def trust(self) -> tuple[reach.Trusted, ...]:
        """Every principal that this trust policy admits by sts:AssumeRole and its variants."""
        return reach.trust(self.statements)

    def allows(self, action: str, resource: str | Every = "*") -> tuple[Statement, ...]:
        """The Allows that each alone grant all of the action pattern on all of the resource.

        `*` asks for all resources of the action's service, an ARN pattern for all it matches, `Every("kms", "key/*")`
        for all of a type.
        """
        return grants.allows(self.statements, action, resource)

    def allows_some(self, action: str, resource: str | Every = "*") -> tuple[Statement, ...]:
        """The Allows that grant at least some of the action pattern on at least some of the resource."""
        return grants.allows_some(self.statements, action, resource)

    def grants_admin(self) -> tuple[Statement, ...]:
        """The Allows of every action on every resource, conditioned or not, that no Deny surely takes away."""
        return grants.grants_admin(self.statements)

    def grants_near_admin(self) -> tuple[grants.NearAdminGrant, ...]:
        """The Allows of all actions but some, or of all actions on all resources but some."""
        return grants.grants_near_admin(self.statements)

    def pass_role_grants(self) -> tuple[grants.PassRoleGrant, ...]:
        """The Allows of iam:PassRole by whatever pattern, with the roles and services they are bound to."""
        return grants.pass_role_grants(self.statements)

    def grants_outside(self, allowed: Sequence[str]) -> tuple[grants.Grant, ...]:
        """Each allowed action pattern that is not wholly contained in one of these patterns."""
        return grants.grants_outside(self.statements, allowed)

    def transport(self, resource_arns: Sequence[str], service: str = "s3", *, actions: Sequence[str] = ()) -> Transport:
        """How the policy treats requests without TLS; `actions` instead of all actions of the service."""
        return transport(self.statements, resource_arns, tuple(actions) or (f"{service}:*",))

    def denies_insecure_transport(
        self, resource_arns: Sequence[str], service: str = "s3", *, actions: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Why requests without TLS to these resources are not all denied; empty when they are."""
        return self.transport(resource_arns, service, actions=actions).gaps
