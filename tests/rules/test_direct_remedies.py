"""What remedies write that functions make out: whole documents, and nothing where a person must decide."""

from __future__ import annotations

import json
from typing import Any

import pytest

from rules._databases import at_once
from rules._redirects import REDIRECTING
from rules.alb.http_redirects_https import HttpRedirectsHttps
from rules.ecs._services import SOUND_DEPLOYMENT
from rules.ecs.service_no_public_ip import PRIVATE, PUBLIC, ServiceNoPublicIp
from rules.efs.policy_requires_tls import PolicyRequiresTls
from scanner.engine.registry import rules
from scanner.kinds.ec2_network import Subnet
from scanner.kinds.ecs_services import Service
from scanner.kinds.efs import FileSystem
from scanner.kinds.elbv2 import Listener, LoadBalancer
from scanner.kinds.elbv2_reading import Action, ListenerRule
from scanner.kinds.kms import KmsKey
from scanner.kinds.rds import DBInstance
from scanner.model.kind import Kind
from scanner.model.remedy import Direct, NotByMachine, Write
from scanner.model.resource import ABSENT, Resource, Section, seen
from scanner.model.rule import Case, Other, Rule
from tests.rules.remedying import staged

LB = LoadBalancer.facts["id"].sample
FORWARD = Action("forward", target_groups=("arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/b",))
BACK = Action("redirect", protocol="HTTP", port="80")
TO_HTTPS = Action("redirect", protocol="HTTPS", port="443")
HTTP: dict[str, Any] = {"id": "arn:http", "arn": "arn:http", "protocol": "HTTP", "port": 80}
OPEN = Other(Listener, **HTTP, default_actions=(FORWARD,))


def _made(remedy: Direct, rule: type[Rule], case: Case, part: str) -> list[Write]:
    """Make out a remedy for an example's resource, with what is around it."""
    example = staged(rule, case)
    assert remedy.by is not None
    return list(remedy.by(example.view, part, example.around))


def _seen(kind: type[Kind], **sections: Section) -> Any:
    """Give a resource as AWS answered it."""
    return kind(Resource(kind.cfn, "it", account="123456789012", region="us-east-1", sections=sections))


@pytest.mark.parametrize(("ports", "chosen"), [((443,), "443"), ((8443, 443), "443"), ((8443,), "8443")])
def test_a_redirect_leads_to_the_https_listener(ports: tuple[int, ...], chosen: str) -> None:
    others = [Other(Listener, id=f"arn:{port}", port=port, default_actions=(FORWARD,)) for port in ports]
    (write,) = _made(REDIRECTING, HttpRedirectsHttps, Case({}, others=[OPEN, *others]), "listener HTTP/80")
    assert write.operation == "elbv2.ModifyListener"
    assert write.parameters["ListenerArn"] == "arn:http"
    config = {"Protocol": "HTTPS", "Port": chosen, "StatusCode": "HTTP_301"}
    assert write.parameters["DefaultActions"] == [{"Type": "redirect", "RedirectConfig": config}]


@pytest.mark.parametrize(
    ("others", "said"),
    [
        ((OPEN,), "no HTTPS listener"),
        ((OPEN, Other(Listener, id="arn:443", default_actions=(BACK,))), "no HTTPS listener"),
        ((OPEN, Other(Listener, id="arn:443", load_balancer="arn:another")), "no HTTPS listener"),
        (
            (
                Other(Listener, **HTTP, default_actions=(FORWARD,), rules=(ListenerRule("1", (FORWARD,)),)),
                Other(Listener, id="arn:443"),
            ),
            "rule 1 of listener HTTP/80 is forward",
        ),
        ((Other(Listener, **HTTP, default_actions=(TO_HTTPS,)), Other(Listener, id="arn:443")), "no default action"),
    ],
)
def test_no_listener_redirects_where_a_person_must_look(others: tuple[Other, ...], said: str) -> None:
    with pytest.raises(NotByMachine, match=said):
        _made(REDIRECTING, HttpRedirectsHttps, Case({}, others=others), "listener HTTP/80")


def test_what_waits_for_the_maintenance_window_is_not_brought_forward() -> None:
    waiting = _seen(DBInstance, box=seen({"PendingModifiedValues": {"DBInstanceClass": "db.r7g.large"}}))
    with pytest.raises(NotByMachine, match="DBInstanceClass waits"):
        at_once(waiting, MultiAZ=True)
    idle = _seen(DBInstance, box=seen({"PendingModifiedValues": {}}))
    assert at_once(idle, MultiAZ=True).parameters["ApplyImmediately"] is True


def test_a_deployment_configuration_is_given_as_a_whole_and_goes_back_as_a_whole() -> None:
    before = {"minimumHealthyPercent": 0, "maximumPercent": 100, "bakeTimeInMinutes": 5}
    told = {"deploymentConfiguration": before, "schedulingStrategy": "REPLICA"}
    service = _seen(Service, listed=seen("arn:aws:ecs:us-east-1:123456789012:service/phi/web"), service=seen(told))
    assert SOUND_DEPLOYMENT.by is not None
    (write,) = SOUND_DEPLOYMENT.by(service, "")
    on = {"enable": True, "rollback": True}
    wanted = {"minimumHealthyPercent": 100, "maximumPercent": 200, "bakeTimeInMinutes": 5}
    assert write.parameters["deploymentConfiguration"] == wanted | {"deploymentCircuitBreaker": on}
    undo: Any = SOUND_DEPLOYMENT.effect.undo
    (back,) = undo(service, "")
    off = {"enable": False, "rollback": False}
    assert back.parameters["deploymentConfiguration"] == before | {"deploymentCircuitBreaker": off}


@pytest.mark.parametrize(
    "before", [None, {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::1:root"}}]
)
def test_a_policy_denies_clients_without_tls_and_keeps_what_it_allows(before: dict[str, Any] | None) -> None:
    text = json.dumps({"Version": "2012-10-17", "Statement": before})
    box = seen({"FileSystemId": "fs-1", "FileSystemArn": "arn:aws:elasticfilesystem:us-east-1:1:file-system/fs-1"})
    system = _seen(FileSystem, box=box, pol=seen(text) if before else ABSENT)
    remedy: Any = PolicyRequiresTls.remedy
    (write,) = remedy.by(system, "")
    first, last = json.loads(write.parameters["Policy"])["Statement"]
    assert first == before if before else "AccessedViaMountTarget" in json.dumps(first["Condition"])
    assert (last["Effect"], last["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    (back,) = remedy.effect.undo(system, "")
    assert back.operation == ("efs.PutFileSystemPolicy" if before else "efs.DeleteFileSystemPolicy")


def test_public_addresses_stay_where_the_subnets_have_no_other_way_out() -> None:
    remedy: Any = ServiceNoPublicIp.remedy
    subnet = Other(Subnet, id="subnet-b")
    case = Case({"subnets": ("subnet-b",), "public_ip": True}, others=[subnet, PRIVATE, PUBLIC])
    with pytest.raises(NotByMachine, match="subnet-b is public"):
        _made(remedy, ServiceNoPublicIp, case, "public address")


def test_a_public_key_policy_is_the_accounts_own_and_still_rules_the_key() -> None:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:ScheduleKeyDeletion", "Resource": "*"}
    everyone = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    key = _seen(KmsKey, pol=seen(json.dumps({"Version": "2012-10-17", "Statement": [deny, everyone]})))
    remedy = rules()["kms_key_policy_not_public"].remedy
    assert isinstance(remedy, Direct)
    assert remedy.by is not None
    (write,) = remedy.by(key, "")
    own = {**everyone, "Principal": {"AWS": "arn:aws:iam::123456789012:root"}}
    assert json.loads(write.parameters["Policy"])["Statement"] == [deny, own]
    others = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::210987654321:root"}, "Action": "kms:*"}
    key = _seen(KmsKey, pol=seen(json.dumps({"Version": "2012-10-17", "Statement": {**others, "Resource": "*"}})))
    with pytest.raises(NotByMachine, match="those that it names"):
        list(remedy.by(key, ""))
