"""The nights of the demo: each change is made by its actor, quiet nights change nothing, noise is none."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from scanner.demo import CHANGES, FIRST_NIGHT, LAST_NIGHT, DemoServer, Organisation, pass_night, seed
from scanner.demo.actors import ACTORS
from scanner.demo.changes import QUIET

pytestmark = pytest.mark.long

DOCUMENTATION = [ip_network(block) for block in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
NOISE = {
    *("RunInstances", "TerminateInstances", "RegisterContainerInstance", "RegisterTaskDefinition", "UpdateService"),
    *("PutBucketPolicy", "PutBucketTagging", "SetAlarmState"),
}


@pytest.fixture(scope="module")
def organisation() -> Iterator[Organisation]:
    """The demo after its last night."""
    with DemoServer() as server:
        made = seed(server)
        for night in range(1, LAST_NIGHT + 1):
            pass_night(made, night)
        yield made


@pytest.fixture(scope="module")
def told(organisation: Organisation) -> dict[tuple[int, str], list[dict[str, Any]]]:
    """What CloudTrail tells of the nights' calls that write, by night and account, oldest first."""
    found: dict[tuple[int, str], list[dict[str, Any]]] = defaultdict(list)
    for name, cloud in organisation.clouds.items():
        pages = cloud.client("cloudtrail").get_paginator("lookup_events")
        wanted = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
        for page in pages.paginate(LookupAttributes=wanted, StartTime=FIRST_NIGHT + timedelta(hours=1)):
            for event in page["Events"]:
                night = (event["EventTime"] - FIRST_NIGHT).days + 1
                found[night, name].insert(0, json.loads(event["CloudTrailEvent"]))
    return found


def test_actors_are_of_documentation_ranges_or_services() -> None:
    for actor in ACTORS.values():
        if not actor.address.endswith(".amazonaws.com"):
            assert any(ip_address(actor.address) in block for block in DOCUMENTATION)
        assert actor.agent
    assert {actor.channel for actor in ACTORS.values()} == {
        *("console", "CLI", "SDK", "Terraform", "CloudFormation", "service"),
    }


def test_each_change_is_made_by_its_actor(told: dict[tuple[int, str], list[dict[str, Any]]]) -> None:
    for change in CHANGES:
        if not change.actor:
            assert change.kind == "AWS::EC2::VPNConnection"
            continue
        actor = ACTORS[change.actor]
        caller = actor.session or actor.user
        own = [
            event
            for event in told[change.night, change.account]
            if event["userIdentity"]["arn"].rpartition("/")[2] == caller and "errorCode" not in event
        ]
        assert own, change.what
        assert {event["userAgent"] for event in own} == {actor.agent}
        assert {event["sourceIPAddress"] for event in own} == {actor.address}
        invoked = {event["userIdentity"].get("invokedBy") for event in own}
        is_service = actor.channel in {"CloudFormation", "service"}
        assert invoked == {actor.address if is_service else None}
        from_console = {event.get("sessionCredentialFromConsole") for event in own}
        assert from_console == {"true" if actor.agent.startswith("Mozilla/") else None}


def test_only_actors_write(told: dict[tuple[int, str], list[dict[str, Any]]]) -> None:
    agents = {actor.agent for actor in ACTORS.values()}
    assert {event["userAgent"] for events in told.values() for event in events} <= agents


def test_quiet_nights_have_noise_alone(told: dict[tuple[int, str], list[dict[str, Any]]]) -> None:
    assert len(QUIET) >= 2
    assert not QUIET & {change.night for change in CHANGES}
    for night in QUIET:
        seen = {event["eventName"] for (when, _), events in told.items() if when == night for event in events}
        assert seen == NOISE


def test_alarms_are_undone_a_night_later() -> None:
    for worse in CHANGES:
        if worse.night > 3 and worse.effect == "worse" and worse.name != "intern":
            after = [c for c in CHANGES if (c.kind, c.name, c.path) == (worse.kind, worse.name, worse.path)]
            assert [c.effect for c in after][-2:] == ["worse", "better"], worse.what
            assert after[-1].night - worse.night == 1, worse.what


def test_severity_goes_with_effect() -> None:
    for change in CHANGES:
        assert (change.severity == "info") == (change.effect == "better"), change.what


def test_replaced_members_are_like_those_before(organisation: Organisation) -> None:
    cloud = organisation.clouds["phi-cluster"]
    ec2, ecs = cloud.client("ec2"), cloud.client("ecs")
    (group,) = cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    ids = [each["InstanceId"] for each in group["Instances"]]
    blocks = ec2.describe_instances(InstanceIds=ids)["Reservations"]
    hosts = [each for block in blocks for each in block["Instances"]]
    assert len({each["ImageId"] for each in hosts}) == 1
    assert {each["State"]["Name"] for each in hosts} == {"running"}
    assert {each["Placement"]["AvailabilityZone"][-1] for each in hosts} == {"a", "b", "c"}
    assert {each["MetadataOptions"]["HttpTokens"] for each in hosts} == {"required"}
    arns = ecs.list_container_instances(cluster="phi-cluster")["containerInstanceArns"]
    seen = ecs.describe_container_instances(cluster="phi-cluster", containerInstances=arns)["containerInstances"]
    assert sorted(each["ec2InstanceId"] for each in seen) == sorted(ids)
    tasks = ecs.list_tasks(cluster="phi-cluster", serviceName="clinic-api")["taskArns"]
    running = ecs.describe_tasks(cluster="phi-cluster", tasks=tasks)["tasks"]
    assert len(running) == 3
    assert {each["containerInstanceArn"] for each in running} <= set(arns)
    nodes = cloud.client("ssm").describe_instance_information()["InstanceInformationList"]
    assert set(ids) <= {node["InstanceId"] for node in nodes}
