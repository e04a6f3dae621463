"""iam_role_trust_not_wildcard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._policies import trust
from scanner.kinds.account import Account
from scanner.kinds.iam import Role
from scanner.model.inventory import World
from scanner.model.policy import PolicyDocument
from scanner.model.remedy import Effect, Runbook
from scanner.model.rule import Case, Fail, Gaps, Missing, Other, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

FOREIGN = "arn:aws:iam::999999999999:root"
EMPTY = frozenset({"aws:securetransport"})
"""Conditions that hold for everyone."""


def _case(document: PolicyDocument, **settings: object) -> Case:
    """Make an example in an account of an organization that another account manages."""
    return Case({"trust": document}, others=[Other(Account, management_account="111111111112")], settings=settings)


class RoleTrustNotWildcard(Rule):
    """Role trust policies admit no wildcard or unconditioned foreign account.

    A role that anyone may assume belongs to everyone, with all the ePHI that it reaches. One that another account
    may assume is as safe as that account and all its administrators; a condition, such as an external ID or the
    organization's, keeps strangers from using it through somebody else.

    The organization's management account rules its members anyway and is not foreign, nor are the accounts that the
    settings name as one's own. Services and identity providers are not judged here.
    """

    kind = Role
    needs = (Account,)
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.312(d)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(55),)
    remedy = Runbook(
        "See who assumes it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,"
        "AttributeValue={arn}",
        "Name those principals by ARN. For another company's account add StringEquals sts:ExternalId with the value "
        "that they gave you; for your own organization StringEquals aws:PrincipalOrgID.",
        "aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
        effect=Effect(
            risk="high",
            downtime="whoever took the role by the open statement is refused",
            terraform={"aws_iam_role": {"assume_role_policy": "POLICY"}},
        ),
    )

    class Settings(RuleSettings, frozen=True):
        """The rule's parameters."""

        own_accounts: Annotated[
            tuple[str, ...], msgspec.Meta(description="Ids of further accounts of one's own, which are not foreign.")
        ] = ()

    GOOD = (
        {"trust": trust({"Service": "ecs-tasks.amazonaws.com"})},
        {"trust": trust({"AWS": "arn:aws:iam::123456789012:root"})},
        {"trust": trust({"AWS": "123456789012"})},
        {"trust": trust({"AWS": FOREIGN}, {"StringEquals": {"sts:ExternalId": "6f1d"}})},
        {"trust": trust({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}})},
        {
            "trust": trust(
                {"Federated": "arn:aws:iam::123456789012:saml-provider/clinic"}, action="sts:AssumeRoleWithSAML"
            )
        },
        Case({"trust": trust({"AWS": FOREIGN})}, settings={"own_accounts": ["999999999999"]}),
        Case({"trust": trust({"AWS": FOREIGN})}, others=[Other(Account, management_account="999999999999")]),
    )
    BAD = (
        {"trust": trust({"AWS": "*"})},
        {"trust": trust("*")},
        {"trust": trust({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "6f1d"}})},
        _case(trust({"AWS": FOREIGN})),
        _case(trust({"AWS": "arn:aws:iam::999999999999:role/vendor"})),
        _case(trust({"AWS": FOREIGN}, {"StringEqualsIfExists": {"sts:ExternalId": "6f1d"}})),
        _case(trust({"AWS": FOREIGN}, {"Bool": {"aws:SecureTransport": "true"}})),
        _case(trust({"Service": "ec2.amazonaws.com", "AWS": ["123456789012", FOREIGN]})),
        _case(trust({"AWS": FOREIGN}), own_accounts=["111111111111"]),
        Case({"trust": trust({"AWS": [FOREIGN, "*"]})}, lacking=[Account]),
        Case({"trust": trust({"AWS": "*"})}, settings={"own_accounts": ["999999999999"]}),
    )
    UNKNOWN = (Case({"trust": trust({"AWS": FOREIGN})}, lacking=[Account]),)
    SKIP = ({"trust": trust("*"), "path": "/aws-service-role/ecs.amazonaws.com/"},)

    @staticmethod
    def applies(role: Role) -> bool | str:
        """Roles but those that AWS services own."""
        return "an AWS service owns this role" if role.service_linked else True

    @staticmethod
    def check(role: Role, world: World, settings: Settings) -> Iterator[Fail | Missing]:
        own = {role.account, *settings.own_accounts}
        gaps = Gaps()
        for one in role.trust.trust():
            who = f"{one.principal.kind} {one.principal.value}"
            with gaps:
                if one.anyone and not one.narrowed:
                    yield Fail(f"anyone may assume it: {who}", part=who)
                elif one.account is None or one.account in own or one.keys - EMPTY:
                    continue
                elif one.account != world.only(Account).management_account:
                    yield Fail(f"the account {one.account} may assume it without a condition: {who}", part=who)
        yield from gaps
