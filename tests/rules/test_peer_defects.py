"""Defects read in the best known peer, one by one: what phiward says of the same resources."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import permutations
from typing import Any

import boto3
import pytest

from rules.alb.https_only import ARN, HTTPS, TO_HTTPS, TO_TARGETS
from rules.vpn.both_tunnels_up import DOWN, UP, UP_2
from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.demo.server import DemoServer
from scanner.engine.evaluate import Context, evaluate
from scanner.engine.examples import ACCOUNT, AS_OF, REGION, judge_example, resource_of
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds, rules
from scanner.kinds.account import Account
from scanner.kinds.containers import Container
from scanner.kinds.ec2_gateways import FlowLog
from scanner.kinds.ec2_nacl import NetworkAcl
from scanner.kinds.ec2_network import VPC, PrefixList, SecurityGroup
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.elbv2 import Listener
from scanner.kinds.elbv2_reading import ListenerRule
from scanner.kinds.network_reasoning import AclEntry, Permission
from scanner.kinds.rds import DBCluster, DBInstance
from scanner.kinds.s3 import Bucket
from scanner.kinds.vpn import VPNConnection
from scanner.model.finding import Finding, Verdict
from scanner.model.inventory import Inventory
from scanner.model.kind import Kind
from scanner.model.policy import PolicyDocument
from scanner.model.resource import Resource
from scanner.model.rule import Case, Other

FAIL, PASS, SKIP, UNKNOWN = Verdict.FAIL, Verdict.PASS, Verdict.SKIP, Verdict.UNKNOWN
SETTINGS = ("block_public_acls", "ignore_public_acls", "block_public_policy", "restrict_public_buckets")
ALL, NONE = (dict.fromkeys(SETTINGS, value) for value in (True, False))


def inventory(resources: Iterable[Resource], *known: type[Kind]) -> Inventory:
    """An inventory in which the listings of these kinds are whole."""
    places = {(ACCOUNT, "global" if kind.scope == "global" else REGION, kind.cfn) for kind in known}
    return Inventory(resources, dict.fromkeys(places, ()))


def findings(names: Iterable[str], world: Inventory) -> list[Finding]:
    context = Context(world, AS_OF)
    return list(evaluate([rules()[name] for name in names], context))


def verdicts(names: Iterable[str], world: Inventory) -> set[tuple[str, str, Verdict]]:
    return {(one.rule, one.key, one.verdict) for one in findings(names, world)}


# ---- 1: the verdict on SSH hung on which other checks had run before ----

PORTS = ("sg_no_open_ssh", "sg_no_open_all_ports", "sg_no_open_rdp", "sg_no_open_admin_ports")


@pytest.mark.parametrize("names", [PORTS[:1], *permutations(PORTS[:3]), PORTS])
def test_1_a_group_open_on_all_ports_is_open_for_ssh_whatever_other_rules_run(names: tuple[str, ...]) -> None:
    wide = resource_of(SecurityGroup, {"ingress": (Permission("-1", None, None, "cidr", "0.0.0.0/0"),)})
    shut = resource_of(SecurityGroup, {"id": "sg-shut"})
    said = verdicts(names, inventory([wide, shut], SecurityGroup, PrefixList))
    assert said == {(name, one, verdict) for name in names for one, verdict in (("sg-1", FAIL), ("sg-shut", PASS))}


def test_1_a_citation_has_the_same_findings_in_a_full_and_in_a_narrow_run() -> None:
    wide = resource_of(SecurityGroup, {"ingress": (Permission("tcp", 0, 65535, "cidr", "0.0.0.0/0"),)})
    world = inventory([wide], SecurityGroup, PrefixList)
    groups = [
        name for name, rule in rules().items() if rule.judged() == (SecurityGroup,) and rule.needs == (PrefixList,)
    ]
    citing = [name for name in groups if "164.312(e)(1)" in rules()[name].hipaa]
    assert "sg_no_open_ssh" in citing
    assert verdicts(citing, world) == {one for one in verdicts(groups, world) if one[0] in citing}


# ---- 2: a bucket policy's words were looked for, not its meaning ----

DENY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::claims-documents", "arn:aws:s3:::claims-documents/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize(
    ("different", "verdict"),
    [
        ({}, PASS),
        ({"Action": "*"}, PASS),
        ({"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}}, PASS),
        ({"Action": ["s3:Get*"]}, FAIL),
        ({"Action": "s3:PutObject"}, FAIL),
        ({"Principal": {"AWS": "arn:aws:iam::123456789012:user/one"}}, FAIL),
        ({"Resource": "arn:aws:s3:::claims-documents"}, FAIL),
    ],
)
def test_2_a_refusal_of_plain_http_is_judged_by_whom_and_what_it_refuses(different: Any, verdict: Verdict) -> None:
    policy = PolicyDocument.parse({"Version": "2012-10-17", "Statement": [DENY | different]})
    assert judge_example(rules()["s3_bucket_tls_only"], {"policy": policy}).verdict is verdict


# ---- 3: one VPN connection with less telemetry made the findings of all vanish ----


def test_3_a_connection_with_few_tunnels_reported_takes_no_finding_from_the_others() -> None:
    told: dict[str, tuple[dict[str, Any], Verdict]] = {
        "vpn-half": ({"telemetry": (UP,)}, UNKNOWN),
        "vpn-silent": ({"telemetry": ()}, UNKNOWN),
        "vpn-half-down": ({"telemetry": (DOWN,)}, FAIL),
        "vpn-pending": ({"telemetry": (), "state": "pending"}, SKIP),
        "vpn-deleted": ({"telemetry": (DOWN,), "state": "deleted"}, SKIP),
        "vpn-broken": ({"telemetry": (UP, DOWN)}, FAIL),
        "vpn-well": ({"telemetry": (UP, UP_2)}, PASS),
    }
    for order in (list(told), list(reversed(told))):
        made = [resource_of(VPNConnection, {"id": name, **told[name][0]}) for name in order]
        said = findings(["vpn_both_tunnels_up"], inventory(made, VPNConnection))
        worst = {name: max((one.verdict for one in said if one.key == name), key=lambda it: it.rank) for name in told}
        assert worst == {name: verdict for name, (_, verdict) in told.items()}


# ---- 4: every revision that was ever registered was judged ----


NAMING = {f"scanner.kinds.{name}" for name in ("ecs", "ecs_services", "ecs_tasks", "ecs_task_definitions", "events")}
"""Where the kinds stand that name task definitions."""


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[Inventory]:
    """Two families of three revisions, the middle one of `web` in use, collected over HTTP."""
    chosen = {name: kind for name, kind in kinds().items() if kind.__module__ in NAMING}
    with DemoServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        session = boto3.Session("AKIADEMO", "demo", region_name=REGION)
        ecs = session.client("ecs")
        ecs.create_cluster(clusterName="phi")
        for family, privileged in (("web", (True, False, True)), ("idle", (True, True, False))):
            for rights in privileged:
                container = {"name": family, "image": "busybox", "memory": 64, "privileged": rights}
                ecs.register_task_definition(family=family, containerDefinitions=[container])
        ecs.create_service(cluster="phi", serviceName="web", taskDefinition="web:2", desiredCount=0)
        moment = datetime(2026, 11, 21, tzinfo=UTC)
        collector = Collector(Sessions(session), chosen, Redactor(b"key"), moment, threads=4)
        places = list(collector.collect([Target(ACCOUNT, regions=(REGION,))]))
        yield Inventory.of(
            [item for place in places for item in place.resources],
            [item for place in places for item in place.coverage],
        )


def test_4_only_the_revision_in_use_is_judged_and_of_an_idle_family_the_newest(collected: Inventory) -> None:
    judged = [str(one.id).rpartition("/")[2] for one in collected.resources(TaskDefinition)]
    assert sorted(judged) == ["idle:3", "web:2"]
    said = findings(["ecs_container_not_privileged"], collected)
    assert [(one.name, one.verdict) for one in said] == [("idle", PASS), ("web", PASS)]


# ---- 5: root by number passed, and only the host network was looked at ----


@pytest.mark.parametrize("mode", ["host", "bridge", "awsvpc", "none", ""])
@pytest.mark.parametrize(
    ("user", "verdict"),
    [("0", FAIL), ("root", FAIL), ("0:0", FAIL), ("0:1000", FAIL), ("root:app", FAIL), ("1000", PASS), ("app", PASS)],
)
def test_5_root_by_name_or_number_fails_in_every_network_mode(mode: str, user: str, verdict: Verdict) -> None:
    facts = {"network_mode": mode, "containers": (Container("web", user=user),)}
    assert judge_example(rules()["ecs_container_non_root"], facts).verdict is verdict


# ---- 6: an HTTP listener passed if any of its rules redirected ----


@pytest.mark.parametrize(
    ("default", "rule", "verdict"),
    [(TO_HTTPS, TO_HTTPS, PASS), (TO_TARGETS, TO_HTTPS, FAIL), (TO_HTTPS, TO_TARGETS, FAIL)],
)
def test_6_a_plain_listener_passes_only_if_all_that_it_does_is_to_redirect(
    default: Any, rule: Any, verdict: Verdict
) -> None:
    listed = (ListenerRule("1", (rule,)), ListenerRule("default", (default,)))
    plain = Other(Listener, load_balancer=ARN, protocol="HTTP", port=80, default_actions=(default,), rules=listed)
    assert judge_example(rules()["alb_https_only"], Case({}, others=[HTTPS, plain])).verdict is verdict


# ---- 7: TLS was judged on HTTPS listeners only, by one policy's name ----


@pytest.mark.parametrize("protocol", ["HTTPS", "TLS"])
@pytest.mark.parametrize("policy", ["ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS-1-2-2017-01", "own"])
def test_7_a_tls_policy_is_judged_by_what_it_allows_on_every_encrypted_listener(protocol: str, policy: str) -> None:
    rule = rules()["elb_tls_policy_current"]
    for allowed, verdict in ((("TLSv1.2", "TLSv1.3"), PASS), (("TLSv1.1", "TLSv1.2"), FAIL)):
        facts = {"protocol": protocol, "ssl_policy": policy, "tls_protocols": allowed}
        assert judge_example(rule, facts).verdict is verdict


# ---- 8: read replicas had no finding at all ----


def test_8_a_read_replica_has_a_finding_that_says_where_it_is_backed_up() -> None:
    source = resource_of(
        DBInstance, {"id": "claims", "arn": "arn:aws:rds:us-east-1:123456789012:db:claims", "retention": 0}
    )
    replica = resource_of(
        DBInstance,
        {"id": "copy", "arn": "arn:aws:rds:us-east-1:123456789012:db:copy", "retention": 0, "source": "claims"},
    )
    said = findings(["rds_automated_backups"], inventory([source, replica], DBInstance, DBCluster))
    by_name = {one.key: one for one in said}
    assert {name: one.verdict for name, one in by_name.items()} == {"claims": FAIL, "copy": SKIP}
    assert by_name["copy"].message == "a read replica of claims"


# ---- 9: what nothing used had no finding ----


def test_9_what_nothing_uses_is_judged_all_the_same() -> None:
    ssh = (Permission("tcp", 22, 22, "cidr", "0.0.0.0/0"),)
    entry = AclEntry(100, allows=True, cidr="0.0.0.0/0")
    made = [
        resource_of(VPC, {"id": "vpc-empty"}),
        resource_of(SecurityGroup, {"id": "sg-free", "vpc": "vpc-empty", "ingress": ssh}),
        resource_of(NetworkAcl, {"id": "acl-free", "vpc": "vpc-empty", "subnets": (), "inbound": (entry,)}),
    ]
    names = ["vpc_flow_logs_enabled", "sg_no_open_ssh", "nacl_no_public_any_port", "nacl_no_open_admin_ports"]
    said = verdicts(names, inventory(made, VPC, FlowLog, SecurityGroup, PrefixList, NetworkAcl))
    assert said == {
        ("vpc_flow_logs_enabled", "vpc-empty", FAIL),
        ("sg_no_open_ssh", "sg-free", FAIL),
        ("nacl_no_public_any_port", "acl-free", FAIL),
        ("nacl_no_open_admin_ports", "acl-free", FAIL),
    }


# ---- 10: the account's block took the place of all findings on buckets ----


def test_10_findings_on_buckets_stay_the_same_ones_when_the_account_blocks_public_access() -> None:
    def night(account: dict[str, bool]) -> dict[str, tuple[str, Verdict]]:
        buckets = [resource_of(Bucket, {"id": name, **own}) for name, own in (("open", NONE), ("shut", ALL))]
        world = inventory([*buckets, resource_of(Account, {"id": ACCOUNT, **account})], Bucket, Account)
        said = findings(["s3_account_public_access_blocked", "s3_bucket_public_access_blocked"], world)
        return {one.fingerprint: (one.key, one.verdict) for one in said}

    off, on = night(NONE), night(ALL)
    assert list(off) == list(on)
    assert sorted(off.values()) == [(ACCOUNT, FAIL), ("open", FAIL), ("shut", PASS)]
    assert sorted(on.values()) == [(ACCOUNT, PASS), ("open", PASS), ("shut", PASS)]
