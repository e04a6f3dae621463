"""How deployments go, how services keep up, and what agents and capacity providers say: read from each source."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from scanner.kinds.application_autoscaling import ScalableTarget, ScalingPolicy
from scanner.kinds.autoscaling_reading import mixture
from scanner.kinds.ecs import (
    CapacityProvider,
    Cluster,
    ContainerInstance,
    ExecLogging,
    ManagedScaling,
    exec_logging,
    planned_exec_logging,
    read_scaling,
)
from scanner.kinds.ecs_deployments import (
    EVENTS_KEPT,
    FailedDeployment,
    MemoryHour,
    Rollback,
    Steadiness,
    memory_hours,
    memory_query,
    rollback,
    steadiness,
)
from scanner.kinds.ecs_service_parts import StrategyItem
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.logs import MetricFilter
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import Resource, seen

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
STEADY = "(service web) has reached a steady state."
STARTED = "(service web) has started 1 tasks: (task 1)."


def _view(kind: type[Kind], **sections: Any) -> Any:
    return kind(Resource(kind.cfn, "x", sections={name: seen(doc) for name, doc in sections.items()}))


def _at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def _service(*events: tuple[int, str], created: int = -60) -> dict[str, Any]:
    told = [{"createdAt": _at(minutes).isoformat(), "message": message} for minutes, message in events]
    return {"createdAt": _at(created).isoformat(), "events": told}


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], Steadiness(None, _at(-60))),
        ([(0, STEADY)], Steadiness(_at(0))),
        ([(0, STEADY), (5, STARTED)], Steadiness(_at(0), _at(5))),
        ([(9, STARTED), (5, STARTED), (0, STEADY), (-5, STARTED)], Steadiness(_at(0), _at(5))),
        ([(0, STEADY), (5, STARTED), (9, STEADY)], Steadiness(_at(9))),
        ([(0, STEADY), (1, "(service web) (deployment 1) deployment completed.")], Steadiness(_at(0))),
        ([(5, STARTED), (9, STARTED)], Steadiness(None, _at(-60))),
    ],
)
def test_since_when_a_service_is_not_steady(events: list[tuple[int, str]], expected: Steadiness) -> None:
    assert steadiness(_service(*events)) == expected


def test_events_that_were_lost_say_no_more_than_the_oldest_that_is_left() -> None:
    told = [(minute, STARTED) for minute in range(EVENTS_KEPT)]
    assert steadiness(_service(*told)) == Steadiness(None, _at(0))
    assert steadiness(_service(*told[1:])) == Steadiness(None, _at(-60))


def test_a_service_without_events_in_the_answer_is_not_judged() -> None:
    with pytest.raises(Unknown):
        _ = _view(Service, service={"createdAt": NOON.isoformat()}).steadiness


def test_deployments_that_failed_and_are_not_over() -> None:
    deployments = [
        {"id": "1", "status": "PRIMARY", "rolloutState": "FAILED", "rolloutStateReason": "no capacity"},
        {"id": "2", "status": "ACTIVE", "rolloutState": "COMPLETED"},
        {"id": "3", "status": "INACTIVE", "rolloutState": "FAILED"},
        {"id": "4", "status": "ACTIVE", "rolloutState": "FAILED"},
        {"id": "5", "status": "PRIMARY"},
    ]
    found = _view(Service, service={"deployments": deployments}).failed_deployments
    assert found == (FailedDeployment("1", "no capacity"), FailedDeployment("4"))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, Rollback()),
        ({"enable": True, "rollback": False}, Rollback(enabled=True)),
        ({"Enable": True, "Rollback": True}, Rollback(enabled=True, rolls_back=True)),
        ({"Enable": "true", "Rollback": "false"}, Rollback(enabled=True)),
        ({"alarmNames": ["a"], "enable": False, "rollback": True}, Rollback(rolls_back=True, alarms=("a",))),
        ({"alarm_names": ["a"], "enable": True, "rollback": True}, Rollback(True, True, ("a",))),
    ],
)
def test_ways_back_in_the_words_of_each_source(given: dict[str, Any], expected: Rollback) -> None:
    assert rollback(given) == expected


def test_the_hours_of_memory_are_joined_over_pages() -> None:
    pages = [
        {"Id": "memory", "Timestamps": [_at(0).isoformat()], "Values": [40.0]},
        {"Id": "memory", "Timestamps": [_at(-60).isoformat(), _at(0).isoformat()], "Values": [30.0, 40.0]},
    ]
    assert memory_hours(pages) == (MemoryHour(_at(-60), 30.0), MemoryHour(_at(0), 40.0))
    assert memory_hours([]) == ()


def test_memory_is_asked_by_the_cluster_s_name() -> None:
    (query,) = memory_query("arn:aws:ecs:us-east-1:123456789012:cluster/phi", "web")
    assert query["MetricStat"]["Metric"]["Dimensions"] == [
        {"Name": "ClusterName", "Value": "phi"},
        {"Name": "ServiceName", "Value": "web"},
    ]


def test_a_service_of_the_api_says_how_it_is_deployed() -> None:
    view = _view(
        Service,
        service={
            "serviceName": "web",
            "clusterArn": "arn:aws:ecs:us-east-1:123456789012:cluster/phi",
            "capacityProviderStrategy": [
                {"capacityProvider": "FARGATE", "base": 1},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ],
            "serviceRegistries": [{"registryArn": "srv-1"}],
            "deployments": [{"status": "PRIMARY", "vpcLatticeConfigurations": [{"targetGroupArn": "tg-1"}]}],
            "taskSets": [{"id": "1", "platformVersion": "1.3.0", "serviceRegistries": [{"registryArn": "srv-2"}]}],
            "deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 150},
        },
    )
    assert view.strategy == (StrategyItem("FARGATE", base=1), StrategyItem("FARGATE_SPOT", weight=3))
    assert (view.registries, view.lattice, view.scaling_id) == (("srv-1",), ("tg-1",), "service/phi/web")
    assert (view.task_sets[0].platform, view.task_sets[0].registries) == ("1.3.0", ("srv-2",))
    assert (view.minimum_healthy, view.maximum, view.circuit_breaker) == (50, 150, Rollback())
    assert (view.platform_version, view.controller, view.deployment_strategy) == ("LATEST", "ECS", "ROLLING")
    assert (view.exec_enabled, view.propagates) == (False, "NONE")
    with pytest.raises(Unknown):
        _ = _view(Service, service={}).minimum_healthy


def test_where_sessions_of_exec_are_recorded() -> None:
    api = {
        "kmsKeyId": "k",
        "logging": "OVERRIDE",
        "logConfiguration": {
            "cloudWatchLogGroupName": "/exec",
            "cloudWatchEncryptionEnabled": True,
            "s3BucketName": "b",
        },
    }
    template = {"Logging": "OVERRIDE", "LogConfiguration": {"S3BucketName": "b", "S3EncryptionEnabled": "true"}}
    plan = {
        "kms_key_id": "k",
        "logging": "OVERRIDE",
        "log_configuration": [{"s3_bucket_name": "b", "s3_bucket_encryption_enabled": True}],
    }
    assert exec_logging(api) == ExecLogging("OVERRIDE", "k", "/exec", log_group_encrypted=True, bucket="b")
    assert exec_logging(template) == ExecLogging("OVERRIDE", bucket="b", bucket_encrypted=True)
    assert planned_exec_logging(plan) == ExecLogging("OVERRIDE", "k", bucket="b", bucket_encrypted=True)
    assert planned_exec_logging({}) == exec_logging({}) == ExecLogging()
    storage = {"managedStorageConfiguration": {"kmsKeyId": "other", "fargateEphemeralStorageKmsKeyId": "k"}}
    assert _view(Cluster, cluster={"configuration": storage}).storage_key == "k"
    assert _view(Cluster, cluster={}).exec_logging == ExecLogging()


def test_managed_scaling_and_managed_instances() -> None:
    assert read_scaling({"status": "ENABLED", "targetCapacity": 90}) == ManagedScaling(enabled=True, target=90)
    assert read_scaling({"Status": "ENABLED"}) == ManagedScaling(enabled=True)
    assert read_scaling({"status": "DISABLED", "target_capacity": 80}) == ManagedScaling(target=80)
    view = _view(CapacityProvider, provider={"managedInstancesProvider": {"instanceLaunchTemplate": {}}})
    assert (view.managed, view.capacity_option, view.scaling) == (True, "", ManagedScaling())
    assert not _view(CapacityProvider, provider={}).managed
    given = {"InstancesDistribution": {"OnDemandBaseCapacity": 2}}
    assert (mixture(given).on_demand_base, mixture({}).on_demand_base) == (2, 0)


def test_what_an_agent_can_do() -> None:
    attributes = [
        {"name": "ecs.os-type", "value": "linux"},
        {"name": "com.amazonaws.ecs.capability.privileged-container"},
        {"name": "com.amazonaws.ecs.capability.docker-remote-api.1.44"},
        {"name": "com.amazonaws.ecs.capability.ecr-auth"},
    ]
    document = {"attributes": attributes, "versionInfo": {"agentVersion": "1.108.0"}}
    view = _view(ContainerInstance, instance=document)
    assert (view.capabilities, view.agent_version) == (("ecr-auth", "privileged-container"), "1.108.0")


@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (
            {"containers": [{"name": "web", "reason": "OutOfMemoryError: Container killed due to memory usage"}]},
            ("web",),
        ),
        ({"containers": [{"name": "web", "reason": "CannotPullContainerError"}]}, ()),
        ({"stoppedReason": "OutOfMemoryError: container killed", "containers": [{"name": "web"}]}, ("the task",)),
        ({"stoppedReason": "Essential container in task exited", "containers": [{"name": "web"}]}, ()),
        ({}, ()),
    ],
)
def test_what_was_killed_for_want_of_memory(task: dict[str, Any], expected: tuple[str, ...]) -> None:
    assert _view(Task, task=task).out_of_memory == expected


def test_scaling_targets_policies_and_metric_filters_of_the_api() -> None:
    named = {
        "ResourceId": "service/phi/web",
        "ScalableDimension": "ecs:service:DesiredCount",
        "ServiceNamespace": "ecs",
    }
    target = _view(ScalableTarget, target={**named, "SuspendedState": {"DynamicScalingOutSuspended": True}})
    assert (target.id, target.out_suspended) == ("service/phi/web|ecs:service:DesiredCount|ecs", True)
    tracking = {"TargetValue": 70.0, "CustomizedMetricSpecification": {"MetricName": "QueueDepth"}}
    policy = _view(ScalingPolicy, policy={**named, "TargetTrackingScalingPolicyConfiguration": tracking})
    assert (policy.metric, policy.target, policy.scales) == ("QueueDepth", 70.0, "service/phi/web")
    transformed = [{"metricNamespace": "Audit", "metricName": "Root"}]
    found = _view(
        MetricFilter, filter={"logGroupName": "/audit", "filterName": "root", "metricTransformations": transformed}
    )
    assert (found.id, found.pattern, found.metrics) == ("/audit:root", "", (("Audit", "Root"),))
