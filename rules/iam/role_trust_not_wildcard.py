"""iam_role_trust_not_wildcard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

import msgspec

from rules.iam._policies import trust
from scanner.kinds.iam import Role
from scanner.model.remedy import Runbook
from scanner.model.rule import Case, Fail, Rule
from scanner.model.rule import Settings as RuleSettings
from scanner.model.source import EcsGuide

FOREIGN = "arn:aws:iam::999999999999:root"
EMPTY = frozenset({"aws:securetransport"})
"""Conditions that hold for everyone."""


class RoleTrustNotWildcard(Rule):
    """Role trust policies admit no wildcard or unconditioned foreign account.

    A role that anyone may assume belongs to everyone, with all the ePHI that it reaches. One that another account
    may assume is as safe as that account and all its administrators; a condition, such as an external ID or the
    organization's, keeps strangers from using it through somebody else.

    The accounts that the settings name as one's own are not foreign. Services and identity providers are not judged
    here.
    """

    kind = Role
    severity = "critical"
    hipaa_proposed = ("164.312(a)(1)", "164.312(d)", "164.308(a)(4)(ii)(B)")
    sources = (EcsGuide(55),)
    remedy = Runbook(
        "See who assumes it: aws cloudtrail lookup-events --lookup-attributes AttributeKey=ResourceName,"
        "AttributeValue={arn}",
        "Name those principals by ARN. For another company's account add StringEquals sts:ExternalId with the value "
        "that they gave you; for your own organization StringEquals aws:PrincipalOrgID.",
        "aws iam update-assume-role-policy --role-name {name} --policy-document file://trust.json",
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
    )
    BAD = (
        {"trust": trust({"AWS": "*"})},
        {"trust": trust("*")},
        {"trust": trust({"AWS": "*"}, {"StringEquals": {"sts:ExternalId": "6f1d"}})},
        {"trust": trust({"AWS": FOREIGN})},
        {"trust": trust({"AWS": "arn:aws:iam::999999999999:role/vendor"})},
        {"trust": trust({"AWS": FOREIGN}, {"StringEqualsIfExists": {"sts:ExternalId": "6f1d"}})},
        {"trust": trust({"AWS": FOREIGN}, {"Bool": {"aws:SecureTransport": "true"}})},
        {"trust": trust({"Service": "ec2.amazonaws.com", "AWS": ["123456789012", FOREIGN]})},
        Case({"trust": trust({"AWS": "*"})}, settings={"own_accounts": ["999999999999"]}),
        Case({"trust": trust({"AWS": FOREIGN})}, settings={"own_accounts": ["111111111111"]}),
    )
    SKIP = ({"trust": trust("*"), "path": "/aws-service-role/ecs.amazonaws.com/"},)

    @staticmethod
    def applies(role: Role) -> bool | str:
        """Roles but those that AWS services own."""
        return "an AWS service owns this role" if role.service_linked else True

    @staticmethod
    def check(role: Role, settings: Settings) -> Iterator[Fail]:
        own = {role.account, *settings.own_accounts}
        for one in role.trust.trust():
            who = f"{one.principal.kind} {one.principal.value}"
            if one.anyone and not one.narrowed:
                yield Fail(f"anyone may assume it: {who}", part=who)
            elif one.account is not None and one.account not in own and not one.keys - EMPTY:
                yield Fail(f"the account {one.account} may assume it without a condition: {who}", part=who)
