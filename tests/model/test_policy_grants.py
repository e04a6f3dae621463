"""What identity policies grant: administration, iam:PassRole, single actions, more than a list."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model.policy import Every, PolicyDocument

ROLES = "arn:aws:iam::111111111111:role"
SERVICE = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
KEYS = Every("kms", "key/*")


def document(*statements: dict[str, Any]) -> PolicyDocument:
    found = PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})
    assert found is not None
    return found


def allow(action: Any = "*", resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    found = {"Effect": "Allow", "Action": action, "Resource": resource}
    return found if condition is None else {**found, "Condition": condition}


def deny(action: Any = "*", resource: Any = "*", condition: Any = None) -> dict[str, Any]:
    return {**allow(action, resource, condition), "Effect": "Deny"}


def all_but(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "NotAction": action, "Resource": resource}


MFA = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}

# Full administration, near administration.
ADMIN: dict[str, tuple[list[dict[str, Any]], bool, bool]] = {
    "* on *": ([allow()], True, False),
    "*:* on *": ([allow("*:*")], True, False),
    "* in a list": ([allow(["s3:Get*", "*"], ["arn:aws:s3:::b", "*"])], True, False),
    "* on every ARN": ([allow("*", "arn:aws:*")], True, False),
    "* on every ARN of GovCloud": ([allow("*", "arn:aws-us-gov:*:*:*:*")], True, False),
    "* under MFA": ([allow(condition=MFA)], True, False),
    "* under a condition that cannot hold": (
        [allow(condition={"StringEquals": {"aws:RequestedRegion": []}})],
        False,
        False,
    ),
    "* on one service's resources": ([allow("*", "arn:aws:s3:::*")], False, False),
    "* on one bucket": ([allow("*", "arn:aws:s3:::b/*")], False, False),
    "* on the caller's own prefix": ([allow("*", "arn:aws:s3:::b/${aws:username}/*")], False, False),
    "a variable is no asterisk": ([allow("*", "${aws:PrincipalTag/scope}")], False, False),
    "an escaped asterisk is no asterisk": ([allow("*", "${*}")], False, False),
    "one service": ([allow("s3:*")], False, False),
    "NotAction nothing": ([all_but([])], True, False),
    "NotAction everything": ([all_but("*")], False, False),
    "NotAction iam": ([all_but("iam:*")], False, True),
    "NotAction some action": ([all_but("aws-portal:ViewBilling")], False, True),
    "NotAction iam, and iam": ([all_but("iam:*"), allow("iam:*")], True, False),
    "NotAction iam, and iam on one user": ([all_but("iam:*"), allow("iam:*", "arn:aws:iam::1:user/u")], False, True),
    "NotAction twice, each what the other leaves out": ([all_but("iam:*"), all_but("s3:*")], True, False),
    "NotAction on one bucket": ([all_but("s3:Delete*", "arn:aws:s3:::b")], False, False),
    "NotResource": ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::b"}], False, True),
    "denied again": ([allow(), deny()], False, False),
    "denied before": ([deny(), allow()], False, False),
    "denied by *:*": ([allow(), deny("*:*")], False, False),
    "denied without MFA": (
        [allow(), deny(condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})],
        True,
        False,
    ),
    "denied on one bucket": ([allow(), deny(resource="arn:aws:s3:::b")], True, False),
    "denied iam only": ([allow(), deny("iam:*")], True, False),
    "a Deny alone": ([deny()], False, False),
}


@pytest.mark.parametrize(("statements", "full", "near"), ADMIN.values(), ids=ADMIN)
def test_administration(statements: list[dict[str, Any]], full: bool, near: bool) -> None:
    assert bool(document(*statements).grants_admin()) is full
    assert bool(document(*statements).grants_near_admin()) is near


def test_near_administration_says_what_is_left_out() -> None:
    (grant,) = document(all_but(["iam:*", "organizations:*"])).grants_near_admin()
    assert grant.without == ("iam:*", "organizations:*")


# Granted at all, roles named, noted patterns, services.
PASS_ROLE: dict[str, tuple[dict[str, Any], bool, tuple[str, ...], tuple[str, ...]]] = {
    "one role to one service": (allow("iam:PassRole", f"{ROLES}/app", SERVICE), True, (), ("ecs-tasks.amazonaws.com",)),
    "one role to any service": (allow("iam:PassRole", f"{ROLES}/app"), True, (), ()),
    "one role in a path": (allow("iam:PassRole", f"{ROLES}/team/app"), True, (), ()),
    "one role of whatever account": (allow("iam:PassRole", "arn:aws:iam::*:role/app"), True, (), ()),
    "action in other case": (allow("IAM:passrole", f"{ROLES}/app"), True, (), ()),
    "prefix": (allow("iam:PassRole", f"{ROLES}/app-*"), True, (f"{ROLES}/app-*",), ()),
    "path prefix": (allow("iam:PassRole", f"{ROLES}/team/*"), True, (f"{ROLES}/team/*",), ()),
    "variable": (allow("iam:PassRole", f"{ROLES}/${{aws:username}}"), True, (f"{ROLES}/${{aws:username}}",), ()),
    "suffix": (allow("iam:PassRole", f"{ROLES}/*-app"), False, (), ()),
    "any one character first": (allow("iam:PassRole", f"{ROLES}/?*"), False, (), ()),
    "all roles of the account": (allow("iam:PassRole", f"{ROLES}/*", SERVICE), False, (), ("ecs-tasks.amazonaws.com",)),
    "all roles anywhere": (allow("iam:PassRole", "arn:aws:iam::*:role/*"), False, (), ()),
    "all of IAM": (allow("iam:PassRole", "arn:aws:iam::111111111111:*"), False, (), ()),
    "all roles of the caller's account": (
        allow("iam:PassRole", "arn:aws:iam::${aws:PrincipalAccount}:role/*"),
        False,
        (),
        (),
    ),
    "role without a slash": (allow("iam:PassRole", f"{ROLES}*"), False, (), ()),
    "everything": (allow("iam:PassRole"), False, (), ()),
    "by iam:Pass*": (allow("iam:Pass*"), False, (), ()),
    "by iam:*": (allow("iam:*"), False, (), ()),
    "by *": (allow(), False, (), ()),
    "by i?m:*Role": (allow("i?m:*Role"), False, (), ()),
    "by NotAction": (all_but("s3:*"), False, (), ()),
    "a named and users": (
        allow("iam:*", [f"{ROLES}/app", "arn:aws:iam::111111111111:user/*"]),
        True,
        (),
        (),
    ),
    "a named and all": (allow("iam:PassRole", [f"{ROLES}/app", "*"]), False, (), ()),
    "NotResource": ({"Effect": "Allow", "Action": "iam:PassRole", "NotResource": f"{ROLES}/admin"}, False, (), ()),
    "service by wildcard": (
        allow("iam:PassRole", f"{ROLES}/app", {"StringLike": {"iam:PassedToService": "*.amazonaws.com"}}),
        True,
        (),
        (),
    ),
    "two services by StringLike": (
        allow(
            "iam:PassRole",
            f"{ROLES}/app",
            {"StringLike": {"iam:passedtoservice": ["ec2.amazonaws.com", "a.amazonaws.com"]}},
        ),
        True,
        (),
        ("a.amazonaws.com", "ec2.amazonaws.com"),
    ),
    "service IfExists": (
        allow("iam:PassRole", f"{ROLES}/app", {"StringEqualsIfExists": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        True,
        (),
        (),
    ),
    "any service but one": (
        allow("iam:PassRole", f"{ROLES}/app", {"StringNotEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        True,
        (),
        (),
    ),
}


@pytest.mark.parametrize(("statement", "named", "patterns", "services"), PASS_ROLE.values(), ids=PASS_ROLE)
def test_pass_role(
    statement: dict[str, Any], named: bool, patterns: tuple[str, ...], services: tuple[str, ...]
) -> None:
    (grant,) = document(statement).pass_role_grants()
    assert (grant.named, grant.patterns, grant.services, grant.bound) == (named, patterns, services, bool(services))


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([allow("iam:Get*")], id="another action"),
        pytest.param([allow("iam:PassRole", "arn:aws:iam::111111111111:user/*")], id="users only"),
        pytest.param([all_but(["s3:*", "iam:Pass*"])], id="NotAction with it"),
        pytest.param([allow("iam:*"), deny("iam:PassRole")], id="denied"),
        pytest.param([deny("iam:PassRole")], id="only denied"),
    ],
)
def test_no_pass_role(statements: list[dict[str, Any]]) -> None:
    assert document(*statements).pass_role_grants() == ()


def test_pass_role_to_named_resources() -> None:
    condition = {"ArnLike": {"iam:AssociatedResourceARN": "arn:aws:ec2:us-east-1:111111111111:instance/*"}}
    (grant,) = document(allow("iam:PassRole", f"{ROLES}/app", condition)).pass_role_grants()
    assert grant.associated
    assert grant.bound
    (open_grant,) = document(
        allow("iam:PassRole", f"{ROLES}/app", {"ArnLike": {"iam:AssociatedResourceARN": "*"}})
    ).pass_role_grants()
    assert not open_grant.bound


# Action and resource asked for: granted wholly by one statement, granted in part.
ALLOWS: dict[str, tuple[dict[str, Any], str, Any, bool, bool]] = {
    "same action": (allow("kms:Decrypt"), "kms:Decrypt", "*", True, True),
    "other case": (allow("KMS:DECRYPT"), "kms:decrypt", "*", True, True),
    "by wildcard": (allow("kms:De*"), "kms:Decrypt", "*", True, True),
    "pattern asked, part granted": (allow("ecs:DeleteCluster"), "ecs:Delete*", "*", False, True),
    "another service by a prefix of the name": (allow("ec2:*"), "ec2messages:GetMessages", "*", False, False),
    "all of the service": (allow("s3:GetObject", "arn:aws:s3:::*"), "s3:GetObject", "*", True, True),
    "all keys of an account": (
        allow("kms:Decrypt", "arn:aws:kms:*:111111111111:key/*"),
        "kms:Decrypt",
        KEYS,
        True,
        True,
    ),
    "all keys by *": (allow("kms:Decrypt"), "kms:Decrypt", KEYS, True, True),
    "all keys by a short pattern": (allow("kms:Decrypt", "arn:aws:kms:us-east-1*"), "kms:Decrypt", KEYS, True, True),
    "one key": (allow("kms:Decrypt", "arn:aws:kms:us-east-1:111111111111:key/a"), "kms:Decrypt", KEYS, False, True),
    "aliases are no keys": (allow("kms:Decrypt", "arn:aws:kms:*:*:alias/*"), "kms:Decrypt", KEYS, False, False),
    "NotResource of another service": (
        {"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:aws:s3:::b"},
        "kms:Decrypt",
        KEYS,
        True,
        True,
    ),
    "NotResource of all keys": (
        {"Effect": "Allow", "Action": "kms:*", "NotResource": "arn:*:kms:*:*:key/*"},
        "kms:Decrypt",
        KEYS,
        False,
        False,
    ),
    "log groups, whose names hold colons": (
        allow("logs:Get*", "arn:aws:logs:*:log-group:/app:*"),
        "logs:GetLogEvents",
        Every("logs", "log-group:*"),
        False,
        True,
    ),
    "NotAction without it": (all_but("s3:*"), "kms:Decrypt", "*", True, True),
    "NotAction with it": (all_but("kms:Dec*"), "kms:Decrypt", "*", False, False),
    "NotAction with a part of it": (all_but("kms:Decrypt"), "kms:*", "*", False, True),
    "one object": (allow("s3:GetObject", "arn:aws:s3:::b/*"), "s3:GetObject", "arn:aws:s3:::b/x", True, True),
    "a variable is not proof": (
        allow("s3:GetObject", "arn:aws:s3:::b/${aws:username}"),
        "s3:GetObject",
        "arn:aws:s3:::b/x",
        False,
        True,
    ),
    "resources mind case": (
        allow("s3:GetObject", "arn:aws:s3:::B/*"),
        "s3:GetObject",
        "arn:aws:s3:::b/x",
        False,
        False,
    ),
}


@pytest.mark.parametrize(("statement", "action", "resource", "wholly", "partly"), ALLOWS.values(), ids=ALLOWS)
def test_allows(statement: dict[str, Any], action: str, resource: Any, wholly: bool, partly: bool) -> None:
    found = document(statement)
    assert bool(found.allows(action, resource)) is wholly
    assert bool(found.allows_some(action, resource)) is partly


def test_a_deny_takes_only_what_it_covers() -> None:
    found = document(allow("kms:*"), deny("kms:Decrypt"))
    assert found.allows("kms:Decrypt") == ()
    assert found.allows("kms:Encrypt") == (found.statements[0],)
    assert found.allows_some("kms:*") == (found.statements[0],)


OUTSIDE: dict[str, tuple[list[dict[str, Any]], list[str], list[str]]] = {
    "covered by a wildcard": ([allow("ecr:Get*")], ["ecr:*"], []),
    "covered in other case": ([allow("ECR:getauthorizationtoken")], ["ecr:GetAuthorizationToken"], []),
    "wider than allowed": ([allow("s3:*")], ["s3:GetObject"], ["s3:*"]),
    "meets but is not contained": ([allow("ecs:*Task*")], ["ecs:S*Task*"], ["ecs:*Task*"]),
    "one of two": ([allow(["ecs:Poll", "s3:GetObject"])], ["ecs:*"], ["s3:GetObject"]),
    "everything": ([allow()], ["ecs:*"], ["*"]),
    "NotAction": ([all_but(["iam:*"])], ["ecs:*"], ["* without iam:*"]),
    "NotAction of everything": ([all_but("*")], ["ecs:*"], []),
    "denied": ([allow("s3:*"), deny("s3:*")], ["ecs:*"], []),
    "denied in part": ([allow("s3:*"), deny("s3:Put*")], ["ecs:*"], ["s3:*"]),
    "denied elsewhere": ([allow("s3:*"), deny("s3:*", "arn:aws:s3:::b")], ["ecs:*"], ["s3:*"]),
    "everything allowed": ([allow(), all_but("iam:*")], ["*"], []),
    "nothing allowed": ([allow("ecs:Poll")], [], ["ecs:Poll"]),
}


@pytest.mark.parametrize(("statements", "allowed", "outside"), OUTSIDE.values(), ids=OUTSIDE)
def test_grants_outside(statements: list[dict[str, Any]], allowed: list[str], outside: list[str]) -> None:
    assert [grant.action for grant in document(*statements).grants_outside(allowed)] == outside
