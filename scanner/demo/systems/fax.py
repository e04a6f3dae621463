"""Faxes in `phi-cluster`: a vendor's bridge that takes all it can get, and an archive that is as it should be."""

from __future__ import annotations

from typing import Any

from scanner.demo.systems import care
from scanner.demo.systems.cloud import Cloud, pairs, tagged
from scanner.demo.systems.containers import SPREAD, container, inside, service, session_role, task
from scanner.demo.systems.network import Network, opened, trusted


def build(cloud: Cloud, home: Network, hosts: str, key_arn: str) -> None:
    """A vendor's container that asks for everything and gets it."""
    made: dict[str, Any] = {
        "name": "fax-bridge",
        "image": "faxworks/bridge:5",
        "memoryReservation": 256,
        "privileged": True,
        "linuxParameters": {"capabilities": {"add": ["SYS_ADMIN", "NET_ADMIN"]}},
        "logConfiguration": {"logDriver": "json-file"},
        "secrets": [{"name": "FAX_PASSWORD", "valueFrom": cloud.arn("ssm", "parameter/fax-bridge/password")}],
        "mountPoints": [
            {"sourceVolume": "faxes", "containerPath": "/var/faxes"},
            {"sourceVolume": "docker", "containerPath": "/var/run/docker.sock"},
            {"sourceVolume": "spool", "containerPath": "/var/spool"},
        ],
        "stopTimeout": 115,
    }
    shared = cloud.client("efs").create_file_system(
        Encrypted=False, Tags=pairs(tagged("faxes", "production", phi=True))
    )
    volume = {"fileSystemId": shared["FileSystemId"], "transitEncryption": "DISABLED"}
    definition = task(
        cloud,
        "fax-bridge",
        [made],
        networkMode="host",
        requiresCompatibilities=None,
        pidMode="host",
        volumes=[
            {"name": "faxes", "efsVolumeConfiguration": volume},
            {"name": "docker", "host": {"sourcePath": "/var/run/docker.sock"}},
            {"name": "spool", "dockerVolumeConfiguration": {"scope": "shared", "driver": "local"}},
        ],
    )
    service(
        cloud,
        "phi-cluster",
        "fax-bridge",
        definition,
        2,
        placementStrategy=list(SPREAD),
        enableExecuteCommand=True,
        propagateTags="NONE",
        deploymentConfiguration={"maximumPercent": 100, "minimumHealthyPercent": 0},
    )
    door = home.group("faxes", opened(2049, "10.0.0.0/8"), purpose="NFS of the fax bridge")
    cloud.client("efs").create_mount_target(
        FileSystemId=shared["FileSystemId"], SubnetId=home.private["production", "a"], SecurityGroups=[door]
    )
    _archive(cloud, home, hosts, key_arn)


def _archive(cloud: Cloud, home: Network, hosts: str, key_arn: str) -> None:
    """What keeps faxes as it should: by its own door, over TLS, with its role."""
    nfs = home.group("fax-files", trusted(2049, hosts), purpose="NFS of the fax archive")
    files, point = care.file_system(home, "fax-archive", [nfs], key_arn)
    safe = {
        "fileSystemId": files,
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": point, "iam": "ENABLED"},
    }
    archive = container(
        "fax-archive", "faxworks/archive:5.2", user="archive", logConfiguration={"logDriver": "fluentd"}
    )
    family = task(
        cloud,
        "fax-archive",
        [archive],
        taskRoleArn=session_role(cloud, "fax-archive"),
        volumes=[{"name": "faxes", "efsVolumeConfiguration": safe}],
    )
    group = home.group("fax-archive", purpose="fax-archive task")
    cloud.client("ecs").run_task(
        cluster="phi-cluster", taskDefinition=family, networkConfiguration=inside(home, [group]), startedBy="operations"
    )
