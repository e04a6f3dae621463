"""ecr_repository_not_public_or_cross_org."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import msgspec

from rules._former import former_policy
from scanner.kinds.ecr import Repository
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Direct, Effect, NotByMachine, Write
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

PARTNER = "arn:aws:iam::210987654321:root"
OURS = {"StringEquals": {"aws:PrincipalOrgID": "o-ours"}}
PATHS = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-ours/r-1/ou-2/*"}}
FIXED_OTHER = {"StringEquals": {"aws:PrincipalAccount": "210987654321"}}
NETWORK = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}


def _allow(principal: Any, condition: dict[str, Any] | None = None, effect: str = "Allow") -> dict[str, Any]:
    """A repository for the examples: one statement that lets a principal pull."""
    said = {"Effect": effect, "Principal": principal, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}
    statement = {**said, **({"Condition": condition} if condition else {})}
    return {"policy": PolicyDocument.parse({"Version": "2012-10-17", "Statement": [statement]})}


def _own_account(repository: Repository, part: str) -> Iterator[Write]:
    """Give the account's own roles what a statement gives to everybody.

    Raises:
        NotByMachine: the part is an account that is named, or a statement that says who is left out.
    """
    document = former_policy(repository, "statements") or {}
    listed = document.get("Statement", [])
    statements = list(listed) if isinstance(listed, list) else [listed]
    root = f"arn:{repository.partition}:iam::{repository.account}:root"
    known = repository.policy.public(reading="effective") if repository.policy else ()
    places = {grant.statement.position for grant in known}
    if part not in {f"policy {grant.statement.label}" for grant in known}:
        raise NotByMachine(f"{part}: whether this account may come in, a person must say")
    for place in places:
        if "Principal" not in statements[place]:
            raise NotByMachine("a statement lets everybody in but those that it names: a person must say who is meant")
        statements[place] = {**statements[place], "Principal": {"AWS": root}}
    yield _policy(repository, {**document, "Statement": statements})


def _policy(repository: Repository, document: dict[str, Any]) -> Write:
    return Write("ecr.SetRepositoryPolicy", {"repositoryName": repository.id, "policyText": json.dumps(document)})


def _as_before(repository: Repository, _part: str) -> Iterator[Write]:
    yield _policy(repository, former_policy(repository, "statements") or {})


class RepositoryNotPublicOrCrossOrg(Rule):
    """Repository policies admit only the organization or trusted accounts.

    Whoever may pull an image reads the program and all that was built into it; whoever may push one runs a program of
    their own beside the ePHI. A policy that everyone may use opens the repository to the world, one for another account
    to people whom the organization does not know. Access from other accounts counts as sound if it is bound to an
    organization, or if the account is set as trusted. Which organization is one's own can be set; unset, any
    organization that the policy names will do.
    """

    kind = Repository
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.308(a)(4)(ii)(B)", "164.308(a)(4)(ii)(C)")
    sources = (EcsGuide(61), EcsGuide(62))
    remedy = Direct(
        "ecr.SetRepositoryPolicy",
        by=_own_account,
        why="Custodian takes the statement out whole, so that the account's own roles lose what it gave them",
        effect=Effect(
            after="statements for everybody are for the repository's own account",
            risk="medium",
            downtime="other accounts, and people without an account, cannot pull any more: see in CloudTrail who does"
            " (BatchGetImage)",
            undo=_as_before,
            terraform={"aws_ecr_repository_policy": {"policy": "the policy with the account as principal"}},
        ),
    )
    GOOD = (
        {"policy": None},
        _allow({"AWS": "arn:aws:iam::123456789012:role/deploy"}),
        _allow({"Service": "codebuild.amazonaws.com"}),
        _allow("*", OURS),
        _allow("*", PATHS),
        _allow({"AWS": PARTNER}, OURS),
        Case(_allow("*", OURS), settings={"organizations": ("o-other", "o-ours")}),
        Case(_allow("*", OURS), settings={"organizations": ("o-ours",)}),
        Case(_allow({"AWS": PARTNER}), settings={"trusted_accounts": ("210987654321",)}),
        Case(_allow("*", FIXED_OTHER), settings={"trusted_accounts": ("210987654321",)}),
        _allow("*", effect="Deny"),
    )
    BAD = (
        _allow("*"),
        _allow({"AWS": "*"}, {"StringLike": {"aws:PrincipalOrgID": "*"}}),
        Case(_allow("*"), settings={"trusted_accounts": ("210987654321",)}),
        _allow({"AWS": PARTNER}),
        _allow({"AWS": ["arn:aws:iam::123456789012:root", "210987654321"]}),
        Case(_allow({"AWS": PARTNER}), settings={"trusted_accounts": ("999999999999",)}),
        Case(_allow("*", OURS), settings={"organizations": ("o-other",)}),
        _allow("*", FIXED_OTHER),
        _allow("*", NETWORK),
    )

    class Settings(RuleSettings, frozen=True):
        """Who counts as known."""

        trusted_accounts: Annotated[
            tuple[str, ...], msgspec.Meta(description="Accounts that may use the repositories.")
        ] = ()
        organizations: Annotated[
            tuple[str, ...], msgspec.Meta(description="Ids of one's own organizations; none: any that is named.")
        ] = ()

    @staticmethod
    def check(repository: Repository, settings: Settings) -> Iterator[Fail]:
        policy = repository.policy
        public = policy.public(reading="effective") if policy else ()
        for grant in public:
            yield Fail(
                f"{grant.statement.label} lets {grant.principal} do {', '.join(grant.statement.actions.values)}",
                f"policy {grant.statement.label}",
            )
        named = {grant.statement.label for grant in public}
        for other in policy.cross_account(repository.account) if policy else ():
            bound = bool(other.organizations) and (
                not settings.organizations or set(other.organizations) <= set(settings.organizations)
            )
            if other.statement.label in named or bound or other.account in settings.trusted_accounts:
                continue
            who = other.account or other.principal.value
            yield Fail(
                f"{other.statement.label} lets {who} in, which is neither of the organization nor a trusted account",
                f"policy {other.statement.label} {who}",
                "high",
            )
