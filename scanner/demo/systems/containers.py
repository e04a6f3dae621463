"""ECS and ECR: clusters, images with a true configuration, task definitions, services."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanner.demo.systems.cloud import HOME, Cloud, Tags, pairs, role, tagged
from scanner.demo.systems.policies import allow

if TYPE_CHECKING:
    from scanner.demo.systems.network import Network

_DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
_DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
_OCI = "application/vnd.oci.image.manifest.v1+json"
_OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
_OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def cluster(cloud: Cloud, name: str, *, insights: str, region: str = HOME, environment: str = "production") -> str:
    """Make a cluster with Container Insights `disabled`, `enabled` or `enhanced`; answers its name."""
    cloud.client("ecs", region).create_cluster(
        clusterName=name,
        settings=[{"name": "containerInsights", "value": insights}],
        tags=pairs(tagged(name, environment, phi=True), "key", "value"),
    )
    return name


def repository(cloud: Cloud, name: str, *, sound: bool, key: str | None = None, tags: Tags | None = None) -> str:
    """Make a repository, immutable and scanned on push when `sound`, encrypted with `key` if given; answers its URI."""
    encryption = {"encryptionType": "KMS", "kmsKey": key} if key else {"encryptionType": "AES256"}
    made = cloud.client("ecr").create_repository(
        repositoryName=name,
        imageTagMutability="IMMUTABLE" if sound else "MUTABLE",
        imageScanningConfiguration={"scanOnPush": sound},
        encryptionConfiguration=encryption,
        tags=pairs(tags or tagged(name, "production")),
    )["repository"]
    answer: str = made["repositoryUri"]
    return answer


def push(cloud: Cloud, name: str, tag: str, *, user: str, platforms: Sequence[str] = ()) -> str:
    """Push an image whose configuration names `user`; several platforms make an OCI index. Answers the digest."""
    if not platforms:
        manifest = _manifest(cloud, name, tag, user, "amd64", _DOCKER, _DOCKER_CONFIG)
        return _put(cloud, name, manifest, _DOCKER, tag)
    members = []
    for platform in platforms:
        manifest = _manifest(cloud, name, tag, user, platform, _OCI, _OCI_CONFIG)
        digest = _put(cloud, name, manifest, _OCI, f"{tag}-{platform}")
        described = {"architecture": platform, "os": "linux"}
        members.append({"mediaType": _OCI, "digest": digest, "size": len(manifest), "platform": described})
    index = json.dumps({"schemaVersion": 2, "mediaType": _OCI_INDEX, "manifests": members})
    return _put(cloud, name, index, _OCI_INDEX, tag)


def _manifest(  # noqa: PLR0917 - what a manifest is made of
    cloud: Cloud, name: str, tag: str, user: str, architecture: str, media: str, config_media: str
) -> str:
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"User": user, "Env": ["PATH=/usr/local/bin:/usr/bin:/bin"], "Labels": {"version": tag, "app": name}},
        "rootfs": {"type": "layers", "diff_ids": []},
    }
    body = json.dumps(config).encode()
    described = {"mediaType": config_media, "size": len(body), "digest": _upload(cloud, name, body)}
    return json.dumps({"schemaVersion": 2, "mediaType": media, "config": described, "layers": []})


def _upload(cloud: Cloud, name: str, body: bytes) -> str:
    ecr = cloud.client("ecr")
    upload = ecr.initiate_layer_upload(repositoryName=name)["uploadId"]
    ecr.upload_layer_part(
        repositoryName=name, uploadId=upload, partFirstByte=0, partLastByte=len(body) - 1, layerPartBlob=body
    )
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    ecr.complete_layer_upload(repositoryName=name, uploadId=upload, layerDigests=[digest])
    return digest


def _put(cloud: Cloud, name: str, manifest: str, media: str, tag: str) -> str:
    image = cloud.client("ecr").put_image(
        repositoryName=name, imageManifest=manifest, imageManifestMediaType=media, imageTag=tag
    )["image"]
    digest: str = image["imageId"]["imageDigest"]
    return digest


def container(name: str, image: str, **more: Any) -> dict[str, Any]:
    """A container as it should be: not root, nothing writable, no capability, bounded memory, logs kept elsewhere."""
    return {
        "name": name,
        "image": image,
        "cpu": 256,
        "memory": 512,
        "essential": True,
        "user": "1000:1000",
        "readonlyRootFilesystem": True,
        "privileged": False,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "portMappings": [{"containerPort": 8443, "protocol": "tcp"}],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {"awslogs-group": f"/ecs/{name}", "awslogs-region": HOME, "awslogs-stream-prefix": "ecs"},
        },
    } | more


def plain_container(name: str, image: str, **more: Any) -> dict[str, Any]:
    """A container as it comes when nobody thinks of it."""
    sound = container(name, image)
    return {part: sound[part] for part in ("name", "image", "cpu", "memory", "essential", "logConfiguration")} | more


def log_group(cloud: Cloud, name: str, region: str = HOME, *, key: str | None = None) -> str:
    """Make a log group that keeps six years, encrypted with `key` where given; answers its name."""
    logs = cloud.client("logs", region)
    logs.create_log_group(logGroupName=name, **({"kmsKeyId": key} if key else {}))
    logs.put_retention_policy(logGroupName=name, retentionInDays=2192)
    return name


def task(cloud: Cloud, family: str, containers: Sequence[Mapping[str, Any]], *, region: str = HOME, **more: Any) -> str:
    """Register a revision of a task definition; answers its ARN."""
    settings: dict[str, Any] = {
        "networkMode": "awsvpc",
        "executionRoleArn": cloud.arn("iam", "role/ecs-task-execution"),
        "requiresCompatibilities": ["EC2"],
        "tags": pairs(tagged(family, "production", phi=True), "key", "value"),
    }
    chosen = {name: value for name, value in (settings | more).items() if value is not None}
    made = cloud.client("ecs", region).register_task_definition(
        family=family, containerDefinitions=list(containers), **chosen
    )["taskDefinition"]
    answer: str = made["taskDefinitionArn"]
    return answer


SPREAD = ({"type": "spread", "field": "attribute:ecs.availability-zone"}, {"type": "spread", "field": "instanceId"})


def service(cloud: Cloud, where: str, name: str, definition: str, count: int, **more: Any) -> str:
    """Make a service in a cluster, with rollback and tags; answers its name."""
    settings: dict[str, Any] = {
        "launchType": "EC2",
        "deploymentConfiguration": {
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "maximumPercent": 200,
            "minimumHealthyPercent": 100,
        },
        "enableECSManagedTags": True,
        "propagateTags": "SERVICE",
        "tags": pairs(tagged(name, "production", phi=True), "key", "value"),
    }
    cloud.client("ecs").create_service(
        cluster=where, serviceName=name, taskDefinition=definition, desiredCount=count, **(settings | more)
    )
    return name


def inside(network: Network, groups: Sequence[str], environment: str = "production", zones: int = 3) -> dict[str, Any]:
    """Awsvpc configuration in the private subnets of an environment, without a public address."""
    subnets = network.subnets("private", environment)[:zones]
    return {"awsvpcConfiguration": {"subnets": subnets, "securityGroups": list(groups), "assignPublicIp": "DISABLED"}}


def session_role(cloud: Cloud, name: str, *more_services: str) -> str:
    """Make a task's role, which reads and writes the table of sessions; answers its ARN."""
    table = cloud.arn("dynamodb", "table/patient-sessions")
    reading = allow(["dynamodb:GetItem", "dynamodb:PutItem"], [table])
    return role(
        cloud,
        f"{name}-task",
        ["ecs-tasks", *more_services],
        inline={"table": reading},
        only_own_account=not more_services,
    )
