"""What Terraform reports as changed outside of it: noise is explained, and nothing that anyone did by hand is noise."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from scanner import terraform
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.engine.reported import EMPTY, SAME, SPELLING, Reported, reported
from scanner.kinds.losses import echoes
from scanner.model.given import Given, PlannedChange, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

INPUTS = Path(__file__).parents[3] / "shared" / "inputs" / "iac"
DRIFTED = {
    "terraform-compliance__cli__issue_522_resource_drift15_plan.json": (6, 9),
    "fugue__regula__cloudtrail_s3_noop_drift4_plan.json": (0, 4),
    "Andr1yK__aws_devops_task_3_configure_network__tfplan.json": (0, 1),
    "infracost__infracost__plan_with_target.json": (0, 1),
}
"""Real plans that Terraform reports drift in: how much is a change, how much is none."""

GROUP = "aws_security_group"
RULE = "aws_security_group_rule"
SINGLE = "aws_vpc_security_group_ingress_rule"


def change(address: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> PlannedChange:
    actions = ("delete",) if after is None else ("update",)
    return PlannedChange(address=address, type=address.partition(".")[0], before=before, after=after, actions=actions)


def tell(entry: PlannedChange, *beside: PlannedChange) -> Reported:
    (told,) = reported(Given(name="p", sort="plan", after=Setting(), changes=beside, drift=[entry]), echoes())
    return told


def inline(*cidrs: str, port: int = 22, upper: int = 0, protocol: str = "tcp", **more: Any) -> dict[str, Any]:
    """Give a rule as a group's state holds it."""
    made = {"from_port": port, "to_port": upper or port, "protocol": protocol, "cidr_blocks": list(cidrs)}
    return {**made, "self": False, "security_groups": [], "ipv6_cidr_blocks": [], "description": "", **more}


def rule(name: str, cidr: str, *, port: int = 22, side: str = "ingress", protocol: str = "tcp") -> PlannedChange:
    said = {"type": side, "from_port": port, "to_port": port, "protocol": protocol, "cidr_blocks": [cidr]}
    return change(f"{RULE}.{name}", None, {**said, "security_group_id": "sg-1", "self": False})


def single(name: str, cidr: str, port: int | None = 22, protocol: str = "tcp") -> PlannedChange:
    said = {"from_port": port, "to_port": port, "ip_protocol": protocol, "cidr_ipv4": cidr}
    return change(f"{SINGLE}.{name}", None, {**said, "security_group_id": "sg-1"})


def group(*rules: Mapping[str, Any], before: Any = (), side: str = "ingress") -> PlannedChange:
    return change(f"{GROUP}.web", {"id": "sg-1", side: list(before)}, {"id": "sg-1", side: list(rules)})


@pytest.mark.skipif(not INPUTS.is_dir(), reason="the recorded plans are not here")
def test_of_the_drift_in_real_plans_six_entries_are_changes_and_fifteen_are_none() -> None:
    counts = {}
    for name in DRIFTED:
        given = terraform.read(INPUTS / name, name, kinds=kinds(), redactor=Redactor(b"k" * 32))
        told = reported(given, echoes())
        real = [each for each in told if not each.reason]
        assert all(each.deleted for each in real)
        counts[name] = (len(real), len(told) - len(real))
    assert counts == DRIFTED
    assert [sum(each) for each in zip(*counts.values(), strict=True)] == [6, 15]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ({"tags": {"a": "b"}}, {"tags": {"a": "b"}}, SAME),
        ({"tags": None}, {"tags": {}}, f"tags: {EMPTY}"),
        ({"tags": None, "blocks": []}, {"tags": {}, "blocks": [{"tags": None}]}, f"blocks: {EMPTY}; tags: {EMPTY}"),
        ({"policy": '{"a": 1, "b": 2}'}, {"policy": '{"b":2,"a":1}'}, f"policy: {SPELLING}"),
    ],
)
def test_what_is_none_is_told_with_its_reason(before: Any, after: Any, reason: str) -> None:
    told = tell(change("aws_sqs_queue.q", before, after))
    assert (told.reason, told.attributes, told.deleted) == (reason, (), False)


def test_a_policy_in_another_order_is_none_and_one_that_lets_more_in_is_a_change() -> None:
    def policy(*actions: str, order: int = 1) -> dict[str, Any]:
        statement = {"Effect": "Allow", "Principal": "*", "Action": list(actions)[::order], "Resource": "*"}
        return {"policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})}

    same = tell(change("aws_s3_bucket_policy.p", policy("s3:GetObject", "s3:PutObject"),
                       policy("s3:GetObject", "s3:PutObject", order=-1)))  # fmt: skip
    assert same.reason == f"policy: {SPELLING}"
    more = tell(change("aws_s3_bucket_policy.p", policy("s3:GetObject"), policy("s3:GetObject", "s3:PutObject")))
    assert (more.reason, more.attributes) == ("", ("policy",))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({"enabled": True}, {"enabled": False}),
        ({"retention": 30}, {"retention": 0}),
        ({"tags": {"owner": "x"}}, {"tags": {}}),
        ({"key": "arn"}, {"key": ""}),
    ],
)
def test_what_is_switched_off_or_taken_away_is_a_change(before: Any, after: Any) -> None:
    assert tell(change("aws_db_instance.d", before, after)).attributes == tuple(before)


def test_what_is_gone_is_a_change() -> None:
    assert tell(change("aws_flow_log.f", {"id": "fl-1"}, None)).deleted


@pytest.mark.parametrize("beside", [rule("ssh", "10.0.0.0/8"), single("ssh", "10.0.0.0/8")])
def test_rules_that_stand_beside_the_group_are_echoed(beside: PlannedChange) -> None:
    told = tell(group(inline("10.0.0.0/8")), beside)
    assert told.reason == f"ingress: it repeats what {beside.address} has set"


def test_rules_that_differ_by_their_peers_only_are_echoed_as_one() -> None:
    told = tell(group(inline("10.0.0.0/8", "172.16.0.0/12")), rule("a", "10.0.0.0/8"), rule("b", "172.16.0.0/12"))
    assert told.reason == f"ingress: it repeats what {RULE}.a, {RULE}.b has set"


def test_the_rule_for_everything_is_echoed_though_one_side_writes_no_ports() -> None:
    told = tell(group(inline("10.0.0.0/8", port=0, protocol="-1")), single("all", "10.0.0.0/8", None, "-1"))
    assert told.reason


@pytest.mark.parametrize(
    ("rules", "beside"),
    [
        pytest.param(
            [inline("10.0.0.0/8"), inline("0.0.0.0/0", port=3389)], [rule("a", "10.0.0.0/8")], id="another rule"
        ),
        pytest.param([inline("10.0.0.0/8", "0.0.0.0/0")], [rule("a", "10.0.0.0/8")], id="another peer"),
        pytest.param([inline("10.0.0.0/8", port=0, upper=22)], [rule("a", "10.0.0.0/8")], id="more ports from zero"),
        pytest.param([inline("10.0.0.0/8", port=22, upper=80)],
                     [rule("a", "10.0.0.0/8"), rule("b", "10.0.0.0/8", port=80)], id="the ports between"),
        pytest.param([inline("0.0.0.0/0", port=0, protocol="-1")],
                     [rule("a", "0.0.0.0/0", port=0, protocol="-1", side="egress")], id="the other side"),
        pytest.param([inline("10.0.0.0/8", protocol="udp")],
                     [single("a", "10.0.0.0/8"), single("b", "10.1.0.0/16", protocol="udp")], id="another protocol"),
        pytest.param([inline("10.0.0.0/8", self=True)], [rule("a", "10.0.0.0/8")], id="the group itself"),
    ],
)  # fmt: skip
def test_a_rule_added_by_hand_beside_the_echoed_ones_is_a_change(rules: Any, beside: Any) -> None:
    told = tell(group(*rules), *beside)
    assert (told.reason, told.attributes) == ("", ("ingress",))


def test_rules_of_another_group_explain_nothing() -> None:
    other = change(f"{RULE}.a", None, {**(rule("a", "10.0.0.0/8").after or {}), "security_group_id": "sg-2"})
    assert tell(group(inline("10.0.0.0/8")), other).attributes == ("ingress",)


def test_a_rule_that_went_is_a_change_though_others_are_echoed() -> None:
    told = tell(group(inline("10.0.0.0/8"), before=[inline("10.9.0.0/16", port=443)]), rule("a", "10.0.0.0/8"))
    assert told.attributes == ("ingress",)


def test_every_entry_is_told_once_and_in_its_order() -> None:
    drift = [change(f"aws_sqs_queue.q{number}", {"a": number}, {"a": number % 2}) for number in range(4)]
    told = reported(Given(name="p", sort="plan", after=Setting(), drift=drift), echoes())
    assert [each.address for each in told] == [each.address for each in drift]
    assert Counter(bool(each.reason) for each in told) == {True: 2, False: 2}
