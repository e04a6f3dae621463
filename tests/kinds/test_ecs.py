"""What is read of task definitions, services, rules and schedules, in the words of each source."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.kinds.containers import (
    Container,
    LogConfiguration,
    PortMapping,
    SecretReference,
    Variable,
    Volume,
    containers,
    planned_volumes,
    volumes,
)
from scanner.kinds.ecs import ContainerInstance
from scanner.kinds.ecs_services import (
    ConnectService,
    Placement,
    Service,
    Target,
    TaskSet,
    placements,
    providers,
    targets,
)
from scanner.kinds.ecs_task_definitions import TaskDefinition, describable, family_of
from scanner.kinds.ecs_tasks import Task, TaskContainer
from scanner.kinds.events import EventRule, Schedule, run_task_definition, starts_tasks
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import SKIPPED, Resource, Section, seen

ARN = "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3"
WRITTEN = {
    "name": "web",
    "image": "web:1",
    "user": "1000",
    "privileged": True,
    "readonlyRootFilesystem": True,
    "essential": False,
    "memory": 512,
    "memoryReservation": 256,
    "linuxParameters": {"capabilities": {"add": ["SYS_PTRACE"], "drop": ["ALL"]}},
    "environment": [{"name": "STAGE", "value": ""}, {"name": "KEY", "value": "plain"}],
    "secrets": [{"name": "DB", "valueFrom": "db"}],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {"awslogs-group": "/ecs/web", "awslogs-region": "us-east-1", "awslogs-create-group": "true"},
        "secretOptions": [{"name": "splunk-token", "valueFrom": "token"}],
    },
    "portMappings": [{"containerPort": 80, "name": "http"}],
}
READ = Container(
    "web",
    "web:1",
    "1000",
    privileged=True,
    read_only=True,
    essential=False,
    memory=512,
    memory_reservation=256,
    added=("SYS_PTRACE",),
    dropped=("ALL",),
    environment=(Variable("STAGE"), Variable("KEY", None)),
    secrets=(SecretReference("DB", "db"), SecretReference("splunk-token", "token")),
    log=LogConfiguration("awslogs", "/ecs/web", "us-east-1", creates_group=True),
    ports=(PortMapping(80, 0, "http"),),
)


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


@pytest.mark.parametrize(
    "given", [[WRITTEN], json.dumps([WRITTEN]), [_capitalised(WRITTEN)], json.dumps([_capitalised(WRITTEN)])]
)
def test_a_container_reads_the_same_in_all_words(given: Any) -> None:
    assert containers(given) == (READ,)


def test_texts_for_numbers_and_booleans_are_read() -> None:
    (found,) = containers([{"name": "web", "memory": "512", "privileged": "true", "user": 0, "essential": "false"}])
    assert (found.memory, found.privileged, found.user, found.essential) == (512, True, "0", False)


def test_what_a_container_leaves_out_is_the_api_s_default() -> None:
    assert containers([{"name": "web"}]) == (Container("web"),)
    assert Container("web").essential


def test_a_redacted_value_gives_its_detectors() -> None:
    value = {"$redacted": "0a", "$detected": [{"detector": "AWS Access Key", "version": "1"}]}
    (found,) = containers([{"name": "web", "environment": [{"name": "KEY", "value": value}]}])
    assert found.environment == (Variable("KEY", ("AWS Access Key",)),)


@pytest.mark.parametrize(
    "given", ["{}", "no JSON", {"name": "web"}, ["web"], [{"name": ["web"]}], [{"environment": "x"}]]
)
def test_what_is_no_list_of_containers_is_refused(given: Any) -> None:
    with pytest.raises(ValueError, match=r"list|text|Expecting"):
        containers(given)


def test_volumes_read_the_same_in_all_words() -> None:
    read = (Volume("records", "", "fs-1", efs_encrypted_in_transit=True, efs_iam=True, efs_access_point="fsap-1"),)
    api = {
        "fileSystemId": "fs-1",
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"},
    }
    template = {
        "FilesystemId": "fs-1",
        "TransitEncryption": "ENABLED",
        "AuthorizationConfig": {"IAM": "ENABLED", "AccessPointId": "fsap-1"},
    }
    plan = {
        "file_system_id": "fs-1",
        "transit_encryption": "ENABLED",
        "authorization_config": [{"iam": "ENABLED", "access_point_id": "fsap-1"}],
    }
    assert volumes([{"name": "records", "efsVolumeConfiguration": api}]) == read
    assert volumes([{"Name": "records", "EFSVolumeConfiguration": template}]) == read
    assert planned_volumes([{"name": "records", "host_path": "", "efs_volume_configuration": [plan]}]) == read


def test_an_efs_volume_without_more_is_not_encrypted_in_transit() -> None:
    (found,) = volumes([{"name": "records", "efsVolumeConfiguration": {"fileSystemId": "fs-1"}}])
    assert (found.efs, found.efs_encrypted_in_transit, found.efs_iam) == ("fs-1", False, False)
    (other,) = volumes([{"name": "socket", "host": {"sourcePath": "/var/run/docker.sock"}}])
    assert (other.host_path, other.efs) == ("/var/run/docker.sock", "")
    assert planned_volumes([{"name": "scratch", "host_path": "/srv/x", "efs_volume_configuration": []}])[0].efs == ""


@pytest.mark.parametrize(
    ("reference", "family", "asked"),
    [
        (ARN, "web", ARN),
        (ARN.removesuffix(":3"), "web", "web"),
        ("web:3", "web", "web:3"),
        ("web", "web", "web"),
    ],
)
def test_a_task_definition_is_named_in_four_ways(reference: str, family: str, asked: str) -> None:
    assert (family_of(reference), describable(reference)) == (family, asked)


@pytest.mark.parametrize(
    ("more", "windows"),
    [
        ({}, False),
        ({"runtimePlatform": {"operatingSystemFamily": "LINUX"}}, False),
        ({"runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}}, True),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type == windows"}]}, True),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:ecs.os-type != windows"}]}, False),
        ({"placementConstraints": [{"type": "memberOf", "expression": "attribute:team == windows"}]}, False),
    ],
)
def test_windows_is_told_by_platform_or_constraint(more: dict[str, Any], windows: bool) -> None:
    view = _view(TaskDefinition, described={"taskDefinition": more})
    assert view.on_windows is windows


@pytest.mark.parametrize(("requires", "only"), [(["FARGATE"], True), (["EC2", "FARGATE"], False), ([], False)])
def test_only_fargate_means_nothing_else(requires: list[str], only: bool) -> None:
    assert (
        _view(TaskDefinition, described={"taskDefinition": {"requiresCompatibilities": requires}}).only_fargate is only
    )


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
