"""What a listener does with a request, and which certificates it serves."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.elbv2 import LoadBalancer
from scanner.kinds.elbv2_reading import (
    Action,
    TargetState,
    action,
    actions,
    attributes,
    certificates,
    listener_rules,
    target_states,
)
from scanner.model.kind import Fact

FORWARD = {"Type": "forward", "TargetGroupArn": "tg-1", "Order": 2}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (
            {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}},
            Action("redirect", protocol="HTTPS", port="443", host="#{host}"),
        ),
        (
            {"Type": "redirect", "RedirectConfig": {"Port": "8080", "Host": "other.example"}},
            Action("redirect", protocol="#{protocol}", port="8080", host="other.example"),
        ),
        (FORWARD, Action("forward", target_groups=("tg-1",))),
        (
            {
                "Type": "forward",
                "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "tg-1"}, {"TargetGroupArn": "b"}]},
            },
            Action("forward", target_groups=("tg-1", "b")),
        ),
        (
            {"Type": "forward", "TargetGroupArn": "b", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": "b"}]}},
            Action("forward", target_groups=("b",)),
        ),
        ({"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "503"}}, Action("fixed-response")),
    ],
)
def test_an_action(item: dict[str, Any], expected: Action) -> None:
    assert action(item) == expected


def test_only_a_redirect_to_https_redirects_to_https() -> None:
    assert Action("redirect", protocol="HTTPS").redirects_to_https
    assert not Action("redirect", protocol="#{protocol}").redirects_to_https
    assert not Action("redirect", protocol="HTTP").redirects_to_https
    assert not Action("forward", protocol="HTTPS").redirects_to_https


def test_actions_stand_in_their_order() -> None:
    found = actions([FORWARD, {"Type": "authenticate-oidc", "Order": 1}])
    assert [item.type for item in found] == ["authenticate-oidc", "forward"]


def test_rules_keep_priority_and_actions() -> None:
    (rule,) = listener_rules([{"Priority": "default", "Actions": [FORWARD], "IsDefault": True}])
    assert (rule.priority, [item.type for item in rule.actions]) == ("default", ["forward"])


def test_a_default_certificate_that_is_named_twice_counts_once() -> None:
    found = certificates(
        [
            {"CertificateArn": "a", "IsDefault": True},
            {"CertificateArn": "b", "IsDefault": False},
            {"CertificateArn": "a", "IsDefault": False},
        ]
    )
    assert [(item.arn, item.default) for item in found] == [("a", True), ("b", False)]


def test_attributes_become_a_map() -> None:
    assert attributes([{"Key": "a", "Value": "1"}, {"Key": "b"}]) == {"a": "1", "b": ""}


@pytest.mark.parametrize(("internal", "expected"), [(True, "internal"), (False, "internet-facing")])
def test_the_scheme_of_a_plan(internal: bool, expected: str) -> None:
    declared: Fact = LoadBalancer.facts["scheme"]
    assert isinstance(declared.parse, dict)
    assert declared.parse["plan"](internal) == expected


def test_a_group_of_weight_0_is_idle() -> None:
    groups = [{"TargetGroupArn": "blue", "Weight": 1}, {"TargetGroupArn": "green", "Weight": 0}]
    found = action({"Type": "forward", "ForwardConfig": {"TargetGroups": groups}})
    assert (found.target_groups, found.idle) == (("blue", "green"), ("green",))


def test_targets_keep_state_and_reason() -> None:
    found = target_states(
        [
            {"Target": {"Id": "i-1", "Port": 80}, "TargetHealth": {"State": "healthy"}},
            {"Target": {"Id": "i-2"}, "TargetHealth": {"State": "unhealthy", "Reason": "Target.Timeout"}},
        ]
    )
    assert found == (TargetState("i-1", "healthy"), TargetState("i-2", "unhealthy", "Target.Timeout"))
