"""What is odd, or called what it is not, is compared all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.engine.drift import Comparer, Group
from scanner.engine.drift.canonicalise import Node, canonicalise
from scanner.engine.normalise import canonical
from scanner.kinds.canon import normaliser
from scanner.kinds.forms import FORMS
from scanner.model.change import Change
from scanner.model.resource import Resource, seen
from tests.kinds.drifting import ACCOUNT, BUCKET, KINDS, changes, only, statement


def test_a_sid_that_says_deny_does_not_make_a_denial_of_an_allow() -> None:
    """What more it allows is worse, whatever it is called."""
    before, after = (
        statement(Sid="Deny outsiders", Action=some, Principal={"AWS": ACCOUNT}, Resource="*")
        for some in (["s3:GetObject"], ["s3:GetObject", "s3:PutObject"])
    )
    leaf, weight = only(BUCKET, "pol", json.dumps(before), json.dumps(after))
    assert (leaf.at.path, weight.severity, weight.direction) == (
        "policy.Statement[Allow Deny outsiders].Action[s3:putobject]", "high", "worse",
    )  # fmt: skip


@pytest.mark.parametrize("sid", ["Guard", ""])
def test_a_denial_of_an_endpoint_that_denies_less_is_worse(sid: str) -> None:
    """Its statements weigh as those of every policy do."""
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"}
    before, after = (
        {
            "PolicyDocument": json.dumps(
                {
                    "Statement": [
                        allow,
                        {"Sid": sid, "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": some},
                    ]
                }
            )
        }
        for some in (["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"], ["arn:aws:s3:::a/*"])
    )
    _, weight = only("AWS::EC2::VPCEndpoint", "box", before, after)
    assert (weight.severity, weight.direction) == ("high", "worse")


HOSTILE: list[Any] = [
    None,
    5,
    "text",
    "{",
    "%7B",
    ["text"],
    [None],
    [[]],
    [{}],
    {"Statement": None},
    {"Statement": [None]},
    {"$redacted": "x"},
    [{"IpProtocol": "tcp", "UserIdGroupPairs": ["sg-1"]}],
    [{"IpProtocol": 6, "IpRanges": None, "FromPort": "x"}],
    [{"RuleNumber": [1], "PortRange": "x"}],
    [{"RuleNumber": 1, "PortRange": "22"}],
    [{"Permission": "READ", "Grantee": "x"}],
    [{"Type": "forward", "Order": "x"}, {"Type": "forward"}],
    [{"Type": "forward", "ForwardConfig": "x"}],
    [{"Priority": "1", "Conditions": ["x"]}],
    [{"CertificateArn": []}],
    [{"Listener": "x"}],
    [{"OutsideIpAddress": 1, "LogOptions": 1}],
    [{"LaunchTemplateData": {}, "VersionNumber": []}],
    [{"Attachment": None}],
    [{"AssociationState": "x"}],
    [{"TransitGatewayAttachments": ["x"]}],
    [{"Identifier": {}, "Type": []}],
    {"containerDefinitions": [{"portMappings": [1]}]},
    {"Statement": {"Effect": "Deny", "NotPrincipal": {"AWS": "*"}, "NotAction": "iam:*", "Resource": "*"}},
    "[" * 100_000,
]


@pytest.mark.parametrize("name", FORMS)
def test_what_no_form_expects_stays_as_it_is_and_is_compared(name: str) -> None:
    """No answer of AWS, however odd, may end a scan."""
    node = Node()
    node.form = FORMS[name]
    for given in HOSTILE:
        canonical(canonicalise(given, node))


@pytest.mark.parametrize(
    ("kind", "member", "was", "way", "now"),
    [
        ("AWS::RDS::DBInstance", "ActivityStreamPolicyStatus", "locked", "locking-policy", "unlocked"),
        ("AWS::RDS::DBCluster", "LocalWriteForwardingStatus", "enabled", "requested", "disabled"),
    ],
)
def test_a_switch_that_is_called_a_status_is_no_state_that_passes(
    kind: str, member: str, was: str, way: str, now: str
) -> None:
    """On its way it is where it goes to."""
    assert changes(kind, "box", {member: way, "Engine": "x"}, {member: was, "Engine": "x"}) == []
    leaf, _ = only(kind, "box", {member: was, "Engine": "x"}, {member: now, "Engine": "x"})
    assert (leaf.at.path, leaf.before, leaf.after) == (member, was, now)


def test_what_follows_another_property_does_so_in_its_own_element() -> None:
    """That one tunnel stops to log hides nothing of where the other one logs to."""
    kind = "AWS::EC2::VPNConnection"

    def connection(*logs: tuple[bool, str]) -> Resource:
        options = [
            {
                "OutsideIpAddress": f"203.0.113.{number}",
                "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": on, "LogGroupArn": group}},
            }
            for number, (on, group) in enumerate(logs)
        ]
        return Resource(kind, "vpn-1", sections={"box": seen({"Options": {"TunnelOptions": options}})})

    before, after = connection((True, "a"), (True, "a")), connection((False, "b"), (True, "b"))
    group = Group(account="", region="", kind=kind, key="vpn-1", before=(before,), after=(after,))
    found = Comparer(normaliser(KINDS.values())).compare([group])
    assert sorted(each.path.rpartition(".")[2] for each in found if isinstance(each, Change)) == [
        "LogEnabled", "LogGroupArn",
    ]  # fmt: skip
