"""Who a resource policy lets in: public grants, other accounts, trust."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.model.policy import PolicyDocument

BUCKET = "arn:aws:s3:::b"
OBJECTS = "arn:aws:s3:::b/*"
OWN = "111111111111"
OTHER = "222222222222"
ROLE = f"arn:aws:iam::{OWN}:role/app"


def document(*statements: dict[str, Any]) -> PolicyDocument:
    found = PolicyDocument.parse({"Version": "2012-10-17", "Statement": list(statements)})
    assert found is not None
    return found


def allow(
    principal: Any = "*", condition: Any = None, action: Any = "s3:GetObject", resource: Any = OBJECTS
) -> dict[str, Any]:
    found = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return found if condition is None else {**found, "Condition": condition}


def deny(principal: Any = "*", condition: Any = None, action: Any = "s3:*", resource: Any = OBJECTS) -> dict[str, Any]:
    return {**allow(principal, condition, action, resource), "Effect": "Deny"}


def without(statement: dict[str, Any], *names: str, **more: Any) -> dict[str, Any]:
    return {**{name: value for name, value in statement.items() if name not in names}, **more}


PRINCIPALS = {
    "bare asterisk": ("*", True),
    "AWS asterisk": ({"AWS": "*"}, True),
    "AWS asterisk in a list": ({"AWS": [ROLE, "*"]}, True),
    "AWS asterisk beside a service": ({"Service": "ecs.amazonaws.com", "AWS": "*"}, True),
    "any service": ({"Service": "*"}, True),
    "any identity provider": ({"Federated": "*"}, True),
    "wildcard inside a principal's ARN": ({"AWS": "arn:aws:iam::*:root"}, True),
    "lower-case principal type": ({"aws": "*"}, True),
    "one role": ({"AWS": ROLE}, False),
    "own root": ({"AWS": OWN}, False),
    "foreign account": ({"AWS": OTHER}, False),
    "one service": ({"Service": "cloudtrail.amazonaws.com"}, False),
    "canonical user": ({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}, False),
    "nobody": ({"AWS": []}, False),
}


@pytest.mark.parametrize(("principal", "is_public"), PRINCIPALS.values(), ids=PRINCIPALS)
def test_public_by_principal(principal: Any, is_public: bool) -> None:
    assert bool(document(allow(principal)).public()) is is_public


# Each condition beside Principal "*": is the grant public by AWS's published meaning, and is it public in effect?
CONDITIONS: dict[str, tuple[Any, bool, bool]] = {
    "prowler#4257 fixed VPC": ({"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}, False, False),
    "prowler#4257 key in lower case": ({"StringEquals": {"aws:sourcevpc": "vpc-91237329"}}, False, False),
    "operator in lower case": ({"stringequals": {"aws:SourceVpc": "vpc-91237329"}}, False, False),
    "prowler#5386 StringLike without wildcard": ({"StringLike": {"aws:SourceVpc": "vpc-91237329"}}, False, False),
    "AWS's own example of public, vpc-*": ({"StringLike": {"aws:SourceVpc": "vpc-*"}}, True, True),
    "one of two values is a wildcard": ({"StringLike": {"aws:SourceVpc": ["vpc-1", "*"]}}, True, True),
    "fixed VPC endpoint": ({"StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}}, False, False),
    "organization": ({"StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}, False, False),
    "organization IfExists (absent outside of any)": (
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc1234567"}},
        True,
        True,
    ),
    "organization IfExists, and the key must be there": (
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc1234567"}, "Null": {"aws:PrincipalOrgID": "false"}},
        False,
        False,
    ),
    "Null the wrong way round": (
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abc1234567"}, "Null": {"aws:PrincipalOrgID": "true"}},
        True,
        True,
    ),
    "ForAllValues is true of nothing": (
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}},
        True,
        True,
    ),
    "ForAllValues, and the key must be there": (
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}, "Null": {"aws:PrincipalOrgID": False}},
        False,
        False,
    ),
    "ForAnyValue needs a value": ({"ForAnyValue:StringEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}, False, False),
    "policyuniverse#106 path below one organization": (
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-abc1234567/*/ou-machinelearn/*"]}},
        True,
        False,
    ),
    "path below any organization": ({"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": ["o-*/r-1/*"]}}, True, True),
    "StringNotEquals only excludes": ({"StringNotEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}, True, True),
    "ArnNotLike only excludes": ({"ArnNotLike": {"aws:PrincipalArn": ROLE}}, True, True),
    "fixed role": ({"ArnEquals": {"aws:PrincipalArn": ROLE}}, False, False),
    "roles of one account": ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}}, True, False),
    "roles of any account": ({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app"}}, True, True),
    "account behind a star that runs over colons": (
        {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam:*:{OWN}:role/app"}},
        True,
        True,
    ),
    "the same star kept within its part by ArnLike": (
        {"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam:*:{OWN}:role/app"}},
        True,
        False,
    ),
    "star in StringEquals is a plain character": (
        {"StringEquals": {"aws:PrincipalArn": f"arn:aws:iam::{OWN}:role/*"}},
        True,
        False,
    ),
    "source bucket": ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::incoming"}}, False, False),
    "source buckets by prefix": ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::incoming-*"}}, True, True),
    "any source ARN": ({"ArnLike": {"aws:SourceArn": "*"}}, True, True),
    "source account as a number": ({"StringEquals": {"aws:SourceAccount": 111111111111}}, False, False),
    "source owner": ({"StringEquals": {"AWS:SourceOwner": OWN}}, False, False),
    "prowler#2782 topic owner, any case": ({"StringEquals": {"aws:sourceowner": OWN}}, False, False),
    "access points of one account": (
        {"StringLike": {"s3:DataAccessPointArn": f"arn:aws:s3:us-west-2:{OWN}:accesspoint/*"}},
        False,
        False,
    ),
    "access points of any account": (
        {"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:*:accesspoint/x"}},
        True,
        True,
    ),
    "access point account": ({"StringEquals": {"s3:DataAccessPointAccount": OWN}}, False, False),
    "KMS caller account (AWS managed keys)": (
        {"StringEquals": {"kms:CallerAccount": OWN, "kms:ViaService": "ebs.us-east-1.amazonaws.com"}},
        False,
        False,
    ),
    "KMS via service alone": ({"StringEquals": {"kms:ViaService": "ebs.us-east-1.amazonaws.com"}}, True, True),
    "panther#1590 fixed user id": ({"StringLike": {"aws:userId": "AROAQXXXXXXYYYYYYZZZZ:foo"}}, False, False),
    "any session of a role id": ({"StringLike": {"aws:userid": "AROAQXXXXXXYYYYYYZZZZ:*"}}, True, True),
    "user name is not an identity": ({"StringEquals": {"aws:username": "anna"}}, True, True),
    "principal tag is the caller's own": ({"StringEquals": {"aws:PrincipalTag/team": "phi"}}, True, True),
    "referer is the caller's own": ({"StringEquals": {"aws:Referer": "https://example.org/"}}, True, True),
    "TLS is no restriction of who": ({"Bool": {"aws:SecureTransport": "true"}}, True, True),
    "prowler#8565 one address": ({"IpAddress": {"aws:SourceIp": "203.0.113.7"}}, False, False),
    "prowler#635 office network": ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}, False, False),
    "whole internet": ({"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}, True, True),
    "half of the internet": ({"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}, True, True),
    "wider than /8": ({"IpAddress": {"aws:SourceIp": "12.0.0.0/7"}}, True, True),
    "exactly /8": ({"IpAddress": {"aws:SourceIp": "12.0.0.0/8"}}, False, False),
    "all of IPv6": ({"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "::/0"]}}, True, True),
    "IPv6 wider than /32": ({"IpAddress": {"aws:SourceIp": "2001:db8::/31"}}, True, True),
    "private range": ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False, False),
    "every /8 there is": ({"IpAddress": {"aws:SourceIp": [f"{n}.0.0.0/8" for n in range(256)]}}, True, True),
    "no address at all": ({"IpAddress": {"aws:SourceIp": "office"}}, True, True),
    "all but one network": ({"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}, True, True),
    "address IfExists": ({"IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}}, True, True),
    "policy variable": ({"StringEquals": {"aws:PrincipalAccount": "${aws:SourceAccount}"}}, True, True),
    "the resource's own account": ({"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}, True, False),
    "mount target of a file system": ({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "true"}}, False, False),
    "mount target false": ({"Bool": {"elasticfilesystem:AccessedViaMountTarget": "false"}}, True, True),
    "a public test beside a fixed one": (
        {"StringLike": {"aws:PrincipalArn": "*"}, "StringEquals": {"aws:SourceVpce": "vpce-1"}},
        False,
        False,
    ),
    "no value can match": ({"StringEquals": {"aws:PrincipalTag/x": []}}, False, False),
    "absent and compared at once": ({"Null": {"aws:Referer": True}, "StringLike": {"aws:Referer": "*"}}, False, False),
    "empty condition": ({}, True, True),
}


@pytest.mark.parametrize(("condition", "documented", "effective"), CONDITIONS.values(), ids=CONDITIONS)
def test_public_by_condition(condition: Any, documented: bool, effective: bool) -> None:
    found = document(allow(condition=condition))
    assert bool(found.public()) is documented
    assert bool(found.public(reading="effective")) is effective


GUARD = {"StringNotEquals": {"aws:PrincipalOrgID": "o-abc1234567"}}

# Statements together: public as documented, public in effect.
TOGETHER: dict[str, tuple[list[dict[str, Any]], bool, bool]] = {
    "denied to everyone": ([allow(), deny()], False, False),
    "denied first": ([deny(), allow()], False, False),
    "denied to everyone by {AWS: *}": ([allow(), deny({"AWS": "*"})], False, False),
    "denied on all resources": ([allow(), deny(resource="*")], False, False),
    "denied by NotAction of something else": (
        [allow(), without(deny(), "Action", NotAction="s3:ListBucket")],
        False,
        False,
    ),
    "two Denies each take a part": (
        [allow(resource=[BUCKET, OBJECTS]), deny(resource=BUCKET), deny(resource=OBJECTS)],
        False,
        False,
    ),
    "denied to one user": ([allow(), deny({"AWS": ROLE})], True, True),
    "denied to all but one": ([allow(), without(deny(), "Principal", NotPrincipal={"AWS": ROLE})], True, True),
    "denied on a prefix": ([allow(), deny(resource=f"{BUCKET}/private/*")], True, True),
    "denied on a variable": ([allow(), deny(resource=f"{BUCKET}/${{aws:username}}*")], True, True),
    "denied another action": ([allow(), deny(action="s3:PutObject")], True, True),
    "denied this action by NotAction": ([allow(), without(deny(), "Action", NotAction="s3:Get*")], True, True),
    "denied without TLS only": ([allow(), deny(condition={"Bool": {"aws:SecureTransport": "false"}})], True, True),
    "denied to all outside of the organization": ([allow(), deny(condition=GUARD)], True, False),
    "denied outside by ForAnyValue, which spares the keyless": (
        [allow(), deny(condition={"ForAnyValue:StringNotEquals": {"aws:PrincipalOrgID": "o-abc1234567"}})],
        True,
        True,
    ),
    "denied outside of the VPC unless for a service": (
        [
            allow(),
            deny(
                condition={
                    "StringNotEquals": {"aws:SourceVpc": "vpc-1"},
                    "Bool": {"aws:PrincipalIsAWSService": "false"},
                }
            ),
        ],
        True,
        True,
    ),
    "denied outside of a network or the VPC": (
        [
            allow(),
            deny(
                condition={
                    "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"},
                    "StringNotEqualsIfExists": {"aws:SourceVpc": "vpc-1"},
                }
            ),
        ],
        True,
        False,
    ),
    "NotPrincipal Allow": ([without(allow(), "Principal", NotPrincipal={"AWS": ROLE})], True, True),
    "NotPrincipal Allow, narrowed": (
        [
            without(
                allow(condition={"StringEquals": {"aws:SourceVpc": "vpc-1"}}), "Principal", NotPrincipal={"AWS": ROLE}
            )
        ],
        False,
        False,
    ),
    "NotPrincipal everyone": ([without(allow(), "Principal", NotPrincipal="*")], False, False),
    "NotAction Allow": ([without(allow(), "Action", NotAction="s3:Delete*")], True, True),
    "NotAction Allow, the rest denied": (
        [without(allow(), "Action", NotAction="s3:Delete*"), without(deny(), "Action", NotAction="s3:DeleteObject")],
        False,
        False,
    ),
    "an identity policy names no principal": ([without(allow(), "Principal")], False, False),
    "a Deny alone": ([deny()], False, False),
}


@pytest.mark.parametrize(("statements", "documented", "effective"), TOGETHER.values(), ids=TOGETHER)
def test_public_by_statements_together(statements: list[dict[str, Any]], documented: bool, effective: bool) -> None:
    found = document(*statements)
    assert bool(found.public()) is documented
    assert bool(found.public(reading="effective")) is effective


def test_a_public_grant_says_what_it_is() -> None:
    found = document(
        {"Sid": "Open", **allow(condition={"StringLike": {"aws:SourceVpc": "vpc-*"}})}, deny(condition=GUARD)
    )
    (grant,) = found.public()
    assert grant.statement.label == 'statement "Open"'
    assert grant.principal == "*"
    assert grant.reasons == ("StringLike aws:sourcevpc = vpc-* does not narrow to fixed values",)
    assert grant.guards == (found.statements[1],)


@pytest.mark.parametrize(
    ("statements", "actions", "is_public"),
    [
        pytest.param([allow(action="s3:Get*")], ["s3:Put*", "s3:Delete*"], False, id="prowler#3346 read is not write"),
        pytest.param([allow(action="s3:Get*")], ["s3:GetObject"], True, id="read is read"),
        pytest.param([allow(action="s3:*")], ["s3:PutObject"], True, id="all is write"),
        pytest.param([allow(action="S3:PUTOBJECT")], ["s3:PutObject"], True, id="actions ignore case"),
        pytest.param([allow(action="s3:*"), deny(action="s3:Put*")], ["s3:PutObject"], False, id="write denied"),
        pytest.param([allow(action="s3:*"), deny(action="s3:Put*")], ["s3:GetObject"], True, id="only write denied"),
        pytest.param([without(allow(), "Action", NotAction="s3:Put*")], ["s3:PutObject"], False, id="left out"),
    ],
)
def test_public_for_some_actions(statements: list[dict[str, Any]], actions: list[str], is_public: bool) -> None:
    assert bool(document(*statements).public(actions=actions)) is is_public
