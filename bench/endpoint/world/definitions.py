"""The described task definitions."""

from __future__ import annotations

from bench.endpoint.world.containers import on_hosts
from bench.endpoint.world.iam import execution_role, task_role
from bench.endpoint.world.logs import group_name
from bench.endpoint.world.place import Answer, Json, Params, Place, Speaker, listing
from bench.endpoint.world.registry import image_uri
from bench.endpoint.world.s3 import bucket_name
from bench.endpoint.world.stores import door_id, efs_id


def family(place: Place, index: int) -> str:
    """Name the family of a task definition; that of a service bears its number."""
    return f"{place.app(index)}-task-{index}"


def definition_arn(place: Place, index: int, revision: int | None = None) -> str:
    """Give the ARN of a task definition; without a revision that in use."""
    used = 3 + index % 5 if revision is None else revision
    return place.arn("ecs", f"task-definition/{family(place, index)}:{used}")


def image_of(place: Place, index: int) -> str:
    """Name the image of a service or a task definition."""
    return image_uri(place, place.ref("repository", index), pinned=place.yes("pinned", place.ref("repository", index)))


def _families(place: Place, _: Params) -> Answer:
    return {"families": [family(place, index) for index in place.mine("taskdefinition")]}


_numbers = listing(lambda place: {family(place, index): index for index in place.mine("taskdefinition")})


def _mode(place: Place, index: int) -> str:
    """Say how the containers reach the network; those of services have an address of their own."""
    return "bridge" if index >= place.count("service") and index % 5 == 0 else "awsvpc"


def _volumes(place: Place, index: int) -> list[Json]:
    systems = place.mine("efs")
    if systems and index % 8 == 1:
        system = systems[index % len(systems)]
        door = {"authorizationConfig": {"accessPointId": door_id(place, system), "iam": "ENABLED"}}
        sealed = "ENABLED" if place.yes("volume-tls", index) else "DISABLED"
        shared = {"fileSystemId": efs_id(place, system), "rootDirectory": "/", "transitEncryption": sealed}
        through = sealed == "ENABLED" and place.yes("volume-door", index)
        return [{"name": "data", "efsVolumeConfiguration": shared | (door if through else {})}]
    if _mode(place, index) == "bridge" and place.yes("volume-host", index, share=0.4):
        return [{"name": "data", "host": {"sourcePath": "/var/run"}}]
    return []


def _definition(place: Place, params: Params) -> Answer:
    name, _, revision = params["taskDefinition"].rpartition("/")[2].partition(":")
    index = _numbers(place).get(name)
    if index is None:
        return "ClientException"
    mode, volumes = _mode(place, index), _volumes(place, index)
    hosted = mode == "bridge" or (index < place.count("service") and on_hosts(place, index))
    number = int(revision) if revision else 3 + index % 5
    made: Json = {
        "taskDefinitionArn": definition_arn(place, index, number), "family": name, "revision": number,
        "status": "ACTIVE", "networkMode": mode, "volumes": volumes, "placementConstraints": [],
        "requiresCompatibilities": ["EC2" if hosted else "FARGATE"], "compatibilities": ["EC2", "FARGATE"],
        "cpu": "512", "memory": "1024", "executionRoleArn": execution_role(place, index),
        "registeredAt": place.ago(60, "definition", index), "registeredBy": place.iam("user/deploy"),
        "containerDefinitions": [_container(place, index, mode, volumes)],
        "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
    }  # fmt: skip
    if place.yes("definition-role", index, share=0.95):
        made["taskRoleArn"] = task_role(place, index)
    if mode == "bridge" and place.yes("definition-pid", index, share=0.2):
        made["pidMode"] = "host"
    return {"taskDefinition": made, "tags": place.tags("definition", index, key="key", value="value")}


def _container(place: Place, index: int, mode: str, volumes: list[Json]) -> Json:
    environment = [{"name": "STAGE", "value": "production"}, {"name": "APP", "value": place.app(index)}]
    if place.yes("definition-leaks", index, share=0.05):
        environment.append({"name": "DB_PASSWORD", "value": place.hex(24, "secret", index)})
    secret = place.arn("secretsmanager", f"secret:{place.app(index)}/database")
    public = index % 17 == 16  # noqa: PLR2004  one of seventeen
    port = 0 if mode == "bridge" and place.yes("port-dynamic", index, share=0.5) else 8080
    made: Json = {
        "name": "app", "image": "docker.io/library/nginx:1.27" if public else image_of(place, index),
        "cpu": 256 if place.yes("definition-cpu", index, share=0.9) else 0, "essential": True,
        "environment": environment, "secrets": [{"name": "DATABASE", "valueFrom": secret}],
        "mountPoints": [{"sourceVolume": one["name"], "containerPath": "/data"} for one in volumes],
        "portMappings": [{"containerPort": 8080, "hostPort": port, "protocol": "tcp", "name": "http"}],
        "readonlyRootFilesystem": place.yes("read-only", index), "volumesFrom": [],
        "privileged": mode == "bridge" and place.yes("privileged", index, share=0.2),
    }  # fmt: skip
    made["memory" if place.yes("definition-memory", index, share=0.9) else "memoryReservation"] = 512
    if place.yes("definition-drops", index, share=0.6):
        made["linuxParameters"] = {"capabilities": {"drop": ["ALL"], "add": []}}
    if place.yes("definition-files", index, share=0.05):
        value = f"arn:aws:s3:::{bucket_name(place, index % place.count('bucket'))}/app.env"
        made["environmentFiles"] = [{"type": "s3", "value": value}]
    if place.yes("definition-user", index):
        made["user"] = "1000:1000"
    if place.yes("definition-checks", index):
        made["healthCheck"] = {"command": ["CMD-SHELL", "curl -f http://localhost:8080/"], "interval": 30, "retries": 3}
    if place.yes("definition-logs", index, share=0.9):
        options = {"awslogs-group": group_name(place, index), "awslogs-region": place.region}
        made["logConfiguration"] = {"logDriver": "awslogs", "options": {**options, "awslogs-stream-prefix": "app"}}
    return made


ANSWERS: dict[str, Speaker] = {
    "ecs.ListTaskDefinitionFamilies": _families,
    "ecs.DescribeTaskDefinition": _definition,
}
