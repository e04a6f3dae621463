from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

from scanner.demo.server import DemoServer
from tests.remediation.twin.twinned import ACCOUNT, Clients, rebuilt, serving

pytestmark = pytest.mark.long

KINDS = ("ECS::Cluster", "ECS::Service", "ECS::Task", "ECS::TaskDefinition")
ALONG = (
    "EC2::VPC",
    "EC2::Subnet",
    "EC2::SecurityGroup",
    "Events::EventBus",
    "Events::Rule",
    "Scheduler::Schedule",
)
REGISTRY = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture(scope="module")
def server() -> Iterator[DemoServer]:
    with serving() as started:
        yield started


@pytest.fixture
def moto(server: DemoServer) -> DemoServer:
    urlopen(Request(f"{server.url}/moto-api/reset", method="POST")).read()
    return server


def push(ecr: Any, user: str) -> str:
    ecr.create_repository(
        repositoryName="web", imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True},
        tags=[{"Key": "owner", "Value": "platform"}],
    )  # fmt: skip
    rule = {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}}
    expiry = json.dumps({"rules": [{**rule, "action": {"type": "expire"}}]})
    ecr.put_lifecycle_policy(repositoryName="web", lifecyclePolicyText=expiry)
    body = json.dumps({"architecture": "amd64", "os": "linux", "config": {"User": user}}).encode()
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    upload = ecr.initiate_layer_upload(repositoryName="web")["uploadId"]
    ecr.upload_layer_part(
        repositoryName="web", uploadId=upload, partFirstByte=0, partLastByte=len(body) - 1, layerPartBlob=body
    )
    ecr.complete_layer_upload(repositoryName="web", uploadId=upload, layerDigests=[digest])
    kind = "application/vnd.oci.image.config.v1+json"
    manifest = {
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": kind, "size": len(body), "digest": digest}, "layers": [],
    }  # fmt: skip
    put = ecr.put_image(repositoryName="web", imageManifest=json.dumps(manifest), imageTag="1.0.0")["image"]
    answer: str = put["imageId"]["imageDigest"]
    return answer


def containers(clients: Clients) -> None:
    ecs, ec2 = clients("ecs"), clients("ec2")
    image = f"{REGISTRY}/web@{push(clients('ecr'), '1000')}"
    secret = {"name": "AWS_SECRET_ACCESS_KEY", "value": "wJalrXUtnFEMIK7MDENGbPxRfiCYzzkT9vQ2m4Lp"}
    web = {"name": "web", "image": image, "essential": True, "memory": 512, "environment": [secret]}
    registered = [
        ecs.register_task_definition(
            family="web", networkMode="awsvpc", requiresCompatibilities=["FARGATE"], cpu="256", memory="512",
            containerDefinitions=[{**web, "cpu": cpu}], tags=[{"key": "owner", "value": "platform"}],
        )["taskDefinition"]
        for cpu in (128, 256)
    ]  # fmt: skip
    ecs.create_cluster(clusterName="phi", settings=[{"name": "containerInsights", "value": "enabled"}])
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"][:2]]
    (group,) = ec2.describe_security_groups()["SecurityGroups"]
    inside = {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [group["GroupId"]]}}
    ecs.create_service(
        cluster="phi", serviceName="web", taskDefinition=registered[-1]["taskDefinitionArn"], desiredCount=2,
        launchType="FARGATE", networkConfiguration=inside, enableExecuteCommand=True,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
    )  # fmt: skip


def test_a_service_comes_back_with_its_revision_tasks_and_image(moto: DemoServer) -> None:
    kinds = (*KINDS, "ECR::Repository", "ECR::Image")
    before, found, lacking = rebuilt(moto, containers, *kinds, *ALONG)
    assert lacking == {}
    assert {each.kind.removeprefix("AWS::") for each in before} >= set(kinds)
    assert [each.id for each in before if each.kind == "AWS::ECS::TaskDefinition"] == [
        f"arn:aws:ecs:us-east-1:{ACCOUNT}:task-definition/web:2"
    ]
    assert [each for each in found if each.resource[2].removeprefix("AWS::") in kinds] == []
