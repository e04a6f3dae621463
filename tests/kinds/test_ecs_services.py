"""What is read of task definitions, services, rules and schedules, in the words of each source."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_service_parts import ConnectService, Placement, Target, TaskSet, placements, providers, targets
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task, TaskContainer
from scanner.kinds.events import EventRule, Schedule, run_task_definition, starts_tasks
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import SKIPPED, Resource, Section, seen

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3"


def _view(kind: type[Kind], **sections: Any) -> Any:
    made = {name: doc if isinstance(doc, Section) else seen(doc) for name, doc in sections.items()}
    return kind(Resource(kind.cfn, "x", sections=made))


def _capitalised(given: Any) -> Any:
    if isinstance(given, dict):
        same = {"options"}
        return {
            name[0].upper() + name[1:]: value if name in same else _capitalised(value) for name, value in given.items()
        }
    return [_capitalised(item) for item in given] if isinstance(given, list) else given


def test_a_service_names_the_task_definitions_of_deployments_and_task_sets() -> None:
    service = {
        "taskDefinition": "a:2",
        "deployments": [
            {"status": "PRIMARY", "taskDefinition": "a:2"},
            {"status": "ACTIVE", "taskDefinition": "a:1"},
            {"status": "INACTIVE", "taskDefinition": "a:0"},
        ],
        "taskSets": [{"id": "1", "taskDefinition": "b:1"}],
    }
    assert _view(Service, service=service).task_definitions == ("a:2", "a:1", "b:1")
    assert _view(Service, service={}).task_definitions == ()


def test_a_service_with_task_sets_has_their_network_and_targets() -> None:
    network = {"awsvpcConfiguration": {"subnets": ["s-2"], "securityGroups": ["g-2"], "assignPublicIp": "ENABLED"}}
    one = {
        "id": "1",
        "launchType": "FARGATE",
        "networkConfiguration": network,
        "loadBalancers": [{"targetGroupArn": "t-2"}],
    }
    two = {"id": "2", "capacityProviderStrategy": [{"capacityProvider": "asg"}]}
    service = {"launchType": "FARGATE", "taskSets": [one, two],
               "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["s-1"], "securityGroups": ["g-1"]}},
               "loadBalancers": [{"targetGroupArn": "t-1"}, {"loadBalancerName": "old"}]}  # fmt: skip
    view = _view(Service, service=service)
    assert view.task_sets[0] == TaskSet(
        "1", "", "FARGATE", (), ("s-2",), ("g-2",), public_ip=True, target_groups=("t-2",)
    )
    assert view.task_sets[1].public_ip is None
    assert (view.all_subnets, view.all_security_groups, view.target_groups) == (
        ("s-1", "s-2"), ("g-1", "g-2"), ("t-1", "t-2")
    )  # fmt: skip
    assert not view.on_fargate
    with pytest.raises(Unknown):
        _ = view.public_ip


@pytest.mark.parametrize(
    ("service", "fargate"),
    [
        ({"launchType": "FARGATE"}, True),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}, {"capacityProvider": "FARGATE_SPOT"}]}, True),
        ({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}, {"capacityProvider": "asg"}]}, False),
        ({"launchType": "EC2"}, False),
        ({"taskSets": [{"id": "1", "launchType": "FARGATE"}]}, True),
        ({"taskSets": [{"id": "1", "launchType": "FARGATE"}, {"id": "2", "launchType": "EC2"}]}, False),
        ({}, False),
    ],
)
def test_where_a_service_runs(service: dict[str, Any], fargate: bool) -> None:
    assert _view(Service, service=service).on_fargate is fargate


def test_service_connect_offers_what_the_primary_deployment_says() -> None:
    tls = {"issuerCertificateAuthority": {"awsPcaAuthorityArn": "arn:aws:acm-pca:::ca"}}
    services = [{"portName": "http", "tls": tls}, {"portName": "grpc"}]
    primary = {"status": "PRIMARY", "serviceConnectConfiguration": {"enabled": True, "services": services}}
    other = {"status": "ACTIVE", "serviceConnectConfiguration": {"enabled": True, "services": [{"portName": "old"}]}}
    assert _view(Service, service={"deployments": [other, primary]}).offers == (
        ConnectService("http", tls=True), ConnectService("grpc")
    )  # fmt: skip
    primary["serviceConnectConfiguration"] = {"enabled": False, "services": services}
    assert _view(Service, service={"deployments": [primary]}).offers == ()


def test_strategies_and_targets_read_the_same_in_all_words() -> None:
    assert providers([{"capacityProvider": "a"}, {"CapacityProvider": "b"}, {"capacity_provider": "c"}]) == (
        "a",
        "b",
        "c",
    )
    assert placements([{"type": "spread", "field": "x"}, {"Type": "random"}]) == (
        Placement("spread", "x"),
        Placement("random"),
    )
    expected = Target("t", "", "web", 80)
    for given in (
        {"targetGroupArn": "t", "containerName": "web", "containerPort": 80},
        {"TargetGroupArn": "t", "ContainerName": "web", "ContainerPort": 80},
        {"target_group_arn": "t", "container_name": "web", "container_port": 80, "elb_name": ""},
    ):
        assert targets([given]) == (expected,)


def test_a_task_names_images_by_the_digest_it_pulled() -> None:
    ecr = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
    given = [{"name": "web", "image": f"{ecr}/web:1", "imageDigest": "sha256:0a"}, {"name": "log", "image": "fluent:1"},
             {"name": "new", "image": f"{ecr}/new:1"}, {"name": "none"}]  # fmt: skip
    view = _view(Task, task={"containers": given, "desiredStatus": "STOPPED"})
    assert view.images == (f"{ecr}/web@sha256:0a", f"{ecr}/new:1")
    assert view.containers[1] == TaskContainer("log", "fluent:1")
    assert not view.runs


def test_the_cluster_of_a_container_instance_is_its_parent() -> None:
    doc = {"attributes": [{"name": "ecs.availability-zone", "value": "us-east-1b"}]}
    view = _view(ContainerInstance, of={"arn": "arn:cluster"}, instance=doc)
    assert (view.cluster, view.availability_zone) == ("arn:cluster", "us-east-1b")


def test_a_rule_names_what_its_targets_start() -> None:
    given = [
        {"Id": "1", "Arn": "c", "EcsParameters": {"TaskDefinitionArn": ARN}},
        {"Id": "2", "Arn": "arn:aws:sns:::x"},
    ]
    view = _view(EventRule, targets=given)
    assert (view.task_definitions, view.clusters) == ((ARN,), ("c",))
    assert _view(EventRule, targets=SKIPPED).task_definitions == ()


@pytest.mark.parametrize(
    ("target", "starts"),
    [
        ("arn:aws:ecs:us-east-1:123456789012:cluster/phi", True),
        ("arn:aws:scheduler:::aws-sdk:ecs:runTask", True),
        ("arn:aws:scheduler:::aws-sdk:ecs:updateService", False),
        ("arn:aws:lambda:us-east-1:123456789012:function:cluster", False),
    ],
)
def test_which_schedules_start_tasks(target: str, starts: bool) -> None:
    assert starts_tasks(target) is starts


def test_a_schedule_names_what_it_starts() -> None:
    assert _view(Schedule, detail={"Target": {"EcsParameters": {"TaskDefinitionArn": ARN}}}).task_definition == ARN
    assert (
        _view(Schedule, detail={"Target": {"Input": {"$redacted": "0a", "task_definition": "web"}}}).task_definition
        == "web"
    )
    assert _view(Schedule, detail={"Target": {"Input": "{}"}}).task_definition == ""
    assert _view(Schedule, detail=SKIPPED).task_definition == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [('{"TaskDefinition": "web"}', "web"), ('{"taskDefinition": "web"}', "web"), ("{}", ""), ("[]", ""), ("x", "")],
)
def test_the_input_of_run_task_names_the_task_definition(text: str, name: str) -> None:
    assert run_task_definition(text) == name
