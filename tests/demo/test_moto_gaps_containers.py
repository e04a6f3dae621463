"""What moto lacks of ECS and ECR, and the demo answers: called as a scanner would call it, read as boto3 reads it."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from scanner.demo import DemoServer
from tests.demo.conftest import Connect


def push(ecr: Any, repository: str, tag: str, config: bytes) -> str:
    upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=repository, uploadId=upload, partFirstByte=0, partLastByte=len(config) - 1, layerPartBlob=config
    )
    digest = "sha256:" + hashlib.sha256(config).hexdigest()
    ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[digest])
    media = "application/vnd.docker.distribution.manifest.v2+json"
    manifest = {"schemaVersion": 2, "mediaType": media, "config": {"digest": digest, "size": len(config)}, "layers": []}
    ecr.put_image(repositoryName=repository, imageManifest=json.dumps(manifest), imageTag=tag)
    return digest


def test_image_configuration_can_be_fetched(connect: Connect) -> None:
    ecr = connect("ecr")
    ecr.create_repository(repositoryName="clinic/portal")
    config = json.dumps({"config": {"User": "1000"}}).encode()
    digest = push(ecr, "clinic/portal", "v1", config)
    url = ecr.get_download_url_for_layer(repositoryName="clinic/portal", layerDigest=digest)["downloadUrl"]
    with urlopen(url, timeout=10) as answer:
        assert answer.read() == config
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.get_download_url_for_layer(repositoryName="clinic/portal", layerDigest="sha256:" + "0" * 64)
    (image,) = ecr.batch_get_image(repositoryName="clinic/portal", imageIds=[{"imageTag": "v1"}])["images"]
    manifest_digest = hashlib.sha256(image["imageManifest"].encode()).hexdigest()
    assert image["imageId"]["imageDigest"] == f"sha256:{manifest_digest}"


def container(name: str, image: str) -> dict[str, Any]:
    return {"name": name, "image": image, "memory": 128, "cpu": 64}


def test_service_keeps_what_it_was_given_and_starts_its_tasks(
    server: DemoServer, connect: Connect, account: str
) -> None:
    ecs, ec2, ecr = connect("ecs"), connect("ec2"), connect("ecr")
    ecr.create_repository(repositoryName="clinic/letters")
    push(ecr, "clinic/letters", "v1", b"{}")
    ecs.create_cluster(clusterName="letters")
    subnets = ec2.describe_subnets()["Subnets"][:2]
    hosts = []
    for subnet in subnets:
        (host,) = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet["SubnetId"])["Instances"]
        hosts.append(host["InstanceId"])
        document = json.dumps({"instanceId": host["InstanceId"]})
        ecs.register_container_instance(cluster="letters", instanceIdentityDocument=document)
    image = f"{account}.dkr.ecr.us-east-1.amazonaws.com/clinic/letters:v1"
    ecs.register_task_definition(
        family="letters", containerDefinitions=[container("letters", image), container("agent", "vendor/agent:7")]
    )
    ecs.create_service(
        cluster="letters",
        serviceName="letters",
        taskDefinition="letters",
        desiredCount=3,
        placementStrategy=[{"type": "spread", "field": "attribute:ecs.availability-zone"}],
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        enableExecuteCommand=True,
        healthCheckGracePeriodSeconds=30,
        serviceConnectConfiguration={"enabled": True, "namespace": "clinic"},
    )
    (service,) = ecs.describe_services(cluster="letters", services=["letters"])["services"]
    assert service["placementStrategy"] == [{"type": "spread", "field": "attribute:ecs.availability-zone"}]
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert (service["enableExecuteCommand"], service["healthCheckGracePeriodSeconds"]) == (True, 30)
    assert service["deployments"][0]["serviceConnectConfiguration"]["namespace"] == "clinic"
    assert (service["runningCount"], service["pendingCount"]) == (3, 0)

    arns = ecs.list_tasks(cluster="letters", serviceName="letters")["taskArns"]
    tasks = ecs.describe_tasks(cluster="letters", tasks=arns)["tasks"]
    assert len(tasks) == 3
    assert {task["availabilityZone"] for task in tasks} == {subnet["AvailabilityZone"] for subnet in subnets}
    digest = ecr.describe_images(repositoryName="clinic/letters")["imageDetails"][0]["imageDigest"]
    for task in tasks:
        first, second = task["containers"]
        assert (first["name"], first["imageDigest"], second["name"]) == ("letters", digest, "agent")
        assert "imageDigest" not in second
        assert (task["lastStatus"], task["launchType"], task["healthStatus"]) == ("RUNNING", "EC2", "HEALTHY")
        assert (task["connectivity"], task["group"]) == ("CONNECTED", "service:letters")
    again = ecs.describe_tasks(cluster="letters", tasks=arns)["tasks"]
    assert {task["lastStatus"] for task in again} == {"RUNNING"}

    ecs.update_service(cluster="letters", service="letters", desiredCount=1)
    arns = ecs.list_tasks(cluster="letters", serviceName="letters")["taskArns"]
    states = [t["lastStatus"] for t in ecs.describe_tasks(cluster="letters", tasks=arns)["tasks"]]
    assert states == ["RUNNING"]
    stopped = ecs.list_tasks(cluster="letters", desiredStatus="STOPPED")["taskArns"]
    assert len(stopped) == 2
    ecs.create_service(cluster="letters", serviceName="other", taskDefinition="letters", desiredCount=1)
    assert len(ecs.list_tasks(cluster="letters")["taskArns"]) == 2
    assert len(ecs.list_tasks(cluster="letters", serviceName="other")["taskArns"]) == 1

    registered = ecs.list_container_instances(cluster="letters")["containerInstanceArns"]
    server.happen("agent", account=account, region="us-east-1", cluster="letters", instance=hosts[0], connected=False)
    seen = ecs.describe_container_instances(cluster="letters", containerInstances=registered)["containerInstances"]
    assert sorted(each["agentConnected"] for each in seen) == [False, True]
    assert {each["healthStatus"]["overallStatus"] for each in seen} == {"OK"}


def test_capacity_providers_are_listed_without_names(connect: Connect) -> None:
    ecs = connect("ecs")
    arn = "arn:aws:autoscaling:us-east-1:123456789012:autoScalingGroup:x:autoScalingGroupName/x"
    ecs.create_capacity_provider(name="hosts", autoScalingGroupProvider={"autoScalingGroupArn": arn})
    assert [each["name"] for each in ecs.describe_capacity_providers()["capacityProviders"]] == ["hosts"]


def test_effective_account_settings_of_ecs(connect: Connect) -> None:
    ecs = connect("ecs")
    ecs.put_account_setting(name="containerInsights", value="enabled")
    settings = {s["name"]: s["value"] for s in ecs.list_account_settings(effectiveSettings=True)["settings"]}
    assert settings["containerInsights"] == "enabled"
    assert settings["awsvpcTrunking"] == "disabled"
    assert [s["name"] for s in ecs.list_account_settings()["settings"]] == ["containerInsights"]
