"""ECS, ECR, EventBridge and Scheduler as they are collected over HTTP: what is in use, and as which user it runs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import boto3
import pytest

from scanner.aws.collect import Collector
from scanner.aws.sessions import Sessions, Target
from scanner.demo.server import DemoServer
from scanner.engine.normalise import canonical
from scanner.engine.redact import Redactor
from scanner.engine.registry import kinds
from scanner.kinds.containers import Variable
from scanner.kinds.ecr import Image, Repository
from scanner.kinds.ecs import CapacityProvider, Cluster
from scanner.kinds.ecs_services import Service
from scanner.kinds.ecs_task_definitions import TaskDefinition
from scanner.kinds.ecs_tasks import Task
from scanner.kinds.images import ImageConfig
from scanner.model.gap import Unknown
from scanner.model.kind import Kind
from scanner.model.resource import Coverage, Resource

ACCOUNT, REGION = "123456789012", "us-east-1"
REGISTRY = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
MODULES = {"scanner.kinds.ecs", "scanner.kinds.ecs_services", "scanner.kinds.ecs_tasks", "scanner.kinds.ecr",
           "scanner.kinds.ecs_task_definitions", "scanner.kinds.events"}  # fmt: skip
PASSWORD = "Tr0ub4dor&3-of-the-test"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
INDEX = "application/vnd.oci.image.index.v1+json"

K = TypeVar("K", bound=Kind)


class Collected:
    def __init__(self, resources: Sequence[Resource], coverage: Sequence[Coverage]) -> None:
        self.resources = resources
        self.coverage = coverage

    def of(self, kind: type[K]) -> dict[str, K]:
        return {item.id: kind(item) for item in self.resources if item.kind == kind.cfn}


def _push(ecr: Any, repository: str, user: str | None, tag: str = "", architecture: str = "amd64") -> str:
    config = {"os": "linux", "architecture": architecture, "config": {} if user is None else {"User": user}}
    blob = json.dumps(config).encode()
    digest = "sha256:" + hashlib.sha256(blob).hexdigest()
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(blob) - 1, layerPartBlob=blob
    )
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    manifest = {
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": {"digest": digest, "size": len(blob)},
        "layers": [],
    }
    return _put(ecr, repository, manifest, MANIFEST, tag)


def _put(ecr: Any, repository: str, manifest: dict[str, Any], media: str, tag: str) -> str:
    named = {"imageTag": tag} if tag else {}
    answer = ecr.put_image(
        repositoryName=repository, imageManifest=json.dumps(manifest), imageManifestMediaType=media, **named
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def _register(ecs: Any, family: str, image: str, **more: Any) -> str:
    container = {
        "name": family,
        "image": image,
        "memory": 64,
        "environment": [{"name": "DB_PASSWORD", "value": PASSWORD}],
    }
    answer = ecs.register_task_definition(family=family, containerDefinitions=[container], networkMode="awsvpc", **more)
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def _fill(connect: Any) -> dict[str, str]:
    ecr, ecs, ec2 = connect("ecr"), connect("ecs"), connect("ec2")
    for name in ("web", "multi"):
        ecr.create_repository(repositoryName=name, tags=[{"Key": "team", "Value": "care"}])
    digest = _push(ecr, "web", "1000:1000", "1.0.0")
    x86, arm = (_push(ecr, "multi", user, architecture=name) for user, name in (("app", "amd64"), (None, "arm64")))
    parts = [{"digest": x86, "platform": {"os": "linux", "architecture": "amd64"}},
             {"digest": arm, "platform": {"os": "linux", "architecture": "arm64"}}]  # fmt: skip
    _put(ecr, "multi", {"schemaVersion": 2, "mediaType": INDEX, "manifests": parts}, INDEX, "2")
    cluster = ecs.create_cluster(clusterName="phi", settings=[{"name": "containerInsights", "value": "enhanced"}])
    arn = cluster["cluster"]["clusterArn"]
    old, new = (_register(ecs, "web", f"{REGISTRY}/web:1.0.0") for _ in range(2))
    nightly = _register(ecs, "nightly", f"{REGISTRY}/multi:2")
    hourly = _register(ecs, "hourly", "docker.io/library/busybox:1")
    idle = [_register(ecs, "idle", f"{REGISTRY}/web:gone") for _ in range(2)][-1]
    _register(ecs, "unswitched", "busybox")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="web", Description="web", VpcId=vpc)["GroupId"]
    network = {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": "ENABLED"}}
    ecs.create_service(
        cluster="phi", serviceName="web", taskDefinition=old, desiredCount=1, launchType="FARGATE",
        networkConfiguration=network,
    )  # fmt: skip
    events, scheduler = connect("events"), connect("scheduler")
    role = f"arn:aws:iam::{ACCOUNT}:role/starter"
    for name, state, what in (("nightly", "ENABLED", nightly), ("off", "DISABLED", f"{idle.rpartition(':')[0]}:1")):
        events.put_rule(Name=name, ScheduleExpression="rate(1 day)", State=state)
        target = {"Id": "1", "Arn": arn, "RoleArn": role, "EcsParameters": {"TaskDefinitionArn": what},
                  "Input": json.dumps({"containerOverrides": [{"environment": [{"value": PASSWORD}]}]})}  # fmt: skip
        events.put_targets(Rule=name, Targets=[target])
    scheduler.create_schedule(
        Name="hourly", ScheduleExpression="rate(1 hour)", FlexibleTimeWindow={"Mode": "OFF"},
        Target={"Arn": "arn:aws:scheduler:::aws-sdk:ecs:runTask", "RoleArn": role,
                "Input": json.dumps({"TaskDefinition": hourly, "Cluster": arn, "Secret": PASSWORD})},
    )  # fmt: skip
    ecs.create_capacity_provider(
        name="asg", autoScalingGroupProvider={"autoScalingGroupArn": "arn:aws:autoscaling:::group"}
    )
    return {
        "old": old,
        "new": new,
        "nightly": nightly,
        "hourly": hourly,
        "idle": idle,
        "digest": digest,
        "cluster": arn,
    }


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[DemoServer, dict[str, str], Any]]:
    with pytest.MonkeyPatch.context() as patch, DemoServer() as server:
        patch.setenv("AWS_ENDPOINT_URL", server.url)
        session = boto3.Session("AKIADEMO", "demo", region_name=REGION)
        yield server, _fill(session.client), session


def _collect(session: Any) -> Collected:
    chosen = {name: kind for name, kind in kinds().items() if kind.__module__ in MODULES}
    collector = Collector(Sessions(session), chosen, Redactor(b"key"), datetime(2026, 11, 21, tzinfo=UTC), threads=8)
    places = {place.region: place for place in collector.collect([Target(ACCOUNT, regions=(REGION,))])}
    return Collected(places[REGION].resources, places[REGION].coverage)


@pytest.fixture(scope="module")
def seen(served: tuple[DemoServer, dict[str, str], Any]) -> Collected:
    return _collect(served[2])


@pytest.fixture(scope="module")
def names(served: tuple[DemoServer, dict[str, str], Any]) -> dict[str, str]:
    return served[1]


def test_every_call_is_answered(seen: Collected) -> None:
    assert [entry for entry in seen.coverage if not entry.ok] == []


def test_a_task_definition_is_in_use_by_service_rule_or_schedule(seen: Collected, names: dict[str, str]) -> None:
    found = {arn: item.in_use for arn, item in seen.of(TaskDefinition).items()}
    unswitched = names["idle"].replace("idle:2", "unswitched:1")
    assert found == {
        names["old"]: True, names["nightly"]: True, names["hourly"]: True, names["idle"]: False, unswitched: False,
    }  # fmt: skip


def test_without_the_services_nothing_is_known_to_be_out_of_use(
    served: tuple[DemoServer, dict[str, str], Any],
) -> None:
    server, names, session = served
    server.deny("ecs:ListServices")
    try:
        found = _collect(session).of(TaskDefinition)
    finally:
        server.allow()
    assert found[names["nightly"]].in_use
    assert found[names["idle"]].containers
    with pytest.raises(Unknown, match="ListServices"):
        _ = found[names["idle"]].in_use


def test_the_users_of_images_are_read_from_their_configurations(seen: Collected, names: dict[str, str]) -> None:
    images = seen.of(Image)
    assert images[f"{REGISTRY}/web@{names['digest']}"].own == ImageConfig("1000:1000")
    several = images[f"{REGISTRY}/multi:2"]
    assert (several.own, several.x86, several.arm) == (None, ImageConfig("app"), ImageConfig("", "linux", "arm64"))
    gone = images[f"{REGISTRY}/web:gone"]
    assert gone.own is None
    with pytest.raises(Unknown, match="holds no manifest"):
        _ = gone.digest


def test_services_tasks_and_clusters_know_each_other(seen: Collected, names: dict[str, str]) -> None:
    (service,), (task,) = seen.of(Service).values(), seen.of(Task).values()
    assert (service.cluster, service.public_ip, service.on_fargate) == (names["cluster"], True, True)
    assert (task.cluster, task.group, task.runs) == (names["cluster"], "service:web", True)
    assert [item.reference for item in task.containers] == [f"{REGISTRY}/web@{names['digest']}"]
    assert seen.of(Cluster)[names["cluster"]].container_insights == "enhanced"
    assert list(seen.of(CapacityProvider)) == ["asg"]
    assert seen.of(Repository)["web"].tags == {"team": "care"}


def test_environment_values_and_inputs_of_targets_are_not_kept(seen: Collected) -> None:
    kept = [canonical(section.doc) for item in seen.resources for section in item.sections.values()]
    assert not [text for text in kept if PASSWORD.encode() in text]
    (container,) = seen.of(TaskDefinition)[f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/web:1"].containers
    assert container.environment == (Variable("DB_PASSWORD", ("Secret Keyword",)),)


def test_without_its_description_a_task_definition_keeps_its_family(
    served: tuple[DemoServer, dict[str, str], Any],
) -> None:
    server, names, session = served
    server.deny("ecs:DescribeTaskDefinition")
    try:
        found = _collect(session).of(TaskDefinition)
    finally:
        server.allow()
    assert {name: view.resource.identity for name, view in found.items()} == {
        names["old"]: "web", names["nightly"]: "nightly", names["hourly"]: "hourly", "idle": "idle",
        "unswitched": "unswitched",
    }  # fmt: skip
    with pytest.raises(Unknown, match="DescribeTaskDefinition"):
        _ = found[names["old"]].containers
