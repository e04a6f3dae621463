"""Whom a policy lets in from other accounts, and whom a role trusts."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model.policy import PolicyDocument

OWN = "111111111111"
OTHER = "222222222222"
THIRD = "333333333333"


def document(*statements: dict[str, Any]) -> PolicyDocument:
    found = PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})
    assert found is not None
    return found


def allow(principal: Any, condition: Any = None, **more: Any) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": "ecr:*", **more}
    return found if condition is None else {**found, "Condition": condition}


def deny(principal: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": principal, "Action": "*", **more}


ACCOUNTS: dict[str, tuple[list[dict[str, Any]], list[str | None]]] = {
    "own account by id": ([allow({"AWS": OWN})], []),
    "own account by root": ([allow({"AWS": f"arn:aws:iam::{OWN}:root"})], []),
    "own role": ([allow({"AWS": f"arn:aws:iam::{OWN}:role/x"})], []),
    "foreign id": ([allow({"AWS": OTHER})], [OTHER]),
    "foreign root in another partition": ([allow({"AWS": f"arn:aws-us-gov:iam::{OTHER}:root"})], [OTHER]),
    "foreign session": ([allow({"AWS": f"arn:aws:sts::{OTHER}:assumed-role/r/s"})], [OTHER]),
    "own and foreign": ([allow({"AWS": [OWN, OTHER, f"arn:aws:iam::{THIRD}:user/u"]})], [OTHER, THIRD]),
    "a service is no account": ([allow({"Service": "ecs.amazonaws.com"})], []),
    "a canonical user is of some account": ([allow({"CanonicalUser": "ab" * 32})], [None]),
    "a deleted role is nobody": ([allow({"AWS": "AROAEXAMPLEEXAMPLEEX1"})], []),
    "anyone": ([allow("*")], [None]),
    "anyone of a foreign account": ([allow("*", {"StringEquals": {"aws:PrincipalAccount": [OWN, OTHER]}})], [OTHER]),
    "anyone of a foreign account's roles": (
        [allow("*", {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}})],
        [OTHER],
    ),
    "anyone of the own account": ([allow("*", {"StringEquals": {"kms:CallerAccount": OWN}})], []),
    "anyone of the resource's account": (
        [allow("*", {"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}})],
        [],
    ),
    "foreign, but only the own account's may": (
        [allow({"AWS": [OWN, OTHER]}, {"StringEquals": {"aws:PrincipalAccount": OWN}})],
        [],
    ),
    "foreign, unless the key is absent": (
        [allow({"AWS": OTHER}, {"StringEqualsIfExists": {"aws:PrincipalAccount": OWN}})],
        [OTHER],
    ),
    "foreign role denied by its account": (
        [allow({"AWS": f"arn:aws:iam::{OTHER}:role/x"}), deny({"AWS": f"arn:aws:iam::{OTHER}:root"})],
        [],
    ),
    "foreign account, one role of it denied": (
        [allow({"AWS": OTHER}), deny({"AWS": f"arn:aws:iam::{OTHER}:role/x"})],
        [OTHER],
    ),
    "foreign, all but another denied": (
        [allow({"AWS": OTHER}), {"Effect": "Deny", "NotPrincipal": {"AWS": OTHER}, "Action": "*"}],
        [OTHER],
    ),
    "all but one": ([{"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}, "Action": "ecr:*"}], [None]),
}


@pytest.mark.parametrize(("statements", "accounts"), ACCOUNTS.values(), ids=ACCOUNTS)
def test_cross_account(statements: list[dict[str, Any]], accounts: list[str | None]) -> None:
    assert [grant.account for grant in document(*statements).cross_account(OWN)] == accounts


def test_cross_account_knows_the_organization_and_the_actions() -> None:
    condition = {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abc1234567/r-1/*"}}
    found = document(allow("*", condition), allow({"AWS": OTHER}))
    first, second = found.cross_account(OWN)
    assert (first.account, first.organizations, first.narrowed) == (None, ("o-abc1234567",), True)
    assert (second.account, second.organizations, second.narrowed) == (OTHER, (), False)
    assert found.cross_account(OWN, actions=["s3:PutBucketPolicy"]) == ()


def trusted(principal: Any, condition: Any = None, action: Any = "sts:AssumeRole") -> Any:
    return document(allow(principal, condition, Action=action)).trust()


def test_trust_of_one_service() -> None:
    (entry,) = trusted({"Service": "ecs-tasks.amazonaws.com"})
    assert (entry.principal.kind, entry.principal.value) == ("Service", "ecs-tasks.amazonaws.com")
    assert (entry.anyone, entry.account, entry.source_bound, entry.external_id) == (False, None, False, False)


TRUST_CONDITIONS = {
    "source account": ({"StringEquals": {"aws:SourceAccount": OWN}}, True),
    "source ARN of the account": ({"ArnLike": {"aws:SourceArn": f"arn:aws:ecs:us-east-1:{OWN}:*"}}, True),
    "source ARN of any account": ({"ArnLike": {"aws:SourceArn": "arn:aws:ecs:*:*:*"}}, False),
    "source account IfExists": ({"StringEqualsIfExists": {"aws:SourceAccount": OWN}}, False),
    "any other source account": ({"StringNotEquals": {"aws:SourceAccount": OTHER}}, False),
    "any source account": ({"StringLike": {"aws:SourceAccount": "*"}}, False),
    "source organization": ({"StringEquals": {"aws:SourceOrgID": "o-abc1234567"}}, True),
}


@pytest.mark.parametrize(("condition", "bound"), TRUST_CONDITIONS.values(), ids=TRUST_CONDITIONS)
def test_trust_bound_to_a_source(condition: Any, bound: bool) -> None:
    (entry,) = trusted({"Service": "ecs-tasks.amazonaws.com"}, condition)
    assert entry.source_bound is bound


def test_trust_of_accounts_and_anyone() -> None:
    root, service = trusted({"AWS": OTHER, "Service": "ec2.amazonaws.com"}, {"StringEquals": {"sts:ExternalId": "x"}})
    assert (root.account, root.external_id, root.narrowed, service.principal.kind) == (OTHER, True, False, "Service")
    (anyone,) = trusted("*")
    assert anyone.anyone
    (inside,) = trusted({"AWS": "*"}, {"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}})
    assert inside.anyone
    assert inside.narrowed


def test_trust_of_a_web_identity_names_its_keys() -> None:
    provider = f"arn:aws:iam::{OWN}:oidc-provider/token.actions.githubusercontent.com"
    condition = {
        "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"},
        "StringLike": {"token.actions.githubusercontent.com:sub": "*"},
        "StringEqualsIfExists": {"token.actions.githubusercontent.com:repository": "o/r"},
        "StringNotEquals": {"token.actions.githubusercontent.com:actor": "x"},
    }
    (entry,) = trusted({"Federated": provider}, condition, "sts:AssumeRoleWithWebIdentity")
    assert entry.keys == {"token.actions.githubusercontent.com:aud"}


@pytest.mark.parametrize(
    ("action", "admits"),
    [("sts:AssumeRole", True), ("sts:assumerole", True), ("sts:*", True), ("*", True), ("sts:TagSession", False)],
)
def test_trust_by_action(action: str, admits: bool) -> None:
    assert bool(trusted({"AWS": OTHER}, action=action)) is admits


def test_trust_denied_to_everyone_is_none() -> None:
    assert document(allow("*", Action="sts:AssumeRole"), deny("*")).trust() == ()
    assert document(allow({"AWS": OTHER}, Action="sts:AssumeRole"), deny({"AWS": OTHER})).trust() == ()
